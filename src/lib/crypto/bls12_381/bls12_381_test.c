// SPDX-License-Identifier: MIT
// Laws of the groups and of the pairing, for both builds of the curve and of one against the other:
// sums, sums of multiples of all sizes against sums one by one, subgroups, bilinearity, maps.
// Published vectors are run through the precompiles (core/precompile).
#include "lib/crypto/bls12_381/bls12_381.h"

#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/num/mont.h"
#include "test/test.h"

#define ROUNDS 4
#define MANY 150

static const bls_g1 INFINITY1; // zeros
static const bls_g2 INFINITY2;

static u256 random_scalar(u64 *state)
{
    return (u256){{test_random(state), test_random(state), test_random(state), test_random(state)}};
}

static u256 order(void)
{
    u256 r;
    copy_bytes(r.w, mont_bls12_381_fr.p, sizeof r.w);
    return r;
}

static u256 small(u64 v)
{
    return (u256){{v, 0, 0, 0}};
}

// Scalars at which digits, carries and reductions have their corners.
static u256 corner(u32 i)
{
    u256 r = order();
    switch (i % 10) {
    case 0:
        return small(0);
    case 1:
        return small(1);
    case 2:
        return r;
    case 3:
        r.w[0]--;
        return r;
    case 4:
        r.w[0]++;
        return r;
    case 5:
        return (u256){{~(u64)0, ~(u64)0, ~(u64)0, ~(u64)0}};
    case 6:
        return small(0xd201000000010000); // x
    case 7:
        return (u256){{0x00000000ffffffff, 0xac45a4010001a402, 0, 0}}; // x^2
    case 8:
        return (u256){{0, ~(u64)0, 0, ~(u64)0}};
    default:
        return small(16);
    }
}

#define EXPECT_POINT(a, b) EXPECT_BYTES(a, b, sizeof *(a))

// The same laws for both groups; GROUP is g1 or g2.
#define DEFINE_LAWS(GROUP, INFINITE)                                                               \
    static bls_##GROUP GROUP##_times(const struct bls12_381 *bls, const bls_##GROUP *a, u256 k)    \
    {                                                                                              \
        bls_##GROUP r;                                                                             \
        bls->GROUP##_msm(&r, a, &k, 1);                                                            \
        return r;                                                                                  \
    }                                                                                              \
    static bls_##GROUP GROUP##_random(const struct bls12_381 *bls, u64 *state)                     \
    {                                                                                              \
        return GROUP##_times(bls, bls->GROUP##_generator, random_scalar(state));                   \
    }                                                                                              \
    /* By doubling and adding, with additions of affine points only. */                            \
    static bls_##GROUP GROUP##_slow_times(const struct bls12_381 *bls, const bls_##GROUP *a,       \
                                          u256 k)                                                  \
    {                                                                                              \
        bls_##GROUP r = INFINITE;                                                                  \
        for (u32 i = 256; i-- > 0;) {                                                              \
            bls->GROUP##_add(&r, &r, &r);                                                          \
            if ((k.w[i / 64] >> (i % 64) & 1) != 0) {                                              \
                bls->GROUP##_add(&r, &r, a);                                                       \
            }                                                                                      \
        }                                                                                          \
        return r;                                                                                  \
    }                                                                                              \
    static void GROUP##_additions(const struct bls12_381 *bls)                                     \
    {                                                                                              \
        u64 state = test_seed();                                                                   \
        for (u32 i = 0; i < ROUNDS; i++) {                                                         \
            bls_##GROUP a = GROUP##_random(bls, &state), b = GROUP##_random(bls, &state);          \
            bls_##GROUP c = GROUP##_random(bls, &state), left, right, minus;                       \
            EXPECT(bls->GROUP##_on_curve(&a) && bls->GROUP##_in_subgroup(&a));                     \
            bls->GROUP##_add(&left, &a, &b);                                                       \
            bls->GROUP##_add(&right, &b, &a);                                                      \
            EXPECT_POINT(&left, &right);                                                           \
            bls->GROUP##_add(&left, &left, &c);                                                    \
            bls->GROUP##_add(&right, &b, &c);                                                      \
            bls->GROUP##_add(&right, &a, &right);                                                  \
            EXPECT_POINT(&left, &right);                                                           \
            bls->GROUP##_neg(&minus, &a);                                                          \
            bls->GROUP##_add(&left, &a, &minus);                                                   \
            EXPECT_POINT(&left, &INFINITE);                                                        \
            bls->GROUP##_add(&left, &a, &INFINITE);                                                \
            EXPECT_POINT(&left, &a);                                                               \
            bls->GROUP##_add(&left, &INFINITE, &a);                                                \
            EXPECT_POINT(&left, &a);                                                               \
            bls->GROUP##_add(&left, &a, &a);                                                       \
            right = GROUP##_times(bls, &a, small(2));                                              \
            EXPECT_POINT(&left, &right);                                                           \
        }                                                                                          \
        EXPECT(bls->GROUP##_on_curve(&INFINITE) && bls->GROUP##_in_subgroup(&INFINITE));           \
    }                                                                                              \
    static void GROUP##_multiples(const struct bls12_381 *bls)                                     \
    {                                                                                              \
        u64 state = test_seed();                                                                   \
        bls_##GROUP a = GROUP##_random(bls, &state);                                               \
        for (u32 i = 0; i < 10 + ROUNDS; i++) {                                                    \
            u256 k = i < 10 ? corner(i) : random_scalar(&state);                                   \
            bls_##GROUP fast = GROUP##_times(bls, &a, k);                                          \
            bls_##GROUP slow = GROUP##_slow_times(bls, &a, k);                                     \
            EXPECT_POINT(&fast, &slow);                                                            \
        }                                                                                          \
    }                                                                                              \
    static void GROUP##_sums(const struct bls12_381 *bls)                                          \
    {                                                                                              \
        static const u32 sizes[] = {0, 1, 2, 3, 23, 24, 25, 26, 40, 70, MANY};                     \
        u64 state = test_seed();                                                                   \
        bls_##GROUP points[MANY], each, sum, whole;                                                \
        u256 scalars[MANY];                                                                        \
        for (u32 i = 0; i < COUNT_OF(sizes); i++) {                                                \
            sum = INFINITE;                                                                        \
            for (u32 j = 0; j < sizes[i]; j++) {                                                   \
                u64 kind = test_random(&state) % 8;                                                \
                scalars[j] = kind < 2 ? corner((u32)test_random(&state)) : random_scalar(&state);  \
                points[j] = GROUP##_random(bls, &state);                                           \
                if (kind == 3) {                                                                   \
                    points[j] = INFINITE;                                                          \
                } else if (kind > 3 && j > 0) {                                                    \
                    points[j] = points[j - 1]; /* equal and opposite points meet in buckets */     \
                    scalars[j] = kind > 5 ? scalars[j - 1] : scalars[j];                           \
                    if (kind % 2 == 0) {                                                           \
                        bls->GROUP##_neg(&points[j], &points[j]);                                  \
                    }                                                                              \
                }                                                                                  \
                each = GROUP##_times(bls, &points[j], scalars[j]);                                 \
                bls->GROUP##_add(&sum, &sum, &each);                                               \
            }                                                                                      \
            bls->GROUP##_msm(&whole, points, scalars, sizes[i]);                                   \
            EXPECT_POINT(&whole, &sum);                                                            \
        }                                                                                          \
        for (u32 j = 0; j < MANY; j++) { /* all in the same buckets */                             \
            points[j] = points[0];                                                                 \
            scalars[j] = scalars[0];                                                               \
        }                                                                                          \
        bls->GROUP##_msm(&whole, points, scalars, MANY);                                           \
        each = GROUP##_times(bls, &points[0], scalars[0]);                                         \
        sum = GROUP##_times(bls, &each, small(MANY));                                              \
        EXPECT_POINT(&whole, &sum);                                                                \
    }

DEFINE_LAWS(g1, INFINITY1)
DEFINE_LAWS(g2, INFINITY2)

static void for_both(void (*f)(const struct bls12_381 *bls))
{
    f(bls12_381_scalar());
    if (bls12_381_x86() != NULL) {
        f(bls12_381_x86());
    }
}

TEST(bls12_381, points_form_groups)
{
    for_both(g1_additions);
    for_both(g2_additions);
}

TEST(bls12_381, multiples_are_repeated_sums)
{
    for_both(g1_multiples);
    for_both(g2_multiples);
}

TEST(bls12_381, sums_of_multiples_are_the_sums_of_each)
{
    for_both(g1_sums);
    for_both(g2_sums);
}

static void check_fields(const struct bls12_381 *bls)
{
    u8 text[BLS_FP_BYTES], back[BLS_FP_BYTES];
    bls_fp a;
    for (u32 i = 0; i < 6; i++) {
        u64 limb = mont_bls12_381_fp.p[5 - i];
        store_be64(text + (usize)8 * i, limb);
    }
    EXPECT(!bls->fp_from_be(&a, text)); // p
    text[47]--;
    EXPECT(bls->fp_from_be(&a, text));
    bls->fp_to_be(back, &a);
    EXPECT_BYTES(text, back, sizeof text);
    text[0] |= 0x20;
    EXPECT(!bls->fp_from_be(&a, text));
}

TEST(bls12_381, numbers_are_below_p)
{
    for_both(check_fields);
}

// (0, 2) has the order 3 on the curve of G1; a point off its subgroup in G2 comes from a sum with a
// point of another one.
static void check_subgroups(const struct bls12_381 *bls)
{
    u8 two[BLS_FP_BYTES] = {[BLS_FP_BYTES - 1] = 2};
    bls_g1 third = {{{0}}, {{0}}}, sum;
    EXPECT(bls->fp_from_be(&third.y, two));
    EXPECT(bls->g1_on_curve(&third) && !bls->g1_in_subgroup(&third));
    bls->g1_add(&sum, &third, bls->g1_generator);
    EXPECT(bls->g1_on_curve(&sum) && !bls->g1_in_subgroup(&sum));
    sum.x.w[0] ^= 1;
    EXPECT(!bls->g1_on_curve(&sum));
    bls_g2 off = *bls->g2_generator;
    off.y.c[1].w[0] ^= 1;
    EXPECT(!bls->g2_on_curve(&off));
}

TEST(bls12_381, points_off_the_subgroup_are_seen)
{
    for_both(check_subgroups);
}

static void check_pairing(const struct bls12_381 *bls)
{
    u64 state = test_seed();
    u256 k = random_scalar(&state), l = random_scalar(&state);
    bls_g1 a[3] = {g1_times(bls, bls->g1_generator, k)};
    bls_g2 b[3] = {g2_times(bls, bls->g2_generator, l)};
    a[1] = g1_times(bls, &a[0], l); // e(k G, l H) = e(k l G, H)
    bls->g1_neg(&a[1], &a[1]);
    b[1] = *bls->g2_generator;
    a[2] = a[0];
    b[2] = INFINITY2;
    EXPECT(!bls->pairing_is_one(a, b, 1));
    EXPECT(bls->pairing_is_one(a, b, 2));
    EXPECT(bls->pairing_is_one(a, b, 3));
    EXPECT(bls->pairing_is_one(a, b, 0));
    EXPECT(bls->pairing_is_one(&INFINITY1, b, 1));
    b[2] = b[0];
    EXPECT(!bls->pairing_is_one(a, b, 3));
    a[2] = a[0]; // e(P, Q) e(-P, Q): the Miller loop already ends in fp6
    bls->g1_neg(&a[2], &a[2]);
    EXPECT(bls->pairing_is_one(a + 2, b + 2, 1) == false);
    bls_g1 opposite[2] = {a[0], a[2]};
    bls_g2 same[2] = {b[0], b[0]};
    EXPECT(bls->pairing_is_one(opposite, same, 2));
    bls_g1 many_a[130];
    bls_g2 many_b[130];
    for (u32 i = 0; i < 130; i++) { // more than one Miller loop takes
        many_a[i] = a[i % 2];
        many_b[i] = b[i % 2];
    }
    EXPECT(bls->pairing_is_one(many_a, many_b, 130));
    EXPECT(!bls->pairing_is_one(many_a, many_b, 129));
}

TEST(bls12_381, the_pairing_is_bilinear)
{
    for_both(check_pairing);
}

TEST(bls12_381, maps_end_in_the_subgroups_and_both_builds_agree)
{
    const struct bls12_381 *a = bls12_381_scalar(), *b = bls12_381();
    u64 state = test_seed();
    for (u32 i = 0; i < 2 * ROUNDS; i++) {
        bls_g1 from = g1_random(b, &state), p, q;
        bls_fp2 u = {{from.x, i % 4 == 0 ? INFINITY1.x : from.y}};
        bls_g2 s, t;
        a->map_to_g1(&p, &u.c[0]);
        b->map_to_g1(&q, &u.c[0]);
        EXPECT_POINT(&p, &q);
        EXPECT(a->g1_on_curve(&p) && a->g1_in_subgroup(&p));
        a->map_to_g2(&s, &u);
        b->map_to_g2(&t, &u);
        EXPECT_POINT(&s, &t);
        EXPECT(a->g2_on_curve(&s) && a->g2_in_subgroup(&s));
    }
}

static void compress(u8 text[BLS_FP_BYTES], const struct bls12_381 *bls, const bls_g1 *a)
{
    u8 y[BLS_FP_BYTES], minus_y[BLS_FP_BYTES];
    bls_g1 minus;
    bls->g1_neg(&minus, a);
    bls->fp_to_be(text, &a->x);
    bls->fp_to_be(y, &a->y);
    bls->fp_to_be(minus_y, &minus.y);
    u32 i = 0;
    while (i < BLS_FP_BYTES - 1 && y[i] == minus_y[i]) {
        i++;
    }
    text[0] |= y[i] > minus_y[i] ? 0xa0 : 0x80;
}

static void check_decompression(const struct bls12_381 *bls)
{
    u64 state = test_seed();
    u8 text[BLS_FP_BYTES];
    bls_g1 r;
    for (u32 i = 0; i < ROUNDS; i++) {
        bls_g1 a = g1_random(bls, &state);
        compress(text, bls, &a);
        EXPECT(bls->g1_decompress(&r, text));
        EXPECT_POINT(&r, &a);
        text[0] ^= 0x20;
        bls->g1_neg(&a, &a);
        EXPECT(bls->g1_decompress(&r, text));
        EXPECT_POINT(&r, &a);
        text[0] ^= 0x80;
        EXPECT(!bls->g1_decompress(&r, text));
    }
    zero_bytes(text, sizeof text);
    text[0] = 0xc0;
    EXPECT(bls->g1_decompress(&r, text));
    EXPECT_POINT(&r, &INFINITY1);
    text[0] = 0xe0;
    EXPECT(!bls->g1_decompress(&r, text));
    text[0] = 0xc0;
    text[47] = 1;
    EXPECT(!bls->g1_decompress(&r, text));
    zero_bytes(text, sizeof text);
    text[0] = 0x80; // (0, 2): order 3
    EXPECT(!bls->g1_decompress(&r, text));
}

TEST(bls12_381, compressed_points_come_back)
{
    for_both(check_decompression);
}
