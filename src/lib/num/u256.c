// SPDX-License-Identifier: MIT
// Long multiplication, division and powers of 256-bit integers. Division follows Knuth (TAOCP
// volume 2, 4.3.1, algorithm D) on 64-bit limbs; quotient limbs come from reciprocals as in N.
// Möller and T. Granlund, "Improved division by invariant integers" (IEEE Trans. Computers 60,
// 2011; called MG below), so that one hardware division per call is enough and no 128-bit library
// division is needed. Free-standing. Running time depends on the values: not for secrets.
#include "lib/num/u256.h"

#define LIMBS 4
#define ADDMOD_LIMBS 5 // a sum with its carry
#define MULMOD_LIMBS 8 // a whole product

static u64 high(u128 v)
{
    return (u64)(v >> 64);
}

static u128 wide(u64 top, u64 low)
{
    return (u128)top << 64 | low;
}

// ---- Multiplication

void u256_mul_full(u64 product[static 8], u256 a, u256 b)
{
    u64 r[2 * LIMBS] = {0};
    for (usize i = 0; i < LIMBS; i++) {
        u64 c = limb_multiply_add(&r[i], a.w[0], b.w[i], 0);
        c = limb_multiply_add(&r[i + 1], a.w[1], b.w[i], c);
        c = limb_multiply_add(&r[i + 2], a.w[2], b.w[i], c);
        r[i + 4] = limb_multiply_add(&r[i + 3], a.w[3], b.w[i], c);
    }
    for (usize i = 0; i < 2 * LIMBS; i++) {
        product[i] = r[i];
    }
}

// ---- Division

// floor((2^128 - 1) / d) - 2^64 for d >= 2^63: MG algorithm 2, with a division in place of its
// table.
static u64 reciprocal_2by1(u64 d)
{
    u64 d9 = d >> 55;
    u64 d40 = (d >> 24) + 1;
    u64 d63 = (d >> 1) + (d & 1);
    u64 v0 = ((1u << 19) - 3 * (1u << 8)) / d9;
    u64 v1 = (v0 << 11) - (v0 * v0 * d40 >> 40) - 1;
    u64 v2 = (v1 << 13) + (v1 * (((u64)1 << 60) - v1 * d40) >> 47);
    u64 e = (v2 >> 1 & (0 - (d & 1))) - v2 * d63;
    u64 v3 = (high((u128)v2 * e) >> 1) + (v2 << 31);
    return v3 - high((u128)v3 * d + d) - d;
}

// The same for the two-limb divisor d1:d0, d1 >= 2^63: floor((2^192 - 1) / d) - 2^64. MG
// algorithm 6.
static u64 reciprocal_3by2(u64 d1, u64 d0)
{
    u64 v = reciprocal_2by1(d1);
    u64 p = d1 * v + d0;
    if (p < d0) {
        v--;
        if (p >= d1) {
            v--;
            p -= d1;
        }
        p -= d1;
    }
    u128 t = (u128)v * d0;
    p += high(t);
    if (p < high(t)) {
        v--;
        if (p >= d1 && (p > d1 || (u64)t >= d0)) {
            v--;
        }
    }
    return v;
}

// u1:u0 / d for u1 < d and d >= 2^63 with its reciprocal v. MG algorithm 4.
static u64 divide_2by1(u64 *remainder, u64 u1, u64 u0, u64 d, u64 v)
{
    u128 q = (u128)v * u1 + wide(u1, u0);
    u64 q1 = high(q) + 1;
    u64 r = u0 - q1 * d;
    if (r > (u64)q) {
        q1--;
        r += d;
    }
    if (UNLIKELY(r >= d)) {
        q1++;
        r -= d;
    }
    *remainder = r;
    return q1;
}

// Quotient limb of u[2]:u[1]:u[0] by d[1]:d[0] for u[2]:u[1] < d and the reciprocal v. MG
// algorithm 5.
static u64 quotient_3by2(const u64 u[3], const u64 d[2], u64 v)
{
    u128 whole = wide(d[1], d[0]);
    u128 q = (u128)v * u[2] + wide(u[2], u[1]);
    u64 r1 = u[1] - high(q) * d[1];
    u128 r = wide(r1, u[0]) - (u128)high(q) * d[0] - whole;
    u64 q1 = high(q) + 1;
    if (high(r) >= (u64)q) {
        q1--;
        r += whole;
    }
    return r >= whole ? q1 + 1 : q1;
}

// *u -= d * q + borrow; returns the next borrow. Cannot overflow: the product and the borrow are
// below 2^128 - 2^64, so the high limb has room for the one that *u lacks.
static ALWAYS_INLINE u64 subtract_step(u64 *u, u64 d, u64 q, u64 borrow)
{
    u128 t = (u128)d * q + borrow;
    u64 low = (u64)t;
    borrow = high(t) + (*u < low);
    *u -= low;
    return borrow;
}

// u[0..n) -= d[0..n) * q for n of 2 to 4; returns what u[n] has to give.
static ALWAYS_INLINE u64 subtract_multiple(u64 *u, const u64 *d, usize n, u64 q)
{
    u64 borrow = subtract_step(&u[0], d[0], q, 0);
    borrow = subtract_step(&u[1], d[1], q, borrow);
    borrow = n > 2 ? subtract_step(&u[2], d[2], q, borrow) : borrow;
    return n > 3 ? subtract_step(&u[3], d[3], q, borrow) : borrow;
}

static NOINLINE u64 add_back(u64 *u, const u64 *d, usize n)
{
    u64 carry = 0;
    for (usize i = 0; i < n; i++) {
        u128 t = (u128)u[i] + d[i] + carry;
        u[i] = (u64)t;
        carry = high(t);
    }
    return carry;
}

// One step of algorithm D: u[0..n] / d[0..n), n >= 2, for u[1..n] < d. Leaves the remainder in u.
static ALWAYS_INLINE u64 divide_step(u64 *u, const u64 *d, usize n, u64 v)
{
    if (u[n] == 0 && u[n - 1] < d[n - 1]) {
        return 0; // often so in the first step
    }
    u64 q = ~(u64)0;
    // u[n]:u[n-1] above d[n-1]:d[n-2] is excluded by u[1..n] < d
    if (LIKELY(u[n] != d[n - 1] || u[n - 1] != d[n - 2])) {
        q = quotient_3by2(u + n - 2, d + n - 2, v);
    }
    u64 borrow = subtract_multiple(u, d, n, q);
    bool too_large = u[n] < borrow;
    u[n] -= borrow;
    if (UNLIKELY(too_large)) { // at most by one, since two limbs of the divisor are in the estimate
        q--;
        u[n] += add_back(u, d, n);
    }
    return q;
}

// All steps: quotient limbs into q[0..count), remainder in u[0..n). Called with constant n.
static ALWAYS_INLINE void divide_steps(u64 *q, usize count, u64 *u, const u64 *d, usize n)
{
    u64 v = reciprocal_3by2(d[n - 1], d[n - 2]);
    for (usize i = count; i-- > 0;) {
        q[i] = divide_step(u + i, d, n, v);
    }
}

// to[0..n] = from[0..n) << count for count < 64. `to` may be `from` if it has n + 1 limbs.
static void shift_left(u64 *to, const u64 *from, usize n, u32 count)
{
    u64 carry = 0;
    for (usize i = 0; i < n; i++) {
        u64 limb = from[i];
        to[i] = limb << count | carry;
        carry = limb >> 1 >> (63 - count);
    }
    to[n] = carry;
}

static usize limb_count(const u64 *p, usize n)
{
    while (n > 0 && p[n - 1] == 0) {
        n--;
    }
    return n;
}

// Divides u[0..n) by d, d not 0: quotient limbs into q[0..n), remainder returned. n <=
// MULMOD_LIMBS.
static u256 divide(u64 *q, const u64 *u, usize n, u256 d)
{
    for (usize i = 0; i < n; i++) {
        q[i] = 0;
    }
    usize dn = limb_count(d.w, LIMBS);
    usize un = limb_count(u, n);
    if (un < dn) {
        u256 r = u256_zero();
        for (usize i = 0; i < un; i++) {
            r.w[i] = u[i];
        }
        return r;
    }
    u32 count = (u32)__builtin_clzll(d.w[dn - 1]);
    u64 top[MULMOD_LIMBS + 1];
    u64 divisor[LIMBS + 1];
    shift_left(top, u, un, count);
    shift_left(divisor, d.w, dn, count);
    u256 r = u256_zero();
    if (dn == 1) {
        u64 v = reciprocal_2by1(divisor[0]);
        u64 rest = top[un];
        for (usize i = un; i-- > 0;) {
            q[i] = divide_2by1(&rest, rest, top[i], divisor[0], v);
        }
        r.w[0] = rest >> count;
        return r;
    }
    if (dn == 2) {
        divide_steps(q, un - 1, top, divisor, 2);
    } else if (dn == 3) {
        divide_steps(q, un - 2, top, divisor, 3);
    } else {
        divide_steps(q, un - 3, top, divisor, 4);
    }
    for (usize i = 0; i < dn; i++) {
        u64 above = i + 1 < dn ? top[i + 1] : 0;
        r.w[i] = top[i] >> count | above << 1 << (63 - count);
    }
    return r;
}

u256 u256_div(u256 a, u256 b)
{
    if (u256_fits_u64(b)) {
        if (b.w[0] == 0) {
            return u256_zero();
        }
        if (u256_fits_u64(a)) {
            return u256_from_u64(a.w[0] / b.w[0]);
        }
    }
    u256 q;
    divide(q.w, a.w, LIMBS, b);
    return q;
}

u256 u256_mod(u256 a, u256 b)
{
    if (u256_fits_u64(b)) {
        if (b.w[0] == 0) {
            return u256_zero();
        }
        if (u256_fits_u64(a)) {
            return u256_from_u64(a.w[0] % b.w[0]);
        }
    }
    u64 q[LIMBS];
    return divide(q, a.w, LIMBS, b);
}

static u256 magnitude(u256 a)
{
    return u256_is_negative(a) ? u256_neg(a) : a;
}

u256 u256_sdiv(u256 a, u256 b)
{
    u256 q = u256_div(magnitude(a), magnitude(b));
    return u256_is_negative(a) != u256_is_negative(b) ? u256_neg(q) : q;
}

u256 u256_smod(u256 a, u256 b)
{
    u256 r = u256_mod(magnitude(a), magnitude(b));
    return u256_is_negative(a) ? u256_neg(r) : r;
}

u256 u256_addmod(u256 a, u256 b, u256 m)
{
    if (u256_is_zero(m)) {
        return u256_zero();
    }
    bool carry;
    u256 sum = u256_add_carry(&carry, a, b);
    if (LIKELY(u256_lt(a, m) && u256_lt(b, m))) {
        return carry || !u256_lt(sum, m) ? u256_sub(sum, m) : sum;
    }
    u64 u[ADDMOD_LIMBS] = {sum.w[0], sum.w[1], sum.w[2], sum.w[3], carry};
    u64 q[ADDMOD_LIMBS];
    return divide(q, u, ADDMOD_LIMBS, m);
}

u256 u256_mulmod(u256 a, u256 b, u256 m)
{
    if (u256_is_zero(m)) {
        return u256_zero();
    }
    u64 u[MULMOD_LIMBS];
    u64 q[MULMOD_LIMBS];
    u256_mul_full(u, a, b);
    return divide(q, u, MULMOD_LIMBS, m);
}

u256 u256_exp(u256 base, u256 exponent)
{
    u32 n = u256_bit_length(exponent);
    if (u256_eq(base, u256_from_u64(2))) {
        return u256_shl(exponent, u256_one());
    }
    u256 r = u256_one();
    for (u32 i = n; i-- > 0;) {
        r = u256_mul(r, r);
        if ((exponent.w[i / 64] >> (i % 64) & 1) != 0) {
            r = u256_mul(r, base);
        }
    }
    return r;
}

u256 u256_from_be_partial(const u8 *p, usize n)
{
    u256 r = u256_zero();
    usize limb = 0;
    for (; n >= 8; n -= 8) {
        r.w[limb++] = load_be64(p + n - 8);
    }
    if (n > 0) {
        u64 rest = 0;
        for (usize i = 0; i < n; i++) {
            rest = rest << 8 | p[i];
        }
        r.w[limb] = rest;
    }
    return r;
}
