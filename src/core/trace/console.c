// SPDX-License-Identifier: MIT
// Lines of contracts; see console.h. The selectors are computed when a call comes: there are some
// hundred signatures, and only development looks at them.
#include "core/trace/console.h"

#include "core/trace/put.h"
#include "lib/base/bytes.h"
#include "lib/base/cc.h"
#include "lib/codec/decimal.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/num/u256.h"

#define ARGUMENTS_MAX 4u
#define KINDS_COMBINED 4u // those that occur beside others

enum kind { KIND_UINT, KIND_STRING, KIND_BOOL, KIND_ADDRESS, KIND_INT, KIND_BYTES, KIND_BYTES_N };

static const char *const kind_names[] = {"uint256", "string", "bool", "address", "int256", "bytes"};

static const address console_address = {
    {0, 0, 0, 0, 0, 0, 0, 0, 0, 'c', 'o', 'n', 's', 'o', 'l', 'e', '.', 'l', 'o', 'g'}};

struct signature {
    enum kind kind[ARGUMENTS_MAX];
    u32 count;
    u32 size; // of KIND_BYTES_N
};

static u32 selector_of(const struct signature *s)
{
    struct buf text = {0};
    b256 hash;
    buf_put_text(&text, "log(");
    for (u32 i = 0; i < s->count; i++) {
        buf_put_text(&text, i == 0 ? "" : ",");
        if (s->kind[i] == KIND_BYTES_N) {
            buf_printf(&text, "bytes%u", s->size);
        } else {
            buf_put_text(&text, kind_names[s->kind[i]]);
        }
    }
    buf_put_u8(&text, ')');
    keccak256(&hash, text.p, text.n);
    buf_fini(&text);
    return load_be32(hash.b);
}

static bool find_combined(struct signature *s, u32 selector)
{
    u32 combinations = 1;
    for (u32 count = 0; count <= ARGUMENTS_MAX; count++) {
        for (u32 c = 0; c < combinations; c++) {
            u32 rest = c;
            *s = (struct signature){.count = count};
            for (u32 i = 0; i < count; i++) {
                s->kind[i] = (enum kind)(rest % KINDS_COMBINED);
                rest /= KINDS_COMBINED;
            }
            if (selector_of(s) == selector) {
                return true;
            }
        }
        combinations *= KINDS_COMBINED;
    }
    return false;
}

static bool find_single(struct signature *s, u32 selector)
{
    for (u32 size = 0; size <= 32; size++) {
        *s = (struct signature){.count = 1, .size = size, .kind = {KIND_BYTES_N}};
        if (size > 0 && selector_of(s) == selector) {
            return true;
        }
    }
    *s = (struct signature){.count = 1, .kind = {KIND_INT}};
    if (selector_of(s) == selector) {
        return true;
    }
    s->kind[0] = KIND_BYTES;
    return selector_of(s) == selector;
}

// The bytes of a dynamic argument whose offset is `word`; none if they are not all there.
static bytes dynamic_at(bytes arguments, u256 word)
{
    u64 at = u256_to_u64_saturated(word);
    if (at > arguments.n || arguments.n - at < 32) {
        return BYTES_NONE;
    }
    u64 n = u256_to_u64_saturated(u256_from_be_bytes(arguments.p + at));
    return n <= arguments.n - at - 32 ? bytes_slice(arguments, at + 32, n) : BYTES_NONE;
}

static void put_argument(struct buf *out, const struct signature *s, u32 index, bytes arguments)
{
    u256 word = u256_from_be_bytes(arguments.p + 32 * (usize)index);
    b256 bytes_of_word = u256_to_b256(word);
    switch (s->kind[index]) {
    case KIND_UINT:
        decimal_put(out, word);
        break;
    case KIND_INT:
        buf_put_text(out, u256_is_negative(word) ? "-" : "");
        decimal_put(out, u256_is_negative(word) ? u256_neg(word) : word);
        break;
    case KIND_BOOL:
        buf_put_text(out, u256_is_zero(word) ? "false" : "true");
        break;
    case KIND_ADDRESS:
        put_data(out, (bytes){bytes_of_word.b + 12, 20});
        break;
    case KIND_STRING:
        put_plain_text(out, dynamic_at(arguments, word));
        break;
    case KIND_BYTES:
        put_data(out, dynamic_at(arguments, word));
        break;
    case KIND_BYTES_N:
        put_data(out, (bytes){bytes_of_word.b, s->size});
        break;
    }
}

// The first text may have holes for those that follow: %s, %d, %i.
static u32 put_format(struct buf *out, const struct signature *s, bytes arguments)
{
    bytes format = dynamic_at(arguments, u256_from_be_bytes(arguments.p));
    u32 next = 1;
    usize plain = 0;
    for (usize i = 0; i + 1 < format.n && next < s->count; i++) {
        u8 c = format.p[i + 1];
        if (format.p[i] == '%' && (c == 's' || c == 'd' || c == 'i')) {
            put_plain_text(out, bytes_slice(format, plain, i - plain));
            put_argument(out, s, next++, arguments);
            plain = i + 2;
            i++;
        }
    }
    put_plain_text(out, bytes_slice(format, plain, format.n - plain));
    return next;
}

bool console_put_call(struct buf *out, bytes input)
{
    struct signature s;
    if (input.n < 4) {
        return false;
    }
    u32 selector = load_be32(input.p);
    bytes arguments = bytes_slice(input, 4, input.n - 4);
    if ((!find_combined(&s, selector) && !find_single(&s, selector)) ||
        arguments.n < 32 * (usize)s.count) {
        return false;
    }
    u32 i = s.count > 0 && s.kind[0] == KIND_STRING ? put_format(out, &s, arguments) : 0;
    for (; i < s.count; i++) {
        buf_put_text(out, i == 0 ? "" : " ");
        put_argument(out, &s, i, arguments);
    }
    return true;
}

// ---- the inspector ------------------------------------------------------------------------------

static void say(struct console *c, const address *at)
{
    usize n = c->text.n < CONSOLE_LINE_MAX ? c->text.n : CONSOLE_LINE_MAX;
    c->line(c->ctx, at, (bytes){c->text.p, n});
}

static const address *frame_at(const struct console *c, u32 depth)
{
    static const address nobody;
    usize at = (usize)depth * sizeof nobody;
    return at + sizeof nobody <= c->frames.n ? (const address *)(const void *)(c->frames.p + at)
                                             : &nobody;
}

static void on_enter(void *ctx, const struct inspect_frame *f)
{
    struct console *c = ctx;
    usize at = (usize)f->depth * sizeof f->to;
    if (c->frames.n > at) {
        c->frames.n = at;
    }
    buf_put(&c->frames, f->to.b, sizeof f->to);
    buf_clear(&c->text);
    if (f->depth > 0 && address_equal(&f->code, &console_address) &&
        console_put_call(&c->text, f->input)) {
        say(c, &f->from);
    }
}

static void on_debug_log(void *ctx, u32 depth, bytes text)
{
    struct console *c = ctx;
    buf_clear(&c->text);
    put_plain_text(&c->text, text);
    say(c, frame_at(c, depth));
}

void console_init(struct console *c, void (*line)(void *ctx, const address *at, bytes text),
                  void *ctx)
{
    *c = (struct console){.line = line, .ctx = ctx};
}

void console_fini(struct console *c)
{
    buf_fini(&c->frames);
    buf_fini(&c->text);
}

struct inspector console_inspector(struct console *c)
{
    return (struct inspector){.ctx = c, .frame_enter = on_enter, .debug_log = on_debug_log};
}
