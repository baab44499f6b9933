// SPDX-License-Identifier: MIT
// The pool as a queue by nonce for each sender, and a table by hash over all.
//
// Invariants: (1) a sender has an entry if and only if something of it waits; (2) its queue ascends
// strictly by nonce.
#include "node/pool/priv.h"

#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"
#include "lib/base/seed.h"
#include "lib/num/u256.h"

// ---- life

struct pool *pool_new(void)
{
    struct pool *p = mem_zalloc(sizeof *p);
    u64 seed = seed_for_tables();
    sender_table_init(&p->senders, seed);
    hash_table_init(&p->by_hash, seed);
    p->limits = POOL_LIMITS_DEFAULT;
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
    for (u32 i = 0; i < p->by_hash.count; i++) {
        pooled_free(p->by_hash.entries[i].value);
    }
    for (u32 i = 0; i < p->senders.count; i++) {
        mem_free(p->senders.entries[i].value.t);
    }
    sender_table_clear(&p->senders);
    hash_table_clear(&p->by_hash);
    p->size = 0;
    p->blobs = 0;
}

void pool_free(struct pool *p)
{
    if (p == NULL) {
        return;
    }
    pool_clear(p);
    for (u32 i = 0; i < p->kept_count; i++) {
        sidecar_free(p->kept[i].sidecar);
    }
    mem_free(p->kept);
    sender_table_fini(&p->senders);
    hash_table_fini(&p->by_hash);
    mem_free(p);
}

void pool_set_limits(struct pool *p, const struct pool_limits *l)
{
    p->limits = *l;
}

// ---- queues

// Index of the first in the queue whose nonce is not below.
static u32 lower_bound(const struct queue *q, u64 nonce)
{
    u32 low = 0;
    u32 high = q->count;
    while (low < high) {
        u32 middle = low + (high - low) / 2;
        if (q->t[middle]->t.nonce < nonce) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static struct pooled *in_queue(const struct queue *q, u64 nonce)
{
    u32 i = q == NULL ? 0 : lower_bound(q, nonce);
    return q != NULL && i < q->count && q->t[i]->t.nonce == nonce ? q->t[i] : NULL;
}

static void insert(struct pool *p, struct pooled *t)
{
    struct queue *q = sender_table_put(&p->senders, &t->sender, NULL);
    if (q->count == q->cap) {
        q->cap = q->cap == 0 ? 2 : q->cap * 2;
        q->t = mem_realloc(q->t, q->cap * sizeof(struct pooled *));
    }
    u32 at = lower_bound(q, t->t.nonce);
    move_bytes(q->t + at + 1, q->t + at, (q->count - at) * sizeof(struct pooled *));
    q->t[at] = t;
    q->count++;
    *hash_table_put(&p->by_hash, &t->hash, NULL) = t;
    t->arrival = ++p->arrivals;
    p->size += t->raw.n;
    p->blobs += (u32)t->t.blob_count;
}

struct pooled *pool_take(struct pool *p, const address *sender, u64 nonce)
{
    struct queue *q = sender_table_find(&p->senders, sender);
    struct pooled *t = in_queue(q, nonce);
    if (t == NULL) {
        return NULL;
    }
    u32 at = lower_bound(q, nonce);
    q->count--;
    move_bytes(q->t + at, q->t + at + 1, (q->count - at) * sizeof(struct pooled *));
    if (q->count == 0) {
        mem_free(q->t);
        (void)sender_table_remove(&p->senders, sender);
    }
    (void)hash_table_remove(&p->by_hash, &t->hash);
    p->size -= t->raw.n;
    p->blobs -= (u32)t->t.blob_count;
    return t;
}

void pool_drop(struct pool *p, const b256 *hash)
{
    const struct pooled *t = pool_by_hash(p, hash);
    if (t != NULL) {
        pooled_free(pool_take(p, &t->sender, t->t.nonce));
    }
}

void pool_drop_below(struct pool *p, const address *sender, u64 nonce)
{
    for (;;) {
        const struct queue *q = sender_table_find(&p->senders, sender);
        if (q == NULL || q->t[0]->t.nonce >= nonce) {
            return;
        }
        pooled_free(pool_take(p, sender, q->t[0]->t.nonce));
    }
}

// ---- putting

// Whether fee `a` exceeds `b` by the percentage; of fees that no one can pay only whether it is
// higher.
static bool exceeds(u256 a, u256 b, u64 percent)
{
    u256 most = u256_div(u256_max(), u256_from_u64(100 + percent));
    if (u256_gt(a, most) || u256_gt(b, most)) {
        return u256_gt(a, b);
    }
    u256 needed = u256_mul(b, u256_from_u64(100 + percent));
    return !u256_lt(u256_mul(a, u256_from_u64(100)), needed);
}

static bool replaces(const struct transaction *t, const struct transaction *old)
{
    bool blobs = t->type == TX_BLOB || old->type == TX_BLOB;
    u64 percent = blobs ? POOL_BUMP_BLOB_PERCENT : POOL_BUMP_PERCENT;
    return exceeds(t->max_fee, old->max_fee, percent) &&
           exceeds(t->max_priority, old->max_priority, percent) &&
           exceeds(t->max_blob_fee, old->max_blob_fee, percent);
}

// What has to go first: the last of the sender that has the least fee. Of those with blobs only, if
// it is blobs that are too many.
static const struct pooled *find_victim(const struct pool *p, bool of_blobs)
{
    const struct pooled *least = NULL;
    for (u32 i = 0; i < p->by_hash.count; i++) {
        const struct pooled *t = p->by_hash.entries[i].value;
        if (of_blobs && t->t.type != TX_BLOB) {
            continue;
        }
        if (least == NULL || u256_lt(t->t.max_fee, least->t.max_fee) ||
            (u256_eq(t->t.max_fee, least->t.max_fee) && t->arrival > least->arrival)) {
            least = t;
        }
    }
    if (least == NULL) {
        return NULL;
    }
    const struct queue *q = sender_table_find(&p->senders, &least->sender);
    CHECK(q != NULL);
    for (u32 i = q->count; i > 0; i--) {
        if (!of_blobs || q->t[i - 1]->t.type == TX_BLOB) {
            return q->t[i - 1];
        }
    }
    return least;
}

static bool is_over(const struct pool *p, const struct pooled *t, bool *blobs)
{
    *blobs = t->t.blob_count > 0 && p->blobs + t->t.blob_count > p->limits.blobs;
    return *blobs || p->by_hash.count + 1 > p->limits.transactions ||
           p->size + t->raw.n > p->limits.size;
}

// Makes room by dropping what pays less; false, and maybe some dropped, if nothing does.
static bool make_room(struct pool *p, const struct pooled *t)
{
    bool blobs;
    while (is_over(p, t, &blobs)) {
        const struct pooled *victim = find_victim(p, blobs);
        if (victim == NULL || !u256_gt(t->t.max_fee, victim->t.max_fee) ||
            address_equal(&victim->sender, &t->sender)) {
            return false;
        }
        pooled_free(pool_take(p, &victim->sender, victim->t.nonce));
    }
    return true;
}

enum pool_answer pool_put(struct pool *p, struct pooled *t)
{
    const struct queue *q = sender_table_find(&p->senders, &t->sender);
    if (pool_by_hash(p, &t->hash) != NULL) {
        return POOL_KNOWN;
    }
    const struct pooled *old = in_queue(q, t->t.nonce);
    if (old != NULL && !replaces(&t->t, &old->t)) {
        return POOL_UNDERPRICED;
    }
    if (old == NULL && q != NULL && q->count >= p->limits.of_sender) {
        return POOL_SENDER_FULL;
    }
    if (old != NULL) {
        struct pooled *replaced = pool_take(p, &t->sender, t->t.nonce);
        bool blobs;
        if (is_over(p, t, &blobs) && !make_room(p, t)) {
            insert(p, replaced);
            return POOL_FULL;
        }
        pooled_free(replaced);
    } else if (!make_room(p, t)) {
        return POOL_FULL;
    }
    insert(p, t);
    return POOL_TAKEN;
}

// ---- looking

const struct pooled *pool_by_hash(const struct pool *p, const b256 *hash)
{
    struct pooled *const *found = hash_table_find(&p->by_hash, hash);
    return found == NULL ? NULL : *found;
}

u64 pool_next_nonce(const struct pool *p, const address *sender, u64 from)
{
    const struct queue *q = sender_table_find(&p->senders, sender);
    for (u32 i = q == NULL ? 0 : lower_bound(q, from); q != NULL && i < q->count; i++) {
        if (q->t[i]->t.nonce != from) {
            break;
        }
        from++;
    }
    return from;
}

u32 pool_count(const struct pool *p)
{
    return p->by_hash.count;
}

const struct pooled *pool_at(const struct pool *p, u32 index)
{
    CHECK(index < p->by_hash.count);
    return p->by_hash.entries[index].value;
}

u32 pool_sender_count(const struct pool *p)
{
    return p->senders.count;
}

struct pool_queue pool_queue_at(const struct pool *p, u32 index)
{
    CHECK(index < p->senders.count);
    const struct queue *q = &p->senders.entries[index].value;
    return (struct pool_queue){p->senders.entries[index].key, q->t, q->count};
}

struct pool_queue pool_queue_of(const struct pool *p, const address *sender)
{
    const struct queue *q = sender_table_find(&p->senders, sender);
    return q == NULL ? (struct pool_queue){.sender = *sender}
                     : (struct pool_queue){*sender, q->t, q->count};
}
