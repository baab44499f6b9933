// SPDX-License-Identifier: MIT
// Contract ABI ("Contract ABI Specification" of the Solidity documentation); see abi.h.
#include "app/cli/abi.h"

#include <string.h>

#include "core/trace/put.h"
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/codec/decimal.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/num/u256.h"

#define TEXT_MAX 256 // bytes of a string that are shown
#define BYTES_MAX 36 // of bytes: a selector and a word

struct kind_row {
    const char *name;
    enum abi_kind kind;
    u32 step, size_max; // a size follows the name: a multiple of step; 0: none
};

static const struct kind_row kinds[] = {
    {"uint", ABI_UINT, 8, 256},   {"int", ABI_INT, 8, 256},      {"address", ABI_ADDRESS, 0, 0},
    {"bool", ABI_BOOL, 0, 0},     {"bytes", ABI_BYTES_N, 1, 32}, {"bytes", ABI_BYTES, 0, 0},
    {"string", ABI_STRING, 0, 0},
};

// Decimal digits without leading zeros; 0 if there are none or too many.
static u32 parse_size(const char *p, usize n)
{
    u32 size = 0;
    for (usize i = 0; i < n; i++) {
        if (p[i] < '0' || p[i] > '9' || n > 3 || p[0] == '0') {
            return 0;
        }
        size = size * 10 + (u32)(p[i] - '0');
    }
    return size;
}

static bool parse_type(struct abi_type *t, const char *p, usize n)
{
    static const char indexed[] = " indexed";
    usize m = sizeof indexed - 1;
    t->indexed = n > m && memcmp(p + n - m, indexed, m) == 0;
    n -= t->indexed ? m : 0;
    for (usize i = 0; i < COUNT_OF(kinds); i++) {
        const struct kind_row *k = &kinds[i];
        usize length = strlen(k->name);
        if (n < length || memcmp(p, k->name, length) != 0) {
            continue;
        }
        t->kind = k->kind;
        t->size = parse_size(p + length, n - length);
        bool sized = k->step > 0 && t->size > 0 && t->size <= k->size_max && t->size % k->step == 0;
        if (sized || (k->step == 0 && n == length)) {
            return true;
        }
    }
    return false;
}

void abi_put_type(struct buf *out, const struct abi_type *t)
{
    for (usize i = 0; i < COUNT_OF(kinds); i++) {
        if (kinds[i].kind == t->kind) {
            buf_put_text(out, kinds[i].name);
            if (kinds[i].step > 0) {
                buf_printf(out, "%u", t->size);
            }
        }
    }
}

static void hash_signature(struct abi_signature *s)
{
    struct buf text = {0};
    buf_printf(&text, "%s(", s->name);
    for (u32 i = 0; i < s->count; i++) {
        buf_put_text(&text, i == 0 ? "" : ",");
        abi_put_type(&text, &s->type[i]);
    }
    buf_put_u8(&text, ')');
    keccak256(&s->hash, text.p, text.n);
    buf_fini(&text);
}

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$';
}

const char *abi_parse(struct abi_signature *s, const char *text, usize n)
{
    *s = (struct abi_signature){0};
    const char *open = memchr(text, '(', n);
    if (open == NULL || text[n - 1] != ')') {
        return "is not of the form name(type,type)";
    }
    usize name_size = (usize)(open - text);
    for (usize i = 0; i < name_size; i++) {
        if (!is_name_char(text[i])) {
            return "has a name of other characters than letters, digits and _";
        }
    }
    if (name_size >= sizeof s->name) {
        return "has a name longer than 63 characters";
    }
    memcpy(s->name, text, name_size);
    const char *end = text + n - 1;
    for (const char *p = open + 1; p < end;) {
        const char *comma = memchr(p, ',', (usize)(end - p));
        const char *stop = comma != NULL ? comma : end;
        if (s->count == ABI_TYPES_MAX) {
            return "has more than 16 types";
        }
        if (!parse_type(&s->type[s->count++], p, (usize)(stop - p)) || stop == end - 1) {
            return "has a type that is not one of uintN, intN, address, bool, bytesN, bytes, "
                   "string";
        }
        p = stop + 1;
    }
    hash_signature(s);
    return NULL;
}

static void put_word(struct buf *out, u256 v)
{
    u256_to_be_bytes(buf_extend(out, 32), v);
}

void abi_encode(struct buf *out, const struct abi_type *type, const struct abi_value *value,
                u32 count)
{
    usize tail = 32 * (usize)count; // offset of the next dynamic value from the first head
    for (u32 i = 0; i < count; i++) {
        if (abi_is_dynamic(&type[i])) {
            put_word(out, u256_from_u64(tail));
            tail += 32 + (value[i].data.n + 31) / 32 * 32;
        } else {
            put_word(out, value[i].word);
        }
    }
    for (u32 i = 0; i < count; i++) {
        if (abi_is_dynamic(&type[i])) {
            usize n = value[i].data.n;
            put_word(out, u256_from_u64(n));
            buf_put(out, value[i].data.p, n);
            zero_bytes(buf_extend(out, (32 - n % 32) % 32), (32 - n % 32) % 32);
        }
    }
}

// Whether a word is what the encoding of a static type may be.
static bool word_fits(const struct abi_type *t, u256 v)
{
    switch (t->kind) {
    case ABI_UINT:
        return u256_bit_length(v) <= t->size;
    case ABI_INT:
        return u256_eq(v, u256_signextend(u256_from_u64(t->size / 8 - 1), v));
    case ABI_ADDRESS:
        return u256_bit_length(v) <= 160;
    case ABI_BOOL:
        return u256_bit_length(v) <= 1;
    case ABI_BYTES_N:
        return t->size == 32 || u256_is_zero(u256_shl(u256_from_u64(8 * (u64)t->size), v));
    case ABI_BYTES:
    case ABI_STRING:
        break;
    }
    UNREACHABLE();
}

bool abi_decode(struct abi_value *value, const struct abi_type *type, u32 count, bytes data)
{
    if (data.n < 32 * (usize)count) {
        return false;
    }
    for (u32 i = 0; i < count; i++) {
        u256 word = u256_from_be_bytes(data.p + 32 * (usize)i);
        value[i] = (struct abi_value){.word = word};
        if (!abi_is_dynamic(&type[i])) {
            if (!word_fits(&type[i], word)) {
                return false;
            }
            continue;
        }
        u64 at = u256_to_u64_saturated(word);
        if (at > data.n || data.n - at < 32) {
            return false;
        }
        u64 n = u256_to_u64_saturated(u256_from_be_bytes(data.p + at));
        if (n > data.n - at - 32) {
            return false;
        }
        value[i].data = bytes_slice(data, at + 32, n);
    }
    return true;
}

static void put_address_value(struct buf *out, u256 word,
                              const char *(*name)(void *ctx, const address *a), void *ctx)
{
    address a = u256_to_address(word);
    const char *text = name != NULL ? name(ctx, &a) : NULL;
    if (text != NULL) {
        buf_put_text(out, text);
    } else {
        put_address(out, &a);
    }
}

void abi_put_value(struct buf *out, const struct abi_type *t, const struct abi_value *v,
                   const char *(*name)(void *ctx, const address *a), void *ctx)
{
    usize most = t->kind == ABI_STRING ? TEXT_MAX : BYTES_MAX;
    bytes shown = {v->data.p, v->data.n < most ? v->data.n : most};
    b256 word = u256_to_b256(v->word);
    switch (t->kind) {
    case ABI_UINT:
        decimal_put(out, v->word);
        break;
    case ABI_INT:
        buf_put_text(out, u256_is_negative(v->word) ? "-" : "");
        decimal_put(out, u256_is_negative(v->word) ? u256_neg(v->word) : v->word);
        break;
    case ABI_ADDRESS:
        put_address_value(out, v->word, name, ctx);
        break;
    case ABI_BOOL:
        buf_put_text(out, u256_is_zero(v->word) ? "false" : "true");
        break;
    case ABI_BYTES_N:
        put_data(out, (bytes){word.b, t->size});
        break;
    case ABI_BYTES:
        put_data(out, shown);
        break;
    case ABI_STRING:
        buf_put_u8(out, '"');
        put_plain_text(out, shown);
        buf_put_u8(out, '"');
        break;
    }
    if (shown.n < v->data.n) {
        buf_printf(out, "… (%zu bytes)", v->data.n);
    }
}
