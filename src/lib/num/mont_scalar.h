// SPDX-License-Identifier: MIT
// Addition and subtraction modulo p in portable C, inline; the twin of mont_x86.h. For
// mont_field.inc only.
#pragma once

#include "lib/num/mont.h"

#define MONT_LIMBS_MAX 6

static inline void mont_add_limbs(u64 *r, const u64 *a, const u64 *b, const u64 *p, u32 n)
{
    u64 sum[MONT_LIMBS_MAX], less[MONT_LIMBS_MAX];
    u64 carry = 0;
    u64 borrow = 0;
#pragma GCC unroll 6
    for (u32 i = 0; i < n; i++) {
        u128 s = (u128)a[i] + b[i] + carry;
        sum[i] = (u64)s;
        carry = (u64)(s >> 64);
        u128 d = (u128)sum[i] - p[i] - borrow;
        less[i] = (u64)d;
        borrow = (u64)(d >> 64) & 1;
    }
#pragma GCC unroll 6
    for (u32 i = 0; i < n; i++) {
        r[i] = borrow != 0 ? sum[i] : less[i];
    }
}

static inline void mont_sub_limbs(u64 *r, const u64 *a, const u64 *b, const u64 *p, u32 n)
{
    u64 less[MONT_LIMBS_MAX];
    u64 borrow = 0;
    u64 carry = 0;
#pragma GCC unroll 6
    for (u32 i = 0; i < n; i++) {
        u128 d = (u128)a[i] - b[i] - borrow;
        less[i] = (u64)d;
        borrow = (u64)(d >> 64) & 1;
    }
    u64 mask = (u64)0 - borrow;
#pragma GCC unroll 6
    for (u32 i = 0; i < n; i++) {
        u128 s = (u128)less[i] + (p[i] & mask) + carry;
        r[i] = (u64)s;
        carry = (u64)(s >> 64);
    }
}

#define MONT_DEFINE_SCALAR(L)                                                                      \
    static inline void mont##L##_add_scalar(u64 *r, const u64 *a, const u64 *b,                    \
                                            const struct mont##L *m)                               \
    {                                                                                              \
        mont_add_limbs(r, a, b, m->p, L);                                                          \
    }                                                                                              \
    static inline void mont##L##_sub_scalar(u64 *r, const u64 *a, const u64 *b,                    \
                                            const struct mont##L *m)                               \
    {                                                                                              \
        mont_sub_limbs(r, a, b, m->p, L);                                                          \
    }

MONT_DEFINE_SCALAR(4)
MONT_DEFINE_SCALAR(6)
#undef MONT_DEFINE_SCALAR
