// SPDX-License-Identifier: MIT
// What debug_ and trace_ share; see tracing.h.
#include "node/rpc/tracing.h"

#include "lib/base/bytes.h"
#include "lib/num/u256.h"

bool tracing_make(struct rpc_call *c, struct tracer **out, usize i)
{
    json_value config;
    json_value name;
    json_value own;
    bool has_name = false;
    bool has_own = false;
    *out = NULL;
    if (!rpc_has_param(c, i)) {
        return tracer_make_by(out, NULL, NULL) == FAULT_NONE || rpc_fail_fault(c, FAULT_BAD_INPUT);
    }
    config = json_element(&c->params, i);
    if (json_expect(&config, JSON_KIND_OBJECT) != FAULT_NONE) {
        return rpc_fail_json(c, &config);
    }
    if (!rpc_member(c, &name, &has_name, &config, "tracer") ||
        !rpc_member(c, &own, &has_own, &config, "tracerConfig")) {
        return false;
    }
    const json_value *options = has_name ? (has_own ? &own : NULL) : &config;
    return tracer_make_by(out, has_name ? &name : NULL, options) == FAULT_NONE ||
           rpc_fail_json(c, &config);
}

bool tracing_has_room(struct rpc_call *c)
{
    return c->out->out->n <= RPC_ANSWER_MAX ||
           rpc_fail(c, RPC_LIMIT, "the answer would be larger than %zu bytes", RPC_ANSWER_MAX);
}

bool tracing_fail(struct rpc_call *c, enum fault f, struct buf *why)
{
    if (f == FAULT_BAD_INPUT && why->n > 0) {
        (void)rpc_fail(c, RPC_SERVER, "%.*s", (int)why->n, (const char *)why->p);
    } else {
        (void)rpc_fail_fault(c, f);
    }
    buf_fini(why);
    return false;
}

bool tracing_fail_verdict(struct rpc_call *c, enum verdict v)
{
    return rpc_fail(c, RPC_SERVER, "tracing failed: the transaction is not valid: %s",
                    verdict_text(v));
}

bool tracing_find_transaction(struct rpc_call *c, const struct stored_block **b, usize *index,
                              usize i)
{
    json_value v;
    b256 hash;
    if (!rpc_param(c, &v, i) || !rpc_value_b256(c, &hash, &v)) {
        return false;
    }
    *b = blocks_of_transaction(node_blocks(c->node), &hash, index);
    return *b != NULL || rpc_fail(c, RPC_SERVER, "transaction not found");
}

bool tracing_open_block(struct rpc_call *c, struct node_tracing *t, struct block *b, bytes wire)
{
    if (!block_decode(b, wire)) {
        return rpc_fail(c, RPC_PARAMS, "could not decode block: it is not the coding of one");
    }
    if (b->header.number == 0) {
        return rpc_fail(c, RPC_SERVER, "genesis is not traceable");
    }
    *t = (struct node_tracing){
        .block = b,
        .parent = blocks_by_hash(node_blocks(c->node), &b->header.parent_hash),
        .count = ~(usize)0,
        .ctx = c,
    };
    return t->parent != NULL || rpc_fail(c, RPC_SERVER, "parent of block %llu not found",
                                         (unsigned long long)b->header.number);
}

bool tracing_open(struct rpc_call *c, struct node_trace_session *s, const struct tracing_place *p)
{
    struct buf why = {0};
    enum fault f = node_trace_open(s, c->node, &p->place, &why);
    if (f != FAULT_NONE) {
        return tracing_fail(c, f, &why);
    }
    buf_fini(&why);
    return (p->state == NULL || override_state(c, s->view.state, p->state)) &&
           (p->block == NULL || override_block(c, &s->header, p->block));
}

bool tracing_run_call(struct rpc_call *c, struct node_trace_session *s, const json_value *call,
                      struct tracer *t, struct buf *out, struct trace_outcome *o)
{
    struct rpc_call_object object = {.has_from = false};
    struct buf why = {0};
    if (!rpc_read_call_object(c, &object, call)) {
        rpc_call_object_fini(&object);
        return false;
    }
    u64 most = s->header.gas_limit;
    if (!object.has_gas || object.t.gas_limit > most) {
        object.t.gas_limit = most;
    }
    if (!object.has_max_fee && !object.has_gas_price) {
        object.t.max_priority = u256_zero(); // a tip alone pays nothing
    }
    struct node_trace_call one = {
        .t = &object.t,
        .from = object.from,
        .has_fee = !u256_is_zero(object.t.max_fee),
    };
    enum fault f = node_trace_call(c->node, s, &one, t, out, &why, o);
    rpc_call_object_fini(&object);
    if (f != FAULT_NONE) {
        return tracing_fail(c, f, &why);
    }
    bool ok = o->ok || rpc_fail(c, RPC_LIMIT, "%.*s", (int)why.n, (const char *)why.p);
    buf_fini(&why);
    return ok && (o->verdict == VERDICT_VALID || tracing_fail_verdict(c, o->verdict));
}
