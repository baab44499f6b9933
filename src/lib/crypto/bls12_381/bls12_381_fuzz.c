// SPDX-License-Identifier: MIT
// The two builds of BLS12-381 against each other, on points and scalars made of the input: a byte
// chooses the operation, then each point is a multiple of the generator by a small number and each
// scalar up to 32 bytes. Where the machine has one build only, it is compared with itself.
#include "lib/crypto/bls12_381/bls12_381.h"

#include "lib/base/bytes.h"
#include "lib/base/check.h"

#define POINTS_MAX 40

int LLVMFuzzerTestOneInput(const u8 *data, usize n);

static void check_sums(const struct bls12_381 *a, const struct bls12_381 *b, bytes data)
{
    bls_g1 points1[POINTS_MAX], sum1, other1;
    bls_g2 points2[POINTS_MAX], sum2, other2;
    u256 scalars[POINTS_MAX];
    u32 count = 0;
    while (data.n >= 2 && count < POINTS_MAX) {
        u256 k = {{data.p[0] % 8, 0, 0, 0}};
        usize size = data.p[1] % 33;
        size = size < data.n - 2 ? size : data.n - 2;
        scalars[count] = (u256){{0}};
        copy_bytes(scalars[count].w, data.p + 2, size);
        a->g1_msm(&points1[count], a->g1_generator, &k, 1);
        a->g2_msm(&points2[count], a->g2_generator, &k, 1);
        if ((data.p[0] & 8) != 0) {
            a->g1_neg(&points1[count], &points1[count]);
            a->g2_neg(&points2[count], &points2[count]);
        }
        count++;
        data = bytes_slice(data, size + 2, data.n - size - 2);
    }
    a->g1_msm(&sum1, points1, scalars, count);
    b->g1_msm(&other1, points1, scalars, count);
    CHECK(equal_bytes(&sum1, &other1, sizeof sum1));
    CHECK(a->g1_on_curve(&sum1) && b->g1_in_subgroup(&sum1));
    a->g2_msm(&sum2, points2, scalars, count);
    b->g2_msm(&other2, points2, scalars, count);
    CHECK(equal_bytes(&sum2, &other2, sizeof sum2));
    CHECK(a->g2_on_curve(&sum2) && b->g2_in_subgroup(&sum2));
    bls_g2 generator[2] = {sum2, *a->g2_generator};
    bls_g1 pair[2] = {*a->g1_generator, sum1}; // the same multiple on both sides
    a->g1_neg(&pair[1], &pair[1]);
    CHECK(a->pairing_is_one(pair, generator, 2));
}

static void check_maps(const struct bls12_381 *a, const struct bls12_381 *b, bytes data)
{
    u8 text[2][BLS_FP_BYTES] = {{0}};
    copy_bytes(text, data.p, data.n < sizeof text ? data.n : sizeof text);
    bls_g1 p, q;
    bool ok = a->g1_decompress(&p, text[0]);
    CHECK(b->g1_decompress(&q, text[0]) == ok);
    CHECK(!ok || equal_bytes(&p, &q, sizeof p));
    bls_fp2 u;
    if (!a->fp_from_be(&u.c[0], text[0]) || !a->fp_from_be(&u.c[1], text[1])) {
        return;
    }
    a->map_to_g1(&p, &u.c[0]);
    b->map_to_g1(&q, &u.c[0]);
    CHECK(equal_bytes(&p, &q, sizeof p) && a->g1_in_subgroup(&p));
    bls_g2 s, t;
    a->map_to_g2(&s, &u);
    b->map_to_g2(&t, &u);
    CHECK(equal_bytes(&s, &t, sizeof s) && a->g2_in_subgroup(&s));
}

int LLVMFuzzerTestOneInput(const u8 *data, usize n)
{
    if (n == 0) {
        return 0;
    }
    bytes rest = {data + 1, n - 1};
    if (data[0] % 2 == 0) {
        check_sums(bls12_381_scalar(), bls12_381(), rest);
    } else {
        check_maps(bls12_381_scalar(), bls12_381(), rest);
    }
    return 0;
}
