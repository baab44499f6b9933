// SPDX-License-Identifier: MIT
// Transactions that wait for a block, and blobs: at most one for each sender and nonce, with gaps
// where nonces are missing. Nothing here executes; whether one is valid on the state is its taker's
// to find out. When there is no room the one goes that is last of the sender who pays least.
// Belongs to one thread.
#pragma once

#include "core/eth/transaction.h"
#include "node/pool/sidecar.h"

#define POOL_BUMP_PERCENT 10u       // by which all fees of a replacement must exceed the old ones
#define POOL_BUMP_BLOB_PERCENT 100u // if one of the two has blobs

struct pool_limits {
    u32 transactions;
    u32 of_sender;
    u32 blobs;  // of all transactions
    usize size; // bytes of all codings, without sidecars
};
#define POOL_LIMITS_DEFAULT                                                                        \
    ((struct pool_limits){                                                                         \
        .transactions = 16384, .of_sender = 4096, .blobs = 512, .size = (usize)256 << 20})

struct pooled { // owned by who has it: the pool after pool_put, the caller after pool_take
    struct transaction t;
    address sender;
    b256 hash;
    struct buf raw; // as it is hashed
    u64 arrival;    // ascending in the order of pool_put
};

enum pool_answer {
    POOL_TAKEN,
    POOL_KNOWN,       // that very transaction is here
    POOL_UNDERPRICED, // another with its nonce is here and it does not pay enough more
    POOL_FULL,        // and it pays less than what is here
    POOL_SENDER_FULL,
};

struct pool;

struct pool *pool_new(void); // with POOL_LIMITS_DEFAULT
void pool_free(struct pool *p);
void pool_set_limits(struct pool *p,
                     const struct pool_limits *l); // for those that come from now on
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
void pool_drop(struct pool *p, const b256 *hash); // if it is there
// Those of the sender with a nonce below this one: they can never be in a block.
void pool_drop_below(struct pool *p, const address *sender, u64 nonce);

// ---- blobs: kept for the transaction that named them, in the pool or in a block, until there are
// more than POOL_BLOBS_KEPT of them; the oldest that are not waiting go first
#define POOL_BLOBS_KEPT 1024u
void pool_keep_blobs(struct pool *p, const b256 *transaction, struct sidecar *s); // owns it
void pool_drop_blobs(struct pool *p, const b256 *transaction);
const struct sidecar *pool_blobs_of(const struct pool *p, const b256 *transaction); // or NULL
// One with a blob of that versioned hash, and the blob's index; NULL if there is none.
const struct sidecar *pool_with_blob(const struct pool *p, const b256 *hash, u32 *index);

// ---- senders, each with what waits of it by ascending nonce
u32 pool_sender_count(const struct pool *p);
struct pool_queue {
    address sender;
    struct pooled *const *t;
    u32 count;
};
// In no order; valid until the pool changes.
struct pool_queue pool_queue_at(const struct pool *p, u32 index);
struct pool_queue pool_queue_of(const struct pool *p, const address *sender); // count 0: none

// ---- as a block takes them: those that pay most a gas first, each sender's by nonce without gaps
struct pool_order;
// `nonce` gives the next nonce of an account. The pool must not change as long as this lives.
struct pool_order *pool_order_new(const struct pool *p, const u256 *base_fee, void *ctx,
                                  u64 (*nonce)(void *ctx, const address *a));
void pool_order_free(struct pool_order *o);
const struct pooled *pool_order_next(struct pool_order *o); // NULL: no more
void pool_order_skip(struct pool_order *o); // nothing more of the sender of the last one
