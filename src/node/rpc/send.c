// SPDX-License-Identifier: MIT
// Methods that execute: calls, estimates, transactions.
#include "lib/base/bytes.h"
#include "lib/num/u256.h"
#include "node/node/dev.h"
#include "node/rpc/priv.h"

// State and block overrides are not known here; an empty object overrides nothing.
static bool refuse_overrides(struct rpc_call *c, usize from)
{
    for (usize i = from; i < c->count; i++) {
        json_value v = json_element(&c->params, i);
        if (rpc_has_param(c, i) && (json_kind_of(&v) != JSON_KIND_OBJECT || json_count(&v) > 0)) {
            (void)json_refuse(&v, "overrides of state and block are not supported");
            return rpc_fail_json(c, &v);
        }
    }
    return true;
}

static bool prepare(struct rpc_call *c, struct rpc_call_object *o, struct node_call *call)
{
    json_value v;
    *call = (struct node_call){.has_fee = false};
    if (!rpc_param(c, &v, 0) || !rpc_read_call_object(c, o, &v) ||
        !rpc_param_block(c, &call->at, 1) || !refuse_overrides(c, 2)) {
        return false;
    }
    u64 most = call->at->header.gas_limit;
    if (!o->has_gas || o->t.gas_limit > most) {
        o->t.gas_limit = most;
    }
    call->from = o->from;
    call->has_fee = !u256_is_zero(o->t.max_fee);
    if (!o->has_max_fee && !o->has_gas_price) {
        o->t.max_priority = u256_zero(); // a tip alone pays nothing
    }
    call->t = o->t;
    return true;
}

bool rpc_eth_call(struct rpc_call *c)
{
    struct rpc_call_object o = {.has_from = false};
    struct node_call call;
    struct node_outcome outcome = {.verdict = VERDICT_VALID};
    bool ok = prepare(c, &o, &call);
    if (ok) {
        enum fault f = node_run(c->node, &call, &outcome);
        if (f != FAULT_NONE) {
            ok = rpc_fail_fault(c, f);
        } else if (outcome.verdict != VERDICT_VALID || outcome.status != EVM_SUCCESS) {
            ok = rpc_fail_outcome(c, &outcome);
        } else {
            json_put_data(c->out, NULL, outcome.output.p, outcome.output.n);
        }
    }
    node_outcome_fini(&outcome);
    rpc_call_object_fini(&o);
    return ok;
}

// What the sender can pay for bounds the limit.
static void cap_by_balance(struct rpc_call *c, struct node_call *call)
{
    struct node_view v;
    if (!call->has_fee) {
        return;
    }
    node_view_open(&v, c->node, call->at);
    u256 balance = *account_balance(state_account(v.state, &call->from));
    node_view_close(&v);
    if (u256_lt(balance, call->t.value)) {
        return; // refused as such
    }
    u64 affordable =
        u256_to_u64_saturated(u256_div(u256_sub(balance, call->t.value), call->t.max_fee));
    call->t.gas_limit = affordable < call->t.gas_limit ? affordable : call->t.gas_limit;
}

static bool estimate(struct rpc_call *c, struct node_call *call, u64 *limit)
{
    struct node_outcome outcome = {.verdict = VERDICT_VALID};
    cap_by_balance(c, call);
    enum fault f = node_estimate(c->node, call, limit, &outcome);
    bool ok = true;
    if (f != FAULT_NONE) {
        ok = rpc_fail_fault(c, f);
    } else if (*limit == 0) {
        ok = rpc_fail_outcome(c, &outcome);
    }
    node_outcome_fini(&outcome);
    return ok;
}

bool rpc_eth_estimate_gas(struct rpc_call *c)
{
    struct rpc_call_object o = {.has_from = false};
    struct node_call call;
    u64 limit = 0;
    bool ok = prepare(c, &o, &call) && estimate(c, &call, &limit);
    if (ok) {
        json_put_quantity_u64(c->out, NULL, limit);
    }
    rpc_call_object_fini(&o);
    return ok;
}

// ---- sending

static bool submit(struct rpc_call *c, bytes raw)
{
    static const char *const POOL_TEXTS[] = {
        [POOL_TAKEN] = "",
        [POOL_KNOWN] = "already known",
        [POOL_UNDERPRICED] = "replacement transaction underpriced",
        [POOL_FULL] = "txpool is full",
        [POOL_SENDER_FULL] = "txpool holds too many transactions of this sender",
    };
    struct node_answer a;
    enum fault f = node_submit(c->node, raw, &a);
    if (f != FAULT_NONE) {
        return rpc_fail_fault(c, f);
    }
    switch (a.refusal) {
    case REFUSAL_NONE:
        json_put_b256(c->out, NULL, &a.hash);
        return true;
    case REFUSAL_VERDICT:
        return rpc_fail_verdict(c, a.verdict);
    case REFUSAL_POOL:
        return rpc_fail(c, RPC_SERVER, "%s", POOL_TEXTS[a.pool]);
    case REFUSAL_KNOWN:
        return rpc_fail(c, RPC_SERVER, "already known");
    case REFUSAL_SIDECAR:
        return rpc_fail(c, RPC_SERVER, "transactions with blobs are not supported by this node");
    case REFUSAL_BLOCK:
        return rpc_fail(c, RPC_SERVER, "no valid block can be made with it: %s",
                        block_verdict_text(a.block));
    }
    return false;
}

bool rpc_eth_send_raw_transaction(struct rpc_call *c)
{
    json_value v;
    struct buf raw = {0};
    bool ok = rpc_param(c, &v, 0) && rpc_value_data(c, &raw, &v) && submit(c, buf_bytes(&raw));
    buf_fini(&raw);
    return ok;
}

static bool find_key(struct rpc_call *c, const struct rpc_call_object *o, b256 *key)
{
    if (!o->has_from) {
        return rpc_fail(c, RPC_PARAMS, "params[0]: member \"from\" is missing");
    }
    for (u32 i = 0; node_has_dev_keys(c->node) && i < DEV_ACCOUNT_COUNT; i++) {
        struct dev_account a = dev_account(i);
        if (address_equal(&a.at, &o->from)) {
            *key = a.key;
            return true;
        }
    }
    return rpc_fail(c, RPC_SERVER,
                    "unknown account: the node signs for the development accounts only");
}

static void fill_nonce_and_fees(struct rpc_call *c, struct rpc_call_object *o)
{
    struct transaction *t = &o->t;
    u256 base = node_next_base_fee(c->node);
    if (!o->has_nonce) {
        struct node_view v;
        node_view_open(&v, c->node, blocks_last(node_blocks(c->node)));
        u64 nonce = account_nonce(state_account(v.state, &o->from));
        node_view_close(&v);
        t->nonce = pool_next_nonce(node_pool(c->node), &o->from, nonce);
    }
    if (o->has_gas_price) {
        return;
    }
    if (!o->has_priority) {
        t->max_priority = u256_from_u64(RPC_TIP);
        bool above = o->has_max_fee && u256_lt(t->max_fee, t->max_priority);
        t->max_priority = above ? t->max_fee : t->max_priority;
    }
    if (!o->has_max_fee) {
        t->max_fee = u256_add(u256_add(base, base), t->max_priority);
    }
}

// Without a limit of its own it gets the estimate.
static bool fill_gas(struct rpc_call *c, struct rpc_call_object *o)
{
    if (o->has_gas) {
        return true;
    }
    const struct stored_block *last = blocks_last(node_blocks(c->node));
    o->t.gas_limit = last->header.gas_limit;
    struct node_call call = {.at = last, .t = o->t, .from = o->from, .has_fee = true};
    return estimate(c, &call, &o->t.gas_limit);
}

bool rpc_eth_send_transaction(struct rpc_call *c)
{
    struct rpc_call_object o = {.has_from = false};
    json_value v;
    b256 key;
    bool ok = rpc_param(c, &v, 0) && rpc_read_call_object(c, &o, &v) && find_key(c, &o, &key);
    if (ok) {
        fill_nonce_and_fees(c, &o);
        ok = fill_gas(c, &o);
    }
    if (ok) {
        struct buf raw = {0};
        ok = transaction_sign(&o.t, &key) || rpc_fail(c, RPC_INTERNAL, "cannot sign");
        if (ok) {
            transaction_encode(&raw, &o.t);
            ok = submit(c, buf_bytes(&raw));
        }
        buf_fini(&raw);
    }
    rpc_call_object_fini(&o);
    return ok;
}
