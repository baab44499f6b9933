// SPDX-License-Identifier: MIT
// eth_callMany and debug_traceCallMany, in reth's shape: bundles of calls, each call on the state
// that the one before it left, each bundle in the block's environment with overrides of its own;
// on the state after a block, or behind some of its transactions.
#include "lib/base/bytes.h"
#include "lib/num/u256.h"
#include "node/rpc/tracing.h"

#define CALLS_MAX 1000u // of all bundles

struct many {
    struct rpc_call *c;
    struct node_trace_session session;
    struct header header; // of the block; each bundle begins with it
    u32 calls;
    bool is_traced; // else each call's output is wanted
};

// ---- where: {blockNumber, transactionIndex}, of which both may be missing

// A number of transactions of the block that are executed first; -1: all.
static bool read_index(struct rpc_call *c, struct node_trace_place *p, const json_value *v)
{
    struct buf text = {0};
    json_put_copy(&text, v);
    bool is_all = text.n == 2 && equal_bytes(text.p, "-1", 2);
    buf_fini(&text);
    if (is_all) {
        return true;
    }
    u64 index;
    if (!rpc_value_loose(c, &index, v)) {
        return false;
    }
    p->is_inside = true;
    p->index = index;
    return index <= p->at->count ||
           rpc_fail(c, RPC_PARAMS, "transactionIndex is %llu, but block %llu has %zu transactions",
                    (unsigned long long)index, (unsigned long long)p->at->header.number,
                    p->at->count);
}

static bool read_place(struct rpc_call *c, struct node_trace_place *p)
{
    json_value v;
    json_value block;
    json_value index;
    bool has_block;
    bool has_index;
    p->at = blocks_last(node_blocks(c->node));
    if (!rpc_has_param(c, 1)) {
        return true;
    }
    v = json_element(&c->params, 1);
    return (json_expect(&v, JSON_KIND_OBJECT) == FAULT_NONE || rpc_fail_json(c, &v)) &&
           rpc_member(c, &block, &has_block, &v, "blockNumber") &&
           (!has_block || rpc_value_block(c, &p->at, &block)) &&
           rpc_member(c, &index, &has_index, &v, "transactionIndex") &&
           (!has_index || read_index(c, p, &index));
}

// ---- calls

// {value}, or {error} of a call that reverted or halted.
static void put_response(struct rpc_call *c, const struct chain_receipt *r)
{
    struct buf text = {0};
    json_begin_object(c->out, NULL);
    if (r->status == EVM_SUCCESS) {
        json_put_data(c->out, "value", r->output.p, r->output.n);
    } else {
        if (r->status == EVM_REVERT) {
            rpc_put_revert(&text, r->output);
        } else {
            buf_put_text(&text, rpc_halt_phrase(r->halt));
        }
        json_put_text_bytes(c->out, "error", buf_bytes(&text));
    }
    json_end(c->out);
    buf_fini(&text);
}

static bool run_call(struct many *m, const json_value *call)
{
    struct rpc_call *c = m->c;
    struct tracer *t = NULL;
    struct buf out = {0};
    struct trace_outcome o;
    if (m->calls++ == CALLS_MAX) {
        return rpc_fail(c, RPC_LIMIT, "more than %u calls", CALLS_MAX);
    }
    bool ok = (!m->is_traced || tracing_make(c, &t, 2)) &&
              tracing_run_call(c, &m->session, call, t, &out, &o);
    if (ok && m->is_traced) {
        json_put_raw(c->out, NULL, buf_bytes(&out));
    } else if (ok) {
        put_response(c, &o.receipt);
    }
    tracer_free(t);
    buf_fini(&out);
    return ok && tracing_has_room(c);
}

// {transactions, blockOverride}
static bool run_bundle(struct many *m, const json_value *bundle)
{
    struct rpc_call *c = m->c;
    json_value calls;
    json_value block;
    bool has_calls;
    bool has_block;
    if (json_expect(bundle, JSON_KIND_OBJECT) != FAULT_NONE) {
        return rpc_fail_json(c, bundle);
    }
    m->session.header = m->header;
    if (!rpc_member(c, &calls, &has_calls, bundle, "transactions") ||
        !rpc_member(c, &block, &has_block, bundle, "blockOverride") ||
        (has_block && !override_block(c, &m->session.header, &block))) {
        return false;
    }
    if (!has_calls) {
        (void)json_refuse(bundle, "member \"transactions\" is missing");
        return rpc_fail_json(c, bundle);
    }
    if (json_expect(&calls, JSON_KIND_LIST) != FAULT_NONE) {
        return rpc_fail_json(c, &calls);
    }
    bool ok = true;
    json_begin_list(c->out, NULL);
    for (usize i = 0; ok && i < json_count(&calls); i++) {
        json_value call = json_element(&calls, i);
        ok = run_call(m, &call);
    }
    json_end(c->out);
    return ok;
}

static bool run_bundles(struct many *m, const struct tracing_place *p)
{
    struct rpc_call *c = m->c;
    json_value bundles;
    if (!rpc_param(c, &bundles, 0)) {
        return false;
    }
    if (json_expect(&bundles, JSON_KIND_LIST) != FAULT_NONE) {
        return rpc_fail_json(c, &bundles);
    }
    bool ok = tracing_open(c, &m->session, p);
    m->header = m->session.header;
    json_begin_list(c->out, NULL);
    for (usize i = 0; ok && i < json_count(&bundles); i++) {
        json_value bundle = json_element(&bundles, i);
        ok = run_bundle(m, &bundle);
    }
    json_end(c->out);
    node_trace_close(&m->session);
    return ok;
}

bool rpc_eth_call_many(struct rpc_call *c)
{
    struct many m = {.c = c};
    struct tracing_place p = {.state = NULL};
    json_value overrides;
    if (!read_place(c, &p.place)) {
        return false;
    }
    if (rpc_has_param(c, 2)) {
        overrides = json_element(&c->params, 2);
        p.state = &overrides;
    }
    return run_bundles(&m, &p);
}

// The tracer is that of debug_traceCall, and so are the overrides beside it.
bool rpc_debug_trace_call_many(struct rpc_call *c)
{
    struct many m = {.c = c, .is_traced = true};
    struct tracing_place p = {.state = NULL};
    json_value config;
    json_value state;
    json_value block;
    bool has_state = false;
    bool has_block = false;
    if (!read_place(c, &p.place)) {
        return false;
    }
    if (rpc_has_param(c, 2)) {
        config = json_element(&c->params, 2);
        if (json_expect(&config, JSON_KIND_OBJECT) != FAULT_NONE) {
            return rpc_fail_json(c, &config);
        }
        if (!rpc_member(c, &state, &has_state, &config, "stateOverrides") ||
            !rpc_member(c, &block, &has_block, &config, "blockOverrides")) {
            return false;
        }
    }
    p.state = has_state ? &state : NULL;
    p.block = has_block ? &block : NULL;
    return run_bundles(&m, &p);
}
