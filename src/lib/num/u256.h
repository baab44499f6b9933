// SPDX-License-Identifier: MIT
// 256-bit unsigned integers with the semantics of EVM words: arithmetic is modulo 2^256, division
// by zero gives zero, signed operations use two's complement. Short operations are inline and
// written on single limbs, because gcc 12 makes almost twice the code from loops over the limb
// array. Values go by value. Free-standing: the guest uses these functions too.
#pragma once

#include "lib/base/bytes.h"
#include "lib/base/cc.h"
#include "lib/base/types.h"
#include "lib/num/limb.h"

static inline u256 u256_zero(void)
{
    return (u256){{0, 0, 0, 0}};
}

static inline u256 u256_one(void)
{
    return (u256){{1, 0, 0, 0}};
}

static inline u256 u256_max(void)
{
    return (u256){{~(u64)0, ~(u64)0, ~(u64)0, ~(u64)0}};
}

static inline u256 u256_from_u64(u64 v)
{
    return (u256){{v, 0, 0, 0}};
}

static inline u256 u256_from_bool(bool v)
{
    return (u256){{v, 0, 0, 0}};
}

static inline bool u256_is_zero(u256 a)
{
    return (a.w[0] | a.w[1] | a.w[2] | a.w[3]) == 0;
}

static inline bool u256_fits_u64(u256 a)
{
    return (a.w[1] | a.w[2] | a.w[3]) == 0;
}

// The value, or 2^64 - 1 if it is larger.
static inline u64 u256_to_u64_saturated(u256 a)
{
    return u256_fits_u64(a) ? a.w[0] : ~(u64)0;
}

static inline bool u256_is_negative(u256 a)
{
    return a.w[3] >> 63 != 0;
}

static inline bool u256_eq(u256 a, u256 b)
{
    return ((a.w[0] ^ b.w[0]) | (a.w[1] ^ b.w[1]) | (a.w[2] ^ b.w[2]) | (a.w[3] ^ b.w[3])) == 0;
}

static inline bool u256_lt(u256 a, u256 b)
{
    if (a.w[3] != b.w[3]) {
        return a.w[3] < b.w[3];
    }
    if (a.w[2] != b.w[2]) {
        return a.w[2] < b.w[2];
    }
    if (a.w[1] != b.w[1]) {
        return a.w[1] < b.w[1];
    }
    return a.w[0] < b.w[0];
}

static inline bool u256_gt(u256 a, u256 b)
{
    return u256_lt(b, a);
}

static inline bool u256_slt(u256 a, u256 b)
{
    if (a.w[3] != b.w[3]) {
        return (i64)a.w[3] < (i64)b.w[3];
    }
    return u256_lt(a, b);
}

static inline bool u256_sgt(u256 a, u256 b)
{
    return u256_slt(b, a);
}

// -1, 0 or 1 for a below, equal to or above b.
static inline i32 u256_cmp(u256 a, u256 b)
{
    return u256_lt(a, b) ? -1 : !u256_eq(a, b);
}

// a + b modulo 2^256; *carry is the bit lost.
static inline u256 u256_add_carry(bool *carry, u256 a, u256 b)
{
    u64 c = 0;
    u256 r;
    r.w[0] = limb_add(&c, a.w[0], b.w[0]);
    r.w[1] = limb_add(&c, a.w[1], b.w[1]);
    r.w[2] = limb_add(&c, a.w[2], b.w[2]);
    r.w[3] = limb_add(&c, a.w[3], b.w[3]);
    *carry = c != 0;
    return r;
}

// a - b modulo 2^256; *borrow tells that b was above a.
static inline u256 u256_sub_borrow(bool *borrow, u256 a, u256 b)
{
    u64 c = 0;
    u256 r;
    r.w[0] = limb_sub(&c, a.w[0], b.w[0]);
    r.w[1] = limb_sub(&c, a.w[1], b.w[1]);
    r.w[2] = limb_sub(&c, a.w[2], b.w[2]);
    r.w[3] = limb_sub(&c, a.w[3], b.w[3]);
    *borrow = c != 0;
    return r;
}

static inline u256 u256_add(u256 a, u256 b)
{
    bool carry;
    return u256_add_carry(&carry, a, b);
}

static inline u256 u256_sub(u256 a, u256 b)
{
    bool borrow;
    return u256_sub_borrow(&borrow, a, b);
}

static inline u256 u256_and(u256 a, u256 b)
{
    return (u256){{a.w[0] & b.w[0], a.w[1] & b.w[1], a.w[2] & b.w[2], a.w[3] & b.w[3]}};
}

static inline u256 u256_or(u256 a, u256 b)
{
    return (u256){{a.w[0] | b.w[0], a.w[1] | b.w[1], a.w[2] | b.w[2], a.w[3] | b.w[3]}};
}

static inline u256 u256_xor(u256 a, u256 b)
{
    return (u256){{a.w[0] ^ b.w[0], a.w[1] ^ b.w[1], a.w[2] ^ b.w[2], a.w[3] ^ b.w[3]}};
}

static inline u256 u256_not(u256 a)
{
    return (u256){{~a.w[0], ~a.w[1], ~a.w[2], ~a.w[3]}};
}

static inline u256 u256_neg(u256 a)
{
    return u256_sub(u256_zero(), a);
}

// Number of bits up to the highest one set; 0 for 0.
static inline u32 u256_bit_length(u256 a)
{
    if (a.w[3] != 0) {
        return 256 - (u32)__builtin_clzll(a.w[3]);
    }
    if (a.w[2] != 0) {
        return 192 - (u32)__builtin_clzll(a.w[2]);
    }
    if (a.w[1] != 0) {
        return 128 - (u32)__builtin_clzll(a.w[1]);
    }
    return a.w[0] != 0 ? 64 - (u32)__builtin_clzll(a.w[0]) : 0;
}

static inline u32 u256_byte_length(u256 a)
{
    return (u256_bit_length(a) + 7) / 8;
}

// Zero bits above the highest one set; 256 for 0 (EIP-7939).
static inline u32 u256_clz(u256 a)
{
    return 256 - u256_bit_length(a);
}

// Byte `index` of a, 0 being the most significant; zero from 32 on.
static inline u256 u256_byte(u256 index, u256 a)
{
    if (!u256_fits_u64(index) || index.w[0] >= 32) {
        return u256_zero();
    }
    u64 from_low = 31 - index.w[0];
    return u256_from_u64(a.w[from_low / 8] >> (from_low % 8 * 8) & 0xff);
}

static inline u256 u256_from_be_bytes(const u8 p[static 32])
{
    return (u256){{load_be64(p + 24), load_be64(p + 16), load_be64(p + 8), load_be64(p)}};
}

static inline void u256_to_be_bytes(u8 p[static 32], u256 a)
{
    store_be64(p, a.w[3]);
    store_be64(p + 8, a.w[2]);
    store_be64(p + 16, a.w[1]);
    store_be64(p + 24, a.w[0]);
}

static inline u256 u256_from_b256(b256 v)
{
    return u256_from_be_bytes(v.b);
}

static inline b256 u256_to_b256(u256 a)
{
    b256 v;
    u256_to_be_bytes(v.b, a);
    return v;
}

static inline u256 u256_from_address(address v)
{
    return (u256){{load_be64(v.b + 12), load_be64(v.b + 4), load_be32(v.b), 0}};
}

// The low 160 bits.
static inline address u256_to_address(u256 a)
{
    address v;
    store_be32(v.b, (u32)a.w[2]);
    store_be64(v.b + 4, a.w[1]);
    store_be64(v.b + 12, a.w[0]);
    return v;
}

static inline u256 u256_mul(u256 a, u256 b)
{
    u64 r0 = 0, r1 = 0, r2 = 0, r3 = 0;
    u64 c = limb_multiply_add(&r0, a.w[0], b.w[0], 0);
    c = limb_multiply_add(&r1, a.w[1], b.w[0], c);
    c = limb_multiply_add(&r2, a.w[2], b.w[0], c);
    r3 = a.w[3] * b.w[0] + c;
    c = limb_multiply_add(&r1, a.w[0], b.w[1], 0);
    c = limb_multiply_add(&r2, a.w[1], b.w[1], c);
    r3 += a.w[2] * b.w[1] + c;
    c = limb_multiply_add(&r2, a.w[0], b.w[2], 0);
    r3 += a.w[1] * b.w[2] + c;
    r3 += a.w[0] * b.w[3];
    return (u256){{r0, r1, r2, r3}};
}

// Shifts take the count first, as on the EVM stack; from 256 on all bits are gone.
static inline u256 u256_shl(u256 count, u256 a)
{
    if (!u256_fits_u64(count) || count.w[0] >= 256) {
        return u256_zero();
    }
    u32 c = (u32)count.w[0] % 64;
    switch (count.w[0] / 64) {
    case 0:
        return (u256){{a.w[0] << c, limb_funnel_left(a.w[1], a.w[0], c),
                       limb_funnel_left(a.w[2], a.w[1], c), limb_funnel_left(a.w[3], a.w[2], c)}};
    case 1:
        return (u256){{0, a.w[0] << c, limb_funnel_left(a.w[1], a.w[0], c),
                       limb_funnel_left(a.w[2], a.w[1], c)}};
    case 2:
        return (u256){{0, 0, a.w[0] << c, limb_funnel_left(a.w[1], a.w[0], c)}};
    default:
        return (u256){{0, 0, 0, a.w[0] << c}};
    }
}

// Shifts right by a count below 256, moving in bits of `fill`, which is all zeros or all ones.
static inline u256 u256_shift_right(u64 count, u256 a, u64 fill)
{
    u32 c = (u32)count % 64;
    u64 top = limb_funnel_right(fill, a.w[3], c);
    switch (count / 64) {
    case 0:
        return (u256){{limb_funnel_right(a.w[1], a.w[0], c), limb_funnel_right(a.w[2], a.w[1], c),
                       limb_funnel_right(a.w[3], a.w[2], c), top}};
    case 1:
        return (u256){{limb_funnel_right(a.w[2], a.w[1], c), limb_funnel_right(a.w[3], a.w[2], c),
                       top, fill}};
    case 2:
        return (u256){{limb_funnel_right(a.w[3], a.w[2], c), top, fill, fill}};
    default:
        return (u256){{top, fill, fill, fill}};
    }
}

static inline u256 u256_shr(u256 count, u256 a)
{
    if (!u256_fits_u64(count) || count.w[0] >= 256) {
        return u256_zero();
    }
    return u256_shift_right(count.w[0], a, 0);
}

static inline u256 u256_sar(u256 count, u256 a)
{
    u64 fill = 0 - (a.w[3] >> 63);
    if (!u256_fits_u64(count) || count.w[0] >= 256) {
        return (u256){{fill, fill, fill, fill}};
    }
    return u256_shift_right(count.w[0], a, fill);
}

// Extends the sign of the number in bytes 0 .. index (0 = least significant); a itself from 31 on.
static inline u256 u256_signextend(u256 index, u256 a)
{
    if (!u256_fits_u64(index) || index.w[0] >= 31) {
        return a;
    }
    u64 limb = index.w[0] / 8;
    u32 up = 56 - (u32)index.w[0] % 8 * 8;
    u64 top = limb == 0 ? a.w[0] : limb == 1 ? a.w[1] : limb == 2 ? a.w[2] : a.w[3];
    i64 extended = (i64)(top << up) >> up;
    u64 fill = (u64)(extended >> 63);
    return (u256){{limb == 0 ? (u64)extended : a.w[0],
                   limb == 1  ? (u64)extended
                   : limb < 1 ? fill
                              : a.w[1],
                   limb == 2  ? (u64)extended
                   : limb < 2 ? fill
                              : a.w[2],
                   limb == 3 ? (u64)extended : fill}};
}

u256 u256_from_be_partial(const u8 *p, usize n); // big-endian number of n bytes, n <= 32

u256 u256_div(u256 a, u256 b);
u256 u256_mod(u256 a, u256 b);
u256 u256_sdiv(u256 a, u256 b);           // rounds towards zero; -2^255 / -1 = -2^255
u256 u256_smod(u256 a, u256 b);           // the sign is that of a
u256 u256_addmod(u256 a, u256 b, u256 m); // the sum has 257 bits
u256 u256_mulmod(u256 a, u256 b, u256 m); // the product has 512 bits
u256 u256_exp(u256 base, u256 exponent);  // 0^0 = 1

// The whole product: low half first, eight limbs.
void u256_mul_full(u64 product[static 8], u256 a, u256 b);
