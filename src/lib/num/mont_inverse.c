// SPDX-License-Identifier: MIT
// Inverse modulo an odd prime by the binary greatest common divisor on approximations (T. Pornin,
// "Optimized Binary GCD for Modular Inversion", 2020, algorithm 2), here with the steps that only
// shift taken together, since nothing is secret. Invariants: a = x u and b = x v modulo p; b is
// odd; 0 <= u, v < p. A round does 31 halvings on the top 33 and the low 31 bits of a and b and
// then applies them to the whole numbers, so 2 * 384 / 31 rounds bring a to 0 and b to 1.
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/num/mont.h"

#define LIMBS_MAX 6
#define HALVINGS 31
#define LOW_MASK (((u64)1 << HALVINGS) - 1)

// a' = (a fa + b ga) / 2^31 and b' = (a fb + b gb) / 2^31.
typedef struct {
    i64 fa, ga, fb, gb;
} factors;

static ALWAYS_INLINE bool is_zero(const u64 *a, u32 n)
{
    u64 any = 0;
    for (u32 i = 0; i < n; i++) {
        any |= a[i];
    }
    return any == 0;
}

static ALWAYS_INLINE void approximate(u64 *a_short, u64 *b_short, const u64 *a, const u64 *b, u32 n)
{
    u32 top = n - 1;
    while (top > 0 && (a[top] | b[top]) == 0) {
        top--;
    }
    *a_short = a[0];
    *b_short = b[0];
    if (top > 0) {
        u32 s = (u32)__builtin_clzll(a[top] | b[top]);
        u64 a_high = s == 0 ? a[top] : a[top] << s | a[top - 1] >> (64 - s);
        u64 b_high = s == 0 ? b[top] : b[top] << s | b[top - 1] >> (64 - s);
        *a_short = (a_high & ~LOW_MASK) | (a[0] & LOW_MASK);
        *b_short = (b_high & ~LOW_MASK) | (b[0] & LOW_MASK);
    }
}

static ALWAYS_INLINE factors run_steps(u64 a, u64 b)
{
    factors f = {1, 0, 0, 1};
    u32 left = HALVINGS;
    while (true) {
        u32 zeros = a == 0 ? left : (u32)__builtin_ctzll(a);
        u32 shift = zeros < left ? zeros : left;
        a >>= shift;
        f.fb = (i64)((u64)f.fb << shift);
        f.gb = (i64)((u64)f.gb << shift);
        left -= shift;
        if (left == 0) {
            return f;
        }
        if (a < b) {
            u64 t = a;
            a = b;
            b = t;
            f = (factors){f.fb, f.gb, f.fa, f.ga};
        }
        a -= b;
        f.fa -= f.fb;
        f.ga -= f.gb;
    }
}

// t = a f + b g, n + 1 limbs, two's complement.
static ALWAYS_INLINE void combine(u64 *t, const u64 *a, i64 f, const u64 *b, i64 g, u32 n)
{
    i128 sum = 0;
#pragma GCC unroll 6
    for (u32 i = 0; i < n; i++) {
        sum += (i128)a[i] * f + (i128)b[i] * g;
        t[i] = (u64)sum;
        sum >>= 64;
    }
    t[n] = (u64)sum;
}

// r = t / 2^31; whether it is below zero.
static ALWAYS_INLINE bool shift_down(u64 *r, const u64 *t, u32 n)
{
#pragma GCC unroll 6
    for (u32 i = 0; i < n; i++) {
        r[i] = t[i] >> HALVINGS | t[i + 1] << (64 - HALVINGS);
    }
    return t[n] >> 63 != 0;
}

// r += a modulo 2^(64 n); the carry.
static ALWAYS_INLINE u64 add_limbs(u64 *r, const u64 *a, u32 n)
{
    u64 carry = 0;
#pragma GCC unroll 6
    for (u32 i = 0; i < n; i++) {
        u128 s = (u128)r[i] + a[i] + carry;
        r[i] = (u64)s;
        carry = (u64)(s >> 64);
    }
    return carry;
}

// r -= a unless r is below a.
static ALWAYS_INLINE void subtract_if_not_below(u64 *r, const u64 *a, u32 n)
{
    u64 less[LIMBS_MAX];
    u64 borrow = 0;
#pragma GCC unroll 6
    for (u32 i = 0; i < n; i++) {
        u128 d = (u128)r[i] - a[i] - borrow;
        less[i] = (u64)d;
        borrow = (u64)(d >> 64) & 1;
    }
    if (borrow == 0) {
        copy_bytes(r, less, n * sizeof *r);
    }
}

// r = |a f + b g| / 2^31; whether the sign was changed.
static ALWAYS_INLINE bool update_number(u64 *r, const u64 *a, i64 f, const u64 *b, i64 g, u32 n)
{
    u64 t[LIMBS_MAX + 1];
    combine(t, a, f, b, g, n);
    bool negative = shift_down(r, t, n);
    if (negative) {
        u64 carry = 1;
        for (u32 i = 0; i < n; i++) {
            r[i] = ~r[i] + carry;
            carry &= r[i] == 0;
        }
    }
    return negative;
}

// r = (u f + v g) / 2^31 mod p. |f| + |g| <= 2^31, so with the multiple of p that makes the
// division whole the quotient is above -p and below 2 p.
static ALWAYS_INLINE void update_factor(u64 *r, const u64 *u, i64 f, const u64 *v, i64 g,
                                        const u64 *p, u64 n0, u32 n)
{
    u64 t[LIMBS_MAX + 1];
    combine(t, u, f, v, g, n);
    u64 k = t[0] * n0 & LOW_MASK;
    u64 carry = 0;
#pragma GCC unroll 6
    for (u32 i = 0; i < n; i++) {
        u128 s = (u128)k * p[i] + t[i] + carry;
        t[i] = (u64)s;
        carry = (u64)(s >> 64);
    }
    t[n] += carry;
    if (shift_down(r, t, n)) {
        (void)add_limbs(r, p, n);
    } else {
        subtract_if_not_below(r, p, n);
    }
}

static ALWAYS_INLINE void invert(u64 *r, const u64 *x, const u64 *p, u64 n0, u32 n)
{
    u64 a[LIMBS_MAX], b[LIMBS_MAX], u[LIMBS_MAX] = {1}, v[LIMBS_MAX] = {0};
    copy_bytes(a, x, n * sizeof *a);
    copy_bytes(b, p, n * sizeof *b);
    for (u32 rounds = 0; !is_zero(a, n); rounds++) {
        CHECK(rounds < n * 64 * 2 / HALVINGS + 1);
        u64 a_short, b_short;
        approximate(&a_short, &b_short, a, b, n);
        factors f = run_steps(a_short, b_short);
        u64 next[LIMBS_MAX];
        if (update_number(next, a, f.fa, b, f.ga, n)) {
            f.fa = -f.fa;
            f.ga = -f.ga;
        }
        if (update_number(b, a, f.fb, b, f.gb, n)) {
            f.fb = -f.fb;
            f.gb = -f.gb;
        }
        copy_bytes(a, next, n * sizeof *a);
        update_factor(next, u, f.fa, v, f.ga, p, n0, n);
        update_factor(v, u, f.fb, v, f.gb, p, n0, n);
        copy_bytes(u, next, n * sizeof *u);
    }
    copy_bytes(r, v, n * sizeof *r);
}

void mont4_inverse(u64 *r, const u64 *a, const struct mont4 *m)
{
    invert(r, a, m->p, m->n0, 4);
}

void mont6_inverse(u64 *r, const u64 *a, const struct mont6 *m)
{
    invert(r, a, m->p, m->n0, 6);
}
