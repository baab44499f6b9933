// SPDX-License-Identifier: MIT
// Values as text for tracers and reports; see put.h.
#include "core/trace/put.h"

#include "lib/base/bytes.h"

#define JSON_NUMBER_MAX (1ull << 53) // every integer up to here is exact in a double

static const char digits[] = "0123456789abcdef";

// The last `count` hex digits of v, at `to`.
static void write_digits(u8 *to, u64 v, u32 count)
{
    for (u32 i = count; i-- > 0; v >>= 4) {
        to[i] = (u8)digits[v & 15];
    }
}

void put_quantity_u64(struct buf *b, u64 v)
{
    put_quantity(b, (u256){{v, 0, 0, 0}});
}

void put_quantity(struct buf *b, u256 v)
{
    u32 top = 3;
    while (top > 0 && v.w[top] == 0) {
        top--;
    }
    u64 first = v.w[top];
    u32 count =
        first == 0 ? 1 : (67 - (u32)__builtin_clzll(first)) / 4; // its digits: ceil(bits / 4)
    u8 *to = buf_extend(b, 2 + count + 16 * (usize)top);
    to[0] = '0';
    to[1] = 'x';
    write_digits(to + 2, first, count);
    for (to += 2 + count; top-- > 0; to += 16) {
        write_digits(to, v.w[top], 16);
    }
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

void put_time(struct buf *b, u64 ns)
{
    static const char *const units[] = {"ns", "us", "ms", "s"};
    u32 unit = 0;
    u64 part = 0; // thousandths
    while (ns >= 1000 && unit < 3) {
        part = ns % 1000;
        ns /= 1000;
        unit++;
    }
    if (unit == 0 || ns >= 100) {
        buf_printf(b, "%llu %s", (unsigned long long)ns, units[unit]);
    } else if (ns >= 10) {
        buf_printf(b, "%llu.%llu %s", (unsigned long long)ns, (unsigned long long)part / 100,
                   units[unit]);
    } else {
        buf_printf(b, "%llu.%02llu %s", (unsigned long long)ns, (unsigned long long)part / 10,
                   units[unit]);
    }
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
    hex_put_quantity(b, v);
    buf_put_u8(b, '"');
}
