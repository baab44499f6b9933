// SPDX-License-Identifier: MIT
// eth_simulateV1: blocks of calls on top of a block, each with state and block overrides. They are
// built like any block, by core/chain, on a view that is thrown away; so hashes and roots are those
// that such blocks would have.
#include "core/chain/build.h"
#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/num/u256.h"
#include "node/rpc/priv.h"
#include "node/rpc/sim_logs.h"

#define BLOCKS_MAX 256u
#define SECONDS_BETWEEN 12u

enum { // of execution-apis, eth_simulateV1
    SIM_NONCE_TOO_LOW = -38010,
    SIM_NONCE_TOO_HIGH = -38011,
    SIM_FEE_TOO_LOW = -38012,
    SIM_INTRINSIC = -38013,
    SIM_FUNDS = -38014,
    SIM_GAS_LIMIT = -38015,
    SIM_NUMBER_ORDER = -38020,
    SIM_TIME_ORDER = -38021,
    SIM_INITCODE = -38025,
    SIM_TOO_MANY = -38026,
    SIM_HALTED = -32015,
};

struct sim {
    struct rpc_call *c;
    bool traces_transfers, validates, is_whole;
    const struct stored_block *base;
    struct node_view view;
    struct node_commitment tries;
    struct header parent;
    struct header *made; // headers of the blocks so far
    u32 made_count;
    u64 gas_left; // of all calls
};

struct sim_call { // what one gave
    u32 status;
    enum halt halt;
    u64 gas_used, gas_max;
    usize output_at, output_size; // in the block's outputs
    u32 first_log, log_count;     // in the block's logs
};

struct sim_block { // under way
    struct sim *s;
    const struct rpc_block_override *over;
    struct header header;
    struct block_rules rules;
    struct block_context context;
    struct block_builder *builder;
    struct stored_block *block;
    struct sim_call *calls;
    u32 count, cap;
    struct buf outputs;
    struct sim_logs logs;
};

// ---- the chain that calls see

static enum fault ancestor_hash(void *ctx, u64 number, b256 *out)
{
    const struct sim *s = ctx;
    for (u32 i = 0; i < s->made_count; i++) {
        if (s->made[i].number == number) {
            *out = s->made[i].hash;
            return FAULT_NONE;
        }
    }
    const struct stored_block *b = blocks_at(node_blocks(s->c->node), number);
    if (b == NULL || number > s->base->header.number) {
        return FAULT_SOURCE;
    }
    *out = b->header.hash;
    return FAULT_NONE;
}

static void begin_header(struct sim_block *b)
{
    struct sim *s = b->s;
    const struct header *parent = &s->parent;
    struct header *h = &b->header;
    *h = (struct header){
        .parent_hash = parent->hash,
        .uncles_hash = UNCLES_NONE_HASH,
        .coinbase = parent->coinbase,
        .number = parent->number + 1,
        .gas_limit = parent->gas_limit,
        .timestamp = parent->timestamp + SECONDS_BETWEEN,
    };
    rpc_override_header(h, b->over);
    b->rules = schedule_rules(node_schedule(s->c->node), h->number, h->timestamp,
                              &s->base->total_difficulty);
    if (b->rules.fork < FORK_PARIS && !b->over->has_difficulty) {
        h->difficulty = parent->difficulty;
    }
    h->tail = header_tail_of(b->rules.fork);
    if (!b->over->has_base_fee) {
        h->base_fee = s->validates ? header_base_fee(parent) : u256_zero();
    }
    if (b->rules.fork >= FORK_CANCUN) {
        h->excess_blob_gas = header_excess_blob_gas(&b->rules, parent);
    }
}

// ---- one call

static i32 verdict_code(enum verdict v)
{
    switch ((u32)v) {
    case VERDICT_NONCE_TOO_LOW:
        return SIM_NONCE_TOO_LOW;
    case VERDICT_NONCE_TOO_HIGH:
        return SIM_NONCE_TOO_HIGH;
    case VERDICT_FEE_BELOW_BASE:
        return SIM_FEE_TOO_LOW;
    case VERDICT_INTRINSIC_TOO_LOW:
    case VERDICT_FLOOR_TOO_LOW:
        return SIM_INTRINSIC;
    case VERDICT_FUNDS_TOO_LOW:
    case VERDICT_FEE_OVERFLOWS:
        return SIM_FUNDS;
    case VERDICT_GAS_OVER_BLOCK:
        return SIM_GAS_LIMIT;
    case VERDICT_INITCODE_TOO_LARGE:
        return SIM_INITCODE;
    default:
        return RPC_INTERNAL;
    }
}

static bool refuse_call(struct sim_block *b, const struct rpc_call_object *o, enum verdict v)
{
    return rpc_fail(b->s->c, verdict_code(v), "err: %s (supplied gas %llu)", rpc_verdict_phrase(v),
                    (unsigned long long)o->t.gas_limit);
}

static bool complete_call(struct sim_block *b, struct rpc_call_object *o)
{
    struct sim *s = b->s;
    u64 used = block_builder_gas_used(b->builder);
    u64 left = b->header.gas_limit - used;
    if (!o->has_nonce) {
        o->t.nonce = account_nonce(state_account(s->view.state, &o->from));
    }
    if (o->has_gas && o->t.gas_limit > left) {
        return rpc_fail(s->c, SIM_GAS_LIMIT, "block gas limit reached: %llu >= %llu",
                        (unsigned long long)used, (unsigned long long)b->header.gas_limit);
    }
    o->t.gas_limit = o->has_gas ? o->t.gas_limit : left;
    o->t.gas_limit = o->t.gas_limit < s->gas_left ? o->t.gas_limit : s->gas_left;
    return true;
}

static void keep_call(struct sim_block *b, const struct rpc_call_object *o, bytes raw,
                      const struct chain_receipt *r)
{
    struct state *state = b->s->view.state;
    bytes output =
        r->has_created ? account_code(state, state_account(state, &r->created)) : r->output;
    if (b->count == b->cap) {
        b->cap = b->cap == 0 ? 8 : b->cap * 2;
        b->calls = mem_realloc(b->calls, b->cap * sizeof *b->calls);
    }
    u32 before =
        b->count == 0 ? 0 : b->calls[b->count - 1].first_log + b->calls[b->count - 1].log_count;
    b->calls[b->count++] = (struct sim_call){
        .status = r->status,
        .halt = r->halt,
        .gas_used = r->gas_used,
        .gas_max = r->gas_max,
        .output_at = b->outputs.n,
        .output_size = output.n,
        .first_log = before,
        .log_count = b->logs.count - before,
    };
    buf_put(&b->outputs, output.p, output.n);
    struct stored_transaction kept = {
        .sender = o->from,
        .succeeded = r->status == EVM_SUCCESS,
        .gas_used = r->gas_used,
        .has_created = r->has_created,
        .created = r->created,
    };
    keccak256(&kept.hash, raw.p, raw.n);
    stored_block_add(b->block, &kept, state);
}

// Without validation a call that offers nothing pays nothing, whatever the fees are.
static void set_environment(struct sim_block *b, const struct transaction *t)
{
    struct chain_block *env = block_builder_env(b->builder);
    bool is_free = !b->s->validates && u256_is_zero(t->max_fee);
    bool has_free_blobs = !b->s->validates && u256_is_zero(t->max_blob_fee) && t->type == TX_BLOB;
    env->is_call = true;
    env->checks_nonce = b->s->validates;
    env->vm.base_fee = is_free ? u256_zero() : b->header.base_fee;
    env->has_blob_fee = b->over->has_blob_base_fee || has_free_blobs;
    env->vm.blob_base_fee = has_free_blobs ? u256_zero() : b->over->blob_base_fee;
}

// With validation a wrong nonce is what is told, whatever else is wrong.
static bool check_nonce(struct sim_block *b, const struct rpc_call_object *o)
{
    u64 nonce = account_nonce(state_account(b->s->view.state, &o->from));
    enum verdict v = o->t.nonce < nonce   ? VERDICT_NONCE_TOO_LOW
                     : o->t.nonce > nonce ? VERDICT_NONCE_TOO_HIGH
                     : nonce == ~(u64)0   ? VERDICT_NONCE_IS_MAX
                                          : VERDICT_VALID;
    return !b->s->validates || v == VERDICT_VALID || refuse_call(b, o, v);
}

static bool run_call(struct sim_block *b, struct rpc_call_object *o)
{
    struct sim *s = b->s;
    struct buf raw = {0};
    struct chain_receipt receipt;
    enum verdict verdict;
    struct inspector look = sim_logs_inspector(&b->logs);
    if (!complete_call(b, o) || !check_nonce(b, o)) {
        return false;
    }
    transaction_encode(&raw, &o->t);
    set_environment(b, &o->t);
    vm_set_inspector(b->context.vm, &look);
    struct node_hand *aside = node_step_aside(s->c->node);
    enum fault f =
        block_builder_add(b->builder, &o->t, &o->from, buf_bytes(&raw), &verdict, &receipt);
    node_step_back(aside);
    vm_set_inspector(b->context.vm, NULL);
    bool ok = f == FAULT_NONE ? verdict == VERDICT_VALID : rpc_fail_fault(s->c, f);
    if (ok) {
        keep_call(b, o, buf_bytes(&raw), &receipt);
        s->gas_left -= receipt.gas_used < s->gas_left ? receipt.gas_used : s->gas_left;
    } else if (f == FAULT_NONE) {
        (void)refuse_call(b, o, verdict);
    }
    buf_fini(&raw);
    return ok;
}

static bool run_calls(struct sim_block *b, const json_value *calls)
{
    if (json_expect(calls, JSON_KIND_LIST) != FAULT_NONE) {
        return rpc_fail_json(b->s->c, calls);
    }
    for (usize i = 0; i < json_count(calls); i++) {
        json_value v = json_element(calls, i);
        struct rpc_call_object o;
        bool ok = rpc_read_call_object(b->s->c, &o, &v) && run_call(b, &o);
        rpc_call_object_fini(&o);
        if (!ok) {
            return false;
        }
    }
    return true;
}

// ---- results

static void put_call(struct sim_block *b, const struct sim_call *call, u32 index)
{
    struct json_writer *w = b->s->c->out;
    bytes output = bytes_slice(buf_bytes(&b->outputs), call->output_at, call->output_size);
    struct sim_log_place place = {&b->header, &b->block->transactions[index].hash, index};
    json_begin_object(w, NULL);
    json_put_data(w, "returnData", output.p, output.n);
    json_begin_list(w, "logs");
    for (u32 i = 0; i < call->log_count; i++) {
        sim_logs_put(w, &b->logs, call->first_log + i, &place);
    }
    json_end(w);
    json_put_quantity_u64(w, "gasUsed", call->gas_used);
    json_put_quantity_u64(w, "maxUsedGas", call->gas_max);
    json_put_quantity_u64(w, "status", call->status == EVM_SUCCESS);
    if (call->status != EVM_SUCCESS) {
        struct buf text = {0};
        struct buf error = {0};
        json_begin_object(w, "error");
        if (call->status == EVM_REVERT) {
            rpc_put_revert(&text, output);
        } else {
            buf_put_text(&text, rpc_halt_phrase(call->halt));
        }
        json_put_text_bytes(w, "message", buf_bytes(&text));
        buf_printf(&error, "%d", call->status == EVM_REVERT ? RPC_REVERTED : SIM_HALTED);
        json_put_raw(w, "code", buf_bytes(&error));
        if (call->status == EVM_REVERT) {
            json_put_data(w, "data", output.p, output.n);
        }
        json_end(w);
        buf_fini(&text);
        buf_fini(&error);
    }
    json_end(w);
}

static void put_block(struct sim_block *b)
{
    struct json_writer *w = b->s->c->out;
    json_begin_object(w, NULL);
    rpc_put_block_members(w, b->block, b->s->is_whole);
    json_begin_list(w, "calls");
    for (u32 i = 0; i < b->count; i++) {
        put_call(b, &b->calls[i], i);
    }
    json_end(w);
    json_end(w);
}

// ---- one block

static bool finish_block(struct sim_block *b)
{
    struct sim *s = b->s;
    enum block_verdict verdict;
    enum fault f = block_builder_finish(b->builder, &b->block->header, &b->block->wire, &verdict);
    if (f != FAULT_NONE) {
        return rpc_fail_fault(s->c, f);
    }
    if (verdict != BLOCK_VALID || !stored_block_settle(b->block)) {
        return rpc_fail(s->c, RPC_SERVER, "no valid block can be made: %s",
                        block_verdict_text(verdict));
    }
    b->header = b->block->header;
    s->parent = b->header;
    s->made = mem_realloc(s->made, (s->made_count + 1) * sizeof *s->made);
    s->made[s->made_count++] = b->header;
    put_block(b);
    return true;
}

static bool build_block(struct sim_block *b, struct rpc_overrides *state, const json_value *calls)
{
    struct sim *s = b->s;
    for (usize i = 0; i < state->count; i++) {
        node_view_override(&s->view, &state->of[i]);
    }
    if (!rpc_set_precompiles(s->c, state, b->rules.fork)) {
        return false;
    }
    enum fault f = block_builder_begin(b->builder);
    if (f != FAULT_NONE) {
        return rpc_fail_fault(s->c, f);
    }
    return (calls == NULL || run_calls(b, calls)) && finish_block(b);
}

static bool simulate_block(struct sim *s, struct rpc_overrides *state,
                           const struct rpc_block_override *over, const json_value *calls)
{
    struct sim_block b = {
        .s = s,
        .over = over,
        .logs = {.traces_transfers = s->traces_transfers, .state = s->view.state}};
    struct node_ancestry known = {node_hand_of(s->c->node), {s, ancestor_hash}};
    struct chain_ancestry ancestry = {&known, node_ancestor_hash};
    begin_header(&b);
    b.context = (struct block_context){
        .vm = node_vm(s->c->node),
        .state = s->view.state,
        .commitment = s->tries.tries,
        .schedule = node_schedule(s->c->node),
        .rules = &b.rules,
        .ancestry = &ancestry,
    };
    b.block = stored_block_new();
    b.builder = block_builder_new(&b.context, &b.header, buf_bytes(&over->withdrawals));
    bool ok = build_block(&b, state, calls);
    vm_set_precompiles(b.context.vm, NULL, 0);
    block_builder_free(b.builder);
    stored_block_free(b.block);
    mem_free(b.calls);
    buf_fini(&b.outputs);
    sim_logs_fini(&b.logs);
    return ok;
}

// ---- the request

// Numbers and times ascend; where numbers are left out, empty blocks stand.
static bool fill_gap(struct sim *s, const struct rpc_block_override *over)
{
    struct rpc_overrides nothing = {.count = 0};
    u64 last = s->parent.number;
    u64 number = over->has_number ? over->number : last + 1;
    if (number <= last) {
        return rpc_fail(s->c, SIM_NUMBER_ORDER, "block numbers must be in order: %llu <= %llu",
                        (unsigned long long)number, (unsigned long long)last);
    }
    if (number - s->base->header.number > BLOCKS_MAX) {
        return rpc_fail(s->c, SIM_TOO_MANY, "too many blocks");
    }
    u64 time = s->parent.timestamp + (number - last - 1) * SECONDS_BETWEEN;
    if (over->has_time && over->time <= time) {
        return rpc_fail(s->c, SIM_TIME_ORDER, "block timestamps must be in order: %llu <= %llu",
                        (unsigned long long)over->time, (unsigned long long)time);
    }
    while (s->parent.number + 1 < number) {
        struct rpc_block_override none = {.has_number = false};
        if (!simulate_block(s, &nothing, &none, NULL)) {
            return false;
        }
    }
    return true;
}

static bool simulate_one(struct sim *s, const json_value *v)
{
    struct rpc_overrides state = {.count = 0};
    struct rpc_block_override over = {.has_number = false};
    json_value m;
    json_value calls;
    bool found[3];
    bool ok = rpc_member(s->c, &m, &found[0], v, "stateOverrides") &&
              (!found[0] || rpc_read_overrides(s->c, &state, &m)) &&
              rpc_member(s->c, &m, &found[1], v, "blockOverrides") &&
              (!found[1] || rpc_read_block_override(s->c, &over, &m)) &&
              rpc_member(s->c, &calls, &found[2], v, "calls") && fill_gap(s, &over) &&
              simulate_block(s, &state, &over, found[2] ? &calls : NULL);
    rpc_overrides_fini(&state);
    rpc_block_override_fini(&over);
    return ok;
}

static bool read_flag(struct rpc_call *c, bool *out, const json_value *v, const char *name)
{
    json_value m;
    bool found;
    return rpc_member(c, &m, &found, v, name) &&
           (!found || json_get_bool(out, &m) == FAULT_NONE || rpc_fail_json(c, &m));
}

static bool simulate_all(struct sim *s, const json_value *list)
{
    usize n = json_count(list);
    if (n == 0) {
        return rpc_fail(s->c, RPC_PARAMS, "empty input");
    }
    if (n > BLOCKS_MAX) {
        return rpc_fail(s->c, SIM_TOO_MANY, "too many blocks");
    }
    json_begin_list(s->c->out, NULL);
    for (usize i = 0; i < n; i++) {
        json_value v = json_element(list, i);
        if (!simulate_one(s, &v)) {
            return false;
        }
    }
    json_end(s->c->out);
    return true;
}

bool rpc_eth_simulate(struct rpc_call *c)
{
    struct sim s = {.c = c, .gas_left = RPC_GAS_MAX};
    json_value v;
    json_value list;
    bool found;
    if (!rpc_param(c, &v, 0) || !rpc_param_block(c, &s.base, 1) ||
        !rpc_member(c, &list, &found, &v, "blockStateCalls") ||
        !read_flag(c, &s.traces_transfers, &v, "traceTransfers") ||
        !read_flag(c, &s.validates, &v, "validation") ||
        !read_flag(c, &s.is_whole, &v, "returnFullTransactions")) {
        return false;
    }
    if (!found || json_expect(&list, JSON_KIND_LIST) != FAULT_NONE) {
        return found ? rpc_fail_json(c, &list) : rpc_fail(c, RPC_PARAMS, "empty input");
    }
    s.parent = s.base->header;
    enum fault f = node_view_open(&s.view, c->node, s.base);
    enum fault g = node_commitment_open(&s.tries, c->node, s.base);
    bool ok = f == FAULT_NONE && g == FAULT_NONE ? simulate_all(&s, &list)
                                                 : rpc_fail_fault(c, f != FAULT_NONE ? f : g);
    node_commitment_close(&s.tries);
    node_view_close(&s.view);
    mem_free(s.made);
    return ok;
}
