// SPDX-License-Identifier: MIT
// 512 different functions, made by the preprocessor, and a walk through them: real code of a large
// contract's size. A host includes it too and so knows the answer.
#pragma once

#include <stdint.h>

#define MIX_ONE(n)                                                                                 \
    __attribute__((noinline)) static uint64_t mix_##n(uint64_t x, uint64_t y)                      \
    {                                                                                              \
        uint64_t k = 0x##n##u * 0x9E3779B97F4A7C15u;                                               \
        for (uint64_t i = x & 3; i != 0; i--) {                                                    \
            x = (x ^ k) * (0x2545F4914F6CDD1Du + 2 * 0x##n##u) + (y >> (0x##n##u % 29 + 1));       \
            y = (y << (0x##n##u % 13 + 3) | y >> (61 - 0x##n##u % 13)) - (x & k);                  \
        }                                                                                          \
        if (x % (0x##n##u + 3) == 0) {                                                             \
            return x / (0x##n##u + 1) + y;                                                         \
        }                                                                                          \
        return (x >> 7 ^ x) + (y | k) * (0x##n##u << 8 | 0x51);                                    \
    }
// clang-format off
#define MIX_4(M, n) M(n##0) M(n##1) M(n##2) M(n##3)
#define MIX_16(M, n)                                                                               \
    MIX_4(M, n) M(n##4) M(n##5) M(n##6) M(n##7) M(n##8) M(n##9) M(n##a) M(n##b) M(n##c) M(n##d)    \
    M(n##e) M(n##f)
// clang-format on
#define MIX_ALL(M)                                                                                 \
    MIX_16(M, 10)                                                                                  \
    MIX_16(M, 11)                                                                                  \
    MIX_16(M, 12)                                                                                  \
    MIX_16(M, 13)                                                                                  \
    MIX_16(M, 14)                                                                                  \
    MIX_16(M, 15)                                                                                  \
    MIX_16(M, 16)                                                                                  \
    MIX_16(M, 17)                                                                                  \
    MIX_16(M, 18)                                                                                  \
    MIX_16(M, 19)                                                                                  \
    MIX_16(M, 1a)                                                                                  \
    MIX_16(M, 1b)                                                                                  \
    MIX_16(M, 1c)                                                                                  \
    MIX_16(M, 1d)                                                                                  \
    MIX_16(M, 1e)                                                                                  \
    MIX_16(M, 1f)                                                                                  \
    MIX_16(M, 20)                                                                                  \
    MIX_16(M, 21)                                                                                  \
    MIX_16(M, 22)                                                                                  \
    MIX_16(M, 23)                                                                                  \
    MIX_16(M, 24)                                                                                  \
    MIX_16(M, 25)                                                                                  \
    MIX_16(M, 26)                                                                                  \
    MIX_16(M, 27)                                                                                  \
    MIX_16(M, 28)                                                                                  \
    MIX_16(M, 29)                                                                                  \
    MIX_16(M, 2a)                                                                                  \
    MIX_16(M, 2b)                                                                                  \
    MIX_16(M, 2c)                                                                                  \
    MIX_16(M, 2d)                                                                                  \
    MIX_16(M, 2e)                                                                                  \
    MIX_16(M, 2f)

MIX_ALL(MIX_ONE)

#define MIX_NAME(n) mix_##n,
static uint64_t (*const mix_table[])(uint64_t, uint64_t) = {MIX_ALL(MIX_NAME)};

// Calls each of the functions `rounds` times, in an order that depends on the values.
static inline uint64_t mix_walk(uint64_t seed, uint64_t rounds)
{
    uint64_t x = seed, y = 1;
    for (uint64_t i = 0; i < 512 * rounds; i++) {
        uint64_t next = mix_table[(i + x) % 512](x, y);
        y = x + i;
        x = next;
    }
    return x ^ y;
}
