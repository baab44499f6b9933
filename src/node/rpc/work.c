// SPDX-License-Identifier: MIT
#include "node/rpc/work.h"

#include "lib/base/check.h"
#include "lib/base/mem.h"
#include "lib/os/thread.h"
#include "node/rpc/priv.h"

#define STACK_SIZE ((usize)16 << 20) // calls inside each other are calls here

struct job {
    struct rpc_job j;
    void *who;
    bool is_cancelled, is_done;
    struct job *next;
};

struct jobs { // first in, first out
    struct job *first, *last;
};

struct worker {
    struct rpc_work *w;
    struct os_thread *thread;
    struct node_hand *hand; // NULL: not made yet
    struct job *at;         // NULL: none
};

struct rpc_work {
    struct rpc *rpc;
    void *ctx;
    void (*wake)(void *ctx);
    struct os_lock *lock; // of all below
    struct os_event *more;
    struct jobs waiting; // for a worker
    struct jobs back;    // for the owner
    u32 idle;
    u32 queued; // how many are waiting
    bool ends;
    u32 threads, begun;
    struct worker worker[RPC_THREADS_MAX];
};

static void put(struct jobs *to, struct job *j)
{
    j->next = NULL;
    if (to->first == NULL) {
        to->first = j;
    } else {
        to->last->next = j;
    }
    to->last = j;
}

static struct job *take(struct jobs *from)
{
    struct job *j = from->first;
    if (j != NULL) {
        from->first = j->next;
    }
    return j;
}

// ---- threads

static struct job *wait_for_job(struct worker *me)
{
    struct rpc_work *w = me->w;
    os_lock_take(w->lock);
    while (w->waiting.first == NULL && !w->ends) {
        w->idle++;
        os_event_wait(w->more, w->lock);
        w->idle--;
    }
    me->at = take(&w->waiting);
    if (me->at != NULL) {
        w->queued--;
        node_hand_stop(me->hand, me->at->is_cancelled);
    }
    struct job *j = me->at;
    os_lock_leave(w->lock);
    return j;
}

static void give_back(struct worker *me)
{
    struct rpc_work *w = me->w;
    os_lock_take(w->lock);
    bool is_first = w->back.first == NULL;
    put(&w->back, me->at);
    me->at = NULL;
    os_lock_leave(w->lock);
    if (is_first) {
        w->wake(w->ctx);
    }
}

static void work(void *ctx)
{
    struct worker *me = ctx;
    struct node *n = me->w->rpc->node;
    struct node_hand *h = node_hand_new(n);
    os_lock_take(me->w->lock);
    me->hand = h;
    os_lock_leave(me->w->lock);
    for (struct job *j = wait_for_job(me); j != NULL; j = wait_for_job(me)) {
        node_take_turn(n, h);
        j->is_done = rpc_job_go_on(&j->j, RPC_HELPER);
        node_end_turn(n);
        give_back(me);
    }
    os_lock_take(me->w->lock);
    me->hand = NULL;
    os_lock_leave(me->w->lock);
    node_hand_free(h);
}

static void begin_thread(struct rpc_work *w)
{
    struct worker *me = &w->worker[w->begun];
    me->w = w;
    me->thread = os_thread_new(work, me, STACK_SIZE);
    CHECK(me->thread != NULL || w->begun > 0); // else nobody would ever come
    w->begun += me->thread != NULL;
}

static void hand_over(struct rpc_work *w, struct job *j)
{
    os_lock_take(w->lock);
    j->is_cancelled = j->is_cancelled || w->ends;
    put(&w->waiting, j);
    w->queued++;
    bool is_awaited = w->idle > 0;
    if (w->queued > w->idle && w->begun < w->threads) {
        begin_thread(w);
    }
    os_lock_leave(w->lock);
    if (is_awaited) {
        os_event_tell(w->more);
    }
}

// ---- the owner's side

struct rpc_work *rpc_work_new(struct rpc *r, u32 threads, void *ctx, void (*wake)(void *ctx))
{
    struct rpc_work *w = mem_zalloc(sizeof *w);
    w->rpc = r;
    w->ctx = ctx;
    w->wake = wake;
    w->threads = threads < RPC_THREADS_MAX ? threads : RPC_THREADS_MAX;
    w->lock = os_lock_new();
    w->more = os_event_new();
    return w;
}

void rpc_work_free(struct rpc_work *w)
{
    if (w == NULL) {
        return;
    }
    CHECK(w->begun == 0 && w->waiting.first == NULL && w->back.first == NULL);
    os_lock_free(w->lock);
    os_event_free(w->more);
    mem_free(w);
}

static bool go_on(struct rpc_work *w, struct rpc_job *j)
{
    bool is_alone = w->threads == 0;
    if (!is_alone && rpc_job_wants_helper(j)) {
        return false;
    }
    node_take_turn(w->rpc->node, NULL);
    bool is_done = rpc_job_go_on(j, is_alone ? RPC_ALONE : RPC_OWNER);
    node_end_turn(w->rpc->node);
    return is_done;
}

bool rpc_work_answer(struct rpc_work *w, u32 group, struct net_peer *peer, bytes text, void *who,
                     struct buf *out)
{
    struct rpc_job j;
    rpc_job_init(&j, w->rpc, group, peer, text);
    if (go_on(w, &j)) {
        buf_put(out, j.answer.p, j.answer.n);
        rpc_job_fini(&j);
        return true;
    }
    struct job *kept = mem_zalloc(sizeof *kept);
    kept->j = j;
    kept->who = who;
    hand_over(w, kept);
    return false;
}

static struct job *next_back(struct rpc_work *w)
{
    os_lock_take(w->lock);
    struct job *j = take(&w->back);
    os_lock_leave(w->lock);
    return j;
}

bool rpc_work_next(struct rpc_work *w, void **who, struct buf *out)
{
    struct job *j;
    while ((j = next_back(w)) != NULL) {
        if (!j->is_done && j->is_cancelled) {
            rpc_job_give_up(&j->j);
        } else if (!j->is_done && !go_on(w, &j->j)) {
            hand_over(w, j);
            continue;
        }
        *who = j->who;
        buf_put(out, j->j.answer.p, j->j.answer.n);
        rpc_job_fini(&j->j);
        mem_free(j);
        return true;
    }
    return false;
}

static bool is_of(const struct job *j, const void *who)
{
    return who == NULL || j->who == who;
}

// NULL: all.
static void cancel(struct rpc_work *w, const void *who)
{
    for (struct job *j = w->waiting.first; j != NULL; j = j->next) {
        j->is_cancelled = j->is_cancelled || is_of(j, who);
    }
    for (struct job *j = w->back.first; j != NULL; j = j->next) {
        j->is_cancelled = j->is_cancelled || is_of(j, who);
    }
    for (u32 i = 0; i < w->begun; i++) {
        struct worker *one = &w->worker[i];
        if (one->at != NULL && is_of(one->at, who)) {
            one->at->is_cancelled = true;
            node_hand_stop(one->hand, true);
        }
    }
}

void rpc_work_cancel(struct rpc_work *w, const void *who)
{
    os_lock_take(w->lock);
    cancel(w, who);
    os_lock_leave(w->lock);
}

void rpc_work_end(struct rpc_work *w)
{
    os_lock_take(w->lock);
    w->ends = true;
    cancel(w, NULL);
    os_lock_leave(w->lock);
    os_event_tell_all(w->more);
    for (u32 i = 0; i < w->begun; i++) {
        os_thread_join(w->worker[i].thread);
    }
    w->begun = 0;
}
