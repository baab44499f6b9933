// SPDX-License-Identifier: MIT
// Seeded 64-bit hashes of short keys for hash tables. Each word is mixed with the seed before it is
// multiplied, so that who does not know the seed can make neither collisions nor zero factors; the
// two halves of the 128-bit products are folded together. Not for anything that leaves the process:
// the values differ from run to run with the seed.
#pragma once

#include "lib/base/bytes.h"
#include "lib/base/types.h"

// Digits of the fraction of pi; any odd-looking constants do.
#define HASH_K0 0x243f6a8885a308d3u
#define HASH_K1 0x13198a2e03707344u
#define HASH_K2 0xa4093822299f31d0u
#define HASH_K3 0x082efa98ec4e6c89u

static inline u64 hash_fold(u64 a, u64 b)
{
    u128 product = (u128)a * b;
    return (u64)product ^ (u64)(product >> 64);
}

static inline u64 hash_four_words(const u64 w[static 4], u64 seed)
{
    u64 turned = seed << 32 | seed >> 32;
    u64 a = hash_fold(w[0] ^ seed ^ HASH_K0, w[1] ^ turned ^ HASH_K1);
    u64 b = hash_fold(w[2] ^ seed ^ HASH_K2, w[3] ^ turned ^ HASH_K3);
    u64 h = a + (b << 29 | b >> 35); // turned, so that swapped halves differ
    return h ^ h >> 32;
}

static inline u64 hash_32(const u8 key[static 32], u64 seed)
{
    return hash_four_words((const u64[4]){load_le64(key), load_le64(key + 8), load_le64(key + 16),
                                          load_le64(key + 24)},
                           seed);
}

static inline u64 hash_20(const u8 key[static 20], u64 seed)
{
    return hash_four_words(
        (const u64[4]){load_le64(key), load_le64(key + 8), load_le32(key + 16), 0}, seed);
}

static inline u64 hash_b256(const b256 *key, u64 seed)
{
    return hash_32(key->b, seed);
}

static inline u64 hash_address(const address *key, u64 seed)
{
    return hash_20(key->b, seed);
}

static inline u64 hash_u256(const u256 *key, u64 seed)
{
    return hash_four_words(key->w, seed);
}

static inline u64 hash_u64(u64 key, u64 seed)
{
    u64 h = hash_fold(key ^ seed ^ HASH_K0, (seed << 32 | seed >> 32) ^ HASH_K1);
    return h ^ h >> 32;
}

// Any length: blocks of 32 bytes chained through the seed, the length in the last one.
static inline u64 hash_bytes(const u8 *p, usize n, u64 seed)
{
    u64 h = seed;
    for (usize left = n; left >= 32; left -= 32, p += 32) {
        h = hash_32(p, h) + seed;
    }
    u8 last[32] = {0};
    copy_bytes(last, p, n % 32);
    return hash_32(last, h ^ (u64)n * HASH_K2);
}
