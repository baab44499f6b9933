// SPDX-License-Identifier: MIT
// Small kernels for comparing the RISC-V machine with native code: the same source is compiled for
// the host and for the machine. Each takes the number of its rounds and returns a checksum, so work
// is not removed.
#pragma once

#include "lib/base/types.h"

#ifdef RVBENCH_C // those of bench/rv/published_kernels.c
#define KERNELS(K)                                                                                 \
    K(fib) K(sieve) K(sort) K(sha256) K(keccak) K(mulmod) K(copy) K(bytecode) K(matrix)
#else
//     name      what limits it
#define KERNELS(K)                                                                                 \
    K(fib)      /* calls and returns */                                                            \
    K(sieve)    /* byte stores with a stride */                                                    \
    K(sort)     /* branches that cannot be predicted */                                            \
    K(sha256)   /* 32-bit arithmetic, many live values */                                          \
    K(keccak)   /* 64-bit logic on a table in memory */                                            \
    K(mulmod)   /* 64 x 64 -> 128 bit products and carries */                                      \
    K(copy)     /* loads and stores in sequence */                                                 \
    K(bytecode) /* a switch in a loop */                                                           \
    K(matrix)   /* multiply and add */                                                             \
    K(tree)     /* recursion and pointers */                                                       \
    K(pointers) /* calls by pointer */
#endif

#define K(name) u64 kernel_##name(u64 rounds);
KERNELS(K)
#undef K

enum kernel {
#define K(name) KERNEL_##name,
    KERNELS(K)
#undef K
        KERNEL_COUNT
};
