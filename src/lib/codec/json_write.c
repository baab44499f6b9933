// SPDX-License-Identifier: MIT
// The JSON writer. Names and texts are escaped as RFC 8259 demands; bytes that are not well-formed
// UTF-8 are written as U+FFFD, so that the output is always JSON.
#include "lib/codec/json_write.h"

#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/codec/decimal.h"
#include "lib/codec/hex.h"
#include "lib/codec/utf8.h"
#include "lib/num/u256.h"

#define NUMBER_LIMIT ((u64)1 << 53) // readers that keep numbers as doubles lose bits from here on

void json_write_init(struct json_writer *w, struct buf *out, u32 indent)
{
    *w = (struct json_writer){.out = out, .indent = indent};
}

static void put_escaped(struct buf *out, bytes s)
{
    buf_put_u8(out, '"');
    while (s.n > 0) {
        usize n = utf8_sequence(s);
        u8 c = s.p[0];
        if (n == 0) {
            buf_put_text(out, "\xef\xbf\xbd");
            n = 1;
        } else if (c == '"' || c == '\\') {
            buf_put_u8(out, '\\');
            buf_put_u8(out, c);
        } else if (c == '\n') {
            buf_put_text(out, "\\n");
        } else if (c < 0x20) {
            buf_printf(out, "\\u%04x", (u32)c);
        } else {
            buf_put(out, s.p, n);
        }
        s = bytes_slice(s, n, s.n - n);
    }
    buf_put_u8(out, '"');
}

static void new_line(struct json_writer *w)
{
    if (w->indent > 0) {
        buf_put_u8(w->out, '\n');
        usize n = (usize)w->indent * w->depth;
        __builtin_memset(buf_extend(w->out, n), ' ', n);
    }
}

static bytes text_bytes(const char *text)
{
    return (bytes){(const u8 *)text, __builtin_strlen(text)};
}

static bool in_object(const struct json_writer *w)
{
    return w->depth > 0 && (w->in_object >> (w->depth - 1) & 1) != 0;
}

// What stands in front of a value: comma, line, name.
static void start_value(struct json_writer *w, const char *name)
{
    CHECK((name != NULL) == in_object(w));
    if (w->has_before) {
        CHECK(w->depth > 0); // one value at the top
        buf_put_u8(w->out, ',');
    }
    if (w->depth > 0) {
        new_line(w);
    }
    if (name != NULL) {
        put_escaped(w->out, text_bytes(name));
        buf_put_text(w->out, w->indent > 0 ? ": " : ":");
    }
    w->has_before = true;
}

static void begin(struct json_writer *w, const char *name, bool object)
{
    CHECK(w->depth < JSON_WRITE_DEPTH_MAX);
    start_value(w, name);
    buf_put_u8(w->out, object ? '{' : '[');
    w->in_object = (w->in_object & ~((u64)1 << w->depth)) | (u64)object << w->depth;
    w->depth++;
    w->has_before = false;
}

void json_begin_object(struct json_writer *w, const char *name)
{
    begin(w, name, true);
}

void json_begin_list(struct json_writer *w, const char *name)
{
    begin(w, name, false);
}

void json_end(struct json_writer *w)
{
    CHECK(w->depth > 0);
    bool object = in_object(w);
    w->depth--;
    if (w->has_before) {
        new_line(w);
    }
    buf_put_u8(w->out, object ? '}' : ']');
    w->has_before = true;
}

void json_put_text_bytes(struct json_writer *w, const char *name, bytes text)
{
    start_value(w, name);
    put_escaped(w->out, text);
}

void json_put_text(struct json_writer *w, const char *name, const char *text)
{
    json_put_text_bytes(w, name, text_bytes(text));
}

void json_put_data(struct json_writer *w, const char *name, const void *p, usize n)
{
    start_value(w, name);
    buf_put_u8(w->out, '"');
    hex_put_data(w->out, p, n);
    buf_put_u8(w->out, '"');
}

void json_put_b256(struct json_writer *w, const char *name, const b256 *v)
{
    json_put_data(w, name, v->b, sizeof v->b);
}

void json_put_address(struct json_writer *w, const char *name, const address *v)
{
    json_put_data(w, name, v->b, sizeof v->b);
}

void json_put_quantity(struct json_writer *w, const char *name, u256 v)
{
    start_value(w, name);
    buf_put_u8(w->out, '"');
    hex_put_quantity(w->out, v);
    buf_put_u8(w->out, '"');
}

void json_put_quantity_u64(struct json_writer *w, const char *name, u64 v)
{
    json_put_quantity(w, name, u256_from_u64(v));
}

void json_put_number(struct json_writer *w, const char *name, u64 v)
{
    CHECK(v < NUMBER_LIMIT);
    start_value(w, name);
    buf_printf(w->out, "%lu", v);
}

void json_put_whole(struct json_writer *w, const char *name, u256 v)
{
    start_value(w, name);
    decimal_put(w->out, v);
}

void json_put_whole_u64(struct json_writer *w, const char *name, u64 v)
{
    json_put_whole(w, name, u256_from_u64(v));
}

void json_put_ratio(struct json_writer *w, const char *name, u64 part, u64 whole)
{
    start_value(w, name);
    buf_printf(w->out, "%.9g", whole == 0 ? 0.0 : (double)part / (double)whole);
}

void json_put_bool(struct json_writer *w, const char *name, bool v)
{
    start_value(w, name);
    buf_put_text(w->out, v ? "true" : "false");
}

void json_put_raw(struct json_writer *w, const char *name, bytes json)
{
    start_value(w, name);
    buf_put(w->out, json.p, json.n);
}

void json_put_null(struct json_writer *w, const char *name)
{
    start_value(w, name);
    buf_put_text(w->out, "null");
}
