// SPDX-License-Identifier: MIT
// Keccak-256 with the original padding byte 01, as Ethereum uses it (not SHA3-256, whose byte is
// 06), and the permutation under it (The Keccak reference, 3.0, 2011). The permutation is chosen
// among kernels by what the processor can do; all give the same bits. Free-standing with the scalar
// kernel only.
#pragma once

#include "lib/base/types.h"

#define KECCAK_RATE 136 // bytes absorbed per permutation: 200 - 2 * 32

struct keccak {
    u64 lanes[25];
    usize absorbed; // bytes put into the current block, below KECCAK_RATE
};

void keccak256(b256 *out, const void *p, usize n);
void keccak256_with_zeros(b256 *out, bytes data, u64 zeros); // of data and then as many zero bytes

// The same piece by piece: init, update any number of times, final once.
void keccak_init(struct keccak *k);
void keccak_update(struct keccak *k, const void *p, usize n);
void keccak_final(struct keccak *k, b256 *out);

void keccak_f1600(u64 lanes[25]);
