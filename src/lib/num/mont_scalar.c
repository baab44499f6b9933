// SPDX-License-Identifier: MIT
// Kernels of Montgomery arithmetic in portable C. A product is summed row by row; after each row a
// multiple of p makes the lowest limb zero and all move down by one (coarsely integrated operand
// scanning). The running sum never needs more than one limb above L: with one product per row it
// stays below 2 p 2^64 and with two below 3 p 2^64. The loops have constant bounds and unroll.
#include "lib/base/bytes.h"
#include "lib/num/mont.h"

#define LIMBS_MAX 6

// t += a * b over n limbs; the carry goes to t[n].
static ALWAYS_INLINE void add_row(u64 *t, u64 a, const u64 *b, u32 n)
{
    u64 carry = 0;
#pragma GCC unroll 6
    for (u32 i = 0; i < n; i++) {
        u128 s = (u128)a * b[i] + t[i] + carry;
        t[i] = (u64)s;
        carry = (u64)(s >> 64);
    }
    t[n] += carry;
}

// t = (t + k p) / 2^64 for the k that makes it whole.
static ALWAYS_INLINE void reduce_row(u64 *t, const u64 *p, u64 n0, u32 n)
{
    u64 k = t[0] * n0;
    u64 carry = (u64)(((u128)k * p[0] + t[0]) >> 64);
#pragma GCC unroll 6
    for (u32 i = 1; i < n; i++) {
        u128 s = (u128)k * p[i] + t[i] + carry;
        t[i - 1] = (u64)s;
        carry = (u64)(s >> 64);
    }
    t[n - 1] = t[n] + carry;
    t[n] = 0;
}

// r = t, or t - p if it is not below p.
static ALWAYS_INLINE void reduce_once(u64 *r, const u64 *t, const u64 *p, u32 n)
{
    u64 less[LIMBS_MAX];
    u64 borrow = 0;
#pragma GCC unroll 6
    for (u32 i = 0; i < n; i++) {
        u128 d = (u128)t[i] - p[i] - borrow;
        less[i] = (u64)d;
        borrow = (u64)(d >> 64) & 1;
    }
#pragma GCC unroll 6
    for (u32 i = 0; i < n; i++) {
        r[i] = borrow != 0 ? t[i] : less[i];
    }
}

static ALWAYS_INLINE void multiply(u64 *r, const u64 *a, const u64 *b, const u64 *p, u64 n0, u32 n)
{
    u64 t[LIMBS_MAX + 1] = {0};
    for (u32 i = 0; i < n; i++) {
        add_row(t, a[i], b, n);
        reduce_row(t, p, n0, n);
    }
    reduce_once(r, t, p, n);
}

// r = (a b + c d) / R mod p, ac being a and c, one behind the other. d may be as large as p.
static ALWAYS_INLINE void multiply_pairs(u64 *r, const u64 *ac, const u64 *b, const u64 *d,
                                         const u64 *p, u64 n0, u32 n)
{
    u64 t[LIMBS_MAX + 1] = {0};
    for (u32 i = 0; i < n; i++) {
        add_row(t, ac[i], b, n);
        add_row(t, ac[n + i], d, n);
        reduce_row(t, p, n0, n);
    }
    reduce_once(r, t, p, n);
}

// The real part is a0 b0 + a1 (p - b1), the other one a0 b1 + a1 b0.
static ALWAYS_INLINE void multiply_fp2(u64 *r, const u64 *a, const u64 *b, const u64 *p, u64 n0,
                                       u32 n)
{
    u64 minus[LIMBS_MAX];
    u64 real[LIMBS_MAX];
    u64 borrow = 0;
    for (u32 i = 0; i < n; i++) {
        u128 difference = (u128)p[i] - b[n + i] - borrow;
        minus[i] = (u64)difference;
        borrow = (u64)(difference >> 64) & 1;
    }
    multiply_pairs(real, a, b, minus, p, n0, n);
    multiply_pairs(r + n, a, b + n, b, p, n0, n);
    copy_bytes(r, real, n * sizeof *r);
}

#define DEFINE_KERNELS(L)                                                                          \
    void mont##L##_mul_scalar(u64 *r, const u64 *a, const u64 *b, const struct mont##L *m)         \
    {                                                                                              \
        multiply(r, a, b, m->p, m->n0, L);                                                         \
    }                                                                                              \
    void mont##L##_mul_fp2_scalar(u64 *r, const u64 *a, const u64 *b, const struct mont##L *m)     \
    {                                                                                              \
        multiply_fp2(r, a, b, m->p, m->n0, L);                                                     \
    }

DEFINE_KERNELS(4)
DEFINE_KERNELS(6)
