// SPDX-License-Identifier: MIT
// ECDSA over secp256r1 (NIST P-256): verification only.
#pragma once

#include "lib/base/cc.h"
#include "lib/base/types.h"

struct p256_claim {
    b256 hash;
    b256 r, s; // the signature
    b256 x, y; // the public key, as a point
};

// Whether it holds. False too if r or s is not in 1 .. n - 1, or (x, y) not a point of the curve
// with coordinates below the field's prime. Both values of s are accepted.
MUST_USE bool crypto_p256_verify(const struct p256_claim *c);
