// SPDX-License-Identifier: MIT
// For this folder only: the curve's parameter, and scalars written in its powers.
#pragma once

#include "lib/crypto/bls12_381/bls12_381.h"

// The parameter x is negative: -X_MAGNITUDE. Miller loops and endomorphisms follow its bits.
#define X_MAGNITUDE 0xd201000000010000u

// k mod r in the base X: four digits, least significant first.
void bls_split_scalar_4(u64 digits[4], const u256 *k);
// The same in the base X^2: two digits of two words each.
void bls_split_scalar_2(u64 digits[4], const u256 *k);
