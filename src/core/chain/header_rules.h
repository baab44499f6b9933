// SPDX-License-Identifier: MIT
// Is a header valid as a child of its parent? Rules of every era, without the state (yellow
// paper, 4.4.4; EIP-2, 100, 649, 1559, 3675, 4844, 7691, 7918).
#pragma once

#include "core/chain/schedule.h"
#include "core/eth/block.h"

enum block_verdict {
    BLOCK_VALID = 0,
#define BLOCK_VERDICT(NAME, test_name, text) BLOCK_##NAME,
#include "spec/block_verdicts.def"
    BLOCK_VERDICT_COUNT
};

const char *block_verdict_name(enum block_verdict v);
const char *block_verdict_text(enum block_verdict v);

// The difficulty of the child of `parent` at `timestamp` before Paris.
u256 header_difficulty(const struct block_rules *r, u64 timestamp, const struct header *parent);
// EIP-1559: the base fee of the child of `parent`; `parent` had none before London.
u256 header_base_fee(const struct header *parent);
// EIP-4844, 7918: the excess blob gas of the child of `parent`.
u64 header_excess_blob_gas(const struct block_rules *r, const struct header *parent);
enum header_tail header_tail_of(enum fork f);

enum block_verdict header_check(const struct block_rules *r, const struct header *h,
                                const struct header *parent);
