// SPDX-License-Identifier: MIT
// The curve bn254 (alt_bn128) as EIP-196 and EIP-197 use it: y^2 = x^3 + 3 over a field of 254
// bits, its twist over the quadratic extension, and the optimal ate pairing of the two. All in the
// encoding of these EIPs: coordinates are 32 bytes, big-endian, below the prime; a coordinate of
// the twist has its imaginary part first; zeros throughout are the point at infinity. Nothing is
// constant time.
#pragma once

#include "lib/base/cc.h"
#include "lib/base/types.h"

#define BN254_G1_SIZE 64
#define BN254_G2_SIZE 128
#define BN254_PAIR_SIZE (BN254_G1_SIZE + BN254_G2_SIZE)

// Sum of two points. False, and nothing written, if one is not a point of the curve.
MUST_USE bool bn254_add(u8 out[BN254_G1_SIZE], const u8 points[2 * BN254_G1_SIZE]);

// A point times any 256-bit number. False as above.
MUST_USE bool bn254_mul(u8 out[BN254_G1_SIZE], const u8 point[BN254_G1_SIZE], const u8 scalar[32]);

// Whether the product of the pairings of all pairs is 1; it is for none. The size is a multiple of
// BN254_PAIR_SIZE. False, and *is_one untouched, if a point is not on its curve or the second of a
// pair not in the subgroup of order n.
MUST_USE bool bn254_pairing_check(bool *is_one, bytes pairs);
