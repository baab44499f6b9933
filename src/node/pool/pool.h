// SPDX-License-Identifier: MIT
// Transactions that wait for a block: at most one for each sender and nonce. Nothing here executes;
// whether one is valid on the state is its taker's to find out. Belongs to one thread.
#pragma once

#include "core/eth/transaction.h"

#define POOL_MAX 4096u      // transactions
#define POOL_SENDER_MAX 64u // of one sender
#define POOL_BUMP_PERCENT                                                                          \
    10u // by which both fees of a replacement must exceed those of what it replaces

struct pooled { // owned by who has it: the pool after pool_put, the caller after pool_take
    struct transaction t;
    address sender;
    b256 hash;
    struct buf raw; // as it is hashed
};

enum pool_answer {
    POOL_TAKEN,
    POOL_KNOWN,       // that very transaction is here
    POOL_UNDERPRICED, // another with its nonce is here and it does not pay enough more
    POOL_FULL,
    POOL_SENDER_FULL,
};

struct pool;

struct pool *pool_new(void);
void pool_free(struct pool *p);
void pooled_free(struct pooled *t);
// Owns `t` if the answer is POOL_TAKEN.
MUST_USE enum pool_answer pool_put(struct pool *p, struct pooled *t);
struct pooled *pool_take(struct pool *p, const address *sender,
                         u64 nonce); // NULL if it is not there
const struct pooled *pool_by_hash(const struct pool *p, const b256 *hash);
// The first nonce from `from` on that no transaction of the sender waits with.
u64 pool_next_nonce(const struct pool *p, const address *sender, u64 from);
u32 pool_count(const struct pool *p);
const struct pooled *pool_at(const struct pool *p, u32 index); // in no order
void pool_clear(struct pool *p);
