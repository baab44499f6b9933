// SPDX-License-Identifier: MIT
// A binary heap of senders by the tip of each one's next transaction.
#include "node/node/queue.h"

#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/base/sort.h"
#include "lib/num/u256.h"

static i32 compare(const void *x, const void *y)
{
    const struct pooled *a = *(const struct pooled *const *)x;
    const struct pooled *b = *(const struct pooled *const *)y;
    i32 order = __builtin_memcmp(a->sender.b, b->sender.b, sizeof a->sender.b);
    return order != 0 ? order : a->t.nonce < b->t.nonce ? -1 : a->t.nonce > b->t.nonce;
}

// What it pays above the base fee; false if it does not pay that.
static bool tip_of(const struct queue *q, const struct pooled *t, u256 *tip)
{
    if (u256_lt(t->t.max_fee, q->base_fee)) {
        return false;
    }
    u256 room = u256_sub(t->t.max_fee, q->base_fee);
    *tip = u256_lt(t->t.max_priority, room) ? t->t.max_priority : room;
    return true;
}

// Of equal tips the first in order of addresses, so that equal pools give equal blocks.
static bool before(const struct queue_sender *a, const struct queue_sender *b)
{
    return u256_gt(a->tip, b->tip) || (u256_eq(a->tip, b->tip) && a->at < b->at);
}

static void swap(struct queue *q, usize i, usize k)
{
    struct queue_sender s = q->heap[i];
    q->heap[i] = q->heap[k];
    q->heap[k] = s;
}

static void sink(struct queue *q, usize i)
{
    for (;;) {
        usize best = i;
        for (usize child = 2 * i + 1; child <= 2 * i + 2 && child < q->senders; child++) {
            best = before(&q->heap[child], &q->heap[best]) ? child : best;
        }
        if (best == i) {
            return;
        }
        swap(q, i, best);
        i = best;
    }
}

void queue_init(struct queue *q, const struct pool *p, const u256 *base_fee)
{
    usize n = pool_count(p);
    *q = (struct queue){.count = n, .base_fee = *base_fee};
    q->waiting = mem_alloc((n + 1) * sizeof(struct pooled *));
    q->heap = mem_alloc((n + 1) * sizeof *q->heap);
    for (usize i = 0; i < n; i++) {
        q->waiting[i] = pool_at(p, (u32)i);
    }
    sort_items(q->waiting, n, sizeof(struct pooled *), compare);
    for (usize i = 0, end = 0; i < n; i = end) {
        while (end < n && address_equal(&q->waiting[end]->sender, &q->waiting[i]->sender)) {
            end++;
        }
        struct queue_sender s = {.at = i, .end = end};
        if (tip_of(q, q->waiting[i], &s.tip)) {
            q->heap[q->senders++] = s;
        }
    }
    for (usize i = q->senders / 2; i > 0; i--) {
        sink(q, i - 1);
    }
}

void queue_fini(struct queue *q)
{
    mem_free((void *)q->waiting);
    mem_free(q->heap);
}

const struct pooled *queue_best(const struct queue *q)
{
    return q->senders == 0 ? NULL : q->waiting[q->heap[0].at];
}

void queue_skip(struct queue *q)
{
    q->heap[0] = q->heap[--q->senders];
    sink(q, 0);
}

void queue_next(struct queue *q)
{
    struct queue_sender *s = &q->heap[0];
    s->at++;
    if (s->at == s->end || !tip_of(q, q->waiting[s->at], &s->tip)) {
        queue_skip(q);
    } else {
        sink(q, 0);
    }
}
