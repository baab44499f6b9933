// SPDX-License-Identifier: MIT
// Derivation over PBKDF2 and HMAC of libcrypto and the additions of libsecp256k1.
#include "lib/crypto/wallet.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <secp256k1.h>

#include "lib/base/bytes.h"
#include "lib/base/check.h"

#define ROUNDS 2048 // BIP-39
#define HARD 0x80000000u

struct extended { // a key and its chain code (BIP-32)
    u8 key[32];
    u8 chain[32];
};

static void hmac(u8 out[64], const void *key, usize key_size, bytes data)
{
    u32 n = 64;
    CHECK(HMAC(EVP_sha512(), key, (int)key_size, data.p, data.n, out, &n) != NULL && n == 64);
}

static bool split(struct extended *x, const u8 both[64])
{
    copy_bytes(x->key, both, 32);
    copy_bytes(x->chain, both + 32, 32);
    return secp256k1_ec_seckey_verify(secp256k1_context_static, x->key) == 1;
}

// The child of that index; hardened ones are made of the private key, others of the public one.
static bool derive(struct extended *x, const secp256k1_context *c, u32 index)
{
    u8 data[37] = {0};
    u8 both[64];
    if (index >= HARD) {
        copy_bytes(data + 1, x->key, 32);
    } else {
        secp256k1_pubkey point;
        size_t n = 33;
        if (secp256k1_ec_pubkey_create(c, &point, x->key) != 1) {
            return false;
        }
        CHECK(secp256k1_ec_pubkey_serialize(c, data, &n, &point, SECP256K1_EC_COMPRESSED) == 1);
    }
    store_be32(data + 33, index);
    hmac(both, x->chain, sizeof x->chain, (bytes){data, sizeof data});
    copy_bytes(x->chain, both + 32, 32);
    return secp256k1_ec_seckey_tweak_add(c, x->key, both) == 1;
}

bool wallet_keys(b256 *keys, u32 count, const char *mnemonic)
{
    static const u8 SALT[] = {'m', 'n', 'e', 'm', 'o', 'n', 'i', 'c'}; // and no passphrase
    static const char NAME[] = "Bitcoin seed";
    static const u32 PATH[] = {44 | HARD, 60 | HARD, 0 | HARD, 0};
    u8 seed[64];
    u8 both[64];
    struct extended top;
    CHECK(PKCS5_PBKDF2_HMAC(mnemonic, (int)__builtin_strlen(mnemonic), SALT, sizeof SALT, ROUNDS,
                            EVP_sha512(), sizeof seed, seed) == 1);
    hmac(both, NAME, sizeof NAME - 1, (bytes){seed, sizeof seed});
    secp256k1_context *c = secp256k1_context_create(SECP256K1_CONTEXT_NONE);
    CHECK(c != NULL);
    bool ok = split(&top, both);
    for (usize i = 0; ok && i < COUNT_OF(PATH); i++) {
        ok = derive(&top, c, PATH[i]);
    }
    for (u32 i = 0; ok && i < count; i++) {
        struct extended x = top;
        ok = derive(&x, c, i);
        copy_bytes(keys[i].b, x.key, sizeof keys[i].b);
    }
    secp256k1_context_destroy(c);
    return ok;
}
