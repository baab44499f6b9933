// SPDX-License-Identifier: MIT
// bn254 over the field kernels for x86-64 with mulx and adx.
#include "lib/num/mont.h"

#if MONT_X86
#define MONT_KERNEL_FAMILY x86
#include "lib/crypto/bn254/body.inc"

const struct bn254_kernel bn254_kernel_x86 = BN254_KERNEL;
#endif
