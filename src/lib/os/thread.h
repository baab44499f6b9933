// SPDX-License-Identifier: MIT
// Threads, locks, and waiting for what another thread does. All of it is allocated and freed by
// whoever makes it; what cannot be had ends the program, but for a thread.
#pragma once

#include "lib/base/types.h"

struct os_lock; // has one owner at a time, who must not take it again
struct os_lock *os_lock_new(void);
void os_lock_free(struct os_lock *l); // NULL: nothing
void os_lock_take(struct os_lock *l);
void os_lock_leave(struct os_lock *l);

struct os_event;
struct os_event *os_event_new(void);
void os_event_free(struct os_event *e);
// Leaves the lock, waits, and takes it again; may return without a reason.
void os_event_wait(struct os_event *e, struct os_lock *l);
void os_event_tell(struct os_event *e);     // one of those that wait
void os_event_tell_all(struct os_event *e); // all of them

struct os_thread;
// NULL: the system gives no more of them. `stack` in bytes.
struct os_thread *os_thread_new(void (*run)(void *ctx), void *ctx, usize stack);
void os_thread_join(struct os_thread *t); // waits for its end, and frees it
