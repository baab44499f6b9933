// SPDX-License-Identifier: MIT
// Tracing on a node: a block's transactions executed again, each with a tracer or none, and calls
// on the state after a block or inside of one. Nothing here changes the node.
#pragma once

#include "core/trace/run.h"
#include "node/node/node.h"

struct node_traced { // a transaction that was executed again
    usize index;
    const struct transaction *t;
    address sender;
    b256 hash;
    const struct chain_receipt *receipt;
    struct state *state; // after it, with its logs
    bytes json;          // the tracer's result; none without a tracer
    bool ok;             // else the trace was too large: `why`
    bytes why;
};

struct node_tracing {
    const struct block *block;         // decoded; its parent must be known
    const struct stored_block *parent; // of it
    usize first, count;                // transactions that are told of
    void *ctx;
    // A tracer for a transaction; NULL: none. Freed here.
    struct tracer *(*make)(void *ctx, usize index);
    // Before and after each of them; false ends the replay. Either may be NULL.
    bool (*before)(void *ctx, usize index, struct state *s);
    bool (*after)(void *ctx, const struct node_traced *t);
};
// FAULT_BAD_INPUT: the block's transactions cannot be executed here; `why` says which and why.
MUST_USE enum fault node_trace_block(struct node *n, const struct node_tracing *t, struct buf *why);

// A call, or several one after the other, on one state.
struct node_trace_place {
    const struct stored_block *at;
    bool is_inside; // before transaction `index` of `at`, else after the block
    usize index;
};
struct node_trace_session {
    struct node_view view;
    const struct stored_block *at;
    struct header header; // environment, which the caller may change
};
// node_trace_close is needed in any case.
MUST_USE enum fault node_trace_open(struct node_trace_session *s, struct node *n,
                                    const struct node_trace_place *place, struct buf *why);
void node_trace_close(struct node_trace_session *s);
struct node_trace_call {
    const struct transaction *t; // nonce and signature do not count
    address from;
    bool has_fee; // else the call is free and the base fee 0
    bool is_real; // a transaction of a key, with all that is checked of one
    b256 hash;    // of a real one
};
// Executes it on the session's state, which it changes, and appends the tracer's result to `out`.
// Of a call the nonce is the sender's.
MUST_USE enum fault node_trace_call(struct node *n, struct node_trace_session *s,
                                    const struct node_trace_call *c, struct tracer *t,
                                    struct buf *out, struct buf *why, struct trace_outcome *o);

// Executes a whole block again, system calls and all, with somebody looking on.
// FAULT_UNSUPPORTED: the state of its parent is not kept.
MUST_USE enum fault node_watch_block(struct node *n, const struct stored_block *b,
                                     const struct inspector *i);
