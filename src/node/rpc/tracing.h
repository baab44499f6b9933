// SPDX-License-Identifier: MIT
// What debug_ and trace_ share inside of node/rpc: tracers by their JSON configuration, blocks
// executed again, calls with overrides.
#pragma once

#include "core/trace/run.h"
#include "node/node/trace.h"
#include "node/rpc/priv.h"

#define TRACING_BLOCKS_MAX 1000u // blocks that one request may execute again

// By the object that debug_trace* take ({tracer, tracerConfig}, or the options of structLog), which
// is params[i] or not there.
MUST_USE bool tracing_make(struct rpc_call *c, struct tracer **out, usize i);
// Fails if the answer has grown too large.
MUST_USE bool tracing_has_room(struct rpc_call *c);
// After a fault or refusal of node/node/trace.h; frees `why`.
bool tracing_fail(struct rpc_call *c, enum fault f, struct buf *why);
bool tracing_fail_verdict(struct rpc_call *c, enum verdict v);

// The block of a transaction by the hash in params[i]; fails if there is none.
MUST_USE bool tracing_find_transaction(struct rpc_call *c, const struct stored_block **b,
                                       usize *index, usize i);
// A block ready to be executed again: decoded, its parent known. `wire` must live as long.
MUST_USE bool tracing_open_block(struct rpc_call *c, struct node_tracing *t, struct block *b,
                                 bytes wire);

// Executes a block again and puts the list of what the tracer of params[1] saw of each transaction.
MUST_USE bool tracing_put_block(struct rpc_call *c, bytes wire);

// Where a call runs: a block and what is overridden of it and of the state after it. The overrides
// are objects, or NULL. node_trace_close is needed in any case.
struct tracing_place {
    struct node_trace_place place;
    const json_value *state, *block;
};
MUST_USE bool tracing_open(struct rpc_call *c, struct node_trace_session *s,
                           const struct tracing_place *p);
// Runs a call object there, as eth_call would; the tracer's result is appended to `out`.
MUST_USE bool tracing_run_call(struct rpc_call *c, struct node_trace_session *s,
                               const json_value *call, struct tracer *t, struct buf *out,
                               struct trace_outcome *o);

// ---- overrides
MUST_USE bool override_state(struct rpc_call *c, struct state *s, const json_value *overrides);
MUST_USE bool override_block(struct rpc_call *c, struct header *h, const json_value *overrides);
