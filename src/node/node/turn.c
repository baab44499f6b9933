// SPDX-License-Identifier: MIT
// Turns of threads at a node. A helper's long executions touch nothing of the node but the state
// they read: during them it stands aside, and comes back for each account, slot, code or hash.
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"
#include "lib/os/thread.h"
#include "node/node/priv.h"

struct node_hand {
    struct node *n;
    struct vm *vm;
    struct buf why; // of its last fault
    bool has_turn;  // known to its own thread alone
    bool stops;     // what it executes is to end
    bool is_busy;   // a request is at hand; by turn
    u64 since;      // epoch of lent blocks when that began
    struct node_hand *next;
};

// The owner comes next, however many helpers want a turn: of them only one, who has `queue`, waits
// for `next`, and nobody is given `turn` but through that.
struct node_turns {
    struct os_lock *turn, *next, *queue;
    struct node_hand *hands; // of helpers
    struct vm *vm;           // the owner's
};

struct node_turns *node_turns_new(struct vm *vm)
{
    struct node_turns *t = mem_zalloc(sizeof *t);
    t->turn = os_lock_new();
    t->next = os_lock_new();
    t->queue = os_lock_new();
    t->vm = vm;
    return t;
}

void node_turns_free(struct node_turns *t)
{
    if (t == NULL) {
        return;
    }
    CHECK(t->hands == NULL);
    os_lock_free(t->turn);
    os_lock_free(t->next);
    os_lock_free(t->queue);
    mem_free(t);
}

static void swap_why(struct node *n, struct node_hand *h)
{
    struct buf why = n->why;
    n->why = h->why;
    h->why = why;
}

static void come(struct node *n, struct node_hand *h)
{
    struct node_turns *t = n->turns;
    if (h != NULL) {
        os_lock_take(t->queue);
    }
    os_lock_take(t->next);
    os_lock_take(t->turn);
    os_lock_leave(t->next);
    n->hand = h;
    if (h != NULL) {
        n->vm = h->vm;
        swap_why(n, h);
        h->has_turn = true;
    }
}

static void go(struct node *n, struct node_hand *h)
{
    struct node_turns *t = n->turns;
    if (h != NULL) {
        h->has_turn = false;
        swap_why(n, h);
        n->vm = t->vm;
    }
    n->hand = NULL;
    os_lock_leave(t->turn);
    if (h != NULL) {
        os_lock_leave(t->queue);
    }
}

// ---- hands

struct node_hand *node_hand_new(struct node *n)
{
    struct node_hand *h = mem_zalloc(sizeof *h);
    h->n = n;
    h->vm = vm_new(n->options.form);
    come(n, h);
    h->next = n->turns->hands;
    n->turns->hands = h;
    go(n, h);
    return h;
}

void node_hand_free(struct node_hand *h)
{
    if (h == NULL) {
        return;
    }
    come(h->n, h);
    struct node_hand **at = &h->n->turns->hands;
    while (*at != h) {
        at = &(*at)->next;
    }
    *at = h->next;
    go(h->n, h);
    vm_free(h->vm);
    buf_fini(&h->why);
    mem_free(h);
}

void node_hand_stop(struct node_hand *h, bool stops)
{
    __atomic_store_n(&h->stops, stops, __ATOMIC_RELAXED);
}

void node_take_turn(struct node *n, struct node_hand *h)
{
    come(n, h);
    if (h != NULL) {
        h->is_busy = true;
        h->since = blocks_epoch(store_blocks(n->store));
    }
}

void node_end_turn(struct node *n)
{
    if (n->hand != NULL) {
        n->hand->is_busy = false;
    }
    go(n, n->hand);
}

// ---- inside a turn

struct node_hand *node_step_aside(struct node *n)
{
    struct node_hand *h = n->hand;
    if (h != NULL) {
        go(n, h);
    }
    return h;
}

void node_step_back(struct node_hand *h)
{
    if (h != NULL) {
        come(h->n, h);
    }
}

struct node_hand *node_hand_of(const struct node *n)
{
    return n->hand;
}

u64 node_oldest_reading(const struct node *n)
{
    u64 oldest = ~(u64)0;
    for (const struct node_hand *h = n->turns->hands; h != NULL; h = h->next) {
        if (h->is_busy && h->since < oldest) {
            oldest = h->since;
        }
    }
    return oldest;
}

// ---- what is read from aside

bool node_come_back(struct node_hand *h)
{
    bool was_aside = h != NULL && !h->has_turn;
    if (was_aside) {
        come(h->n, h);
    }
    return was_aside;
}

void node_go_again(struct node_hand *h, bool was_aside)
{
    if (was_aside) {
        go(h->n, h);
    }
}

static enum fault go_on(struct node_hand *h)
{
    bool stops = h != NULL && __atomic_load_n(&h->stops, __ATOMIC_RELAXED);
    return stops ? node_say(h->n, FAULT_SOURCE, "nobody waits for the answer any more")
                 : FAULT_NONE;
}

enum fault node_ancestor_hash(void *ctx, u64 number, b256 *out)
{
    const struct node_ancestry *a = ctx;
    bool was_aside = node_come_back(a->hand);
    enum fault f = go_on(a->hand);
    f = f == FAULT_NONE ? a->of.hash(a->of.ctx, number, out) : f;
    node_go_again(a->hand, was_aside);
    return f;
}

struct node_reader {
    struct node_hand *hand;
    struct state_source of;
};

static enum fault read_account(void *ctx, const address *a, struct state_source_account *out)
{
    const struct node_reader *r = ctx;
    bool was_aside = node_come_back(r->hand);
    enum fault f = go_on(r->hand);
    f = f == FAULT_NONE ? r->of.account(r->of.ctx, a, out) : f;
    node_go_again(r->hand, was_aside);
    return f;
}

static enum fault read_slot(void *ctx, const address *a, const u256 *key, u256 *out)
{
    const struct node_reader *r = ctx;
    bool was_aside = node_come_back(r->hand);
    enum fault f = go_on(r->hand);
    f = f == FAULT_NONE ? r->of.storage(r->of.ctx, a, key, out) : f;
    node_go_again(r->hand, was_aside);
    return f;
}

static enum fault read_code(void *ctx, const b256 *hash, bytes *out)
{
    const struct node_reader *r = ctx;
    bool was_aside = node_come_back(r->hand);
    enum fault f = go_on(r->hand);
    f = f == FAULT_NONE ? r->of.code(r->of.ctx, hash, out) : f;
    node_go_again(r->hand, was_aside);
    return f;
}

struct state_source node_reader_source(struct node_reader **r, struct node_hand *h,
                                       const struct state_source *of)
{
    *r = NULL;
    if (h == NULL) {
        return *of;
    }
    *r = mem_alloc(sizeof **r);
    **r = (struct node_reader){h, *of};
    return (struct state_source){*r, read_account, read_slot, read_code};
}
