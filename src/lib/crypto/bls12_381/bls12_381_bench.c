// SPDX-License-Identifier: MIT
// Times of the operations of BLS12-381 with both builds, the minimum of some runs.
#include "lib/crypto/bls12_381/bls12_381.h"

#include <stdio.h>

#include "lib/base/bytes.h"
#include "lib/crypto/kzg/kzg.h"
#include "lib/os/time.h"

#define RUNS 7u
#define POINTS 512

struct set {
    bls_g1 g1[POINTS];
    bls_g2 g2[POINTS];
    u256 scalars[POINTS];
};

static u64 next(u64 *state)
{
    u64 z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static void fill(struct set *s, const struct bls12_381 *bls)
{
    u64 state = 1;
    for (u32 i = 0; i < POINTS; i++) {
        for (u32 w = 0; w < 4; w++) {
            s->scalars[i].w[w] = next(&state);
        }
        bls->g1_msm(&s->g1[i], bls->g1_generator, &s->scalars[i], 1);
        bls->g2_msm(&s->g2[i], bls->g2_generator, &s->scalars[i], 1);
    }
}

#define MEASURE(name, rounds, step)                                                                \
    do {                                                                                           \
        u64 best = ~(u64)0;                                                                        \
        for (u32 run = 0; run < RUNS; run++) {                                                     \
            u64 start = os_cpu_ns();                                                               \
            for (u32 i = 0; i < (rounds); i++) {                                                   \
                step;                                                                              \
            }                                                                                      \
            u64 taken = os_cpu_ns() - start;                                                       \
            best = taken < best ? taken : best;                                                    \
        }                                                                                          \
        printf("bls12_381 %-6s %-16s %9.1f us\n", build, name, (double)best / (rounds) / 1000);    \
    } while (0)

static void measure(const char *build, const struct bls12_381 *bls, const struct set *s)
{
    bls_g1 a;
    bls_g2 b;
    bls_fp2 u = s->g2[0].x;
    u64 count = 0;
    MEASURE("g1 add", 64, bls->g1_add(&a, &s->g1[i], &s->g1[i + 1]));
    MEASURE("g1 in subgroup", 16, count += bls->g1_in_subgroup(&s->g1[i]));
    MEASURE("g1 multiple", 16, bls->g1_msm(&a, &s->g1[i], &s->scalars[i], 1));
    MEASURE("g1 msm 16", 2, bls->g1_msm(&a, s->g1, s->scalars, 16));
    MEASURE("g1 msm 128", 1, bls->g1_msm(&a, s->g1, s->scalars, 128));
    MEASURE("g1 msm 512", 1, bls->g1_msm(&a, s->g1, s->scalars, 512));
    MEASURE("map to g1", 16, bls->map_to_g1(&a, &s->g1[i].x));
    MEASURE("g2 add", 64, bls->g2_add(&b, &s->g2[i], &s->g2[i + 1]));
    MEASURE("g2 in subgroup", 16, count += bls->g2_in_subgroup(&s->g2[i]));
    MEASURE("g2 multiple", 8, bls->g2_msm(&b, &s->g2[i], &s->scalars[i], 1));
    MEASURE("g2 msm 16", 2, bls->g2_msm(&b, s->g2, s->scalars, 16));
    MEASURE("g2 msm 128", 1, bls->g2_msm(&b, s->g2, s->scalars, 128));
    MEASURE("g2 msm 512", 1, bls->g2_msm(&b, s->g2, s->scalars, 512));
    MEASURE("map to g2", 8, bls->map_to_g2(&b, &u));
    MEASURE("pairing 1", 4, count += bls->pairing_is_one(s->g1, s->g2, 1));
    MEASURE("pairing 2", 4, count += bls->pairing_is_one(s->g1, s->g2, 2));
    MEASURE("pairing 16", 1, count += bls->pairing_is_one(s->g1, s->g2, 16));
    if (bls == bls12_381()) {
        struct kzg_claim c = {.z = {{1}}, .y = {{2}}};
        bls->fp_to_be(c.commitment, &bls->g1_generator->x);
        c.commitment[0] |= 0x80; // compressed; its y is the smaller root
        copy_bytes(c.proof, c.commitment, sizeof c.proof);
        MEASURE("kzg proof", 4, count += kzg_verify_proof(&c) == KZG_WRONG);
    }
    printf("bls12_381 %-6s (%lu answers)\n", build, count);
}

int main(void)
{
    static struct set s; // large
    fill(&s, bls12_381());
    if (bls12_381_x86() != NULL) {
        measure("x86", bls12_381_x86(), &s);
    }
    measure("scalar", bls12_381_scalar(), &s);
    return 0;
}
