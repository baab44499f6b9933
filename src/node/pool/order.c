// SPDX-License-Identifier: MIT
// A heap of the first transaction of each sender, by what it pays to the block's maker a gas, and
// of equal ones by arrival; when one is given out its follower takes its place.
#include "lib/base/check.h"
#include "lib/base/mem.h"
#include "lib/num/u256.h"
#include "node/pool/priv.h"

struct head {
    const struct pooled *t;
    u256 tip;
    struct pooled *const *rest; // behind it
    u32 rest_count;
};

struct pool_order {
    u256 base_fee;
    struct head *heap; // [0] pays most; of the one that was given last until the next call
    u32 count;
    bool is_given; // heap[0] was
};

static bool comes_first(const struct head *a, const struct head *b)
{
    i32 c = u256_cmp(a->tip, b->tip);
    return c > 0 || (c == 0 && a->t->arrival < b->t->arrival);
}

static void sift_down(struct pool_order *o, u32 i)
{
    for (;;) {
        u32 best = i;
        for (u32 child = 2 * i + 1; child <= 2 * i + 2 && child < o->count; child++) {
            best = comes_first(&o->heap[child], &o->heap[best]) ? child : best;
        }
        if (best == i) {
            return;
        }
        struct head h = o->heap[i];
        o->heap[i] = o->heap[best];
        o->heap[best] = h;
        i = best;
    }
}

// False: it does not pay the base fee, so nothing of its sender can be taken now.
static bool set_head(const struct pool_order *o, struct head *h, struct pooled *const *t, u32 count)
{
    const struct transaction *x = &t[0]->t;
    if (u256_lt(x->max_fee, o->base_fee)) {
        return false;
    }
    u256 room = u256_sub(x->max_fee, o->base_fee);
    *h = (struct head){
        .t = t[0],
        .tip = u256_lt(x->max_priority, room) ? x->max_priority : room,
        .rest = t + 1,
        .rest_count = count - 1,
    };
    return true;
}

struct pool_order *pool_order_new(const struct pool *p, const u256 *base_fee, void *ctx,
                                  u64 (*nonce)(void *ctx, const address *a))
{
    struct pool_order *o = mem_zalloc(sizeof *o);
    o->base_fee = *base_fee;
    o->heap = mem_alloc(p->senders.count * sizeof *o->heap);
    for (u32 i = 0; i < p->senders.count; i++) {
        const struct queue *q = &p->senders.entries[i].value;
        u64 next = nonce(ctx, &p->senders.entries[i].key);
        u32 at = 0;
        while (at < q->count && q->t[at]->t.nonce < next) {
            at++;
        }
        if (at < q->count && q->t[at]->t.nonce == next &&
            set_head(o, &o->heap[o->count], q->t + at, q->count - at)) {
            o->count++;
        }
    }
    for (u32 i = o->count / 2; i > 0; i--) {
        sift_down(o, i - 1);
    }
    return o;
}

void pool_order_free(struct pool_order *o)
{
    if (o != NULL) {
        mem_free(o->heap);
        mem_free(o);
    }
}

static void drop_first(struct pool_order *o)
{
    o->heap[0] = o->heap[--o->count];
    sift_down(o, 0);
}

const struct pooled *pool_order_next(struct pool_order *o)
{
    if (o->is_given) {
        struct head h = o->heap[0];
        bool follows = h.rest_count > 0 && h.rest[0]->t.nonce == h.t->t.nonce + 1 &&
                       set_head(o, &o->heap[0], h.rest, h.rest_count);
        if (follows) {
            sift_down(o, 0);
        } else {
            drop_first(o);
        }
    }
    o->is_given = o->count > 0;
    return o->is_given ? o->heap[0].t : NULL;
}

void pool_order_skip(struct pool_order *o)
{
    CHECK(o->is_given);
    o->is_given = false;
    drop_first(o);
}
