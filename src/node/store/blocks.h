// SPDX-License-Identifier: MIT
// The blocks of a store as objects, found by number, by hash and by transaction. They are lent from
// a cache and stay valid until blocks_trim; what cannot be read is NULL, and the store knows the
// fault (store_take_fault). Belongs to one thread.
#pragma once

#include "core/eth/block.h"
#include "core/state/state.h"
#include "lib/base/buf.h"

struct stored_transaction {
    b256 hash;
    address sender;
    bytes raw; // as it is hashed; in the block's coding
    bool succeeded;
    bool was_impersonated; // nobody signed it: the sender is stated, not recovered
    u64 gas_used, cumulative_gas;
    bool has_created;
    address created;
    b256 pre_byzantium_root; // of the state after it, in blocks before Byzantium
    bool has_root;
    u8 bloom[256];
    usize first_log, log_count; // in the block's logs
};

struct stored_block {
    struct header header;
    u256 total_difficulty; // its own included
    struct buf wire;       // coding of the block
    bool has_receipts;     // it was executed here: what is below is known
    struct stored_transaction *transactions;
    usize count, cap;
    struct state_log *logs; // their data_at is in log_data
    usize log_count, log_cap;
    struct buf log_data;
};

struct blocks;
struct chain_receipt;

struct stored_block *stored_block_new(void);
void stored_block_free(struct stored_block *b);
// A transaction that was executed just now in `s`, whose logs are taken; `gas_used` of it alone.
// Its `raw` is set by stored_block_settle.
void stored_block_add(struct stored_block *b, const struct stored_transaction *t, struct state *s);
// Appended as they are.
void stored_block_put_transaction(struct stored_block *b, const struct stored_transaction *t);
void stored_block_put_log(struct stored_block *b, const struct state_log *l);
// Once header and wire are complete: lets the transactions refer to the wire. False: the wire is
// not the coding of a block of these transactions.
MUST_USE bool stored_block_settle(struct stored_block *b);

u64 blocks_count(const struct blocks *b); // number of the head plus one
const struct stored_block *blocks_at(const struct blocks *b, u64 number); // canonical, or NULL
const struct stored_block *blocks_last(const struct blocks *b);           // the head
// Of any branch that is kept.
const struct stored_block *blocks_by_hash(const struct blocks *b, const b256 *hash);
// The canonical block of a transaction, and its index there; NULL if there is none.
const struct stored_block *blocks_of_transaction(const struct blocks *b, const b256 *hash,
                                                 usize *index);
// Forgets lent blocks if they are many. What is forgotten is freed once nobody can have it:
// `oldest` is the epoch at which the longest reading began, ~0 if there is none.
void blocks_trim(struct blocks *b, u64 oldest);
u64 blocks_epoch(const struct blocks *b);
void blocks_retire(struct blocks *b, struct stored_block *one); // lent by others; NULL: nothing
