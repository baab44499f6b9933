// SPDX-License-Identifier: MIT
// ECDSA over secp256k1 as Ethereum uses it: recovery of the signer's address, and signing for tests
// and tools. Over libsecp256k1, whose functions on private keys run in constant time.
#pragma once

#include "lib/base/cc.h"
#include "lib/base/types.h"

// The address whose key signed `hash`. recovery_id: 0 or 1 is the parity of the point's y; 2 and 3
// say that its x was r plus the order. False, and *out untouched, if there is no such key: r or s
// is 0 or not below the order, or r is not the x of a point. High s is accepted; who must refuse
// it, does.
MUST_USE bool crypto_ecrecover(address *out, const b256 *hash, const b256 *r, const b256 *s,
                               u8 recovery_id);

// The address of a private key; false if it is 0 or not below the order.
MUST_USE bool crypto_address_of_key(address *out, const b256 *key);

typedef struct {
    b256 r;
    b256 s;         // not above half the order (EIP-2)
    u8 recovery_id; // 0 or 1 but for chances of 2^-127
} signature;

// Signs with the nonce of RFC 6979, so the same input gives the same signature. False as above.
MUST_USE bool crypto_sign(signature *out, const b256 *hash, const b256 *key);
