// SPDX-License-Identifier: MIT
// P-256 verification: the bounds of coordinates. A point with x so small that x + p fits 256 bits
// must be refused under that other name. Signatures are tested by the vectors of the precompile and
// against
// @noble/curves (test/precompile_vectors.mjs).
#include "lib/crypto/p256.h"

#include <gmp.h>

#include "lib/base/bytes.h"
#include "test/test.h"

static void put(b256 *to, const mpz_t v)
{
    zero_bytes(to->b, 32);
    usize n = (mpz_sizeinbase(v, 2) + 7) / 8;
    if (mpz_sgn(v) != 0) {
        mpz_export(to->b + 32 - n, NULL, 1, 1, 0, 0, v);
    }
}

struct curve {
    mpz_t p, n, a, b, x, y, t;
};

// y with y^2 = x^3 - 3 x + b, p = 3 mod 4; false if there is none.
static bool find_y(struct curve *c)
{
    mpz_powm_ui(c->t, c->x, 3, c->p);
    mpz_submul_ui(c->t, c->x, 3);
    mpz_add(c->t, c->t, c->b);
    mpz_mod(c->t, c->t, c->p);
    mpz_add_ui(c->a, c->p, 1);
    mpz_fdiv_q_2exp(c->a, c->a, 2);
    mpz_powm(c->y, c->t, c->a, c->p);
    mpz_powm_ui(c->a, c->y, 2, c->p);
    return mpz_cmp(c->a, c->t) == 0;
}

// For any point Q and any k: R = Q + k G has r = x(R), s = r, hash = k r: then u1 = k, u2 = 1. With
// k = 0 that is r = s = x(Q), hash 0.
TEST(p256, coordinates_are_below_the_prime)
{
    struct curve c;
    mpz_inits(c.p, c.n, c.a, c.b, c.x, c.y, c.t, NULL);
    mpz_set_str(c.p, "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff", 16);
    mpz_set_str(c.n, "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);
    mpz_set_str(c.b, "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b", 16);
    u32 found = 0;
    for (u32 x = 1; x < 60; x++) {
        mpz_set_ui(c.x, x);
        if (!find_y(&c)) {
            continue;
        }
        found++;
        struct p256_claim claim = {.hash = {{0}}};
        put(&claim.r, c.x);
        claim.s = claim.r;
        claim.x = claim.r;
        put(&claim.y, c.y);
        EXPECT(crypto_p256_verify(&claim));
        mpz_sub(c.y, c.p, c.y); // the opposite point has the same x
        put(&claim.y, c.y);
        EXPECT(crypto_p256_verify(&claim));
        mpz_add(c.t, c.x, c.p);
        put(&claim.x, c.t);
        EXPECT(!crypto_p256_verify(&claim));
        put(&claim.x, c.x);
        mpz_add(c.t, c.x, c.n); // r must be below the order
        put(&claim.r, c.t);
        EXPECT(!crypto_p256_verify(&claim));
        put(&claim.r, c.x);
        put(&claim.y, c.p);
        EXPECT(!crypto_p256_verify(&claim));
        zero_bytes(claim.y.b, 32);
        EXPECT(!crypto_p256_verify(&claim));
    }
    EXPECT(found > 10);
    mpz_clears(c.p, c.n, c.a, c.b, c.x, c.y, c.t, NULL);
}
