// SPDX-License-Identifier: MIT
// Time of one Keccak permutation by kernel, and of whole hashes of usual lengths: minimum of
// several runs.
#include "lib/crypto/hash/keccak.h"

#include <stdio.h>

#include "lib/base/cc.h"
#include "lib/crypto/hash/keccak_kernel.h"
#include "lib/os/cpu.h"
#include "lib/os/time.h"

#define ROUNDS 5000u
#define RUNS 20u

static void bench_hash(usize n)
{
    static u8 message[4096];
    u64 best = ~(u64)0;
    for (u32 run = 0; run < RUNS; run++) {
        u64 start = os_cpu_ns();
        for (u32 i = 0; i < ROUNDS; i++) {
            b256 hash;
            keccak256(&hash, message, n);
            message[i % 16] ^= hash.b[0];
        }
        u64 taken = os_cpu_ns() - start;
        best = taken < best ? taken : best;
    }
    printf("keccak256 of %4zu bytes    %7.1f ns\n", n, (double)best / ROUNDS);
}

#if defined(__x86_64__) && defined(__linux__)
static void bench_kernels(void)
{
    u64 lanes[25] = {0};
    for (u32 k = 0; k < KECCAK_KERNEL_COUNT; k++) {
        if ((keccak_kernels[k].needs & ~cpu_features()) != 0) {
            continue;
        }
        u64 best = ~(u64)0;
        for (u32 run = 0; run < RUNS; run++) {
            u64 start = os_cpu_ns();
            for (u32 i = 0; i < ROUNDS; i++) {
                keccak_kernels[k].permute(lanes);
            }
            u64 taken = os_cpu_ns() - start;
            best = taken < best ? taken : best;
        }
        printf("keccak-f, kernel %-8s %7.1f ns\n", keccak_kernels[k].name, (double)best / ROUNDS);
    }
}
#else
static void bench_kernels(void)
{
}
#endif

int main(void)
{
    bench_kernels();
    static const usize lengths[] = {32, 64, 135, 136, 1024, 4096};
    for (u32 i = 0; i < COUNT_OF(lengths); i++) {
        bench_hash(lengths[i]);
    }
    return 0;
}
