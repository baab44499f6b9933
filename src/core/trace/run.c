// SPDX-License-Identifier: MIT
// Running a transaction under a tracer; see run.h. The state before it is kept as a clone, from
// which tracers read what was, and from which a second run begins if one is wanted.
#include "core/trace/run.h"

#include "lib/base/bytes.h"

static enum fault run_once(const struct trace_run *r, struct tracer *t, struct state *before,
                           struct state *s, struct trace_outcome *o)
{
    struct trace_context c = {
        .fork = r->block->fork,
        .hybrid = r->block->params.riscv,
        .cycles_per_gas = r->block->params.cycles_per_gas,
        .before = before,
        .state = s,
        .t = r->t,
        .sender = r->sender,
        .coinbase = r->block->vm.coinbase,
        .at = r->at,
    };
    tracer_begin(t, &c);
    struct inspector i = tracer_inspector(t);
    vm_set_inspector(r->vm, &i);
    enum fault f = chain_transact(r->vm, s, r->block, r->t, &r->sender, &o->verdict, &o->receipt);
    vm_set_inspector(r->vm, NULL);
    if (f == FAULT_NONE && o->verdict == VERDICT_VALID) {
        tracer_end(t, &o->receipt);
    }
    return f;
}

static enum fault run_with(const struct trace_run *r, struct tracer *t, struct state *before,
                           struct buf *out, struct trace_outcome *o, struct buf *why)
{
    TRY(run_once(r, t, before, r->state, o));
    if (o->verdict != VERDICT_VALID) {
        return FAULT_NONE;
    }
    struct state *again = NULL;
    enum fault f = FAULT_NONE;
    if (tracer_wants_again(t)) {
        again = state_clone(before);
        f = run_once(r, t, before, again, o);
    }
    if (f == FAULT_NONE) {
        o->ok = tracer_result(t, out, why);
        f = state_take_fault(before);
    }
    state_free(again);
    return f;
}

enum fault trace_transaction(const struct trace_run *r, struct tracer *t, struct buf *out,
                             struct buf *why, struct trace_outcome *o)
{
    *o = (struct trace_outcome){.ok = true};
    if (t == NULL) {
        return chain_transact(r->vm, r->state, r->block, r->t, &r->sender, &o->verdict,
                              &o->receipt);
    }
    struct state *before = state_clone(r->state);
    enum fault f = run_with(r, t, before, out, o, why);
    state_free(before);
    return f;
}
