// SPDX-License-Identifier: MIT
// The nine kernels of a file that does not belong to this tree (RVBENCH_C,
// ../shared/bench/rvbench.c where it is) under the names that rv_bench knows. That file has a main
// for hosted builds, and a small one for others.
#ifdef __riscv_zba
#error "published figures are for rv64imac"
#endif
#if __STDC_HOSTED__
#define main published_main
int published_main(int argc, char **argv);
#else
#define BARE
#define KERNEL 0
#define NN 1
unsigned long bare_main(void);
#endif
#include RVBENCH_C
#undef main
#include "bench/rv/kernels.h"

enum {
    RV_KECCAK,
    RV_SHA256,
    RV_FIB,
    RV_SIEVE,
    RV_SORT,
    RV_COPY,
    RV_MULMOD,
    RV_BYTECODE,
    RV_MATRIX
};

#define PUBLISHED(name, number)                                                                    \
    u64 kernel_##name(u64 rounds)                                                                  \
    {                                                                                              \
        __builtin_memset(buf, 0, sizeof buf); /* what an earlier call left there is read */        \
        return runk(number, rounds);                                                               \
    }
PUBLISHED(keccak, RV_KECCAK)
PUBLISHED(sha256, RV_SHA256)
PUBLISHED(fib, RV_FIB)
PUBLISHED(sieve, RV_SIEVE)
PUBLISHED(sort, RV_SORT)
PUBLISHED(copy, RV_COPY)
PUBLISHED(mulmod, RV_MULMOD)
PUBLISHED(bytecode, RV_BYTECODE)
PUBLISHED(matrix, RV_MATRIX)
