// SPDX-License-Identifier: MIT
// Over POSIX threads.
#include "lib/os/thread.h"

#include <pthread.h>

#include "lib/base/check.h"
#include "lib/base/mem.h"

struct os_lock {
    pthread_mutex_t mutex;
};

struct os_lock *os_lock_new(void)
{
    struct os_lock *l = mem_zalloc(sizeof *l);
    CHECK(pthread_mutex_init(&l->mutex, NULL) == 0);
    return l;
}

void os_lock_free(struct os_lock *l)
{
    if (l != NULL) {
        CHECK(pthread_mutex_destroy(&l->mutex) == 0);
        mem_free(l);
    }
}

void os_lock_take(struct os_lock *l)
{
    CHECK(pthread_mutex_lock(&l->mutex) == 0);
}

void os_lock_leave(struct os_lock *l)
{
    CHECK(pthread_mutex_unlock(&l->mutex) == 0);
}

struct os_event {
    pthread_cond_t condition;
};

struct os_event *os_event_new(void)
{
    struct os_event *e = mem_zalloc(sizeof *e);
    CHECK(pthread_cond_init(&e->condition, NULL) == 0);
    return e;
}

void os_event_free(struct os_event *e)
{
    if (e != NULL) {
        CHECK(pthread_cond_destroy(&e->condition) == 0);
        mem_free(e);
    }
}

void os_event_wait(struct os_event *e, struct os_lock *l)
{
    CHECK(pthread_cond_wait(&e->condition, &l->mutex) == 0);
}

void os_event_tell(struct os_event *e)
{
    CHECK(pthread_cond_signal(&e->condition) == 0);
}

void os_event_tell_all(struct os_event *e)
{
    CHECK(pthread_cond_broadcast(&e->condition) == 0);
}

struct os_thread {
    pthread_t thread;
    void (*run)(void *ctx);
    void *ctx;
};

static void *begin(void *ctx)
{
    const struct os_thread *t = ctx;
    t->run(t->ctx);
    return NULL;
}

struct os_thread *os_thread_new(void (*run)(void *ctx), void *ctx, usize stack)
{
    struct os_thread *t = mem_zalloc(sizeof *t);
    pthread_attr_t a;
    t->run = run;
    t->ctx = ctx;
    CHECK(pthread_attr_init(&a) == 0 && pthread_attr_setstacksize(&a, stack) == 0);
    if (pthread_create(&t->thread, &a, begin, t) != 0) {
        mem_free(t);
        t = NULL;
    }
    CHECK(pthread_attr_destroy(&a) == 0);
    return t;
}

void os_thread_join(struct os_thread *t)
{
    CHECK(pthread_join(t->thread, NULL) == 0);
    mem_free(t);
}
