// SPDX-License-Identifier: MIT
// Arithmetic modulo a prime in Montgomery form: x stands as x R mod p, R = 2^(64 L), L = 4 or 6
// limbs, least significant first. Here are the moduli (rows of mont_fields.def) and the kernels,
// one family per limb count: portable C ("scalar") and x86-64 with mulx and adx ("x86"). Code that
// computes is generated over them by mont_field.inc and mont_fp2.inc, once for each family, and
// chosen once per task by mont_has_x86(). Nothing here is constant time: all numbers are public.
#pragma once

#include "lib/base/cc.h"
#include "lib/base/types.h"

#if defined(__x86_64__) && defined(__linux__)
#define MONT_X86 1
#else
#define MONT_X86 0
#endif

// A modulus of L limbs. The kernels in mont_x86.S know the places of p and n0.
// mul:     r = a b / R mod p
// mul_fp2: the product of a0 + a1 u and b0 + b1 u, u^2 = -1, two numbers each; needs p < R / 3
// inverse: r = 1 / a mod p, plain numbers, not in Montgomery form; 0 gives 0
// All operands are below p, and so is the result, which may lie where an operand does.
#define MONT_DECLARE(L)                                                                            \
    struct mont##L {                                                                               \
        u64 p[L];                                                                                  \
        u64 n0;      /* -1 / p mod 2^64 */                                                         \
        u64 one[L];  /* R mod p: 1 in Montgomery form */                                           \
        u64 r2[L];   /* R^2 mod p: what brings a number into it */                                 \
        u64 zero[L]; /* an addend in the place of p */                                             \
    };                                                                                             \
    void mont##L##_mul_scalar(u64 *r, const u64 *a, const u64 *b, const struct mont##L *m);        \
    void mont##L##_mul_fp2_scalar(u64 *r, const u64 *a, const u64 *b, const struct mont##L *m);    \
    void mont##L##_mul_x86(u64 *r, const u64 *a, const u64 *b, const struct mont##L *m);           \
    void mont##L##_mul_fp2_x86(u64 *r, const u64 *a, const u64 *b, const struct mont##L *m);       \
    void mont##L##_inverse(u64 *r, const u64 *a, const struct mont##L *m);

MONT_DECLARE(4)
MONT_DECLARE(6)
#undef MONT_DECLARE

#define MONT_FIELD(name, limbs, ...) extern const struct mont##limbs mont_##name;
#include "lib/num/mont_fields.def"

bool mont_has_x86(void); // whether the x86 kernels may be called
