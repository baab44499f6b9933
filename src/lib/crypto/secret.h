// SPDX-License-Identifier: MIT
// What keeps keys: key derivation from passwords, a cipher, keys derived from keys. Over libcrypto
// and libsecp256k1, whose functions on secrets run in constant time. Nothing secret is left on the
// stack.
#pragma once

#include "lib/base/cc.h"
#include "lib/base/types.h"

void crypto_wipe(void *p, usize n); // is not optimized away

// PBKDF2 (RFC 8018) with HMAC-SHA-256 and HMAC-SHA-512.
void crypto_pbkdf2_sha256(u8 *out, usize n, bytes password, bytes salt, u32 rounds);
void crypto_pbkdf2_sha512(u8 *out, usize n, bytes password, bytes salt, u32 rounds);

// scrypt (RFC 7914), which takes 128 * cost * block bytes of memory.
struct scrypt_cost {
    u64 cost;            // N, a power of two above 1
    u32 block, parallel; // r, p
    u64 memory_max;
};
// False: the parameters are none of scrypt's, or want more memory.
MUST_USE bool crypto_scrypt(u8 *out, usize n, bytes password, bytes salt,
                            const struct scrypt_cost *c);
// The same without libcrypto, for parameters that crypto_scrypt takes.
void crypto_scrypt_loose(u8 *out, usize n, bytes password, bytes salt, const struct scrypt_cost *c);

// AES-128 in counter mode; its own inverse.
void crypto_aes128_ctr(u8 *out, bytes in, const u8 key[16], const u8 iv[16]);

// A private key of BIP-32 with its chain code.
struct derived_key {
    b256 key, chain;
};

// False: the seed is one of those 2^-127 that have no key.
MUST_USE bool derived_key_root(struct derived_key *out, bytes seed);
// Child `index`, above 2^31 a hardened one. False as above.
MUST_USE bool derived_key_child(struct derived_key *out, const struct derived_key *parent,
                                u32 index);
