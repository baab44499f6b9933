// SPDX-License-Identifier: MIT
// The precompiles of BLS12-381 (EIP-2537). A field element is 64 bytes, big-endian, below p; a
// point is its coordinates, zeros being infinity. Wrong lengths, numbers not below p, points off
// their curve and, except for additions, off their subgroup make a call fail.
#include "core/precompile/priv.h"
#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/crypto/bls12_381/bls12_381.h"

#define FP_SIZE 64 // 16 bytes of zeros and the number
#define FP_ZEROS (FP_SIZE - BLS_FP_BYTES)
#define FP2_SIZE (2 * FP_SIZE)
#define G1_SIZE (2 * FP_SIZE)
#define G2_SIZE (4 * FP_SIZE)
#define SCALAR_SIZE 32
#define PAIR_SIZE (G1_SIZE + G2_SIZE)

// ---- encodings ----

static bool read_fp(bls_fp *r, const u8 *p)
{
    static const u8 zeros[FP_ZEROS] = {0};
    return equal_bytes(p, zeros, FP_ZEROS) && bls12_381()->fp_from_be(r, p + FP_ZEROS);
}

static bool read_fp2(bls_fp2 *r, const u8 *p)
{
    return read_fp(&r->c[0], p) && read_fp(&r->c[1], p + FP_SIZE);
}

static bool read_g1(bls_g1 *r, const u8 *p)
{
    return read_fp(&r->x, p) && read_fp(&r->y, p + FP_SIZE) && bls12_381()->g1_on_curve(r);
}

static bool read_g2(bls_g2 *r, const u8 *p)
{
    return read_fp2(&r->x, p) && read_fp2(&r->y, p + FP2_SIZE) && bls12_381()->g2_on_curve(r);
}

static u256 read_scalar(const u8 *p)
{
    return (u256){{load_be64(p + 24), load_be64(p + 16), load_be64(p + 8), load_be64(p)}};
}

static void put_fp(struct buf *out, const bls_fp *a)
{
    u8 *p = buf_extend(out, FP_SIZE);
    zero_bytes(p, FP_ZEROS);
    bls12_381()->fp_to_be(p + FP_ZEROS, a);
}

static void put_g1(struct buf *out, const bls_g1 *a)
{
    put_fp(out, &a->x);
    put_fp(out, &a->y);
}

static void put_g2(struct buf *out, const bls_g2 *a)
{
    put_fp(out, &a->x.c[0]);
    put_fp(out, &a->x.c[1]);
    put_fp(out, &a->y.c[0]);
    put_fp(out, &a->y.c[1]);
}

// ---- prices ----

#define DISCOUNTS_MAX 128

#define MSM_DISCOUNTS(group, cost, ...)                                                            \
    static const u16 group##_discounts[DISCOUNTS_MAX] = {__VA_ARGS__};                             \
    enum { group##_cost = (cost) };
#include "spec/msm_discounts.def"

// A length that is wrong fails when it runs; its price is that of the whole pairs.
static u64 msm_price(usize pairs, u64 cost, const u16 *discounts)
{
    if (pairs == 0) {
        return 0;
    }
    usize row = (pairs < DISCOUNTS_MAX ? pairs : DISCOUNTS_MAX) - 1;
    return pairs * cost * discounts[row] / 1000;
}

u64 bls12_g1msm_price(enum fork f, bytes input)
{
    (void)f;
    return msm_price(input.n / (G1_SIZE + SCALAR_SIZE), g1_cost, g1_discounts);
}

u64 bls12_g2msm_price(enum fork f, bytes input)
{
    (void)f;
    return msm_price(input.n / (G2_SIZE + SCALAR_SIZE), g2_cost, g2_discounts);
}

u64 bls12_pairing_price(enum fork f, bytes input)
{
    (void)f;
    return 37700 + 32600 * (u64)(input.n / PAIR_SIZE);
}

#define DEFINE_PRICE(name, price)                                                                  \
    u64 bls12_##name##_price(enum fork f, bytes input)                                             \
    {                                                                                              \
        (void)f;                                                                                   \
        (void)input;                                                                               \
        return price;                                                                              \
    }

DEFINE_PRICE(g1add, 375)
DEFINE_PRICE(g2add, 600)
DEFINE_PRICE(map_g1, 5500)
DEFINE_PRICE(map_g2, 23800)
#undef DEFINE_PRICE

// ---- bodies ----

#define DEFINE_GROUP(group, SIZE)                                                                  \
    bool bls12_##group##add_run(bytes input, struct buf *out)                                      \
    {                                                                                              \
        bls_##group a, b;                                                                          \
        if (input.n != 2 * SIZE || !read_##group(&a, input.p) ||                                   \
            !read_##group(&b, input.p + SIZE)) {                                                   \
            return false;                                                                          \
        }                                                                                          \
        bls12_381()->group##_add(&a, &a, &b);                                                      \
        put_##group(out, &a);                                                                      \
        return true;                                                                               \
    }                                                                                              \
    bool bls12_##group##msm_run(bytes input, struct buf *out)                                      \
    {                                                                                              \
        const struct bls12_381 *bls = bls12_381();                                                 \
        usize n = input.n / (SIZE + SCALAR_SIZE);                                                  \
        if (n == 0 || input.n % (SIZE + SCALAR_SIZE) != 0) {                                       \
            return false;                                                                          \
        }                                                                                          \
        bls_##group *points = mem_alloc(n * sizeof *points);                                       \
        u256 *scalars = mem_alloc(n * sizeof *scalars);                                            \
        bool ok = true;                                                                            \
        const u8 *p = input.p;                                                                     \
        for (usize i = 0; i < n && ok; i++, p += SIZE + SCALAR_SIZE) {                             \
            ok = read_##group(&points[i], p) && bls->group##_in_subgroup(&points[i]);              \
            scalars[i] = read_scalar(p + SIZE);                                                    \
        }                                                                                          \
        if (ok) {                                                                                  \
            bls->group##_msm(&points[0], points, scalars, n);                                      \
            put_##group(out, &points[0]);                                                          \
        }                                                                                          \
        mem_free(scalars);                                                                         \
        mem_free(points);                                                                          \
        return ok;                                                                                 \
    }

DEFINE_GROUP(g1, G1_SIZE)
DEFINE_GROUP(g2, G2_SIZE)
#undef DEFINE_GROUP

bool bls12_pairing_run(bytes input, struct buf *out)
{
    const struct bls12_381 *bls = bls12_381();
    usize n = input.n / PAIR_SIZE;
    if (n == 0 || input.n % PAIR_SIZE != 0) {
        return false;
    }
    bls_g1 *a = mem_alloc(n * sizeof *a);
    bls_g2 *b = mem_alloc(n * sizeof *b);
    bool ok = true;
    const u8 *p = input.p;
    for (usize i = 0; i < n && ok; i++, p += PAIR_SIZE) {
        ok = read_g1(&a[i], p) && read_g2(&b[i], p + G1_SIZE) && bls->g1_in_subgroup(&a[i]) &&
             bls->g2_in_subgroup(&b[i]);
    }
    if (ok) {
        u8 *word = buf_extend(out, 32);
        zero_bytes(word, 32);
        word[31] = bls->pairing_is_one(a, b, n);
    }
    mem_free(b);
    mem_free(a);
    return ok;
}

bool bls12_map_g1_run(bytes input, struct buf *out)
{
    bls_fp u;
    if (input.n != FP_SIZE || !read_fp(&u, input.p)) {
        return false;
    }
    bls_g1 point;
    bls12_381()->map_to_g1(&point, &u);
    put_g1(out, &point);
    return true;
}

bool bls12_map_g2_run(bytes input, struct buf *out)
{
    bls_fp2 u;
    if (input.n != FP2_SIZE || !read_fp2(&u, input.p)) {
        return false;
    }
    bls_g2 point;
    bls12_381()->map_to_g2(&point, &u);
    put_g2(out, &point);
    return true;
}
