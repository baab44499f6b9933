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
struct block_watch { // who looks on; each function may be NULL
    void *ctx;
    // Before a transaction. True: *sender has sent it, whoever signed it, and may have code (what
    // is impersonated on a development chain).
    bool (*before)(void *ctx, u64 index, const struct transaction *t, address *sender);
    // After a valid one, whose logs are in the state. False ends the execution: nothing that comes
    // behind is executed or compared.
    bool (*after)(void *ctx, u64 index, const struct transaction *t, const address *sender,
                  const struct chain_receipt *receipt);
};
struct block_context {
    struct vm *vm;
    struct state *state;
    struct commitment *commitment; // of that state; NULL for block_replay
    const struct schedule *schedule;
    const struct block_rules *rules;
    const struct chain_ancestry *ancestry;
    const struct block_watch *watch; // NULL: none
};
MUST_USE enum fault block_execute(const struct block_context *c, const struct block *b,
                                  enum block_verdict *verdict, struct block_result *out);
// Executes again what comes before the block's transactions and these, without comparing anything:
// for who watches. `to_end`: also what comes behind them, to the state after the block. The verdict
// is that of the transactions.
MUST_USE enum fault block_replay(const struct block_context *c, const struct block *b, bool to_end,
                                 enum block_verdict *verdict);
// What transactions and calls of a block with this header see of it.
void chain_block_init(struct chain_block *out, const struct schedule *s,
                      const struct block_rules *rules, const struct header *h,
                      const struct chain_ancestry *ancestry);
// Roots and hashes of the body against the header.
enum block_verdict block_check_body(const struct block_rules *r, const struct block *b);
