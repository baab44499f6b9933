// SPDX-License-Identifier: MIT
// Strict floating point of the RISC-V F and D extensions (IEEE 754-2008 binary32 and binary64) on
// raw bits, with integer arithmetic only, so that results and flags are the same on every host.
// Every arithmetic NaN result is the canonical one; tininess is detected after rounding; flags are
// OR-ed into *flags. Rounding modes have the encoding of the instruction's rm field. Fused forms
// with negated operands are sign flips by the caller (FP32_SIGN, FP64_SIGN). Section numbers in
// fp_body.inc are those of the unprivileged manual.
#pragma once

#include "lib/base/types.h"

enum fp_round {
    FP_RNE = 0, // to nearest, ties to even
    FP_RTZ = 1, // towards zero
    FP_RDN = 2, // towards minus infinity
    FP_RUP = 3, // towards plus infinity
    FP_RMM = 4, // to nearest, ties away from zero
};

enum fp_flag { // the bits of fflags
    FP_NX = 1,
    FP_UF = 2,
    FP_OF = 4,
    FP_DZ = 8,
    FP_NV = 16,
};

#define FP32_SIGN 0x80000000u
#define FP64_SIGN 0x8000000000000000u
#define FP32_NAN 0x7fc00000u
#define FP64_NAN 0x7ff8000000000000u

// NaN boxing: a binary32 value in a 64-bit register has all upper bits set; anything else reads as
// NaN.
static inline u64 fp_box(u32 a)
{
    return 0xffffffff00000000u | a;
}

static inline u32 fp_unbox(u64 r)
{
    return (r >> 32) == 0xffffffffu ? (u32)r : FP32_NAN;
}

// For each width: `type` is the raw bits. min and max are minimumNumber and maximumNumber of IEEE
// 754-2019; eq is quiet, lt and le signal on any NaN; class is the ten-bit mask of FCLASS. The to_
// functions give the saturated integer of the manual's table; 32-bit results are sign-extended to
// 64 bits, also those of to_u32 (as FCVT.WU leaves them in a register).
#define FP_DECLARE(width, type)                                                                    \
    type fp##width##_add(type a, type b, enum fp_round rm, u32 *flags);                            \
    type fp##width##_sub(type a, type b, enum fp_round rm, u32 *flags);                            \
    type fp##width##_mul(type a, type b, enum fp_round rm, u32 *flags);                            \
    type fp##width##_div(type a, type b, enum fp_round rm, u32 *flags);                            \
    type fp##width##_sqrt(type a, enum fp_round rm, u32 *flags);                                   \
    type fp##width##_fma(type a, type b, type c, enum fp_round rm, u32 *flags); /* a * b + c */    \
    type fp##width##_min(type a, type b, u32 *flags);                                              \
    type fp##width##_max(type a, type b, u32 *flags);                                              \
    u64 fp##width##_eq(type a, type b, u32 *flags);                                                \
    u64 fp##width##_lt(type a, type b, u32 *flags);                                                \
    u64 fp##width##_le(type a, type b, u32 *flags);                                                \
    u64 fp##width##_class(type a);                                                                 \
    type fp##width##_sgnj(type a, type b);                                                         \
    type fp##width##_sgnjn(type a, type b);                                                        \
    type fp##width##_sgnjx(type a, type b);                                                        \
    u64 fp##width##_to_i32(type a, enum fp_round rm, u32 *flags);                                  \
    u64 fp##width##_to_u32(type a, enum fp_round rm, u32 *flags);                                  \
    u64 fp##width##_to_i64(type a, enum fp_round rm, u32 *flags);                                  \
    u64 fp##width##_to_u64(type a, enum fp_round rm, u32 *flags);                                  \
    type fp##width##_from_i32(i32 v, enum fp_round rm, u32 *flags);                                \
    type fp##width##_from_u32(u32 v, enum fp_round rm, u32 *flags);                                \
    type fp##width##_from_i64(i64 v, enum fp_round rm, u32 *flags);                                \
    type fp##width##_from_u64(u64 v, enum fp_round rm, u32 *flags);

FP_DECLARE(32, u32)
FP_DECLARE(64, u64)
#undef FP_DECLARE

u32 fp32_from_fp64(u64 a, enum fp_round rm, u32 *flags);
u64 fp64_from_fp32(u32 a, u32 *flags); // always exact
