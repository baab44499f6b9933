// SPDX-License-Identifier: MIT
// Bytes to text; see sol_value.h. Every offset and length is checked against the bytes there are.
// Offsets may point anywhere, so parts can be used many times; what a value may visit is bounded by
// a budget in proportion to its bytes.
#include <string.h>

#include "app/cli/kit/sol_value.h"
#include "core/trace/put.h"
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/codec/decimal.h"
#include "lib/num/u256.h"

enum style { STYLE_NONE, STYLE_TEXT, STYLE_JSON };

struct decoder {
    struct buf *out;
    enum style style;
    bool has_names; // tuples show the names of their components
    u64 budget;     // words that may still be visited
};

static bool decode_at(struct decoder *d, const struct sol_type *t, bytes frame, usize at);

static bool take_word(struct decoder *d, u256 *out, bytes frame, usize at)
{
    if (at > frame.n || frame.n - at < 32 || d->budget == 0) {
        return false;
    }
    d->budget--;
    *out = u256_from_be_bytes(frame.p + at);
    return true;
}

static void put_quote(struct decoder *d)
{
    if (d->style == STYLE_JSON) {
        buf_put_u8(d->out, '"');
    }
}

// Whether a word is what the encoding of a static type may be.
static bool word_fits(const struct sol_type *t, u256 v)
{
    switch (t->kind) {
    case SOL_UINT:
        return u256_bit_length(v) <= t->size;
    case SOL_INT:
        return u256_eq(v, u256_signextend(u256_from_u64(t->size / 8 - 1), v));
    case SOL_ADDRESS:
        return u256_bit_length(v) <= 160;
    case SOL_BOOL:
        return u256_bit_length(v) <= 1;
    case SOL_BYTES_N:
    case SOL_FUNCTION:
        return t->size == 32 || u256_is_zero(u256_shl(u256_from_u64(8 * (u64)t->size), v));
    case SOL_BYTES:
    case SOL_STRING:
    case SOL_LIST:
    case SOL_TUPLE:
        break;
    }
    UNREACHABLE();
}

static void put_static(struct decoder *d, const struct sol_type *t, u256 v)
{
    b256 word = u256_to_b256(v);
    if (t->kind == SOL_BOOL) {
        buf_put_text(d->out, u256_is_zero(v) ? "false" : "true");
        return;
    }
    put_quote(d);
    if (t->kind == SOL_UINT) {
        decimal_put(d->out, v);
    } else if (t->kind == SOL_INT) {
        buf_put_text(d->out, u256_is_negative(v) ? "-" : "");
        decimal_put(d->out, u256_is_negative(v) ? u256_neg(v) : v);
    } else if (t->kind == SOL_ADDRESS) {
        put_data(d->out, (bytes){word.b + 12, 20});
    } else {
        put_data(d->out, (bytes){word.b, t->size});
    }
    put_quote(d);
}

// bytes or string at `at` of the frame.
static bool decode_data(struct decoder *d, const struct sol_type *t, bytes frame, usize at)
{
    u256 word;
    if (!take_word(d, &word, frame, at)) {
        return false;
    }
    u64 n = u256_to_u64_saturated(word);
    if (n > frame.n - at - 32 || n / 32 > d->budget) {
        return false;
    }
    d->budget -= n / 32;
    bytes data = bytes_slice(frame, at + 32, n);
    if (d->style == STYLE_NONE) {
        return true;
    }
    if (t->kind == SOL_BYTES) {
        put_quote(d);
        put_data(d->out, data);
        put_quote(d);
        return true;
    }
    buf_put_u8(d->out, '"');
    if (d->style == STYLE_JSON) {
        put_json_text(d->out, data);
    } else {
        put_plain_text(d->out, data);
    }
    buf_put_u8(d->out, '"');
    return true;
}

// A component whose head is at `at` of the frame: itself, or the offset of where it is.
static bool decode_head(struct decoder *d, const struct sol_type *t, bytes frame, usize at)
{
    u256 word;
    if (!t->is_dynamic) {
        return decode_at(d, t, frame, at);
    }
    if (!take_word(d, &word, frame, at)) {
        return false;
    }
    u64 offset = u256_to_u64_saturated(word);
    return offset <= frame.n && decode_at(d, t, frame, offset);
}

static void put_between(struct decoder *d, u64 index)
{
    if (d->style != STYLE_NONE && index > 0) {
        buf_put_text(d->out, d->style == STYLE_JSON ? "," : ", ");
    }
}

static void put_edge(struct decoder *d, const char *text, const char *json)
{
    if (d->style != STYLE_NONE) {
        buf_put_text(d->out, d->style == STYLE_JSON ? json : text);
    }
}

static bool decode_tuple(struct decoder *d, const struct sol_type *t, bytes frame)
{
    usize at = 0;
    put_edge(d, "(", "[");
    for (u32 i = 0; i < t->inner_count; i++) {
        const struct sol_type *part = &t->inner[i];
        put_between(d, i);
        if (d->style == STYLE_TEXT && d->has_names && part->name[0] != 0) {
            buf_printf(d->out, "%s: ", part->name);
        }
        if (!decode_head(d, part, frame, at)) {
            return false;
        }
        at += 32 * (usize)part->head_words;
    }
    put_edge(d, ")", "]");
    return true;
}

static bool decode_list(struct decoder *d, const struct sol_type *t, bytes frame, u64 count)
{
    usize step = 32 * (usize)t->inner->head_words;
    if (count > frame.n / step) {
        return false;
    }
    put_edge(d, "[", "[");
    for (u64 i = 0; i < count; i++) {
        put_between(d, i);
        if (!decode_head(d, t->inner, frame, i * step)) {
            return false;
        }
    }
    put_edge(d, "]", "]");
    return true;
}

// A value that begins at `at` of the frame. What a list or tuple points to is counted from its own
// beginning.
static bool decode_at(struct decoder *d, const struct sol_type *t, bytes frame, usize at)
{
    u256 word;
    switch (t->kind) {
    case SOL_BYTES:
    case SOL_STRING:
        return decode_data(d, t, frame, at);
    case SOL_TUPLE:
        return at <= frame.n && decode_tuple(d, t, bytes_slice(frame, at, frame.n - at));
    case SOL_LIST:
        if (t->count != SOL_ANY_COUNT) {
            return at <= frame.n &&
                   decode_list(d, t, bytes_slice(frame, at, frame.n - at), t->count);
        }
        return take_word(d, &word, frame, at) &&
               decode_list(d, t, bytes_slice(frame, at + 32, frame.n - at - 32),
                           u256_to_u64_saturated(word));
    case SOL_UINT:
    case SOL_INT:
    case SOL_ADDRESS:
    case SOL_BOOL:
    case SOL_BYTES_N:
    case SOL_FUNCTION:
        if (!take_word(d, &word, frame, at) || !word_fits(t, word)) {
            return false;
        }
        if (d->style != STYLE_NONE) {
            put_static(d, t, word);
        }
        return true;
    }
    UNREACHABLE();
}

static u64 budget_of(bytes data)
{
    return 64 + data.n; // 32 times each word
}

bool sol_check(const struct sol_type *tuple, bytes data)
{
    struct decoder d = {.style = STYLE_NONE, .budget = budget_of(data)};
    return decode_tuple(&d, tuple, data);
}

static bool decode_whole(struct decoder *d, const struct sol_type *tuple, bytes data)
{
    usize before = d->out->n;
    d->budget = budget_of(data);
    bool ok = decode_tuple(d, tuple, data);
    d->out->n = ok ? d->out->n : before;
    return ok;
}

bool sol_decode_json(struct buf *out, const struct sol_type *tuple, bytes data)
{
    struct decoder d = {.out = out, .style = STYLE_JSON};
    return decode_whole(&d, tuple, data);
}

bool sol_decode_line(struct buf *out, const struct sol_type *tuple, bytes data)
{
    struct decoder d = {.out = out, .style = STYLE_TEXT, .has_names = true};
    return decode_whole(&d, tuple, data);
}

bool sol_decode_lines(struct buf *out, const struct sol_type *tuple, bytes data)
{
    usize before = out->n;
    usize at = 0;
    struct decoder d = {.out = out, .style = STYLE_TEXT, .budget = budget_of(data)};
    for (u32 i = 0; i < tuple->inner_count; i++) {
        if (!decode_head(&d, &tuple->inner[i], data, at)) {
            out->n = before;
            return false;
        }
        buf_put_u8(out, '\n');
        at += 32 * (usize)tuple->inner[i].head_words;
    }
    return true;
}
