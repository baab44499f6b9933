// SPDX-License-Identifier: MIT
// trace_ methods that execute again: replays of transactions and blocks, calls (OpenEthereum, "The
// trace Module"). What is asked for is a list of "trace", "vmTrace" and "stateDiff".
#include "lib/base/bytes.h"
#include "lib/codec/hex.h"
#include "lib/num/u256.h"
#include "node/rpc/tracing.h"

#include <string.h>

static bool read_kinds(struct rpc_call *c, struct trace_kinds *k, const json_value *list)
{
    *k = (struct trace_kinds){.trace = false};
    if (json_expect(list, JSON_KIND_LIST) != FAULT_NONE) {
        return rpc_fail_json(c, list);
    }
    for (usize i = 0; i < json_count(list); i++) {
        json_value one = json_element(list, i);
        const char *text = "";
        usize n = 0;
        if (json_get_text(&text, &n, &one) != FAULT_NONE) {
            return rpc_fail_json(c, &one);
        }
        bool *wanted = strcmp(text, "trace") == 0       ? &k->trace
                       : strcmp(text, "vmTrace") == 0   ? &k->vm_trace
                       : strcmp(text, "stateDiff") == 0 ? &k->state_diff
                                                        : NULL;
        if (wanted == NULL) {
            (void)json_refuse(&one, "is none of trace, vmTrace, stateDiff");
            return rpc_fail_json(c, &one);
        }
        *wanted = true;
    }
    return true;
}

static bool param_kinds(struct rpc_call *c, struct trace_kinds *k, usize i)
{
    json_value v;
    return rpc_param(c, &v, i) && read_kinds(c, k, &v);
}

// {output, stateDiff, trace, vmTrace}, with the transaction's hash if there is one.
static void put_replay(struct rpc_call *c, bytes output, bytes json, const b256 *hash)
{
    struct buf text = {0};
    buf_put_text(&text, "{\"output\":\"");
    hex_put_data(&text, output.p, output.n);
    buf_put_text(&text, "\",");
    buf_put(&text, json.p + 1, json.n - 2); // without its braces
    if (hash != NULL) {
        buf_put_text(&text, ",\"transactionHash\":\"");
        hex_put_data(&text, hash->b, sizeof hash->b);
        buf_put_u8(&text, '"');
    }
    buf_put_u8(&text, '}');
    json_put_raw(c->out, NULL, buf_bytes(&text));
    buf_fini(&text);
}

// ---- replays

struct replay {
    struct rpc_call *c;
    struct trace_kinds kinds;
    bool is_list;
};

static struct tracer *make_replay(void *ctx, usize index)
{
    const struct replay *r = ctx;
    (void)index;
    return tracer_make_replay(r->kinds);
}

static bool put_replayed(void *ctx, const struct node_traced *t)
{
    const struct replay *r = ctx;
    if (!t->ok) {
        return rpc_fail(r->c, RPC_LIMIT, "%.*s", (int)t->why.n, (const char *)t->why.p);
    }
    put_replay(r->c, t->receipt->output, t->json, r->is_list ? &t->hash : NULL);
    return tracing_has_room(r->c);
}

static bool run_replay(struct replay *r, struct node_tracing *t)
{
    struct buf why = {0};
    t->ctx = r;
    t->make = make_replay;
    t->after = put_replayed;
    enum fault f = node_trace_block(r->c->node, t, &why);
    if (f != FAULT_NONE) {
        return tracing_fail(r->c, f, &why);
    }
    return r->c->code == 0;
}

bool rpc_trace_replay_transaction(struct rpc_call *c)
{
    struct replay r = {.c = c};
    const struct stored_block *b;
    struct node_tracing t;
    struct block block;
    usize index;
    if (!tracing_find_transaction(c, &b, &index, 0) || !param_kinds(c, &r.kinds, 1) ||
        !tracing_open_block(c, &t, &block, buf_bytes(&b->wire))) {
        return false;
    }
    t.first = index;
    t.count = 1;
    return run_replay(&r, &t);
}

bool rpc_trace_replay_block_transactions(struct rpc_call *c)
{
    struct replay r = {.c = c, .is_list = true};
    const struct stored_block *b;
    struct node_tracing t;
    struct block block;
    if (!rpc_param_block(c, &b, 0) || !param_kinds(c, &r.kinds, 1) ||
        !tracing_open_block(c, &t, &block, buf_bytes(&b->wire))) {
        return false;
    }
    json_begin_list(c->out, NULL);
    bool ok = run_replay(&r, &t);
    json_end(c->out);
    return ok;
}

// ---- calls

// One call on the session's state; its result goes to the answer.
static bool run_call(struct rpc_call *c, struct node_trace_session *s, const json_value *call,
                     struct trace_kinds kinds)
{
    struct tracer *t = tracer_make_replay(kinds);
    struct buf out = {0};
    struct trace_outcome o;
    bool ok = tracing_run_call(c, s, call, t, &out, &o);
    if (ok) {
        put_replay(c, o.receipt.output, buf_bytes(&out), NULL);
    }
    tracer_free(t);
    buf_fini(&out);
    return ok;
}

bool rpc_trace_call(struct rpc_call *c)
{
    json_value call;
    struct trace_kinds kinds;
    struct tracing_place p = {.state = NULL};
    struct node_trace_session s = {.at = NULL};
    if (!rpc_param(c, &call, 0) || !param_kinds(c, &kinds, 1) ||
        !rpc_param_block(c, &p.place.at, 2)) {
        return false;
    }
    bool ok = tracing_open(c, &s, &p) && run_call(c, &s, &call, kinds);
    node_trace_close(&s);
    return ok;
}

static bool run_pair(struct rpc_call *c, struct node_trace_session *s, const json_value *pair)
{
    struct trace_kinds kinds;
    if (json_expect(pair, JSON_KIND_LIST) != FAULT_NONE) {
        return rpc_fail_json(c, pair);
    }
    if (json_count(pair) != 2) {
        (void)json_refuse(pair, "a call of many is a pair: the call, what is asked for");
        return rpc_fail_json(c, pair);
    }
    json_value call = json_element(pair, 0);
    json_value list = json_element(pair, 1);
    return read_kinds(c, &kinds, &list) && run_call(c, s, &call, kinds) && tracing_has_room(c);
}

// Each call finds the state that the one before it left.
bool rpc_trace_call_many(struct rpc_call *c)
{
    json_value calls;
    struct tracing_place p = {.state = NULL};
    struct node_trace_session s = {.at = NULL};
    if (!rpc_param(c, &calls, 0) || !rpc_param_block(c, &p.place.at, 1)) {
        return false;
    }
    if (json_expect(&calls, JSON_KIND_LIST) != FAULT_NONE) {
        return rpc_fail_json(c, &calls);
    }
    bool ok = tracing_open(c, &s, &p);
    json_begin_list(c->out, NULL);
    for (usize i = 0; ok && i < json_count(&calls); i++) {
        json_value pair = json_element(&calls, i);
        ok = run_pair(c, &s, &pair);
    }
    json_end(c->out);
    node_trace_close(&s);
    return ok;
}

// A signed transaction on the state after the last block, without sending it.
static bool run_raw(struct rpc_call *c, struct node_trace_session *s, bytes raw,
                    struct trace_kinds kinds)
{
    struct transaction t = {.nonce = 0};
    struct node_trace_call call = {.t = &t, .has_fee = true, .is_real = true};
    enum verdict v = transaction_decode(&t, raw);
    v = v == VERDICT_VALID ? transaction_signer(&call.from, &t, true) : v;
    if (v != VERDICT_VALID) {
        transaction_fini(&t);
        return tracing_fail_verdict(c, v);
    }
    transaction_hash(&call.hash, &t);
    struct tracer *tracer = tracer_make_replay(kinds);
    struct buf out = {0};
    struct buf why = {0};
    struct trace_outcome o;
    bool ok = true;
    enum fault f = node_trace_call(c->node, s, &call, tracer, &out, &why, &o);
    if (f != FAULT_NONE) {
        ok = tracing_fail(c, f, &why);
    } else if (o.verdict != VERDICT_VALID) {
        ok = tracing_fail_verdict(c, o.verdict);
    } else if (!o.ok) {
        ok = rpc_fail(c, RPC_LIMIT, "%.*s", (int)why.n, (const char *)why.p);
    } else {
        put_replay(c, o.receipt.output, buf_bytes(&out), NULL);
    }
    tracer_free(tracer);
    transaction_fini(&t);
    buf_fini(&out);
    buf_fini(&why);
    return ok;
}

bool rpc_trace_raw_transaction(struct rpc_call *c)
{
    json_value v;
    struct trace_kinds kinds;
    struct buf raw = {0};
    struct tracing_place p = {.place.at = blocks_last(node_blocks(c->node))};
    struct node_trace_session s = {.at = NULL};
    bool ok = rpc_param(c, &v, 0) && rpc_value_data(c, &raw, &v) && param_kinds(c, &kinds, 1) &&
              tracing_open(c, &s, &p) && run_raw(c, &s, buf_bytes(&raw), kinds);
    node_trace_close(&s);
    buf_fini(&raw);
    return ok;
}
