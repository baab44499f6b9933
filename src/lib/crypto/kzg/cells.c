// SPDX-License-Identifier: MIT
// Proofs of cells. A blob's polynomial p is also known by its values over the 8,192 roots of unity:
// 128 cells of 64, cell k those over the coset of the 64 roots x with x^64 = z_k. On a coset p is
// its remainder p_k by X^64 - z_k, so p(s) - p_k(s) = q_k(s) (s^64 - z_k), and with the proofs Q_k,
// random factors r_k, all sums over k:
//   e(sum r_k Q_k, s^64 G2) = e(sum r_k C + sum r_k z_k Q_k - sum r_k p_k(s) G1, G2).
// The cells are not needed, as p is: coefficient j of p_k is sum p_(j + 64 m) z_k^m over m, so that
// of sum r_k p_k is sum p_(j + 64 m) w_m with w_m = sum r_k z_k^m.
#include "lib/base/buf.h"
#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/crypto/bls12_381/bls12_381.h"
#include "lib/crypto/digest.h"
#include "lib/crypto/kzg/kzg.h"
#include "lib/crypto/kzg/priv.h"

#include "lib/crypto/kzg/setup_cells.inc"

#define CELL 64u // values of a cell
#define CELLS KZG_CELLS
#define LOG2_CELLS 7u
#define POWERS (KZG_DEGREE / CELL) // of z_k that are needed

struct sums { // over all blobs
    u32 count;
    const u8 *blobs, *commitments, *proofs;
    fr z[CELLS];        // by cell
    fr remainder[CELL]; // coefficients of the sum of r_k p_k
    bls_g1 *points;     // proofs, then commitments, then POWERS_G1
    u256 *left;         // factors of the proofs
    u256 *right;        // of all points
};

// Cell k lies over the coset that the bits of k in reverse order number.
static void set_cosets(struct sums *s)
{
    fr root = fr_root_of_unity(LOG2_CELLS);
    fr power = fr_one();
    for (u32 i = 0; i < CELLS; i++) {
        u32 k = 0;
        for (u32 bit = 0; bit < LOG2_CELLS; bit++) {
            k |= (i >> bit & 1) << (LOG2_CELLS - 1 - bit);
        }
        s->z[k] = power;
        power = fr_mul(&power, &root);
    }
}

// The random number whose powers are the r_k: nobody can choose what it is made of by its outcome.
// It is seen nowhere, so it need not be that of compute_verify_cell_kzg_proof_batch_challenge,
// which is made of the cells.
static fr challenge(const struct sums *s)
{
    static const u8 HEAD[16] = "RCKZGCBATCH__V1_";
    usize sizes[3] = {KZG_BLOB_BYTES, KZG_POINT_BYTES, KZG_POINT_BYTES * CELLS};
    const u8 *parts[3] = {s->blobs, s->commitments, s->proofs};
    struct buf text = {0};
    b256 hash;
    buf_put(&text, HEAD, sizeof HEAD);
    for (u32 i = 0; i < 3; i++) {
        buf_put(&text, parts[i], sizes[i] * s->count);
    }
    crypto_sha256(&hash, text.p, text.n);
    buf_fini(&text);
    return fr_from_hash(&hash);
}

static bool read_points(struct sums *s)
{
    const struct bls12_381 *bls = bls12_381();
    bls_g1 *to = s->points;
    bool ok = true;
    for (u32 i = 0; ok && i < CELLS * s->count; i++) {
        ok = bls->g1_decompress(to++, s->proofs + (usize)i * KZG_POINT_BYTES);
    }
    for (u32 i = 0; ok && i < s->count; i++) {
        ok = bls->g1_decompress(to++, s->commitments + (usize)i * KZG_POINT_BYTES);
    }
    copy_bytes(to, POWERS_G1, ok ? sizeof POWERS_G1 : 0);
    return ok;
}

// Takes up a blob, whose factors are `power` and on; gives the one behind its last.
static bool add_blob(struct sums *s, u32 index, const fr *base, fr *power)
{
    fr weight[POWERS];
    fr sum = {{0}};
    zero_bytes(weight, sizeof weight);
    for (u32 k = 0; k < CELLS; k++) {
        fr term = *power; // r_k z_k^m
        s->left[index * CELLS + k] = fr_to_number(power);
        sum = fr_add(&sum, power);
        for (u32 m = 0; m < POWERS; m++) {
            weight[m] = fr_add(&weight[m], &term);
            term = fr_mul(&term, &s->z[k]);
            if (m == 0) {
                s->right[index * CELLS + k] = fr_to_number(&term);
            }
        }
        *power = fr_mul(power, base);
    }
    s->right[s->count * CELLS + index] = fr_to_number(&sum);
    fr *p = mem_alloc(KZG_DEGREE * sizeof *p);
    bool ok = kzg_coefficients(p, s->blobs + (usize)index * KZG_BLOB_BYTES);
    for (u32 i = 0; ok && i < KZG_DEGREE; i++) {
        fr term = fr_mul(&p[i], &weight[i / CELL]);
        s->remainder[i % CELL] = fr_add(&s->remainder[i % CELL], &term);
    }
    mem_free(p);
    return ok;
}

static bool check_sums(struct sums *s)
{
    const struct bls12_381 *bls = bls12_381();
    usize proofs = (usize)CELLS * s->count;
    for (u32 i = 0; i < CELL; i++) {
        fr zero = {{0}};
        fr minus = fr_sub(&zero, &s->remainder[i]);
        s->right[proofs + s->count + i] = fr_to_number(&minus);
    }
    bls_g1 left[2];
    bls_g2 right[2] = {POWER_64_G2};
    bls->g1_msm(&left[0], s->points, s->left, proofs);
    bls->g1_msm(&left[1], s->points, s->right, proofs + s->count + CELL);
    bls->g2_neg(&right[1], bls->g2_generator);
    return bls->pairing_is_one(left, right, 2);
}

bool kzg_verify_cells(const u8 *blobs, const u8 *commitments, const u8 *proofs, u32 count)
{
    usize points = (usize)count * (CELLS + 1) + CELL;
    struct sums s = {
        .count = count,
        .blobs = blobs,
        .commitments = commitments,
        .proofs = proofs,
        .points = mem_alloc(points * sizeof *s.points),
        .left = mem_alloc(points * sizeof *s.left),
        .right = mem_alloc(points * sizeof *s.right),
    };
    set_cosets(&s);
    bool ok = read_points(&s);
    fr base = challenge(&s);
    fr power = fr_one();
    for (u32 i = 0; ok && i < count; i++) {
        ok = add_blob(&s, i, &base, &power);
    }
    ok = ok && check_sums(&s);
    mem_free(s.points);
    mem_free(s.left);
    mem_free(s.right);
    return ok;
}
