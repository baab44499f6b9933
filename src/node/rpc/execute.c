// SPDX-License-Identifier: MIT
// Methods that execute and leave nothing behind: calls, estimates, access lists.
#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/num/u256.h"
#include "node/rpc/priv.h"

void rpc_prepared_fini(struct rpc_prepared *p)
{
    if (p->overrides.count > 0) {
        vm_set_precompiles(node_vm(p->node), NULL, 0);
    }
    rpc_call_object_fini(&p->object);
    rpc_overrides_fini(&p->overrides);
    rpc_block_override_fini(&p->block);
}

static bool read_overrides(struct rpc_call *c, struct rpc_prepared *p)
{
    if (rpc_has_param(c, 2)) {
        json_value v = json_element(&c->params, 2);
        if (!rpc_read_overrides(c, &p->overrides, &v)) {
            return false;
        }
    }
    if (rpc_has_param(c, 3)) {
        json_value v = json_element(&c->params, 3);
        if (!rpc_read_block_override(c, &p->block, &v)) {
            return false;
        }
        rpc_override_header(&p->header, &p->block);
        p->call.header = &p->header;
        p->call.has_blob_base_fee = p->block.has_blob_base_fee;
        p->call.blob_base_fee = p->block.blob_base_fee;
    }
    p->call.overrides = p->overrides.of;
    p->call.override_count = p->overrides.count;
    return true;
}

bool rpc_prepare(struct rpc_call *c, struct rpc_prepared *p)
{
    json_value v;
    struct rpc_call_object *o = &p->object;
    *p = (struct rpc_prepared){.node = c->node};
    if (!rpc_param(c, &v, 0) || !rpc_read_call_object(c, o, &v) ||
        !rpc_param_block(c, &p->call.at, 1)) {
        return false;
    }
    p->header = p->call.at->header;
    if (!read_overrides(c, p)) {
        return false;
    }
    if (p->overrides.count > 0 &&
        !rpc_set_precompiles(c, &p->overrides, node_rules_of(c->node, &p->header).fork)) {
        return false;
    }
    u64 most = p->header.gas_limit < RPC_GAS_MAX ? RPC_GAS_MAX : p->header.gas_limit;
    if (!o->has_gas || o->t.gas_limit > most) {
        o->t.gas_limit = most;
    }
    p->call.from = o->from;
    p->call.has_fee = !u256_is_zero(o->t.max_fee);
    if (!o->has_max_fee && !o->has_gas_price) {
        o->t.max_priority = u256_zero(); // a tip alone pays nothing
    }
    p->call.t = o->t;
    return true;
}

bool rpc_eth_call(struct rpc_call *c)
{
    struct rpc_prepared p;
    struct node_outcome outcome = {.verdict = VERDICT_VALID};
    bool ok = rpc_prepare(c, &p);
    if (ok) {
        enum fault f = node_run(c->node, &p.call, &outcome);
        if (f != FAULT_NONE) {
            ok = rpc_fail_fault(c, f);
        } else if (outcome.verdict != VERDICT_VALID || outcome.status != EVM_SUCCESS) {
            ok = rpc_fail_outcome(c, &outcome);
        } else {
            json_put_data(c->out, NULL, outcome.output.p, outcome.output.n);
        }
    }
    node_outcome_fini(&outcome);
    rpc_prepared_fini(&p);
    return ok;
}

// ---- estimates

// What the sender can pay for bounds the limit.
static void cap_by_balance(struct rpc_call *c, struct node_call *call)
{
    struct node_view v;
    if (!call->has_fee) {
        return;
    }
    if (node_view_open(&v, c->node, call->at) == FAULT_NONE) {
        for (usize i = 0; i < call->override_count; i++) {
            node_view_override(&v, &call->overrides[i]);
        }
        u256 balance = *account_balance(state_account(v.state, &call->from));
        if (!u256_lt(balance, call->t.value)) { // else it is refused as such
            u256 left = u256_sub(balance, call->t.value);
            u64 affordable = u256_to_u64_saturated(u256_div(left, call->t.max_fee));
            call->t.gas_limit = affordable < call->t.gas_limit ? affordable : call->t.gas_limit;
        }
    }
    node_view_close(&v);
}

bool rpc_estimate(struct rpc_call *c, struct node_call *call, u64 *limit)
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
    struct rpc_prepared p;
    u64 limit = 0;
    bool ok = rpc_prepare(c, &p) && rpc_estimate(c, &p.call, &limit);
    if (ok) {
        json_put_quantity_u64(c->out, NULL, limit);
    }
    rpc_prepared_fini(&p);
    return ok;
}

// ---- access lists: what a call touches, run again with the list until it stays the same

struct touched {
    address at;
    u256 *keys;
    usize count, cap;
};

struct touches {
    struct touched *of;
    usize count, cap;
    u32 depth;
};

static struct touched *touch(struct touches *t, const address *a)
{
    for (usize i = 0; i < t->count; i++) {
        if (address_equal(&t->of[i].at, a)) {
            return &t->of[i];
        }
    }
    if (t->count == t->cap) {
        t->cap = t->cap == 0 ? 8 : t->cap * 2;
        t->of = mem_realloc(t->of, t->cap * sizeof *t->of);
    }
    t->of[t->count] = (struct touched){.at = *a};
    return &t->of[t->count++];
}

static void on_access(void *ctx, enum inspect_access kind, const address *a, const u256 *key,
                      const u256 *value)
{
    (void)value;
    bool is_slot = kind == INSPECT_SLOT_READ || kind == INSPECT_SLOT_WRITE;
    if (!is_slot && kind != INSPECT_ACCOUNT_READ) {
        return;
    }
    struct touched *t = touch(ctx, a);
    if (!is_slot) {
        return;
    }
    for (usize i = 0; i < t->count; i++) {
        if (u256_eq(t->keys[i], *key)) {
            return;
        }
    }
    if (t->count == t->cap) {
        t->cap = t->cap == 0 ? 4 : t->cap * 2;
        t->keys = mem_realloc(t->keys, t->cap * sizeof *t->keys);
    }
    t->keys[t->count++] = *key;
}

static void on_enter(void *ctx, const struct inspect_frame *f)
{
    if (f->kind != INSPECT_PRECOMPILE) {
        (void)touch(ctx, &f->code);
    }
}

static void touches_fini(struct touches *t)
{
    for (usize i = 0; i < t->count; i++) {
        mem_free(t->of[i].keys);
    }
    mem_free(t->of);
    *t = (struct touches){0};
}

// Whether it costs nothing to touch it anyway: sender, receiver, precompiles.
static bool is_warm_anyway(const struct node_call *call, const address *created, const address *a)
{
    bool is_low = true; // precompiles have low addresses
    for (u32 i = 0; i < 18; i++) {
        is_low = is_low && a->b[i] == 0;
    }
    const address *to = call->t.is_create ? created : &call->t.to;
    return is_low || address_equal(a, &call->from) || address_equal(a, to);
}

// Makes the list of the call's transaction; true if it was the same before.
static bool set_access(struct node_call *call, const struct touches *t, const address *created)
{
    struct transaction fresh = {.nonce = 0};
    for (usize i = 0; i < t->count; i++) {
        const struct touched *one = &t->of[i];
        if (one->count == 0 && is_warm_anyway(call, created, &one->at)) {
            continue;
        }
        transaction_add_access(&fresh, &one->at);
        for (usize k = 0; k < one->count; k++) {
            b256 key = u256_to_b256(one->keys[k]);
            transaction_add_key(&fresh, &key);
        }
    }
    bool same = fresh.access_count == call->t.access_count && fresh.key_count == call->t.key_count;
    for (usize i = 0; same && i < fresh.access_count; i++) {
        same = address_equal(&fresh.access[i].at, &call->t.access[i].at) &&
               fresh.access[i].key_count == call->t.access[i].key_count;
    }
    for (usize i = 0; same && i < fresh.key_count; i++) {
        same = b256_equal(&fresh.keys[i], &call->t.keys[i]);
    }
    mem_free(call->t.access);
    mem_free(call->t.keys);
    call->t.access = fresh.access;
    call->t.access_count = fresh.access_count;
    call->t.keys = fresh.keys;
    call->t.key_count = fresh.key_count;
    return same;
}

static void put_access_result(struct rpc_call *c, const struct node_call *call,
                              const struct node_outcome *o)
{
    json_begin_object(c->out, NULL);
    rpc_put_access_list(c->out, &call->t);
    if (o->status != EVM_SUCCESS) {
        struct buf text = {0};
        if (o->status == EVM_REVERT) {
            rpc_put_revert(&text, buf_bytes(&o->output));
        } else {
            buf_put_text(&text, halt_name(o->halt));
        }
        json_put_text_bytes(c->out, "error", buf_bytes(&text));
        buf_fini(&text);
    }
    json_put_quantity_u64(c->out, "gasUsed", o->gas_used);
    json_end(c->out);
}

#define ACCESS_ROUNDS_MAX 16u

static bool find_access(struct rpc_call *c, const struct node_view *of, struct node_call *call,
                        struct node_outcome *outcome)
{
    for (u32 round = 0; round < ACCESS_ROUNDS_MAX; round++) {
        struct touches touches = {0};
        struct inspector look = {.ctx = &touches, .frame_enter = on_enter, .access = on_access};
        call->inspector = &look;
        node_outcome_fini(outcome);
        enum fault f = node_run_on(c->node, of, call, outcome);
        bool ok = f == FAULT_NONE && outcome->verdict == VERDICT_VALID;
        bool same = ok && set_access(call, &touches, &outcome->created);
        touches_fini(&touches);
        call->inspector = NULL;
        if (!ok) {
            return f != FAULT_NONE ? rpc_fail_fault(c, f) : rpc_fail_verdict(c, outcome->verdict);
        }
        if (same) {
            return true;
        }
    }
    return true;
}

bool rpc_eth_create_access_list(struct rpc_call *c)
{
    struct rpc_prepared p;
    struct node_outcome outcome = {.verdict = VERDICT_VALID};
    bool ok = rpc_prepare(c, &p);
    if (ok) {
        p.call.t.type = p.call.t.type == TX_LEGACY ? TX_ACCESS_LIST : p.call.t.type;
        struct node_view of;
        enum fault f = node_view_open(&of, c->node, p.call.at);
        ok = f == FAULT_NONE ? find_access(c, &of, &p.call, &outcome) : rpc_fail_fault(c, f);
        node_view_close(&of);
        p.object.t.access = p.call.t.access; // that the list now has
        p.object.t.access_count = p.call.t.access_count;
        p.object.t.keys = p.call.t.keys;
        p.object.t.key_count = p.call.t.key_count;
    }
    if (ok) {
        put_access_result(c, &p.call, &outcome);
    }
    node_outcome_fini(&outcome);
    rpc_prepared_fini(&p);
    return ok;
}
