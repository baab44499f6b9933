// SPDX-License-Identifier: MIT
// The choice between the two builds of the curve.
#include "lib/crypto/bls12_381/bls12_381.h"

const struct bls12_381 *bls12_381(void)
{
    const struct bls12_381 *x86 = bls12_381_x86();
    return x86 != NULL ? x86 : bls12_381_scalar();
}
