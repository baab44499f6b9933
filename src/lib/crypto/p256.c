// SPDX-License-Identifier: MIT
// secp256r1 over the EC functions of libcrypto, whose assembly for this curve is the fastest at
// hand. They are marked as deprecated since 3.0; their successors make a key through a list of
// parameters and a lookup under a lock, which takes longer than the arithmetic. The group is made
// anew for each call (12 of 87 us), so that nothing is kept.
#define OPENSSL_API_COMPAT 0x10100000L
#include "lib/crypto/p256.h"

#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>

#include "lib/base/check.h"

static BIGNUM *number_of(const b256 *v)
{
    BIGNUM *n = BN_bin2bn(v->b, sizeof v->b, NULL);
    CHECK(n != NULL);
    return n;
}

// 2^256 - 2^224 + 2^192 + 2^96 - 1
static const b256 PRIME = {{0xff, 0xff, 0xff, 0xff, 0,    0,    0,    1,    0,    0,    0,
                            0,    0,    0,    0,    0,    0,    0,    0,    0,    0xff, 0xff,
                            0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

static bool is_below_prime(const b256 *v)
{
    u32 i = 0;
    while (i < 31 && v->b[i] == PRIME.b[i]) {
        i++;
    }
    return v->b[i] < PRIME.b[i];
}

// Setting coordinates refuses points off the curve, (0, 0) among them, but reduces numbers that are
// not below the prime. There is no other subgroup to look for: the curve's order is n.
static bool set_point(EC_KEY *key, const struct p256_claim *c)
{
    if (!is_below_prime(&c->x) || !is_below_prime(&c->y)) {
        return false;
    }
    const EC_GROUP *group = EC_KEY_get0_group(key);
    EC_POINT *point = EC_POINT_new(group);
    CHECK(point != NULL);
    BIGNUM *x = number_of(&c->x);
    BIGNUM *y = number_of(&c->y);
    bool ok = EC_POINT_set_affine_coordinates(group, point, x, y, NULL) == 1 &&
              EC_KEY_set_public_key(key, point) == 1;
    BN_free(x);
    BN_free(y);
    EC_POINT_free(point);
    return ok;
}

static bool check_signature(EC_KEY *key, const struct p256_claim *c)
{
    ECDSA_SIG *signature = ECDSA_SIG_new();
    CHECK(signature != NULL);
    CHECK(ECDSA_SIG_set0(signature, number_of(&c->r), number_of(&c->s)) == 1); // takes the numbers
    bool ok = ECDSA_do_verify(c->hash.b, sizeof c->hash.b, signature, key) == 1;
    ECDSA_SIG_free(signature);
    return ok;
}

bool crypto_p256_verify(const struct p256_claim *c)
{
    EC_KEY *key = EC_KEY_new_by_curve_name(NID_X9_62_prime256v1);
    CHECK(key != NULL);
    bool ok = set_point(key, c) && check_signature(key, c);
    EC_KEY_free(key);
    if (!ok) {
        ERR_clear_error();
    }
    return ok;
}
