// SPDX-License-Identifier: MIT
// Proof of work of the chains before Paris, verified the light way (yellow paper, appendix J): a
// cache of 16 MiB and more an epoch of 30,000 blocks, from which the few items of the data set that
// a seal needs are made.
#pragma once

#include "lib/base/types.h"

struct ethash; // cache of the last epoch asked for

// What the cache of a block's epoch is made of.
void ethash_seed(b256 *out, u64 number);

struct ethash *ethash_new(void);
void ethash_free(struct ethash *e);
// Whether nonce and mix hash seal a header of this difficulty. header_hash: keccak256 of the
// header's coding without mix hash and nonce. Making the cache of another epoch takes about a
// second.
bool ethash_verify(struct ethash *e, u64 number, const b256 *header_hash, const b256 *mix_hash,
                   const u8 nonce[8], const u256 *difficulty);
