// SPDX-License-Identifier: MIT
// Random numbers of the EVM's differential test: one stream a case, so that a case is known by its
// seed.
#pragma once

#include "lib/base/types.h"
#include "lib/num/u256.h"

struct random {
    u64 state;
};

u64 random_u64(struct random *r);
u32 random_below(struct random *r, u32 n); // n > 0
bool random_chance(struct random *r, u32 one_in);
// Weighted choice: an index of the list of weights, whose sum is not 0.
u32 random_weighted(struct random *r, const u8 *weights, u32 count);
void random_bytes(struct random *r, u8 *out, usize n);
u256 random_word(struct random *r); // often a corner of some instruction
