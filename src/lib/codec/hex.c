// SPDX-License-Identifier: MIT
// Hexadecimal coding by a table of digit values and the digits themselves.
#include "lib/codec/hex.h"

#include "lib/base/bytes.h"
#include "lib/num/u256.h"

static const char digits[] = "0123456789abcdef";

// 0 .. 15, or -1.
static i32 digit_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

static bool refuse(hex_error *why, const char *text, usize at)
{
    *why = (hex_error){text, at};
    return false;
}

static usize prefix_length(const char *text, usize n)
{
    return n >= 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X') ? 2 : 0;
}

// n digits, n even, from offset `at` of the text.
static bool decode_pairs(u8 *out, hex_error *why, const char *text, usize at, usize n)
{
    for (usize i = at; i < at + n; i += 2) {
        i32 top = digit_value(text[i]);
        i32 low = digit_value(text[i + 1]);
        if ((top | low) < 0) {
            return refuse(why, "not a hexadecimal digit", top < 0 ? i : i + 1);
        }
        *out++ = (u8)(top << 4 | low);
    }
    return true;
}

bool hex_decode(struct buf *out, hex_error *why, const char *text, usize n)
{
    usize at = prefix_length(text, n);
    if ((n - at) % 2 != 0) {
        return refuse(why, "the number of digits is odd", n);
    }
    usize start = out->n;
    if (!decode_pairs(buf_extend(out, (n - at) / 2), why, text, at, n - at)) {
        out->n = start;
        return false;
    }
    return true;
}

bool hex_decode_exact(u8 *out, usize size, hex_error *why, const char *text, usize n)
{
    usize at = prefix_length(text, n);
    if ((n - at) / 2 < size) {
        return refuse(why, "too few digits", n);
    }
    if (n - at > size * 2) {
        return refuse(why, "too many digits", at + size * 2);
    }
    return decode_pairs(out, why, text, at, size * 2);
}

static bool decode_number(u256 *out, hex_error *why, const char *text, usize n, usize digits_max)
{
    usize at = prefix_length(text, n);
    if (at == n) {
        return refuse(why, "no digits", n);
    }
    while (at + 1 < n && text[at] == '0') {
        at++;
    }
    u256 v = u256_zero();
    for (usize i = at; i < n; i++) {
        i32 digit = digit_value(text[i]);
        if (digit < 0) {
            return refuse(why, "not a hexadecimal digit", i);
        }
        if (i - at == digits_max) {
            return refuse(why, "the number is too large", i);
        }
        usize place = n - 1 - i; // of the digit, from the right
        if (place / 16 < 4) {
            v.w[place / 16] |= (u64)digit << (place % 16 * 4);
        }
    }
    *out = v;
    return true;
}

bool hex_decode_u256(u256 *out, hex_error *why, const char *text, usize n)
{
    return decode_number(out, why, text, n, 64);
}

bool hex_decode_u64(u64 *out, hex_error *why, const char *text, usize n)
{
    u256 v;
    if (!decode_number(&v, why, text, n, 16)) {
        return false;
    }
    *out = v.w[0];
    return true;
}

void hex_put_digits(struct buf *out, const void *p, usize n)
{
    const u8 *from = p;
    u8 *to = buf_extend(out, 2 * n);
    for (usize i = 0; i < n; i++) {
        to[2 * i] = (u8)digits[from[i] >> 4];
        to[2 * i + 1] = (u8)digits[from[i] & 15];
    }
}

void hex_put_data(struct buf *out, const void *p, usize n)
{
    buf_put_text(out, "0x");
    hex_put_digits(out, p, n);
}

void hex_put_quantity(struct buf *out, u256 v)
{
    buf_put_text(out, "0x");
    u32 count = (u256_bit_length(v) + 3) / 4;
    for (u32 i = count == 0 ? 1 : count; i-- > 0;) {
        buf_put_u8(out, (u8)digits[v.w[i / 16] >> (i % 16 * 4) & 15]);
    }
}
