// SPDX-License-Identifier: MIT
// A node: one chain with its states, blocks and pool, and what can be done with it: blocks are
// made, imported, taken back; states are read and executed on. Over node/store, in memory or on
// disk. A node is used by one thread at a time, its owner's or a helper's (see node_take_turn); a
// view is a snapshot, so that whoever reads neither waits for blocks that are made meanwhile nor
// sees them.
//
// Lent blocks (const struct stored_block *) stay valid until node_trim, which the owner calls
// between requests, and for a helper until its turn ends; never keep one longer.
#pragma once

#include "core/chain/build.h"
#include "core/chain/config.h"
#include "core/trie/commit.h"
#include "lib/base/buf.h"
#include "node/pool/pool.h"
#include "node/store/blocks.h"
#include "node/store/store.h"

struct node;

struct node_genesis { // what a chain begins with
    struct schedule schedule;
    struct config config; // that the schedule was made of, for the fork id
    struct header header; // of block 0
    struct state *state;  // owned; made by ended transactions
};

struct node_key { // of an account for which the node signs
    address at;
    b256 key;
};

enum node_mining {
    MINING_INSTANT,  // each transaction makes a block
    MINING_INTERVAL, // a block each `block_time_ms`
    MINING_MIXED,    // both
    MINING_NONE,     // only when asked for
};

#define NODE_HISTORY_ALL (~(u64)0)
#define NODE_BLOCKS_MIN 256u // what BLOCKHASH and other branches need

struct node_options {
    enum vm_form form;
    u64 (*clock)(void);          // seconds since 1970
    bool has_dev_keys;           // the development accounts are this node's
    const struct node_key *keys; // with has_dev_keys: other accounts instead; copied. NULL: none
    u32 key_count;
    const char *datadir; // NULL: in memory
    u64 history;         // blocks below the head whose states are kept; 0 and NODE_HISTORY_ALL: all
    u64 blocks;          // blocks below the head that are kept, NODE_BLOCKS_MIN or more; the same
    enum node_mining mining;
    u64 block_time_ms;
    bool is_durable;   // a block is on disk before it is answered for (else soon after)
    bool trusts_seals; // proofs of work are not verified, though the chain has some
};

// Takes over the state of *g, also if it refuses: then NULL, and a sentence appended to `why`. With
// a datadir that holds a chain, *g must be its beginning.
struct node *node_new(const struct node_options *o, struct node_genesis *g, struct buf *why);
void node_free(struct node *n);
// Forgets lent blocks that are too many. To be called between requests.
void node_trim(struct node *n);
// Does what is due (blocks by interval); the milliseconds until it is to be called again, 0: not by
// itself. `now_ms` is of any clock that does not go back.
MUST_USE enum fault node_tick(struct node *n, u64 now_ms, u64 *next_ms);
// What was found when the store was opened, as sentences; "" if nothing is worth telling.
const char *node_opened_with(const struct node *n);
const char *node_datadir(const struct node *n); // NULL: the chain is in memory

// ---- turns
// Beside the owner other threads may read the node and execute on views, with a hand each. Whoever
// uses a node takes a turn first, and has it to himself until he ends it; the owner (h NULL) comes
// before the helpers. If there are no hands the owner need not take turns. While a helper executes
// it stands aside, and others have theirs; the owner never does, so that what he changes is seen
// whole. A helper changes nothing and calls no function that tells listeners of anything.
struct node_hand;
struct node_hand *node_hand_new(struct node *n); // by its own thread; not within a turn
void node_hand_free(struct node_hand *h);        // the same
void node_take_turn(struct node *n, struct node_hand *h);
void node_end_turn(struct node *n);
// From any thread: what the helper executes ends at its next look at the node, with a fault.
void node_hand_stop(struct node_hand *h, bool stops);
// Around an execution on a view that is the caller's alone, with its sources from node_view_open
// and an ancestry that comes back by itself: lets others have their turn. NULL: nothing is done.
struct node_hand *node_step_aside(struct node *n);
void node_step_back(struct node_hand *h);
// Makes such an ancestry of one that needs the turn; ctx is the struct, `hand` node_hand_of(n).
struct node_ancestry {
    struct node_hand *hand;
    struct chain_ancestry of;
};
enum fault node_ancestor_hash(void *ctx, u64 number, b256 *out);
struct node_hand *node_hand_of(const struct node *n); // of whose turn it is; NULL: the owner

bool node_has_dev_keys(const struct node *n);
const struct node_key *node_keys(const struct node *n, u32 *count);
const struct blocks *node_blocks(const struct node *n);
struct store *
node_store(const struct node *n); // for who looks into the tables (export, statistics)
const struct pool *node_pool(const struct node *n);
struct pool *node_pool_changeable(struct node *n);
const struct config *node_config(const struct node *n);
const struct schedule *node_schedule(const struct node *n);
struct vm *node_vm(struct node *n); // for who executes on a view by core/chain
struct block_rules node_rules_of(const struct node *n, const struct header *h);
u256 node_next_base_fee(const struct node *n); // dev override included
u64 node_next_excess_blob_gas(const struct node *n);
// What more is known about the last fault; "" if nothing is.
const char *node_fault_detail(const struct node *n);

// ---- blocks by tag; by number, hash and transaction see node/store/blocks.h
enum node_tag {
    NODE_LATEST,
    NODE_PENDING, // what would be mined now; a block of its own only if something waits
    NODE_EARLIEST,
    NODE_SAFE,
    NODE_FINALIZED,
};
// NULL: no block was ever named safe or finalized.
const struct stored_block *node_block(struct node *n, enum node_tag tag);
bool node_is_canonical(const struct node *n, const struct stored_block *b);

// ---- reading a state
struct node_reader;
struct node_view {
    struct store_view *view; // a snapshot; NULL: none
    struct node_reader *reader;
    struct state *state; // of the view alone: what is changed here is seen by nobody else
};
// The state after a block. FAULT_UNSUPPORTED: it is not kept (any more); v->state then fails at
// each read. Closing is needed in any case.
enum fault node_view_open(struct node_view *v, const struct node *n, const struct stored_block *at);
// Another one with the same contents, whatever became of the block since; `of` must stay open as
// long.
void node_view_again(struct node_view *v, const struct node_view *of);
void node_view_close(struct node_view *v);
bool node_has_state(const struct node *n, const struct stored_block *at);
// Of the blocks behind block 0; 1 if none was dropped.
u64 node_first_block(const struct node *n);
u64 node_oldest_state(const struct node *n); // number of the first canonical block with a state
// Every account from `from` on in order of addresses, and every slot that is not zero from `from`
// on in order of keys, as the block left them; false from the visitor ends it.
struct node_account {
    address at;
    u64 nonce;
    u256 balance;
    b256 code_hash;
};
MUST_USE enum fault node_visit_accounts(const struct node_view *v, const address *from, void *ctx,
                                        bool (*visit)(void *ctx, const struct node_account *a));
MUST_USE enum fault node_visit_slots(const struct node_view *v, const address *at, const u256 *from,
                                     void *ctx,
                                     bool (*visit)(void *ctx, const u256 *key, const u256 *value));
// The code of that hash, of an account of any block that is or was; *found false: there is none. It
// is lent until the view is closed, which is one of a canonical block.
MUST_USE enum fault node_view_code(const struct node_view *v, const b256 *hash, bytes *out,
                                   bool *found);
// The tries of the state after a canonical block, for proofs. Closing is needed in any case.
struct node_commitment {
    struct store_view *view;
    struct commitment *tries;
};
MUST_USE enum fault node_commitment_open(struct node_commitment *c, const struct node *n,
                                         const struct stored_block *at);
void node_commitment_close(struct node_commitment *c);

// ---- logs, by the index
struct node_log_filter {
    u64 first, last; // numbers of canonical blocks
    const address *addresses;
    usize address_count;  // 0: any
    const b256 *topic[4]; // alternatives
    usize topic_count[4]; // 0: any
    u32 topics;           // a log has at least as many
};
bool node_log_matches(const struct node_log_filter *f, const struct state_log *l);
// In order of blocks and logs; `log` counts in the block. False from the visitor ends it. What is
// lent to the visitor is valid during its call only.
MUST_USE enum fault node_logs(const struct node *n, const struct node_log_filter *f, void *ctx,
                              bool (*visit)(void *ctx, const struct stored_block *b,
                                            usize transaction, usize log));

// ---- executing on a view: calls, simulations
struct node_run {                // one transaction or call
    struct node_view *view;      // which it changes
    const struct header *header; // environment: of a block, or any variation of it
    const struct transaction *t;
    address from;
    bool is_call; // no transaction of a key: nonce, code of the sender, gas cap do not matter
    bool has_fee; // else it is free: base fee 0
    bool has_blob_base_fee;
    u256 blob_base_fee;                // instead of the header's
    u64 gas_left;                      // of the block; 0: the header's limit
    const struct inspector *inspector; // NULL: none
    // Hash of an ancestor; NULL: by the chain of the header's parent.
    void *ctx;
    enum fault (*block_hash)(void *ctx, u64 number, b256 *out);
};

struct node_outcome { // of a call; needs node_outcome_fini
    enum verdict verdict;
    u32 status; // enum evm_status
    enum halt halt;
    u64 gas_used;
    address created;
    bool has_created;
    struct buf output;
};

void node_outcome_fini(struct node_outcome *o);
// Logs are in view->state afterwards (state_log_at), until the next run.
MUST_USE enum fault node_execute(struct node *n, const struct node_run *r,
                                 struct node_outcome *out);

// State overrides: what is not given stays.
struct node_override {
    address at;
    bool has_balance, has_nonce, has_code;
    u256 balance;
    u64 nonce;
    bytes code;
    bool replaces_storage; // `slots` are all that it has; else they are changed
    const struct node_slot {
        u256 key, value;
    } * slots;
    usize slot_count;
};
void node_view_override(struct node_view *v, const struct node_override *o);

// A call on the state after a block that leaves nothing behind: the old form, kept for simple uses.
struct node_call {
    const struct stored_block *at; // on the state after it, with its header's environment
    struct transaction t;          // nonce and signature do not count
    address from;
    bool has_fee; // else the call is free and the base fee 0
    const struct node_override *overrides;
    usize override_count;
    const struct header *header; // NULL: that of `at`
    bool has_blob_base_fee;
    u256 blob_base_fee;
    const struct inspector *inspector;
};
MUST_USE enum fault node_run(struct node *n, const struct node_call *c, struct node_outcome *out);
// The same on a view after `at`, which it leaves as it is: for several runs on one state.
MUST_USE enum fault node_run_on(struct node *n, const struct node_view *of,
                                const struct node_call *c, struct node_outcome *out);
// The least gas limit up to the call's with which it succeeds. If there is none *out has the
// outcome with the call's own limit, and *limit is 0.
MUST_USE enum fault node_estimate(struct node *n, struct node_call *c, u64 *limit,
                                  struct node_outcome *out);

// ---- executing a block again, to watch it
struct node_replay {
    void *ctx;
    // Before transaction `index`: the inspector for it, NULL for none. The state is that before it.
    const struct inspector *(*before)(void *ctx, usize index, const struct transaction *t,
                                      const address *sender, struct state *s);
    // After it, with its logs in the state; false ends the replay.
    bool (*after)(void *ctx, usize index, const struct chain_receipt *r, struct state *s);
};
// Executes the block's system calls and transactions on the state of its parent, up to the end or
// until `after` ends it. A block that was accepted replays to its receipts.
MUST_USE enum fault node_replay(struct node *n, const struct stored_block *b,
                                const struct node_replay *r);
// The state before transaction `index` of a block (its count: after its last), for tracing a call
// there. node_view_close ends it.
MUST_USE enum fault node_view_open_inside(struct node_view *v, struct node *n,
                                          const struct stored_block *b, usize index);

// ---- transactions and blocks
enum refusal // why a transaction is not taken
{
    REFUSAL_NONE,
    REFUSAL_VERDICT, // it is not valid
    REFUSAL_POOL,
    REFUSAL_KNOWN,   // it is in a block
    REFUSAL_SIDECAR, // it has blobs: node_submit_blobs takes it
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
// wait.
MUST_USE enum fault node_submit(struct node *n, bytes raw, struct node_answer *out);
// The same for one with blobs, whose sidecar the caller has checked and keeps.
MUST_USE enum fault node_submit_blobs(struct node *n, bytes raw, struct node_answer *out);
// The same for one that nobody signed, of an account that is impersonated.
MUST_USE enum fault node_submit_as(struct node *n, const struct transaction *t, const address *from,
                                   struct node_answer *out);

// What the next block would have by itself: the clock, the settings below.
void node_next_attributes(const struct node *n, struct block_attributes *a);

#define NODE_REQUEST_TYPES 3u // EIP-6110, 7002, 7251

// Block building for whoever chooses the attributes (engine_getPayload, testing). Not imported.
struct node_build {
    const struct stored_block *parent; // NULL: the head
    struct block_attributes attributes;
    bool uses_pool;      // else only `forced`
    const bytes *forced; // codings of transactions that come first; one that is invalid ends it
    usize forced_count;
    struct buf *requests; // NODE_REQUEST_TYPES of them, or NULL: gets the block's requests by type
};
// *out is the caller's (stored_block_free); NULL if out->refusal says why there is none.
MUST_USE enum fault node_build(struct node *n, const struct node_build *b,
                               struct stored_block **out, struct node_answer *answer);

enum node_import_status {
    IMPORT_VALID,   // executed and kept (or known before)
    IMPORT_INVALID, // `block` says why
    IMPORT_ORPHAN,  // its parent is not known
    IMPORT_FAR,     // not executed: the state it needs is too far from the head's, or not kept
};
#define NODE_BRANCH_MAX 256u // blocks back, and on again, for one that does not become the head
struct node_imported {
    enum node_import_status status;
    bool was_known;
    enum block_verdict block;
    enum verdict transaction; // if block is BLOCK_TRANSACTION
    u64 transaction_index;
    b256 hash;
    b256 latest_valid; // of IMPORT_INVALID: the nearest valid ancestor
};
// Checks a block by all rules, executes it on its parent's state and keeps it. `becomes_head`: also
// as the canonical head if it is valid; before Paris the greater total difficulty decides. What is
// built on a block that was refused is refused for the same reason.
MUST_USE enum fault node_import(struct node *n, bytes wire, bool becomes_head,
                                struct node_imported *out);
// Blocks that were refused, the newest first, as they came: at most NODE_BAD_MAX of them and
// NODE_BAD_SIZE bytes. false: there are not so many.
#define NODE_BAD_MAX 16u
#define NODE_BAD_SIZE ((usize)32 << 20)
bool node_bad_block(const struct node *n, u32 index, b256 *hash, bytes *wire);
// How many given blocks were executed so far; what a result is kept of is not executed again.
u64 node_executed(const struct node *n);
// Makes a kept block the head: blocks that are no ancestors of it leave the canonical chain, its
// ancestors enter. *found false: there is no such block. *status as node_import's, should a block
// of the branch not be valid, or the block have been refused.
MUST_USE enum fault node_set_head(struct node *n, const b256 *hash, bool *found,
                                  struct node_imported *out);
// False: no canonical block has that hash.
MUST_USE enum fault node_set_safe(struct node *n, const b256 *hash, bool *found);
MUST_USE enum fault node_set_finalized(struct node *n, const b256 *hash, bool *found);

// ---- events: told after the fact, in order; a listener must not change the node
enum node_event_kind {
    NODE_EVENT_BLOCK,   // became canonical: block, with its logs
    NODE_EVENT_REMOVED, // left the canonical chain, newest first; its logs are removed ones
    NODE_EVENT_HEAD,    // the head is `block` now, all events of its blocks were told
    NODE_EVENT_PENDING, // a transaction has entered the pool or a block directly: hash
};
struct node_event {
    enum node_event_kind kind;
    const struct stored_block *block;
    const b256 *hash;
};
#define NODE_LISTENERS_MAX 8u
void node_listen(struct node *n, void *ctx, void (*event)(void *ctx, const struct node_event *e));
// Who looks on while transactions of blocks that are mined here are executed: once each, though not
// every block that is tried comes to be. Kept; NULL: nobody.
void node_look_on(struct node *n, const struct inspector *i);

// ---- development: what no real chain has
MUST_USE enum fault node_mine(struct node *n); // a block now, with what waits
// `count` blocks, `interval` seconds apart (0: by the clock); what waits goes into the first.
MUST_USE enum fault node_mine_many(struct node *n, u64 count, u64 interval);
enum node_mining node_mining(const struct node *n);
void node_set_mining(struct node *n, enum node_mining mining, u64 block_time_ms);
u64 node_block_time_ms(const struct node *n);
// The next block's time, from which the clock then goes on; and how far the clock is ahead of the
// host's.
bool node_set_next_time(struct node *n, u64 timestamp); // false: not after the last block
// From the clock or the last block, whichever is later: blocks that were made faster than one a
// second are ahead of the clock, and what is asked for is to be seen in the next one.
void node_add_time(struct node *n, u64 seconds);
u64 node_time_offset(const struct node *n);
void node_set_time(struct node *n, u64 timestamp); // the clock's; may go back to the last block's
void node_set_time_step(struct node *n, u64 seconds); // each block that much after its parent; 0:
                                                      // by the clock
// Of coming blocks; NULL puts back what would be without.
void node_set_next_base_fee(struct node *n, const u256 *fee); // of the next one only
void node_set_coinbase(struct node *n, const address *a);
void node_set_next_prev_randao(struct node *n, const b256 *v); // of the next one only
void node_set_gas_limit(struct node *n, const u64 *limit);
void node_set_extra(struct node *n, bytes extra); // HEADER_EXTRA_MAX or less; copied
// Another id for a chain that has no blocks yet, is in memory and not read by a helper now, so that
// nothing bears the old one; what waits goes. False: it cannot be changed.
bool node_set_chain_id(struct node *n, const u256 *id);
// The state after the head, changed at once.
MUST_USE enum fault node_set_account(struct node *n, const struct node_override *o);
MUST_USE enum fault node_set_accounts(struct node *n, const struct node_override *o, usize count);
void node_impersonate(struct node *n, const address *a, bool on);
void node_impersonate_all(struct node *n, bool on);
bool node_is_impersonated(const struct node *n, const address *a);

// Snapshots of the whole chain: blocks, state, clock.
u64 node_snapshot(struct node *n);
bool node_revert(struct node *n, u64 id); // false if there is none; those after it are gone too
// Takes the last `count` blocks back. False: there are not so many, or their states are gone.
MUST_USE enum fault node_rollback(struct node *n, u64 count, bool *done);

// The whole state after the head as JSON of anvil's shape, and back: accounts are added to the
// head's state. `why` says what is wrong with a text.
MUST_USE enum fault node_dump(struct node *n, struct buf *out);
MUST_USE enum fault node_dump_at(struct node *n, const struct stored_block *b, struct buf *out);
MUST_USE enum fault node_load(struct node *n, bytes json, struct buf *why);
