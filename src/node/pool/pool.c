// SPDX-License-Identifier: MIT
// The pool as a table by sender and nonce, with a second one by hash and a count for each sender.
#include "node/pool/pool.h"

#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/hash.h"
#include "lib/base/mem.h"
#include "lib/base/seed.h"
#include "lib/num/u256.h"

struct place {
    address sender;
    u64 nonce;
};

static inline u64 hash_place(const struct place *p, u64 seed)
{
    return hash_address(&p->sender, seed ^ hash_u64(p->nonce, seed));
}

static inline bool same_place(const struct place *a, const struct place *b)
{
    return a->nonce == b->nonce && address_equal(&a->sender, &b->sender);
}

#define TABLE_NAME place_table
#define TABLE_KEY struct place
#define TABLE_VALUE struct pooled *
#define TABLE_HASH(key, seed) hash_place(key, seed)
#define TABLE_EQUAL(a, b) same_place(a, b)
#include "lib/base/table.h"

#define TABLE_NAME hash_table
#define TABLE_KEY b256
#define TABLE_VALUE struct pooled *
#define TABLE_HASH(key, seed) hash_b256(key, seed)
#define TABLE_EQUAL(a, b) b256_equal(a, b)
#include "lib/base/table.h"

#define TABLE_NAME sender_table
#define TABLE_KEY address
#define TABLE_VALUE u32
#define TABLE_HASH(key, seed) hash_address(key, seed)
#define TABLE_EQUAL(a, b) address_equal(a, b)
#include "lib/base/table.h"

struct pool {
    struct place_table by_place; // owns
    struct hash_table by_hash;
    struct sender_table counts; // of senders that have any
};

struct pool *pool_new(void)
{
    struct pool *p = mem_zalloc(sizeof *p);
    u64 seed = seed_for_tables();
    place_table_init(&p->by_place, seed);
    hash_table_init(&p->by_hash, seed);
    sender_table_init(&p->counts, seed);
    return p;
}

void pooled_free(struct pooled *t)
{
    if (t == NULL) {
        return;
    }
    transaction_fini(&t->t);
    buf_fini(&t->raw);
    mem_free(t);
}

void pool_clear(struct pool *p)
{
    for (u32 i = 0; i < p->by_place.count; i++) {
        pooled_free(p->by_place.entries[i].value);
    }
    place_table_clear(&p->by_place);
    hash_table_clear(&p->by_hash);
    sender_table_clear(&p->counts);
}

void pool_free(struct pool *p)
{
    if (p == NULL) {
        return;
    }
    pool_clear(p);
    place_table_fini(&p->by_place);
    hash_table_fini(&p->by_hash);
    sender_table_fini(&p->counts);
    mem_free(p);
}

// Whether fee `a` exceeds `b` by the bump; of fees that no one can pay only whether it is higher.
static bool exceeds(u256 a, u256 b)
{
    u256 most = u256_div(u256_max(), u256_from_u64(100 + POOL_BUMP_PERCENT));
    if (u256_gt(a, most) || u256_gt(b, most)) {
        return u256_gt(a, b);
    }
    u256 needed = u256_mul(b, u256_from_u64(100 + POOL_BUMP_PERCENT));
    return !u256_lt(u256_mul(a, u256_from_u64(100)), needed);
}

static bool replaces(const struct transaction *t, const struct transaction *old)
{
    return exceeds(t->max_fee, old->max_fee) && exceeds(t->max_priority, old->max_priority);
}

enum pool_answer pool_put(struct pool *p, struct pooled *t)
{
    struct place at = {t->sender, t->t.nonce};
    if (pool_by_hash(p, &t->hash) != NULL) {
        return POOL_KNOWN;
    }
    struct pooled **old = place_table_find(&p->by_place, &at);
    if (old != NULL) {
        if (!replaces(&t->t, &(*old)->t)) {
            return POOL_UNDERPRICED;
        }
        pooled_free(pool_take(p, &t->sender, t->t.nonce));
    }
    if (p->by_place.count >= POOL_MAX) {
        return POOL_FULL;
    }
    const u32 *held = sender_table_find(&p->counts, &t->sender);
    if (held != NULL && *held >= POOL_SENDER_MAX) {
        return POOL_SENDER_FULL;
    }
    ++*sender_table_put(&p->counts, &t->sender, NULL);
    *place_table_put(&p->by_place, &at, NULL) = t;
    *hash_table_put(&p->by_hash, &t->hash, NULL) = t;
    return POOL_TAKEN;
}

struct pooled *pool_take(struct pool *p, const address *sender, u64 nonce)
{
    struct place at = {*sender, nonce};
    struct pooled **found = place_table_find(&p->by_place, &at);
    if (found == NULL) {
        return NULL;
    }
    struct pooled *t = *found;
    (void)place_table_remove(&p->by_place, &at);
    (void)hash_table_remove(&p->by_hash, &t->hash);
    u32 *held = sender_table_find(&p->counts, &t->sender);
    CHECK(held != NULL && *held > 0);
    if (--*held == 0) {
        (void)sender_table_remove(&p->counts, &t->sender);
    }
    return t;
}

const struct pooled *pool_by_hash(const struct pool *p, const b256 *hash)
{
    struct pooled *const *found = hash_table_find(&p->by_hash, hash);
    return found == NULL ? NULL : *found;
}

u64 pool_next_nonce(const struct pool *p, const address *sender, u64 from)
{
    struct place at = {*sender, from};
    while (place_table_find(&p->by_place, &at) != NULL) {
        at.nonce++;
    }
    return at.nonce;
}

u32 pool_count(const struct pool *p)
{
    return p->by_place.count;
}

const struct pooled *pool_at(const struct pool *p, u32 index)
{
    CHECK(index < p->by_place.count);
    return p->by_place.entries[index].value;
}
