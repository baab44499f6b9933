// SPDX-License-Identifier: MIT
// BLS12-381 for x86-64 with mulx and adx.
#include "lib/num/mont.h"

#include "lib/crypto/bls12_381/bls12_381.h"

#if MONT_X86
#define BLS_KERNEL x86
#include "lib/crypto/bls12_381/kernel.inc"

const struct bls12_381 *bls12_381_x86(void)
{
    return mont_has_x86() ? &TABLE : NULL;
}
#else
const struct bls12_381 *bls12_381_x86(void)
{
    return NULL;
}
#endif
