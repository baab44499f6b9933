// SPDX-License-Identifier: MIT
// The D extension: binary64, and the conversion from binary32, which is always exact. The
// arithmetic is in fp_body.inc; only what depends on the width is set here.
#include "engine/rv/fp.h"

#define FP(name) fp64_##name
#define FP_BITS 64
#define FP_FRACTION 52
typedef u64 fp_word;
typedef u128 fp_wide;
#include "engine/rv/fp_body.inc"

u64 fp64_from_fp32(u32 a, u32 *flags)
{
    bool sign = a >> 31;
    u64 fraction = a & 0x7fffff;
    i32 exponent = (i32)(a >> 23 & 0xff);
    if (exponent == 0xff) {
        if (fraction == 0) {
            return infinity(sign);
        }
        if ((fraction >> 22) == 0) {
            *flags |= FP_NV;
        }
        return NAN_BITS;
    }
    if (exponent == 0 && fraction == 0) {
        return zero(sign);
    }
    u64 significand = exponent > 0 ? fraction | 1u << 23 : fraction;
    i32 e = (exponent > 0 ? exponent : 1) - 127 + BIAS;
    return normalize_round(sign, e, (fp_wide)significand << (WIDE_TOP - 23), FP_RNE, flags);
}
