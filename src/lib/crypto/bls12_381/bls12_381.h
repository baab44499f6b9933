// SPDX-License-Identifier: MIT
// The pairing-friendly curve BLS12-381 (draft-irtf-cfrg-pairing-friendly-curves; RFC 9380 for the
// maps): two groups of prime order r, additions, sums of multiples, the check of pairings. Points
// are affine pairs of coordinates in Montgomery form; infinity is the pair of zeros, which is on
// neither curve. The functions exist twice, for plain C and for x86-64 with mulx and adx;
// bls12_381() gives the table for this machine. Nothing is constant time: all numbers are public.
#pragma once

#include "lib/base/cc.h"
#include "lib/base/types.h"

#define BLS_FP_BYTES 48

typedef struct {
    u64 w[6];
} bls_fp; // below p, in Montgomery form

typedef struct {
    bls_fp c[2];
} bls_fp2; // c[0] + c[1] u, u^2 = -1

typedef struct {
    bls_fp x, y;
} bls_g1; // y^2 = x^3 + 4

typedef struct {
    bls_fp2 x, y;
} bls_g2; // y^2 = x^3 + 4 (1 + u)

// Points given to functions are on their curve. Results may lie where operands do.
struct bls12_381 {
    // From and to big-endian bytes; false if the number is not below p.
    bool (*fp_from_be)(bls_fp *r, const u8 text[BLS_FP_BYTES]);
    void (*fp_to_be)(u8 text[BLS_FP_BYTES], const bls_fp *a);

    const bls_g1 *g1_generator;
    bool (*g1_on_curve)(const bls_g1 *a); // infinity is
    bool (*g1_in_subgroup)(const bls_g1 *a);
    void (*g1_neg)(bls_g1 *r, const bls_g1 *a);
    void (*g1_add)(bls_g1 *r, const bls_g1 *a, const bls_g1 *b);
    // The sum of scalars[i] points[i]; points are in the subgroup, scalars any numbers.
    void (*g1_msm)(bls_g1 *r, const bls_g1 *points, const u256 *scalars, usize n);
    // From the 48 bytes of ZCash's form; false if they are not one, or not of the subgroup.
    bool (*g1_decompress)(bls_g1 *r, const u8 text[BLS_FP_BYTES]);

    const bls_g2 *g2_generator;
    bool (*g2_on_curve)(const bls_g2 *a);
    bool (*g2_in_subgroup)(const bls_g2 *a);
    void (*g2_neg)(bls_g2 *r, const bls_g2 *a);
    void (*g2_add)(bls_g2 *r, const bls_g2 *a, const bls_g2 *b);
    void (*g2_msm)(bls_g2 *r, const bls_g2 *points, const u256 *scalars, usize n);

    // Whether the product of e(a[i], b[i]) is 1; points are in the subgroups.
    bool (*pairing_is_one)(const bls_g1 *a, const bls_g2 *b, usize n);

    // map_to_curve and clear_cofactor of RFC 9380 for BLS12381G1 and G2; any field element.
    void (*map_to_g1)(bls_g1 *r, const bls_fp *u);
    void (*map_to_g2)(bls_g2 *r, const bls_fp2 *u);
};

const struct bls12_381 *bls12_381(void);

// For tests: both tables, the second one NULL where the machine cannot run it.
const struct bls12_381 *bls12_381_scalar(void);
const struct bls12_381 *bls12_381_x86(void);
