// SPDX-License-Identifier: MIT
// Inside of core/chain: the parts that a block's execution is made of, for those who execute a
// given block (execute.c) and those who make one (build.c). Both call them in the same order: init,
// before, apply for each transaction, after, the roots.
#pragma once

#include "core/chain/execute.h"
#include "lib/base/buf.h"

#define GAS_PER_BLOB 131072u // EIP-4844

#define REQUEST_TYPES 3u // EIP-6110, 7002, 7251

struct block_run {
    struct vm *vm;
    struct state *s;
    const struct schedule *schedule;
    const struct block_rules *rules;
    const struct block *b;
    struct commitment *commitment;
    struct chain_block env;
    struct block_result *out;
    struct buf receipts; // of each: its coding, one behind the other
    usize *ends;         // offset behind each receipt
    usize count, cap;
    struct buf requests[REQUEST_TYPES]; // EIP-7685: data by type, deposits (EIP-6110) first
    bool no_rewards;                    // set by those who pay rewards of their own
    const struct block_watch *watch;    // NULL: none
    bool has_ended;                     // the watch wants no more
    bool bad_deposit; // a log of the deposit contract is not one: the block is invalid
};

void block_run_init(struct block_run *r, const struct block_context *c, const struct block *b,
                    struct block_result *out);
void block_run_fini(struct block_run *r);
MUST_USE enum fault block_run_before(struct block_run *r);
// Who sent a transaction of the block: whom the watch names, who may have code, else who signed it.
enum verdict block_run_sender(struct block_run *r, u64 index, const struct transaction *t,
                              address *sender);
// Executes one transaction and, if it is valid, counts it and keeps its receipt.
MUST_USE enum fault block_run_apply(struct block_run *r, const struct transaction *t,
                                    const address *sender, enum verdict *verdict,
                                    struct chain_receipt *receipt);
MUST_USE enum fault block_run_after(struct block_run *r, enum block_verdict *verdict);
// Appends the coding of the logs of the transaction that ran last, without the head of their list.
void block_put_logs(struct buf *out, struct state *s);
b256 block_run_receipts_root(const struct block_run *r);
// False if an item of the list is not well-formed.
MUST_USE bool block_transactions_root(b256 *out, const struct block *b);
MUST_USE bool block_withdrawals_root(b256 *out, const struct block *b);
