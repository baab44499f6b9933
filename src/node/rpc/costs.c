// SPDX-License-Identifier: MIT
// What a transaction or call did in both kinds of code: its costs, and who called whom.
#include "core/trace/calltree.h"
#include "lib/os/time.h"
#include "node/rpc/replay.h"

struct costs {
    u64 cycles, instructions;
    u32 pages; // the most of one frame
    u32 frames[4];
};

static void on_enter(void *ctx, const struct inspect_frame *f)
{
    struct costs *k = ctx;
    k->frames[f->kind]++;
}

static void on_leave(void *ctx, const struct inspect_end *e)
{
    struct costs *k = ctx;
    k->cycles += e->cycles;
    k->instructions += e->instructions;
    k->pages = e->pages > k->pages ? e->pages : k->pages;
}

bool rpc_hybrid_get_transaction_costs(struct rpc_call *c)
{
    const struct stored_block *b;
    usize index;
    struct costs k = {0};
    struct inspector look = {.ctx = &k, .frame_enter = on_enter, .frame_leave = on_leave};
    if (!rpc_param_transaction(c, &b, &index)) {
        return false;
    }
    if (b == NULL) {
        json_put_null(c->out, NULL);
        return true;
    }
    if (!rpc_replay(c, b, index, &look)) {
        return false;
    }
    json_begin_object(c->out, NULL);
    json_put_quantity_u64(c->out, "gasUsed", b->transactions[index].gas_used);
    json_put_quantity_u64(c->out, "cycles", k.cycles);
    json_put_quantity_u64(c->out, "instructions", k.instructions);
    json_put_number(c->out, "pages", k.pages);
    json_begin_object(c->out, "frames");
    json_put_number(c->out, "evm", k.frames[INSPECT_EVM]);
    json_put_number(c->out, "riscv", k.frames[INSPECT_RISCV]);
    json_put_number(c->out, "precompile", k.frames[INSPECT_PRECOMPILE]);
    json_put_number(c->out, "none", k.frames[INSPECT_NONE]);
    json_end(c->out);
    json_end(c->out);
    return true;
}

// ---- call trees

static void put_tree(struct rpc_call *c, const struct calltree *t)
{
    struct buf text = {0};
    calltree_put_json(t, &text);
    json_put_raw(c->out, NULL, buf_bytes(&text));
    buf_fini(&text);
}

bool rpc_hybrid_get_call_tree(struct rpc_call *c)
{
    const struct stored_block *b;
    usize index;
    struct calltree_params params = {.clock = os_now_ns};
    if (!rpc_param_transaction(c, &b, &index)) {
        return false;
    }
    if (b == NULL) {
        json_put_null(c->out, NULL);
        return true;
    }
    struct calltree *t = calltree_new(&params);
    struct inspector look = calltree_inspector(t);
    bool ok = rpc_replay(c, b, index, &look);
    if (ok) {
        put_tree(c, t);
    }
    calltree_free(t);
    return ok;
}

bool rpc_hybrid_trace_call(struct rpc_call *c)
{
    struct rpc_prepared p;
    struct node_outcome outcome = {.verdict = VERDICT_VALID};
    struct calltree_params params = {.clock = os_now_ns};
    struct calltree *t = calltree_new(&params);
    struct inspector look = calltree_inspector(t);
    bool ok = rpc_prepare(c, &p);
    if (ok) {
        p.call.inspector = &look;
        enum fault f = node_run(c->node, &p.call, &outcome);
        ok = f == FAULT_NONE || rpc_fail_fault(c, f);
        ok = ok && (outcome.verdict == VERDICT_VALID || rpc_fail_verdict(c, outcome.verdict));
    }
    if (ok) {
        put_tree(c, t);
    }
    calltree_free(t);
    node_outcome_fini(&outcome);
    rpc_prepared_fini(&p);
    return ok;
}
