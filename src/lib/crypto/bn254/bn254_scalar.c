// SPDX-License-Identifier: MIT
// bn254 over the portable field kernels.
#define MONT_KERNEL_FAMILY scalar
#include "lib/crypto/bn254/body.inc"

const struct bn254_kernel bn254_kernel_scalar = BN254_KERNEL;
