// SPDX-License-Identifier: MIT
// The kernels of the Keccak permutation, for keccak.c and its tests only. A kernel may be called
// only if the processor has every feature of its row.
#pragma once

#include "lib/base/types.h"

typedef void keccak_kernel_function(u64 lanes[25]);

extern const u64 keccak_round_constants[24];

void keccak_permute_scalar(u64 lanes[25]);

#if defined(__x86_64__) && defined(__linux__)
void keccak_permute_bmi(u64 lanes[25]);

struct keccak_kernel {
    const char *name;
    u32 needs; // bits of enum cpu_bit
    keccak_kernel_function *permute;
};

enum { KECCAK_KERNEL_COUNT = 2 };

extern const struct keccak_kernel keccak_kernels[KECCAK_KERNEL_COUNT]; // best first, scalar last
#endif
