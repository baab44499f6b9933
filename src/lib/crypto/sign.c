// SPDX-License-Identifier: MIT
// secp256k1 by libsecp256k1. Recovery needs no secret and uses the library's static context;
// functions on private keys make a context of their own, blinded with fresh randomness, and erase
// it.
#include "lib/crypto/sign.h"

#include <secp256k1.h>
#include <secp256k1_recovery.h>

#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/crypto/hash/keccak.h"

#define POINT_SIZE 65 // 04, x, y

static void address_of_point(address *out, const secp256k1_pubkey *point)
{
    u8 text[POINT_SIZE];
    size_t n = sizeof text;
    CHECK(secp256k1_ec_pubkey_serialize(secp256k1_context_static, text, &n, point,
                                        SECP256K1_EC_UNCOMPRESSED) == 1 &&
          n == POINT_SIZE);
    b256 hash;
    keccak256(&hash, text + 1, POINT_SIZE - 1);
    copy_bytes(out->b, hash.b + 12, sizeof out->b);
}

bool crypto_ecrecover(address *out, const b256 *hash, const b256 *r, const b256 *s, u8 recovery_id)
{
    if (recovery_id > 3) {
        return false;
    }
    u8 compact[64];
    copy_bytes(compact, r->b, 32);
    copy_bytes(compact + 32, s->b, 32);
    secp256k1_ecdsa_recoverable_signature parsed;
    secp256k1_pubkey point;
    if (secp256k1_ecdsa_recoverable_signature_parse_compact(secp256k1_context_static, &parsed,
                                                            compact, recovery_id) != 1 ||
        secp256k1_ecdsa_recover(secp256k1_context_static, &point, &parsed, hash->b) != 1) {
        return false;
    }
    address_of_point(out, &point);
    return true;
}

// The blinding seed need not be fresh, only unknown to who measures: it is made from the key
// itself.
static secp256k1_context *open_context(const b256 *key)
{
    secp256k1_context *c = secp256k1_context_create(SECP256K1_CONTEXT_NONE);
    CHECK(c != NULL);
    b256 seed;
    keccak256(&seed, key->b, sizeof key->b);
    CHECK(secp256k1_context_randomize(c, seed.b) == 1);
    return c;
}

bool crypto_address_of_key(address *out, const b256 *key)
{
    secp256k1_context *c = open_context(key);
    secp256k1_pubkey point;
    bool ok = secp256k1_ec_pubkey_create(c, &point, key->b) == 1;
    if (ok) {
        address_of_point(out, &point);
    }
    secp256k1_context_destroy(c);
    return ok;
}

bool crypto_sign(signature *out, const b256 *hash, const b256 *key)
{
    secp256k1_context *c = open_context(key);
    secp256k1_ecdsa_recoverable_signature made;
    bool ok = secp256k1_ecdsa_sign_recoverable(c, &made, hash->b, key->b, NULL, NULL) == 1;
    if (ok) {
        u8 compact[64];
        i32 recovery_id = 0;
        secp256k1_ecdsa_recoverable_signature_serialize_compact(c, compact, &recovery_id, &made);
        copy_bytes(out->r.b, compact, 32);
        copy_bytes(out->s.b, compact + 32, 32);
        out->recovery_id = (u8)recovery_id;
    }
    secp256k1_context_destroy(c);
    return ok;
}
