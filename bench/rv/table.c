// SPDX-License-Identifier: MIT
// The kernels by number, for start.S.
#include "bench/rv/kernels.h"

extern u64 (*const kernel_table[])(u64);
u64 (*const kernel_table[])(u64) = {
#define K(name) kernel_##name,
    KERNELS(K)
#undef K
};
