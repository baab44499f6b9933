// SPDX-License-Identifier: MIT
// See random.h.
#include "test/evmdiff/random.h"

#include "lib/base/bytes.h"

u64 random_u64(struct random *r) // splitmix64
{
    u64 z = r->state += 0x9E3779B97F4A7C15ull;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
}

u32 random_below(struct random *r, u32 n)
{
    return (u32)((random_u64(r) >> 32) * n >> 32);
}

bool random_chance(struct random *r, u32 one_in)
{
    return random_below(r, one_in) == 0;
}

u32 random_weighted(struct random *r, const u8 *weights, u32 count)
{
    u32 sum = 0;
    for (u32 i = 0; i < count; i++) {
        sum += weights[i];
    }
    u32 at = random_below(r, sum);
    u32 i = 0;
    while (at >= weights[i]) {
        at -= weights[i++];
    }
    return i;
}

void random_bytes(struct random *r, u8 *out, usize n)
{
    for (usize i = 0; i < n; i++) {
        out[i] = (u8)(random_u64(r) >> 56);
    }
}

u256 random_word(struct random *r)
{
    u256 one = u256_one();
    u256 bit = u256_shl(u256_from_u64(random_below(r, 256)), one);
    u256 wide = {{random_u64(r), random_u64(r), random_u64(r), random_u64(r)}};
    switch (random_below(r, 12)) {
    case 0:
        return u256_zero();
    case 1:
        return one;
    case 2:
        return u256_max();
    case 3:
        return bit;
    case 4:
        return u256_sub(bit, one);
    case 5:
        return u256_neg(bit);
    case 6:
        return u256_shr(u256_from_u64(random_below(r, 256)), wide);
    case 7:
        return wide;
    case 8:
        return u256_from_u64(random_below(r, 300));
    case 9:
        return u256_neg(u256_from_u64(random_below(r, 40)));
    default:
        return u256_from_u64(random_below(r, 34));
    }
}
