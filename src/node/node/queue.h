// SPDX-License-Identifier: MIT
// What waits in a pool in the order in which a block takes it: by what it pays above the base fee,
// each sender's transactions by nonce. The pool must stay as it is meanwhile.
#pragma once

#include "node/pool/pool.h"

struct queue {
    const struct pooled **waiting; // by sender and nonce
    usize count;
    u256 base_fee;
    struct queue_sender { // the next of one sender
        usize at, end;
        u256 tip;
    } * heap;
    usize senders;
};

void queue_init(struct queue *q, const struct pool *p, const u256 *base_fee);
void queue_fini(struct queue *q);
const struct pooled *queue_best(const struct queue *q); // NULL: none is left that pays the base fee
void queue_next(struct queue *q); // the best is done: its sender's next follows
void queue_skip(struct queue *q); // the best's sender has nothing more for this block
