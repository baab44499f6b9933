// SPDX-License-Identifier: MIT
// The kernels as a program of its own, for qemu-riscv64 and the like: kernels NUMBER ROUNDS.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/rv/kernels.h"

int main(int argc, char **argv)
{
    static u64 (*const run[])(u64) = {
#define K(name) kernel_##name,
        KERNELS(K)
#undef K
    };
    u64 number = argc == 3 ? strtoull(argv[1], NULL, 10) : KERNEL_COUNT;
    if (number >= KERNEL_COUNT) {
        return 2;
    }
    printf("%" PRIx64 "\n", run[number](strtoull(argv[2], NULL, 10)));
    return 0;
}
