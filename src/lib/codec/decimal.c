// SPDX-License-Identifier: MIT
// See decimal.h.
#include "lib/codec/decimal.h"

#include "lib/num/u256.h"

#define DIGITS_MAX 78u // of 2^256 - 1

void decimal_put(struct buf *out, u256 v)
{
    u8 digits[DIGITS_MAX];
    usize at = sizeof digits;
    u256 ten = u256_from_u64(10);
    do {
        digits[--at] = (u8)('0' + u256_mod(v, ten).w[0]);
        v = u256_div(v, ten);
    } while (!u256_is_zero(v));
    buf_put(out, digits + at, sizeof digits - at);
}
