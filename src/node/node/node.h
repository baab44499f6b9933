// SPDX-License-Identifier: MIT
// A node: one chain with its states, blocks and pool, and what can be done with it. Mining is
// instant: each transaction that can be executed makes a block at once, and with it those that
// waited for it. Everything is in memory and of one thread.
#pragma once

#include "core/chain/execute.h"
#include "lib/base/buf.h"
#include "node/pool/pool.h"
#include "node/store/blocks.h"
#include "node/store/world.h"

struct node;

struct node_genesis { // what a chain begins with
    struct schedule schedule;
    struct header header; // of block 0
    struct state *state;  // owned; made by ended transactions
};

struct node_options {
    enum vm_form form;
    u64 (*clock)(void); // seconds since 1970
    bool has_dev_keys;  // the development accounts are this node's
};

// Takes over the state of *g, also if it refuses: then NULL, and a sentence appended to `why`.
struct node *node_new(const struct node_options *o, struct node_genesis *g, struct buf *why);
void node_free(struct node *n);

bool node_has_dev_keys(const struct node *n);
const struct blocks *node_blocks(const struct node *n);
const struct pool *node_pool(const struct node *n);
const struct schedule *node_schedule(const struct node *n);
struct block_rules node_rules_of(const struct node *n, const struct header *h);
u256 node_next_base_fee(const struct node *n);
u64 node_next_excess_blob_gas(const struct node *n);
// What more is known about the last fault; "" if nothing is.
const char *node_fault_detail(const struct node *n);

// ---- reading a state: open, look, close before the node does anything else
struct node_view {
    struct world_view world;
    struct state *state;
};
void node_view_open(struct node_view *v, const struct node *n, const struct stored_block *at);
void node_view_close(struct node_view *v);

// ---- transactions and blocks
enum refusal // why a transaction is not taken
{
    REFUSAL_NONE,
    REFUSAL_VERDICT, // it is not valid
    REFUSAL_POOL,
    REFUSAL_KNOWN,   // it is in a block
    REFUSAL_SIDECAR, // blobs are not kept here
    REFUSAL_BLOCK,   // no valid block can be made with it
};

struct node_answer {
    enum refusal refusal;
    enum verdict verdict;
    enum pool_answer pool;
    enum block_verdict block;
    b256 hash; // of the transaction
};

// Takes a transaction by its coding (as it is hashed): into a block, or into the pool if it must
// wait for another.
MUST_USE enum fault node_submit(struct node *n, bytes raw, struct node_answer *out);
MUST_USE enum fault node_mine(struct node *n); // a block without transactions
// The next block's time, and how far the clock is ahead of the host's.
bool node_set_next_time(struct node *n, u64 timestamp); // false: not after the last block
void node_add_time(struct node *n, u64 seconds);
u64 node_time_offset(const struct node *n);

// ---- snapshots of the whole chain
u64 node_snapshot(struct node *n);
bool node_revert(struct node *n, u64 id); // false if there is none; those after it are gone too

// ---- calls: what a transaction would do, without doing it
struct node_call {
    const struct stored_block *at; // on the state after it, with its header's environment
    struct transaction t;          // nonce and signature do not count
    address from;
    bool has_fee; // else the call is free and the base fee 0
};

struct node_outcome { // of a call; needs node_outcome_fini
    enum verdict verdict;
    u32 status; // enum evm_status
    enum halt halt;
    u64 gas_used;
    struct buf output;
};

void node_outcome_fini(struct node_outcome *o);
MUST_USE enum fault node_run(struct node *n, const struct node_call *c, struct node_outcome *out);
// The least gas limit up to the call's with which it succeeds. If there is none *out has the
// outcome with the call's own limit, and *limit is 0.
MUST_USE enum fault node_estimate(struct node *n, struct node_call *c, u64 *limit,
                                  struct node_outcome *out);
