// SPDX-License-Identifier: MIT
// Inside of node/node.
#pragma once

#include "node/node/node.h"

#define NODE_SNAPSHOTS_MAX 1024u

struct node_point { // a snapshot
    u64 id;
    struct store_point at;
    u64 time_offset;
};

struct node_listener {
    void *ctx;
    void (*event)(void *ctx, const struct node_event *e);
};

// What the execution of a block has written, by which it is done again without executing: as long
// as the point at hand is `before`, the same writes lead to the same state.
#define NODE_RESULTS_MAX 256u               // as many as blocks may be off the canonical chain
#define NODE_RESULTS_SIZE ((usize)64 << 20) // bytes of all of them

struct node_result {
    struct store_point before, after; // after.hash is the block's
    struct buf writes;                // empty: the place is free
};

#define NODE_REFUSED_MAX 64u // blocks that were not valid are remembered

struct node_bad { // a block that was refused, as it came
    b256 hash;
    struct buf wire;
};

struct node_results {
    struct node_result kept[NODE_RESULTS_MAX]; // a ring
    u32 next;
    usize size;
    struct commitment *tries; // after the block that was executed last; NULL: not kept
    b256 tries_of;            // that block's hash
};

struct node {
    struct schedule schedule;
    struct config config;
    struct vm *vm;          // of whose turn it is
    struct node_hand *hand; // the same; NULL: the owner
    struct node_turns *turns;
    struct store *store;
    struct pool *pool;
    struct commitment *commitment; // tries of the state at hand
    struct node_results *results;  // of blocks that were executed, whatever became of them
    struct node_imported refused[NODE_REFUSED_MAX]; // a ring; `block` BLOCK_VALID: a free place
    u32 refused_next;
    struct node_bad bad[NODE_BAD_MAX]; // the newest first
    u32 bad_count;
    u64 executed;          // blocks that were given
    struct ethash *ethash; // NULL: no seal was verified yet
    struct node_options options;
    struct buf found; // when the store was opened; ends with a 0
    struct buf why;   // a sentence of our own about the last fault; ends with a 0
    struct node_key *keys;
    u32 key_count;
    const struct inspector *onlooker; // NULL: nobody
    struct node_listener listeners[NODE_LISTENERS_MAX];
    u32 listener_count;
    // what is asked of coming blocks
    u64 time_offset;
    u64 next_time; // 0: the clock decides
    u64 time_step;
    bool has_base_fee, has_coinbase, has_randao, has_gas_limit, has_extra;
    u8 extra[HEADER_EXTRA_MAX];
    usize extra_size;
    u256 base_fee;
    address coinbase;
    b256 randao;
    u64 gas_limit;
    u64 next_mine_ms; // of node_tick
    bool mine_is_due; // next_mine_ms is set
    // accounts that need no signature
    address *impersonated;
    u32 impersonated_count, impersonated_cap;
    bool impersonates_all;
    struct stored_block *pending; // made when asked for; NULL: not made
    b256 pending_parent;
    u64 pending_version, pool_version; // of what waits
    struct node_point *points;
    u32 point_count;
    u64 next_point;
};

// A sentence about a fault that is not the store's or the VM's. Returns f.
PRINTF_LIKE(3, 4) enum fault node_say(struct node *n, enum fault f, const char *format, ...);
// After an aborted transaction: the tries of the head again.
void node_reset_tries(struct node *n);
void node_tell(struct node *n, enum node_event_kind kind, const struct stored_block *b,
               const b256 *hash);
// Hashes of canonical blocks by number; ctx is the node.
enum fault node_block_hash(void *ctx, u64 number, b256 *out);
// Hashes by number of the chain that ends with `last`, of whatever branch.
struct node_branch {
    struct node *n;
    const struct stored_block *last;
};
enum fault node_branch_hash(void *ctx, u64 number, b256 *out);
const struct stored_block *node_parent(const struct node *n, const struct stored_block *b);
struct block_rules node_rules_after(const struct node *n, const struct header *h,
                                    const struct stored_block *parent);

// ---- turn.c
struct node_turns *node_turns_new(struct vm *vm); // the owner's machine, which stays the node's
void node_turns_free(struct node_turns *t);
// Epoch of the longest reading that a helper is at; ~0: none is.
u64 node_oldest_reading(const struct node *n);
// In what is called while a helper, whose hand it is, may stand aside: takes the turn; whether that
// was needed, and it is to be given back by node_go_again.
bool node_come_back(struct node_hand *h);
void node_go_again(struct node_hand *h, bool was_aside);
// A state's source that may be asked while a helper stands aside. *r is to be freed (mem_free)
// after the state; NULL: nothing was needed.
struct node_reader;
struct state_source node_reader_source(struct node_reader **r, struct node_hand *h,
                                       const struct state_source *of);

// ---- results.c
struct node_results *node_results_new(void);
void node_results_free(struct node_results *r);
// Takes the writes over; forgets older ones, or these, if all would become too large.
void node_results_put(struct node_results *r, const struct store_point *before,
                      const struct store_point *after, struct buf *writes);
// NULL: the block was not executed on that point, or it is forgotten.
const struct node_result *node_results_find(const struct node_results *r, const b256 *hash,
                                            const struct store_point *before);
// Takes the tries after a block that is not to become the head yet; gives them back once, or NULL.
void node_results_put_tries(struct node_results *r, const b256 *hash, struct commitment *tries);
struct commitment *node_results_take_tries(struct node_results *r, const b256 *hash);

// ---- import.c
void node_forget_bad(struct node *n);

// ---- chain.c: moving the head inside a transaction
struct node_move { // what a transaction has done to the canonical chain
    struct node *n;
    struct store_txn *txn;
    struct stored_block **removed, **added; // owned until the end
    usize removed_count, removed_cap, added_count, added_cap;
};
MUST_USE enum fault node_move_begin(struct node_move *m, struct node *n);
void node_move_abort(struct node_move *m);
MUST_USE enum fault node_move_commit(struct node_move *m); // and tells what happened
// Makes a kept block the head at hand. The verdict is that of the first block of its branch that is
// not valid.
MUST_USE enum fault node_move_to(struct node_move *m, const struct stored_block *target,
                                 struct node_imported *out);
// Executes a block on the head at hand, which is its parent, and makes it the head at hand;
// `keeps`: its result is kept. `b` is owned from here on.
MUST_USE enum fault node_move_on(struct node_move *m, struct stored_block *b,
                                 const struct stored_block *parent, bool keeps,
                                 struct node_imported *out);
// Takes the head at hand back to a point on its own chain.
MUST_USE enum fault node_move_back(struct node_move *m, const struct store_point *to);
// Puts a block that was executed just now, and whose changes were recorded, at the head; owns it.
MUST_USE enum fault node_move_add(struct node_move *m, struct stored_block *b);

// ---- mine.c
MUST_USE enum fault node_mine_one(struct node *n, const struct pooled *t, bool uses_pool,
                                  struct node_answer *out);
bool node_is_unsigned(const struct transaction *t, const address *sender);
// ---- submit.c: transactions of blocks that were taken back wait again
void node_pool_return(struct node *n, const struct stored_block *b);
void node_pool_settle(struct node *n, const struct stored_block *b); // those in a block do not wait
