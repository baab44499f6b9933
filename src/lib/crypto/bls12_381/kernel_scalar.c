// SPDX-License-Identifier: MIT
// BLS12-381 in portable C.
#define BLS_KERNEL scalar
#include "lib/crypto/bls12_381/kernel.inc"

const struct bls12_381 *bls12_381_scalar(void)
{
    return &TABLE;
}
