// SPDX-License-Identifier: MIT
// The canonical chain in memory: blocks with their transactions, receipts and logs, found by
// number, by hash and by transaction. Blocks are put at the end and taken off the end. Belongs to
// one thread.
#pragma once

#include "core/eth/block.h"
#include "core/state/state.h"
#include "lib/base/buf.h"

struct stored_transaction {
    b256 hash;
    address sender;
    bytes raw; // as it is hashed; in the block's coding
    bool succeeded;
    u64 gas_used, cumulative_gas;
    bool has_created;
    address created;
    u8 bloom[256];
    usize first_log, log_count; // in the block's logs
};

struct stored_block {
    struct header header;
    struct buf wire; // coding of the block
    u64 stamp;       // of the state after it (node/store/world.h)
    struct stored_transaction *transactions;
    usize count, cap;
    struct state_log *logs; // their data_at is in log_data
    usize log_count, log_cap;
    struct buf log_data;
};

struct blocks;

struct stored_block *stored_block_new(void);
void stored_block_free(struct stored_block *b);
// A transaction that was executed just now in `s`, whose logs are taken; `gas_used` of it alone.
// Its `raw` is set by blocks_add.
void stored_block_add(struct stored_block *b, const struct stored_transaction *t, struct state *s);

struct blocks *blocks_new(void);
void blocks_free(struct blocks *b);
// Puts a block that was made from these transactions and header at the end; owns it from here.
void blocks_add(struct blocks *b, struct stored_block *added);
void blocks_truncate(struct blocks *b, u64 count); // keeps the first `count`
u64 blocks_count(const struct blocks *b);
const struct stored_block *blocks_at(const struct blocks *b, u64 number); // NULL if there is none
const struct stored_block *blocks_last(const struct blocks *b);
const struct stored_block *blocks_by_hash(const struct blocks *b, const b256 *hash);
// The block of a transaction, and its index there; NULL if there is none.
const struct stored_block *blocks_of_transaction(const struct blocks *b, const b256 *hash,
                                                 usize *index);
