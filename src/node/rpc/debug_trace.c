// SPDX-License-Identifier: MIT
// debug_traceTransaction, debug_traceBlock and its kin, debug_traceCall.
#include "lib/base/bytes.h"
#include "lib/codec/hex.h"
#include "node/rpc/tracing.h"

#define CONFIG 1 // index of the parameter; of debug_traceCall 2

static struct tracer *make_again(void *ctx, usize index)
{
    struct rpc_call *c = ctx;
    struct tracer *t = NULL;
    (void)index;
    // The configuration was read once already, so this does not fail.
    return tracing_make(c, &t, CONFIG) ? t : NULL;
}

static bool check_config(struct rpc_call *c)
{
    struct tracer *t = NULL;
    bool ok = tracing_make(c, &t, CONFIG);
    tracer_free(t);
    return ok;
}

// ---- one transaction

static bool put_alone(void *ctx, const struct node_traced *t)
{
    struct rpc_call *c = ctx;
    if (t->ok) {
        json_put_raw(c->out, NULL, t->json);
    } else {
        (void)rpc_fail(c, RPC_LIMIT, "%.*s", (int)t->why.n, (const char *)t->why.p);
    }
    return false;
}

bool rpc_debug_trace_transaction(struct rpc_call *c)
{
    const struct stored_block *b;
    struct node_tracing t;
    struct block block;
    struct buf why = {0};
    usize index;
    if (!tracing_find_transaction(c, &b, &index, 0) || !check_config(c) ||
        !tracing_open_block(c, &t, &block, buf_bytes(&b->wire))) {
        return false;
    }
    t.first = index;
    t.count = 1;
    t.make = make_again;
    t.after = put_alone;
    enum fault f = node_trace_block(c->node, &t, &why);
    if (f != FAULT_NONE) {
        return tracing_fail(c, f, &why);
    }
    return c->code == 0;
}

// ---- blocks

static bool put_one(void *ctx, const struct node_traced *t)
{
    struct rpc_call *c = ctx;
    json_begin_object(c->out, NULL);
    json_put_b256(c->out, "txHash", &t->hash);
    if (t->ok) {
        json_put_raw(c->out, "result", t->json);
    } else {
        json_put_text_bytes(c->out, "error", t->why);
    }
    json_end(c->out);
    return tracing_has_room(c);
}

bool tracing_put_block(struct rpc_call *c, bytes wire)
{
    struct node_tracing t;
    struct block block;
    struct buf why = {0};
    if (!check_config(c) || !tracing_open_block(c, &t, &block, wire)) {
        return false;
    }
    t.make = make_again;
    t.after = put_one;
    json_begin_list(c->out, NULL);
    enum fault f = node_trace_block(c->node, &t, &why);
    json_end(c->out);
    if (f != FAULT_NONE) {
        return tracing_fail(c, f, &why);
    }
    return c->code == 0;
}

bool rpc_debug_trace_block_by_number(struct rpc_call *c)
{
    const struct stored_block *b;
    return rpc_param_block(c, &b, 0) && tracing_put_block(c, buf_bytes(&b->wire));
}

bool rpc_debug_trace_block_by_hash(struct rpc_call *c)
{
    json_value v;
    b256 hash;
    if (!rpc_param(c, &v, 0) || !rpc_value_b256(c, &hash, &v)) {
        return false;
    }
    const struct stored_block *b = blocks_by_hash(node_blocks(c->node), &hash);
    if (b == NULL) {
        struct buf text = {0};
        hex_put_data(&text, hash.b, sizeof hash.b);
        (void)rpc_fail(c, RPC_SERVER, "block %.*s not found", (int)text.n, (const char *)text.p);
        buf_fini(&text);
        return false;
    }
    return tracing_put_block(c, buf_bytes(&b->wire));
}

bool rpc_debug_trace_block(struct rpc_call *c)
{
    json_value v;
    struct buf wire = {0};
    bool ok = rpc_param(c, &v, 0) && rpc_value_data(c, &wire, &v) &&
              tracing_put_block(c, buf_bytes(&wire));
    buf_fini(&wire);
    return ok;
}

// ---- calls

struct call_options { // of the third parameter
    json_value config, state, block, index;
    bool has_state, has_block, has_index;
    u64 at;
};

static bool read_call_options(struct rpc_call *c, struct call_options *o)
{
    *o = (struct call_options){.at = 0};
    if (!rpc_has_param(c, 2)) {
        return true;
    }
    o->config = json_element(&c->params, 2);
    if (json_expect(&o->config, JSON_KIND_OBJECT) != FAULT_NONE) {
        return rpc_fail_json(c, &o->config);
    }
    return rpc_member(c, &o->state, &o->has_state, &o->config, "stateOverrides") &&
           rpc_member(c, &o->block, &o->has_block, &o->config, "blockOverrides") &&
           rpc_member_u64(c, &o->at, &o->has_index, &o->config, "txIndex");
}

bool rpc_debug_trace_call(struct rpc_call *c)
{
    json_value call;
    struct call_options options;
    struct tracing_place p = {.state = NULL};
    struct tracer *t = NULL;
    if (!rpc_param(c, &call, 0) || !rpc_param_block(c, &p.place.at, 1) ||
        !read_call_options(c, &options) || !tracing_make(c, &t, 2)) {
        return false;
    }
    struct node_trace_session s = {.at = NULL};
    struct buf out = {0};
    struct trace_outcome o;
    p.state = options.has_state ? &options.state : NULL;
    p.block = options.has_block ? &options.block : NULL;
    p.place.is_inside = options.has_index;
    p.place.index = options.at;
    bool ok = tracing_open(c, &s, &p) && tracing_run_call(c, &s, &call, t, &out, &o);
    if (ok) {
        json_put_raw(c->out, NULL, buf_bytes(&out));
    }
    node_trace_close(&s);
    buf_fini(&out);
    tracer_free(t);
    return ok;
}
