// SPDX-License-Identifier: MIT
// A block's execution: what happens before its transactions, the transactions, what happens after
// them, and whether the header says the same (yellow paper, section 11; EIP-4788, 2935, 4895, 6110,
// 7002, 7251, 7685).
#pragma once

#include "core/chain/header_rules.h"
#include "core/trie/commit.h"

struct chain_ancestry { // what a block may see of its chain
    void *ctx;
    // Hash of the ancestor with that number, which is among the last 256.
    enum fault (*hash)(void *ctx, u64 number, b256 *out);
};

struct block_result {
    u64 gas_used, blob_gas_used;
    b256 receipts_root, state_root, requests_hash;
    u8 bloom[256];
    enum verdict transaction_verdict; // if the block's verdict is BLOCK_TRANSACTION
    u64 transaction_index;
};

// Executes on the parent's state and compares with the header. On any verdict but BLOCK_VALID the
// state is spoilt: the caller throws it away. Uncles must have been checked (they are rewarded).
struct block_context {
    struct vm *vm;
    struct state *state;
    struct commitment *commitment; // of that state
    const struct schedule *schedule;
    const struct block_rules *rules;
    const struct chain_ancestry *ancestry;
};
MUST_USE enum fault block_execute(const struct block_context *c, const struct block *b,
                                  enum block_verdict *verdict, struct block_result *out);
// What transactions and calls of a block with this header see of it.
void chain_block_init(struct chain_block *out, const struct schedule *s,
                      const struct block_rules *rules, const struct header *h,
                      const struct chain_ancestry *ancestry);
// Roots and hashes of the body against the header.
enum block_verdict block_check_body(const struct block_rules *r, const struct block *b);
