// SPDX-License-Identifier: MIT
// Text to bytes; see sol_value.h. A value's text is read once from the left; each component is
// encoded into a buffer of its own, then heads and tails are put together.
#include <stdarg.h>
#include <string.h>

#include "app/cli/kit/sol_value.h"
#include "app/cli/number.h"
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/codec/hex.h"
#include "lib/num/u256.h"

struct text {
    const char *p;
    usize at, n;
    bool is_whole; // a value takes all of it: strings need no quotes
    struct buf *why;
};

static bool refuse(struct text *t, const char *format, ...) PRINTF_LIKE(2, 3);
static bool refuse(struct text *t, const char *format, ...)
{
    if (t->why->n == 0) {
        va_list list;
        va_start(list, format);
        buf_vprintf(t->why, format, list);
        va_end(list);
        buf_printf(t->why, ", at character %zu of \"%.*s\"", t->at + 1,
                   (int)(t->n < 80 ? t->n : 80), t->p);
    }
    return false;
}

static void skip_space(struct text *t)
{
    while (t->at < t->n && strchr(" \t\r\n", t->p[t->at]) != NULL) {
        t->at++;
    }
}

static bool take(struct text *t, char c)
{
    skip_space(t);
    if (t->at < t->n && t->p[t->at] == c) {
        t->at++;
        return true;
    }
    return false;
}

// What a value consists of that is no list: up to the next delimiter.
static bytes take_plain(struct text *t)
{
    if (!t->is_whole) {
        skip_space(t);
    }
    usize start = t->at;
    while (t->at < t->n && (t->is_whole || strchr(",)] \t\r\n", t->p[t->at]) == NULL)) {
        t->at++;
    }
    return (bytes){(const u8 *)t->p + start, t->at - start};
}

static void put_word(struct buf *out, u256 v)
{
    u256_to_be_bytes(buf_extend(out, 32), v);
}

// ---- elementary types ---------------------------------------------------------------------------

static bool encode_number(struct buf *out, const struct sol_type *type, struct text *t)
{
    usize start = t->at;
    bytes digits = take_plain(t);
    bool is_negative = digits.n > 0 && digits.p[0] == '-';
    u256 v;
    const char *why =
        number_parse(&v, (const char *)digits.p + is_negative, digits.n - is_negative);
    usize end = t->at;
    t->at = start;
    if (why != NULL) {
        return refuse(t, "\"%.*s\" %s", (int)(digits.n < 80 ? digits.n : 80), digits.p, why);
    }
    u32 bits = u256_bit_length(v);
    bool fits = type->kind == SOL_UINT ? !is_negative || u256_is_zero(v) : bits < type->size;
    u256 least = u256_shl(u256_from_u64(type->size - 1), u256_from_u64(1)); // of -2^(size - 1)
    fits = fits || (type->kind == SOL_INT && is_negative && u256_eq(v, least));
    if (!fits || bits > type->size) {
        return refuse(t, "%.*s does not fit %s%u", (int)digits.n, digits.p,
                      type->kind == SOL_UINT ? "uint" : "int", type->size);
    }
    t->at = end;
    put_word(out, is_negative ? u256_neg(v) : v);
    return true;
}

static bool encode_bool(struct buf *out, struct text *t)
{
    usize start = t->at;
    bytes word = take_plain(t);
    bool is_true = word.n == 4 && memcmp(word.p, "true", 4) == 0;
    bool is_false = word.n == 5 && memcmp(word.p, "false", 5) == 0;
    if (!is_true && !is_false) {
        t->at = start;
        return refuse(t, "\"%.*s\" is neither true nor false", (int)(word.n < 80 ? word.n : 80),
                      word.p);
    }
    put_word(out, u256_from_u64(is_true));
    return true;
}

// Hex digits after 0x.
static bool take_hex(struct buf *out, struct text *t)
{
    usize start = t->at;
    bytes digits = take_plain(t);
    hex_error error;
    bool has_prefix = digits.n >= 2 && digits.p[0] == '0' && (digits.p[1] | 0x20) == 'x';
    if (has_prefix && hex_decode(out, &error, (const char *)digits.p, digits.n)) {
        return true;
    }
    t->at = start;
    return refuse(t, "\"%.*s\" is not hex after 0x%s%s", (int)(digits.n < 80 ? digits.n : 80),
                  digits.p, has_prefix ? ": " : "", has_prefix ? error.text : "");
}

static bool encode_address(struct buf *out, struct text *t)
{
    struct buf raw = {0};
    usize start = t->at;
    bool ok = take_hex(&raw, t);
    if (ok && raw.n != 20) {
        t->at = start;
        ok = refuse(t, "an address has 40 hex digits, not %zu", 2 * raw.n);
    }
    if (ok) {
        zero_bytes(buf_extend(out, 12), 12);
        buf_put(out, raw.p, 20);
    }
    buf_fini(&raw);
    return ok;
}

static bool encode_bytes_n(struct buf *out, const struct sol_type *type, struct text *t)
{
    struct buf raw = {0};
    usize start = t->at;
    bool ok = take_hex(&raw, t);
    if (ok && raw.n != type->size) {
        t->at = start;
        ok =
            refuse(t, "%u bytes are %u hex digits, not %zu", type->size, 2 * type->size, 2 * raw.n);
    }
    if (ok) {
        buf_put(out, raw.p, raw.n);
        zero_bytes(buf_extend(out, 32 - raw.n), 32 - raw.n);
    }
    buf_fini(&raw);
    return ok;
}

// ---- bytes and strings --------------------------------------------------------------------------

static void put_code_point(struct buf *out, u32 c)
{
    if (c < 0x80) {
        buf_put_u8(out, (u8)c);
    } else if (c < 0x800) {
        buf_put_u8(out, (u8)(0xC0 | c >> 6));
        buf_put_u8(out, (u8)(0x80 | (c & 63)));
    } else {
        buf_put_u8(out, (u8)(0xE0 | c >> 12));
        buf_put_u8(out, (u8)(0x80 | (c >> 6 & 63)));
        buf_put_u8(out, (u8)(0x80 | (c & 63)));
    }
}

static bool take_escape(struct buf *out, struct text *t)
{
    static const char letters[] = "\"\\/nrtbf";
    static const char meanings[] = "\"\\/\n\r\t\b\f";
    char c = t->at < t->n ? t->p[t->at] : 0;
    const char *at = c != 0 ? strchr(letters, c) : NULL;
    if (at != NULL) {
        t->at++;
        buf_put_u8(out, (u8)meanings[at - letters]);
        return true;
    }
    u8 code[2];
    hex_error error;
    if (c != 'u' || t->n - t->at < 5 || !hex_decode_exact(code, 2, &error, t->p + t->at + 1, 4)) {
        return refuse(t, "there is no such escape; they are those of JSON");
    }
    t->at += 5;
    put_code_point(out, load_be16(code));
    return true;
}

static bool take_quoted(struct buf *out, struct text *t)
{
    while (t->at < t->n && t->p[t->at] != '"') {
        char c = t->p[t->at++];
        if (c != '\\') {
            buf_put_u8(out, (u8)c);
        } else if (!take_escape(out, t)) {
            return false;
        }
    }
    return take(t, '"') || refuse(t, "the text has no ending \"");
}

static bool encode_data(struct buf *out, const struct sol_type *type, struct text *t)
{
    struct buf raw = {0};
    bool ok = true;
    if (type->kind == SOL_BYTES) {
        ok = take_hex(&raw, t);
    } else if (!t->is_whole && take(t, '"')) {
        ok = take_quoted(&raw, t);
    } else {
        bytes plain = take_plain(t);
        buf_put(&raw, plain.p, plain.n);
    }
    if (ok) {
        put_word(out, u256_from_u64(raw.n));
        buf_put(out, raw.p, raw.n);
        usize rest = (32 - raw.n % 32) % 32;
        zero_bytes(buf_extend(out, rest), rest);
    }
    buf_fini(&raw);
    return ok;
}

// ---- lists and tuples ---------------------------------------------------------------------------

static bool encode_value(struct buf *out, const struct sol_type *type, struct text *t);

// Heads and tails of values that stand beside each other.
struct parts {
    struct buf heads, tails;
    usize heads_size; // of all of them
};

static void add_part(struct parts *p, const struct sol_type *type, bytes encoded)
{
    if (type->is_dynamic) {
        put_word(&p->heads, u256_from_u64(p->heads_size + p->tails.n));
        buf_put(&p->tails, encoded.p, encoded.n);
    } else {
        buf_put(&p->heads, encoded.p, encoded.n);
    }
}

static void end_parts(struct buf *out, struct parts *p)
{
    buf_put(out, p->heads.p, p->heads.n);
    buf_put(out, p->tails.p, p->tails.n);
    buf_fini(&p->heads);
    buf_fini(&p->tails);
}

static bool encode_tuple(struct buf *out, const struct sol_type *type, struct text *t)
{
    char close = take(t, '(') ? ')' : ']';
    struct parts parts = {0};
    struct buf one = {0};
    bool ok = close == ')' || take(t, '[') || refuse(t, "a tuple is written (a, b)");
    for (u32 i = 0; i < type->inner_count; i++) {
        parts.heads_size += 32 * (usize)type->inner[i].head_words;
    }
    for (u32 i = 0; ok && i < type->inner_count; i++) {
        buf_clear(&one);
        ok = (i == 0 || take(t, ',') ||
              refuse(t, "the tuple has %u values, not %u", i, type->inner_count)) &&
             encode_value(&one, &type->inner[i], t);
        add_part(&parts, &type->inner[i], buf_bytes(&one));
    }
    ok = ok && (take(t, close) || refuse(t, "\"%c\" was expected: the tuple has %u values", close,
                                         type->inner_count));
    buf_fini(&one);
    end_parts(out, &parts);
    return ok;
}

static bool encode_list(struct buf *out, const struct sol_type *type, struct text *t)
{
    struct buf all = {0};  // encodings, one after the other
    struct buf ends = {0}; // where each ends, u64
    u64 count = 0;
    bool ok = take(t, '[') || refuse(t, "a list is written [a, b]");
    bool is_empty = ok && take(t, ']');
    while (ok && !is_empty) {
        ok = encode_value(&all, type->inner, t);
        u64 end = all.n;
        buf_put(&ends, &end, sizeof end);
        count++;
        if (!ok || !take(t, ',')) {
            ok = ok && (take(t, ']') || refuse(t, "\",\" or \"]\" was expected"));
            break;
        }
    }
    if (ok && type->count != SOL_ANY_COUNT && count != type->count) {
        ok = refuse(t, "the list has %llu elements, not %llu", (unsigned long long)count,
                    (unsigned long long)type->count);
    }
    if (ok && type->count == SOL_ANY_COUNT) {
        put_word(out, u256_from_u64(count));
    }
    struct parts parts = {.heads_size = 32 * count * type->inner->head_words};
    usize start = 0;
    for (u64 i = 0; ok && i < count; i++) {
        usize end = load_le64(ends.p + 8 * i);
        add_part(&parts, type->inner, bytes_slice(buf_bytes(&all), start, end - start));
        start = end;
    }
    end_parts(out, &parts);
    buf_fini(&all);
    buf_fini(&ends);
    return ok;
}

static bool encode_value(struct buf *out, const struct sol_type *type, struct text *t)
{
    if (type->kind != SOL_STRING) {
        skip_space(t);
    }
    switch (type->kind) {
    case SOL_UINT:
    case SOL_INT:
        return encode_number(out, type, t);
    case SOL_ADDRESS:
        return encode_address(out, t);
    case SOL_BOOL:
        return encode_bool(out, t);
    case SOL_BYTES_N:
    case SOL_FUNCTION:
        return encode_bytes_n(out, type, t);
    case SOL_BYTES:
    case SOL_STRING:
        return encode_data(out, type, t);
    case SOL_LIST:
        t->is_whole = false;
        return encode_list(out, type, t);
    case SOL_TUPLE:
        t->is_whole = false;
        return encode_tuple(out, type, t);
    }
    UNREACHABLE();
}

// "argument 2 (amount, uint256)"
static void put_argument(struct buf *out, const struct sol_type *tuple, u32 index)
{
    const struct sol_type *t = &tuple->inner[index];
    buf_printf(out, "argument %u (%s%s", index + 1, t->name, t->name[0] != 0 ? ", " : "");
    sol_put_type(out, t);
    buf_put_text(out, "): ");
}

bool sol_encode(struct buf *out, struct buf *why, const struct sol_type *tuple,
                const char *const *text, u32 count)
{
    struct parts parts = {0};
    struct buf one = {0};
    bool ok = count == tuple->inner_count;
    if (!ok) {
        buf_printf(why, "%u arguments are given, and the types are %u: ", count,
                   tuple->inner_count);
        sol_put_type(why, tuple);
    }
    for (u32 i = 0; i < tuple->inner_count; i++) {
        parts.heads_size += 32 * (usize)tuple->inner[i].head_words;
    }
    for (u32 i = 0; ok && i < count; i++) {
        struct buf reason = {0};
        struct text t = {.p = text[i], .n = strlen(text[i]), .is_whole = true, .why = &reason};
        buf_clear(&one);
        ok = encode_value(&one, &tuple->inner[i], &t);
        skip_space(&t);
        ok = ok && (t.at == t.n || refuse(&t, "there is something behind the value"));
        if (!ok) {
            put_argument(why, tuple, i);
            buf_put(why, reason.p, reason.n);
        }
        add_part(&parts, &tuple->inner[i], buf_bytes(&one));
        buf_fini(&reason);
    }
    buf_fini(&one);
    end_parts(out, &parts);
    return ok;
}
