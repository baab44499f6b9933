// SPDX-License-Identifier: MIT
// One transaction under a tracer.
#pragma once

#include "core/trace/tracer.h"

struct trace_run {
    struct vm *vm;
    struct state
        *state; // before the transaction, afterwards after it; nothing of it may be under way
    const struct chain_block *block;
    const struct transaction *t;
    address sender;
    struct trace_position at;
};

// Executes it as chain_transact does, with the tracer (NULL: none) looking on, and hands its result
// to `out` as JSON. On a verdict nothing is appended and the state is as before. False in *ok: the
// trace was too large, `why` says so.
struct trace_outcome {
    enum verdict verdict;
    struct chain_receipt receipt; // output valid until the next execution
    bool ok;
};
MUST_USE enum fault trace_transaction(const struct trace_run *r, struct tracer *t, struct buf *out,
                                      struct buf *why, struct trace_outcome *o);
