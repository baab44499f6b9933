// SPDX-License-Identifier: MIT
#include "node/rpc/work.h"

#include <pthread.h>

#include "lib/base/check.h"
#include "lib/base/mem.h"
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
    pthread_t thread;
    struct node_hand *hand; // NULL: not made yet
    struct job *at;         // NULL: none
};

struct rpc_work {
    struct rpc *rpc;
    void *ctx;
    void (*wake)(void *ctx);
    pthread_mutex_t lock; // of all below
    pthread_cond_t more;
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

static void lock(struct rpc_work *w)
{
    CHECK(pthread_mutex_lock(&w->lock) == 0);
}

static void unlock(struct rpc_work *w)
{
    CHECK(pthread_mutex_unlock(&w->lock) == 0);
}

// ---- threads

static struct job *wait_for_job(struct worker *me)
{
    struct rpc_work *w = me->w;
    lock(w);
    while (w->waiting.first == NULL && !w->ends) {
        w->idle++;
        CHECK(pthread_cond_wait(&w->more, &w->lock) == 0);
        w->idle--;
    }
    me->at = take(&w->waiting);
    if (me->at != NULL) {
        w->queued--;
        node_hand_stop(me->hand, me->at->is_cancelled);
    }
    struct job *j = me->at;
    unlock(w);
    return j;
}

static void give_back(struct worker *me)
{
    struct rpc_work *w = me->w;
    lock(w);
    bool is_first = w->back.first == NULL;
    put(&w->back, me->at);
    me->at = NULL;
    unlock(w);
    if (is_first) {
        w->wake(w->ctx);
    }
}

static void *work(void *ctx)
{
    struct worker *me = ctx;
    struct node *n = me->w->rpc->node;
    struct node_hand *h = node_hand_new(n);
    lock(me->w);
    me->hand = h;
    unlock(me->w);
    for (struct job *j = wait_for_job(me); j != NULL; j = wait_for_job(me)) {
        node_take_turn(n, h);
        j->is_done = rpc_job_go_on(&j->j, RPC_HELPER);
        node_end_turn(n);
        give_back(me);
    }
    lock(me->w);
    me->hand = NULL;
    unlock(me->w);
    node_hand_free(h);
    return NULL;
}

static void begin_thread(struct rpc_work *w)
{
    struct worker *me = &w->worker[w->begun];
    pthread_attr_t a;
    me->w = w;
    CHECK(pthread_attr_init(&a) == 0 && pthread_attr_setstacksize(&a, STACK_SIZE) == 0);
    if (pthread_create(&me->thread, &a, work, me) == 0) {
        w->begun++;
    } else {
        CHECK(w->begun > 0); // else nobody would ever come
    }
    (void)pthread_attr_destroy(&a);
}

static void hand_over(struct rpc_work *w, struct job *j)
{
    lock(w);
    j->is_cancelled = j->is_cancelled || w->ends;
    put(&w->waiting, j);
    w->queued++;
    bool is_awaited = w->idle > 0;
    if (w->queued > w->idle && w->begun < w->threads) {
        begin_thread(w);
    }
    unlock(w);
    if (is_awaited) {
        CHECK(pthread_cond_signal(&w->more) == 0);
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
    CHECK(pthread_mutex_init(&w->lock, NULL) == 0 && pthread_cond_init(&w->more, NULL) == 0);
    return w;
}

void rpc_work_free(struct rpc_work *w)
{
    if (w == NULL) {
        return;
    }
    CHECK(w->begun == 0 && w->waiting.first == NULL && w->back.first == NULL);
    (void)pthread_mutex_destroy(&w->lock);
    (void)pthread_cond_destroy(&w->more);
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
    lock(w);
    struct job *j = take(&w->back);
    unlock(w);
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
    lock(w);
    cancel(w, who);
    unlock(w);
}

void rpc_work_end(struct rpc_work *w)
{
    lock(w);
    w->ends = true;
    cancel(w, NULL);
    unlock(w);
    CHECK(pthread_cond_broadcast(&w->more) == 0);
    for (u32 i = 0; i < w->begun; i++) {
        CHECK(pthread_join(w->worker[i].thread, NULL) == 0);
    }
    w->begun = 0;
}
