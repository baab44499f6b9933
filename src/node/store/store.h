// SPDX-License-Identifier: MIT
// The store of a chain: blocks of all branches, receipts, indices of transactions and logs, and the
// state after the head as flat tables with the nodes of its tries. States of older blocks are read
// through what each block changed (its reverse changes). Everything that makes a block the head
// happens in one transaction of node/kv, so the store is always at a complete block. docs/store.md
// has the format. Belongs to one thread.
//
// Invariants: (1) the flat tables and the nodes are the state at `point`; (2) for each change
// record of a number n and sequence s, the history has what each named account and slot was before
// it; (3) the canonical chain has block 0 and is without a hole from the first block that is kept
// to the head, and point.number is the head's.
#pragma once

#include "core/trie/commit.h"
#include "node/kv/kv.h"
#include "node/store/blocks.h"
#include "node/store/record.h"

struct store;
struct store_txn;
struct store_view;

#define STORE_SCHEMA 1u       // of the format; another one is refused
#define STORE_SIDE_DEPTH 256u // blocks below the head at which other branches are dropped

struct store_options {
    const char *folder; // NULL: in memory
    u64 history;        // blocks below the head whose states are kept; 0: all
    u64 blocks;         // blocks below the head that are kept themselves; 0: all
    bool is_durable;
    usize map_size; // see kv.h; 0: the default
};

// NULL, and a sentence appended to `why`. *found: notes on what was there, as sentences.
struct store *store_open(const struct store_options *o, struct buf *found, struct buf *why);
void store_close(struct store *s);
bool store_is_empty(const struct store *s); // there is no block 0 yet
struct store_point store_head(const struct store *s);
u64 store_oldest_state(const struct store *s);
// Number of the first canonical block behind block 0 that is kept; those between are dropped.
u64 store_first_block(const struct store *s);
struct blocks *store_blocks(struct store *s);
const char *store_fault_detail(const struct store *s);
enum fault store_take_fault(struct store *s); // of a lookup that gave nothing because of it
struct kv *store_kv(struct store *s);
// Hash of the canonical block of that number, changes of the open transaction included.
MUST_USE enum fault store_canonical_hash(struct store *s, u64 number, b256 *out, bool *found);
// Tries of the state at hand: of the transaction that is open, else of the head.
struct trie_store *store_tries(struct store *s);
// Blocks that were named once; false: never.
enum store_mark { STORE_SAFE, STORE_FINALIZED };
bool store_marked(const struct store *s, enum store_mark m, b256 *hash);

// ---- writing: one transaction at a time
MUST_USE enum fault store_begin(struct store *s, struct store_txn **out);
MUST_USE enum fault store_commit(struct store_txn *t); // ends it in any case
void store_abort(struct store_txn *t);                 // ends it; may be NULL
struct store_point store_txn_point(const struct store_txn *t);
// The state at hand; lends code until the transaction's end.
struct state_source store_txn_source(struct store_txn *t);

// A change record: all that a visitor of a state's dirty accounts tells between begin and end, from
// the state at hand to that of a block (sequence 0) or, by hand, on the same block.
void store_begin_changes(struct store_txn *t, u64 number, u32 sequence);
struct state_dirty_visitor store_changes_visitor(struct store_txn *t, struct state *s);
MUST_USE enum fault store_end_changes(struct store_txn *t, const b256 *hash, const b256 *root);
// Takes the last change record back, in the flat tables and in `c`, the tries at hand. The point is
// then before it; if it was a block's its hash is left for the caller to set.
// FAULT_UNSUPPORTED: the history does not reach so far.
MUST_USE enum fault store_undo(struct store_txn *t, struct commitment *c);
void store_set_point(struct store_txn *t, const struct store_point *p);
// What is written from now on is also appended to `log` (kept), until NULL or the end.
void store_log_writes(struct store_txn *t, struct buf *log);
// Writes what a log has that was begun at the point at hand and ended at `after`.
MUST_USE enum fault store_apply(struct store_txn *t, bytes log, const struct store_point *after);

MUST_USE enum fault store_put_block(struct store_txn *t, const struct stored_block *b);
MUST_USE enum fault store_set_canonical(struct store_txn *t, const struct stored_block *b);
MUST_USE enum fault store_unset_canonical(struct store_txn *t, const struct stored_block *b);
MUST_USE enum fault store_delete_block(struct store_txn *t, const struct stored_block *b);
MUST_USE enum fault store_mark(struct store_txn *t, enum store_mark m, const b256 *hash);
// Drops states that are older than the history, old blocks, and those of other branches. Of old
// blocks at most a few hundred at a time, so that no commit is held up.
MUST_USE enum fault store_prune(struct store_txn *t);

// ---- reading states
// The state after the canonical block of that number; FAULT_UNSUPPORTED: it is not kept.
MUST_USE enum fault store_view_open(struct store *s, u64 number, struct store_view **out);
void store_view_close(struct store_view *v); // may be NULL
struct state_source store_view_source(struct store_view *v);
MUST_USE enum fault store_view_account(struct store_view *v, const address *a,
                                       struct state_source_account *out);
// The code of that hash, which some account has or had; lent as long as the view lives.
MUST_USE enum fault store_view_code(struct store_view *v, const b256 *hash, bytes *out,
                                    bool *found);
// In order from `from` on; false from the visitor ends it. Absent ones are not told.
struct store_visitor {
    void *ctx;
    bool (*account)(void *ctx, const address *a, const struct store_account *as);
    bool (*slot)(void *ctx, const u256 *key, const u256 *value);
};
MUST_USE enum fault store_visit_accounts(struct store_view *v, const address *from,
                                         const struct store_visitor *visitor);
MUST_USE enum fault store_visit_slots(struct store_view *v, const address *a, const u256 *from,
                                      const struct store_visitor *visitor);
// Brings tries of the head's state to those of the view's number.
MUST_USE enum fault store_view_rewind(struct store_view *v, struct commitment *c);
struct trie_store *store_view_tries(struct store_view *v);      // nodes of the head's state
struct store_point store_view_head(const struct store_view *v); // of the moment it was opened

// ---- logs
struct store_log_query {
    u64 first, last;
    struct {
        u32 kind; // see store_key_log
        const u8 *values;
        usize size, count; // of values, each `size` bytes
    } any[5];              // a block must have one of each
    u32 count;
};
// Numbers of canonical blocks that may have such a log, ascending: those of logs with the same
// values, and a few by chance. False from `visit` ends it.
MUST_USE enum fault store_query_logs(struct store *s, const struct store_log_query *q, void *ctx,
                                     bool (*visit)(void *ctx, u64 number));
// Whether the state after a block was changed by hand, so that its root is not the block's.
MUST_USE enum fault store_changed_by_hand(struct store *s, u64 number, bool *changed);
// A block as an object of the caller's (stored_block_free); NULL: there is none.
MUST_USE enum fault store_load(struct store *s, u64 number, const b256 *hash,
                               struct stored_block **out);
MUST_USE enum fault store_load_at(struct store *s, u64 number, struct stored_block **out);
