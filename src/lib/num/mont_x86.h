// SPDX-License-Identifier: MIT
// Addition and subtraction modulo p for x86-64, inline: gcc 12 keeps no chain of carries in the
// flags. Only instructions of every x86-64 are used. The sum of two numbers below p has no carry,
// as p has a spare bit. For mont_field.inc only.
#pragma once

#include "lib/num/mont.h"

#if MONT_X86
typedef u64 mont_limbs4[4];
typedef u64 mont_limbs6[6];

static ALWAYS_INLINE void mont4_add_x86(u64 *r, const u64 *a, const u64 *b, const struct mont4 *m)
{
    u64 s0 = a[0], s1 = a[1], s2 = a[2], s3 = a[3];
    u64 d0, d1, d2, d3;
    __asm__("add (%[b]), %[s0]\n\t"
            "adc 8(%[b]), %[s1]\n\t"
            "adc 16(%[b]), %[s2]\n\t"
            "adc 24(%[b]), %[s3]\n\t"
            "mov %[s0], %[d0]\n\t"
            "mov %[s1], %[d1]\n\t"
            "mov %[s2], %[d2]\n\t"
            "mov %[s3], %[d3]\n\t"
            "sub (%[p]), %[d0]\n\t"
            "sbb 8(%[p]), %[d1]\n\t"
            "sbb 16(%[p]), %[d2]\n\t"
            "sbb 24(%[p]), %[d3]\n\t"
            "cmovc %[s0], %[d0]\n\t"
            "cmovc %[s1], %[d1]\n\t"
            "cmovc %[s2], %[d2]\n\t"
            "cmovc %[s3], %[d3]"
            : [s0] "+&r"(s0), [s1] "+&r"(s1), [s2] "+&r"(s2), [s3] "+&r"(s3), [d0] "=&r"(d0),
              [d1] "=&r"(d1), [d2] "=&r"(d2), [d3] "=&r"(d3)
            : [b] "r"(b), [p] "r"(m->p), "m"(*(const mont_limbs4 *)b), "m"(*m)
            : "cc");
    r[0] = d0, r[1] = d1, r[2] = d2, r[3] = d3;
}

// The difference, plus p or plus zero.
static ALWAYS_INLINE void mont4_sub_x86(u64 *r, const u64 *a, const u64 *b, const struct mont4 *m)
{
    u64 d0 = a[0], d1 = a[1], d2 = a[2], d3 = a[3];
    const u64 *addend = m->p;
    __asm__("sub (%[b]), %[d0]\n\t"
            "sbb 8(%[b]), %[d1]\n\t"
            "sbb 16(%[b]), %[d2]\n\t"
            "sbb 24(%[b]), %[d3]\n\t"
            "cmovnc %[zero], %[p]\n\t"
            "add (%[p]), %[d0]\n\t"
            "adc 8(%[p]), %[d1]\n\t"
            "adc 16(%[p]), %[d2]\n\t"
            "adc 24(%[p]), %[d3]"
            : [d0] "+&r"(d0), [d1] "+&r"(d1), [d2] "+&r"(d2), [d3] "+&r"(d3), [p] "+&r"(addend)
            : [b] "r"(b), [zero] "r"(m->zero), "m"(*(const mont_limbs4 *)b), "m"(*m)
            : "cc");
    r[0] = d0, r[1] = d1, r[2] = d2, r[3] = d3;
}

// With six limbs the sum waits in r while p is taken from it.
static ALWAYS_INLINE void mont6_add_x86(u64 *r, const u64 *a, const u64 *b, const struct mont6 *m)
{
    u64 s0 = a[0], s1 = a[1], s2 = a[2], s3 = a[3], s4 = a[4], s5 = a[5];
    __asm__("add (%[b]), %[s0]\n\t"
            "adc 8(%[b]), %[s1]\n\t"
            "adc 16(%[b]), %[s2]\n\t"
            "adc 24(%[b]), %[s3]\n\t"
            "adc 32(%[b]), %[s4]\n\t"
            "adc 40(%[b]), %[s5]\n\t"
            "mov %[s0], (%[r])\n\t"
            "mov %[s1], 8(%[r])\n\t"
            "mov %[s2], 16(%[r])\n\t"
            "mov %[s3], 24(%[r])\n\t"
            "mov %[s4], 32(%[r])\n\t"
            "mov %[s5], 40(%[r])\n\t"
            "sub (%[p]), %[s0]\n\t"
            "sbb 8(%[p]), %[s1]\n\t"
            "sbb 16(%[p]), %[s2]\n\t"
            "sbb 24(%[p]), %[s3]\n\t"
            "sbb 32(%[p]), %[s4]\n\t"
            "sbb 40(%[p]), %[s5]\n\t"
            "cmovc (%[r]), %[s0]\n\t"
            "cmovc 8(%[r]), %[s1]\n\t"
            "cmovc 16(%[r]), %[s2]\n\t"
            "cmovc 24(%[r]), %[s3]\n\t"
            "cmovc 32(%[r]), %[s4]\n\t"
            "cmovc 40(%[r]), %[s5]"
            : [s0] "+&r"(s0), [s1] "+&r"(s1), [s2] "+&r"(s2), [s3] "+&r"(s3), [s4] "+&r"(s4),
              [s5] "+&r"(s5), "=m"(*(mont_limbs6 *)r)
            : [r] "r"(r), [b] "r"(b), [p] "r"(m->p), "m"(*(const mont_limbs6 *)b), "m"(*m)
            : "cc");
    r[0] = s0, r[1] = s1, r[2] = s2, r[3] = s3, r[4] = s4, r[5] = s5;
}

static ALWAYS_INLINE void mont6_sub_x86(u64 *r, const u64 *a, const u64 *b, const struct mont6 *m)
{
    u64 d0 = a[0], d1 = a[1], d2 = a[2], d3 = a[3], d4 = a[4], d5 = a[5];
    const u64 *addend = m->p;
    __asm__("sub (%[b]), %[d0]\n\t"
            "sbb 8(%[b]), %[d1]\n\t"
            "sbb 16(%[b]), %[d2]\n\t"
            "sbb 24(%[b]), %[d3]\n\t"
            "sbb 32(%[b]), %[d4]\n\t"
            "sbb 40(%[b]), %[d5]\n\t"
            "cmovnc %[zero], %[p]\n\t"
            "add (%[p]), %[d0]\n\t"
            "adc 8(%[p]), %[d1]\n\t"
            "adc 16(%[p]), %[d2]\n\t"
            "adc 24(%[p]), %[d3]\n\t"
            "adc 32(%[p]), %[d4]\n\t"
            "adc 40(%[p]), %[d5]"
            : [d0] "+&r"(d0), [d1] "+&r"(d1), [d2] "+&r"(d2), [d3] "+&r"(d3), [d4] "+&r"(d4),
              [d5] "+&r"(d5), [p] "+&r"(addend)
            : [b] "r"(b), [zero] "r"(m->zero), "m"(*(const mont_limbs6 *)b), "m"(*m)
            : "cc");
    r[0] = d0, r[1] = d1, r[2] = d2, r[3] = d3, r[4] = d4, r[5] = d5;
}
#endif
