// SPDX-License-Identifier: MIT
// See secret.h. Key files are read and written now and then, so algorithms are looked up each time.
#include "lib/crypto/secret.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <secp256k1.h>

#include "lib/base/bytes.h"
#include "lib/base/check.h"

void crypto_wipe(void *p, usize n)
{
    OPENSSL_cleanse(p, n);
}

static void pbkdf2(u8 *out, usize n, bytes password, bytes salt, u32 rounds, const EVP_MD *hash)
{
    CHECK(password.n < INT32_MAX && salt.n < INT32_MAX && n < INT32_MAX && rounds < INT32_MAX);
    CHECK(PKCS5_PBKDF2_HMAC((const char *)password.p, (i32)password.n, salt.p, (i32)salt.n,
                            (i32)rounds, hash, (i32)n, out) == 1);
}

void crypto_pbkdf2_sha256(u8 *out, usize n, bytes password, bytes salt, u32 rounds)
{
    pbkdf2(out, n, password, salt, rounds, EVP_sha256());
}

void crypto_pbkdf2_sha512(u8 *out, usize n, bytes password, bytes salt, u32 rounds)
{
    pbkdf2(out, n, password, salt, rounds, EVP_sha512());
}

void crypto_aes128_ctr(u8 *out, bytes in, const u8 key[16], const u8 iv[16])
{
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    i32 n = 0;
    CHECK(c != NULL && in.n < INT32_MAX);
    CHECK(EVP_EncryptInit_ex(c, EVP_aes_128_ctr(), NULL, key, iv) == 1);
    CHECK(EVP_EncryptUpdate(c, out, &n, in.p, (i32)in.n) == 1 && n == (i32)in.n);
    EVP_CIPHER_CTX_free(c);
}

static void hmac_sha512(u8 out[64], bytes key, bytes text)
{
    u32 n = 64;
    CHECK(HMAC(EVP_sha512(), key.p, (i32)key.n, text.p, text.n, out, &n) != NULL && n == 64);
}

bool derived_key_root(struct derived_key *out, bytes seed)
{
    static const u8 name[] = "Bitcoin seed"; // BIP-32, "Master key generation"
    u8 both[64];
    hmac_sha512(both, (bytes){name, sizeof name - 1}, seed);
    copy_bytes(out->key.b, both, 32);
    copy_bytes(out->chain.b, both + 32, 32);
    crypto_wipe(both, sizeof both);
    return secp256k1_ec_seckey_verify(secp256k1_context_static, out->key.b) == 1;
}

// The 33 bytes that stand for a parent: 0 and its key if hardened, else its point.
static bool put_parent(u8 out[33], const b256 *key, bool is_hardened)
{
    secp256k1_pubkey point;
    size_t n = 33;
    if (is_hardened) {
        out[0] = 0;
        copy_bytes(out + 1, key->b, 32);
        return true;
    }
    secp256k1_context *c = secp256k1_context_create(SECP256K1_CONTEXT_NONE);
    CHECK(c != NULL);
    bool ok = secp256k1_ec_pubkey_create(c, &point, key->b) == 1 &&
              secp256k1_ec_pubkey_serialize(c, out, &n, &point, SECP256K1_EC_COMPRESSED) == 1;
    secp256k1_context_destroy(c);
    return ok;
}

bool derived_key_child(struct derived_key *out, const struct derived_key *parent, u32 index)
{
    u8 text[37];
    u8 both[64];
    struct derived_key child = *parent;
    bool ok = put_parent(text, &parent->key, index >> 31 != 0);
    store_be32(text + 33, index);
    hmac_sha512(both, (bytes){parent->chain.b, 32}, (bytes){text, sizeof text});
    ok = ok && secp256k1_ec_seckey_tweak_add(secp256k1_context_static, child.key.b, both) == 1;
    copy_bytes(child.chain.b, both + 32, 32);
    *out = child;
    crypto_wipe(text, sizeof text);
    crypto_wipe(both, sizeof both);
    crypto_wipe(&child, sizeof child);
    return ok;
}
