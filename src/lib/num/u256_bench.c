// SPDX-License-Identifier: MIT
// Time of one operation on 256-bit numbers, each result being the next operand: minimum of several
// runs.
#include "lib/num/u256.h"

#include <stdio.h>

#include "lib/os/time.h"

#define ROUNDS 200000u
#define RUNS 7u

static u256 step(u32 operation, u256 a, u256 b, u256 m)
{
    switch (operation) {
    case 0:
        return u256_add(a, b);
    case 1:
        return u256_mul(a, b);
    case 2: // four limbs by two; the top bits are set again so that operands stay large
        return u256_or(u256_div(a, (u256){{b.w[0], b.w[1], 0, 0}}), m);
    case 3:
        return u256_or(u256_mod(a, b), m);
    case 4:
        return u256_addmod(a, b, m);
    case 5:
        return u256_mulmod(a, b, m);
    case 6:
        return u256_add(u256_div(u256_from_u64(a.w[0]), u256_from_u64(b.w[0])), m);
    default:
        return u256_xor(u256_shl(u256_from_u64(a.w[0] % 256), m), b);
    }
}

int main(void)
{
    static const char *const names[] = {"add",    "mul",    "div 4 by 2 limbs", "mod 4 by 4 limbs",
                                        "addmod", "mulmod", "div 1 by 1 limb",  "shl"};
    for (u32 k = 0; k < COUNT_OF(names); k++) {
        u64 best = ~(u64)0;
        u64 sink = 0;
        for (u32 run = 0; run < RUNS; run++) {
            u256 m = {{0xfffffffefffffc2f, ~(u64)0, ~(u64)0, ~(u64)0}}; // the prime of secp256k1
            u256 b = {{0x123456789abcdef1, 0xfedcba9876543211, 0x1111111111111111, 0x7777777}};
            u256 a = {{7, 9, 11, 0x8888888888888888}};
            u64 start = os_cpu_ns();
            for (u32 i = 0; i < ROUNDS; i++) {
                a = step(k, a, b, m);
            }
            u64 taken = os_cpu_ns() - start;
            best = taken < best ? taken : best;
            sink ^= a.w[0];
        }
        printf("u256 %-18s %6.1f ns  (%016lx)\n", names[k], (double)best / ROUNDS, sink);
    }
    return 0;
}
