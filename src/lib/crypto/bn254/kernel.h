// SPDX-License-Identifier: MIT
// The same functions over one family of field kernels each; for bn254.c and its tests only.
#pragma once

#include "lib/base/types.h"
#include "lib/num/mont.h"

struct bn254_kernel {
    bool (*add)(u8 *out, const u8 *points);
    bool (*mul)(u8 *out, const u8 *point, const u8 *scalar);
    bool (*pairing_check)(bool *is_one, bytes pairs);
};

extern const struct bn254_kernel bn254_kernel_scalar;
#if MONT_X86
extern const struct bn254_kernel bn254_kernel_x86; // needs mont_has_x86()
#endif
