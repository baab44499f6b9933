// SPDX-License-Identifier: MIT
// SHA-256 and RIPEMD-160 over the context functions of libcrypto. Those are marked as deprecated
// since 3.0 in favour of EVP, which looks the algorithm up under a lock for each message or wants
// it kept in a global variable; both hashes are called for messages of some 100 bytes.
#define OPENSSL_API_COMPAT 0x10100000L
#include "lib/crypto/digest.h"

#include <openssl/hmac.h>
#include <openssl/ripemd.h>
#include <openssl/sha.h>

#include "lib/base/check.h"

void crypto_sha256(b256 *out, const void *p, usize n)
{
    SHA256_CTX c;
    CHECK(SHA256_Init(&c) == 1);
    CHECK(SHA256_Update(&c, p, n) == 1);
    CHECK(SHA256_Final(out->b, &c) == 1);
}

void crypto_sha1(u8 out[20], const void *p, usize n)
{
    SHA_CTX c;
    CHECK(SHA1_Init(&c) == 1);
    CHECK(SHA1_Update(&c, p, n) == 1);
    CHECK(SHA1_Final(out, &c) == 1);
}

void crypto_hmac_sha256(b256 *out, bytes key, bytes message)
{
    unsigned size = 0;
    CHECK(HMAC(EVP_sha256(), key.p, (int)key.n, message.p, message.n, out->b, &size) != NULL);
    CHECK(size == sizeof out->b);
}

void crypto_ripemd160(u8 out[20], const void *p, usize n)
{
    RIPEMD160_CTX c;
    CHECK(RIPEMD160_Init(&c) == 1);
    CHECK(RIPEMD160_Update(&c, p, n) == 1);
    CHECK(RIPEMD160_Final(out, &c) == 1);
}
