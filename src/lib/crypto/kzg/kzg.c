// SPDX-License-Identifier: MIT
// With the secret s of the ceremony, p(s) - y = q(s) (s - z) is e(C - y G1, G2) = e(Q, s G2 - z
// G2), which is here e(C - y G1 + z Q, -G2) e(Q, s G2) = 1: all multiples are in G1.
#include "lib/crypto/kzg/kzg.h"

#include "lib/base/bytes.h"
#include "lib/crypto/bls12_381/bls12_381.h"
#include "lib/num/mont.h"

#include "lib/crypto/kzg/setup.inc"

static u256 load_scalar(const b256 *a)
{
    const u8 *p = a->b;
    return (u256){{load_be64(p + 24), load_be64(p + 16), load_be64(p + 8), load_be64(p)}};
}

// order - a, and whether a is below the order.
static u256 negate(const u256 *a, bool *below)
{
    u256 r;
    u64 borrow = 0;
    u64 any = 0;
    for (u32 i = 0; i < 4; i++) {
        u128 d = (u128)mont_bls12_381_fr.p[i] - a->w[i] - borrow;
        r.w[i] = (u64)d;
        any |= r.w[i];
        borrow = (u64)(d >> 64) & 1;
    }
    *below = borrow == 0 && any != 0;
    return r;
}

enum kzg_answer kzg_verify_proof(const struct kzg_claim *c)
{
    const struct bls12_381 *bls = bls12_381();
    u256 z = load_scalar(&c->z);
    u256 y = load_scalar(&c->y);
    bool z_below, y_below;
    (void)negate(&z, &z_below);
    u256 minus_y = negate(&y, &y_below);
    bls_g1 commitment, proof;
    if (!z_below || !y_below || !bls->g1_decompress(&commitment, c->commitment) ||
        !bls->g1_decompress(&proof, c->proof)) {
        return KZG_MALFORMED;
    }
    bls_g1 left[2];
    left[1] = proof;
    bls->g1_msm(&left[0], (const bls_g1[]){*bls->g1_generator, proof}, (const u256[]){minus_y, z},
                2);
    bls->g1_add(&left[0], &left[0], &commitment);
    bls_g2 right[2];
    right[1] = SECRET_G2;
    bls->g2_neg(&right[0], bls->g2_generator);
    return bls->pairing_is_one(left, right, 2) ? KZG_RIGHT : KZG_WRONG;
}
