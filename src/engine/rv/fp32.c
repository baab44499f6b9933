// SPDX-License-Identifier: MIT
// The F extension: binary32, and the conversion from binary64, which rounds to this width. The
// arithmetic is in fp_body.inc; only what depends on the width is set here.
#include "engine/rv/fp.h"

#define FP(name) fp32_##name
#define FP_BITS 32
#define FP_FRACTION 23
typedef u32 fp_word;
typedef u64 fp_wide;
#include "engine/rv/fp_body.inc"

u32 fp32_from_fp64(u64 a, enum fp_round rm, u32 *flags)
{
    bool sign = a >> 63;
    u64 fraction = a & ((1ull << 52) - 1);
    i32 exponent = (i32)(a >> 52 & 0x7ff);
    if (exponent == 0x7ff) {
        if (fraction == 0) {
            return infinity(sign);
        }
        if ((fraction >> 51) == 0) {
            *flags |= FP_NV;
        }
        return NAN_BITS;
    }
    if (exponent == 0 && fraction == 0) {
        return zero(sign);
    }
    u64 significand = exponent > 0 ? fraction | 1ull << 52 : fraction;
    i32 e = (exponent > 0 ? exponent : 1) - 1023 + BIAS;
    // The binary64 significand has its leading bit at 52; wide numbers have it at WIDE_TOP.
    return normalize_round(sign, e, significand << (WIDE_TOP - 52), rm, flags);
}
