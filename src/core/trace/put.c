// SPDX-License-Identifier: MIT
// Values as text for tracers and reports; see put.h.
#include "core/trace/put.h"

#include "lib/base/bytes.h"

#define JSON_NUMBER_MAX (1ull << 53) // every integer up to here is exact in a double

static const char digits[] = "0123456789abcdef";

void put_quantity_u64(struct buf *b, u64 v)
{
    char text[18] = "0x";
    u32 n = 2;
    u32 count = v == 0 ? 1 : (67 - (u32)__builtin_clzll(v)) / 4; // ceil(bits / 4)
    for (u32 i = count; i-- > 0;) {
        text[n++] = digits[v >> (4 * i) & 15];
    }
    buf_put(b, text, n);
}

void put_quantity(struct buf *b, u256 v)
{
    u32 top = 3;
    while (top > 0 && v.w[top] == 0) {
        top--;
    }
    put_quantity_u64(b, v.w[top]);
    while (top-- > 0) {
        u8 *to = buf_extend(b, 16);
        for (u32 i = 0; i < 16; i++) {
            to[i] = (u8)digits[v.w[top] >> (60 - 4 * i) & 15];
        }
    }
}

void put_hex(struct buf *b, bytes data)
{
    u8 *to = buf_extend(b, 2 * data.n);
    for (usize i = 0; i < data.n; i++) {
        to[2 * i] = (u8)digits[data.p[i] >> 4];
        to[2 * i + 1] = (u8)digits[data.p[i] & 15];
    }
}

void put_data(struct buf *b, bytes data)
{
    buf_put_text(b, "0x");
    put_hex(b, data);
}

void put_address(struct buf *b, const address *a)
{
    put_data(b, (bytes){a->b, sizeof a->b});
}

void put_number(struct buf *b, u64 v)
{
    char text[27]; // 20 digits, 6 commas
    u32 at = sizeof text;
    u32 count = 0;
    do {
        if (count > 0 && count % 3 == 0) {
            text[--at] = ',';
        }
        text[--at] = (char)('0' + v % 10);
        v /= 10;
        count++;
    } while (v > 0);
    buf_put(b, text + at, sizeof text - at);
}

// Length of the UTF-8 sequence at p (RFC 3629: shortest form, no surrogates, up to U+10FFFF), 0 if
// there is none.
static usize utf8_size(const u8 *p, usize n)
{
    if (p[0] < 0x80) {
        return 1;
    }
    usize size = p[0] >= 0xc2 && p[0] < 0xe0 ? 2 : p[0] >= 0xe0 && p[0] < 0xf0 ? 3 : 4;
    if (p[0] < 0xc2 || p[0] > 0xf4 || size > n) {
        return 0;
    }
    for (usize i = 1; i < size; i++) {
        if (p[i] >> 6 != 2) {
            return 0;
        }
    }
    bool bad = (p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
               (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f);
    return bad ? 0 : size;
}

static bool is_control(const u8 *p, usize size)
{
    return p[0] < 0x20 || p[0] == 0x7f || (size == 2 && p[0] == 0xc2 && p[1] < 0xa0);
}

void put_json_text(struct buf *b, bytes text)
{
    for (usize i = 0; i < text.n;) {
        const u8 *p = text.p + i;
        usize size = utf8_size(p, text.n - i);
        if (size == 0 || is_control(p, 1)) {
            buf_printf(b, "\\u%04x", p[0]);
            size = 1;
        } else {
            if (p[0] == '"' || p[0] == '\\') {
                buf_put_u8(b, '\\');
            }
            buf_put(b, p, size);
        }
        i += size;
    }
}

void put_plain_text(struct buf *b, bytes text)
{
    for (usize i = 0; i < text.n;) {
        const u8 *p = text.p + i;
        usize size = utf8_size(p, text.n - i);
        if (size == 0 || is_control(p, size)) {
            buf_printf(b, "\\x%02x", p[0]);
            size = 1;
        } else {
            buf_put(b, p, size);
        }
        i += size;
    }
}

void put_json_number(struct buf *b, u64 v)
{
    put_json_u256(b, (u256){{v, 0, 0, 0}});
}

void put_json_u256(struct buf *b, u256 v)
{
    if ((v.w[1] | v.w[2] | v.w[3]) == 0 && v.w[0] <= JSON_NUMBER_MAX) {
        buf_printf(b, "%llu", (unsigned long long)v.w[0]);
        return;
    }
    buf_put_u8(b, '"');
    put_quantity(b, v);
    buf_put_u8(b, '"');
}
