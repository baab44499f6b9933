// SPDX-License-Identifier: MIT
// Time of one operation of the base fields of bn254 and BLS12-381 with both families of kernels,
// each result being the next operand: minimum of several runs.
#include "lib/num/mont.h"

#include <stdio.h>

#include "lib/os/time.h"

#define ROUNDS 20000u
#define INVERSES 1000u
#define RUNS 9u

#define MONT_TYPE scalar_bn
#define MONT_ROW bn254_fp
#define MONT_LIMBS 4
#define MONT_KERNEL scalar
#include "lib/num/mont_field.inc"
#define MONT_FP2 scalar_bn2
#define MONT_BASE scalar_bn
#include "lib/num/mont_fp2.inc"

#define MONT_TYPE scalar_bls
#define MONT_ROW bls12_381_fp
#define MONT_LIMBS 6
#define MONT_KERNEL scalar
#include "lib/num/mont_field.inc"
#define MONT_FP2 scalar_bls2
#define MONT_BASE scalar_bls
#include "lib/num/mont_fp2.inc"

#if MONT_X86
#define MONT_TYPE x86_bn
#define MONT_ROW bn254_fp
#define MONT_LIMBS 4
#define MONT_KERNEL x86
#include "lib/num/mont_field.inc"
#define MONT_FP2 x86_bn2
#define MONT_BASE x86_bn
#include "lib/num/mont_fp2.inc"

#define MONT_TYPE x86_bls
#define MONT_ROW bls12_381_fp
#define MONT_LIMBS 6
#define MONT_KERNEL x86
#include "lib/num/mont_field.inc"
#define MONT_FP2 x86_bls2
#define MONT_BASE x86_bls
#include "lib/num/mont_fp2.inc"
#endif

#define MEASURE(T, name, rounds, step)                                                             \
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
        printf("mont %-11s %-8s %7.1f ns\n", #T, name, (double)best / (double)(rounds));           \
    } while (0)

#define DEFINE_BENCH(T)                                                                            \
    static void T##_bench(void)                                                                    \
    {                                                                                              \
        T a = T##_from_u64(0x123456789abcdef), b = T##_from_u64(7);                                \
        T##_inv(&b, &b);                                                                           \
        MEASURE(T, "add", ROUNDS, T##_add(&a, &a, &b));                                            \
        MEASURE(T, "sub", ROUNDS, T##_sub(&a, &a, &b));                                            \
        MEASURE(T, "mul", ROUNDS, T##_mul(&a, &a, &b));                                            \
        MEASURE(T, "inverse", INVERSES, T##_inv(&a, &a));                                          \
        T##2 c = {{a, b}}, d = {{b, b}};                                                           \
        MEASURE(T, "fp2 mul", ROUNDS, T##2_mul(&c, &c, &d));                                       \
        MEASURE(T, "fp2 sqr", ROUNDS, T##2_sqr(&c, &c));                                           \
    }

DEFINE_BENCH(scalar_bn)
DEFINE_BENCH(scalar_bls)
#if MONT_X86
DEFINE_BENCH(x86_bn)
DEFINE_BENCH(x86_bls)
#endif

int main(void)
{
    scalar_bn_bench();
    scalar_bls_bench();
#if MONT_X86
    if (mont_has_x86()) {
        x86_bn_bench();
        x86_bls_bench();
    }
#endif
    return 0;
}
