// SPDX-License-Identifier: MIT
// Calls and creations of EVM code through an EVMC host: priced and bounded as core/vm/call.c does
// (EIP-150, 161, 2929, 3860, 7702), carried out by the host.
#include "app/api/evmc_run.h"
#include "engine/evm/opcode.h"

#define DEPTH_MAX 1024 // a frame this deep begins no other
#define DESIGNATOR_SIZE 23

// The account whose code `a` runs: itself, or what its EIP-7702 designator points to.
static address code_address(struct run *r, const address *a)
{
    u8 code[DESIGNATOR_SIZE];
    if (!r->price.RULE_DELEGATION ||
        r->host->get_code_size(r->context, out_address(a)) != DESIGNATOR_SIZE ||
        r->host->copy_code(r->context, out_address(a), 0, code, sizeof code) != sizeof code ||
        code[0] != 0xef || code[1] != 0x01 || code[2] != 0x00) {
        return *a;
    }
    address target;
    copy_bytes(target.b, code + 3, sizeof target.b);
    return target;
}

static u64 call_price(struct run *r, const struct evm_request *q, const address *code)
{
    bool has_value = (q->op == OP_CALL || q->op == OP_CALLCODE) && !u256_is_zero(q->value);
    u64 price = run_access_price(r, &q->to, r->price.CALL) + (has_value ? r->price.CALL_VALUE : 0);
    if (q->op == OP_CALL && (has_value || !r->price.RULE_EMPTY_CLEARED) &&
        !r->host->account_exists(r->context, out_address(&q->to))) {
        price += r->price.NEW_ACCOUNT;
    }
    return price + (address_equal(code, &q->to) ? 0 : run_access_price(r, code, 0));
}

// Takes what goes to the child; false if a definite amount is wanted that is not there (before
// EIP-150).
static bool forward_gas(const struct run *r, gas *g, u64 wanted, u64 *forwarded)
{
    u64 left = gas_left(*g);
    u64 most = r->price.RULE_63_64 ? left - left / 64 : left;
    if (wanted > most && !r->price.RULE_63_64) {
        g->left = 0;
        return false;
    }
    *forwarded = wanted < most ? wanted : most;
    return gas_charge(g, *forwarded);
}

static struct evmc_message call_message(const struct run *r, const struct evm_request *q,
                                        const address *code, u64 forwarded)
{
    static const enum evmc_call_kind kinds[] = {
        [OP_CALL - OP_CALL] = EVMC_CALL,
        [OP_CALLCODE - OP_CALL] = EVMC_CALLCODE,
        [OP_DELEGATECALL - OP_CALL] = EVMC_DELEGATECALL,
        [OP_STATICCALL - OP_CALL] = EVMC_CALL,
    };
    bool own = q->op == OP_CALLCODE || q->op == OP_DELEGATECALL; // runs on this account
    bool delegate = q->op == OP_DELEGATECALL;
    u32 flags = r->message->flags & EVMC_STATIC;
    flags |= q->op == OP_STATICCALL ? EVMC_STATIC : 0;
    flags |= address_equal(code, &q->to) ? 0 : EVMC_DELEGATED;
    return (struct evmc_message){
        .kind = kinds[q->op - OP_CALL],
        .flags = flags,
        .depth = r->message->depth + 1,
        .gas = (i64)forwarded,
        .recipient = own ? r->message->recipient : *out_address(&q->to),
        .sender = delegate ? r->message->sender : r->message->recipient,
        .input_data = (const u8 *)(uintptr_t)q->data,
        .input_size = q->data_size,
        .value = delegate ? r->message->value : out_word(q->value),
        .code_address = *out_address(code),
    };
}

static bool can_pay(struct run *r, u256 value)
{
    return u256_is_zero(value) ||
           !u256_lt(in_word(r->host->get_balance(r->context, &r->message->recipient)), value);
}

static u32 outcome_status(const struct evmc_result *result)
{
    return result->status_code == EVMC_SUCCESS  ? EVM_SUCCESS
           : result->status_code == EVMC_REVERT ? EVM_REVERT
                                                : EVM_HALT;
}

// Has the host carry the message out and fills the outcome; g is what the asking frame kept.
static void ask_host(struct run *r, struct evm_outcome *o, const struct evmc_message *m, gas g)
{
    struct evmc_result result = r->host->call(r->context, m);
    bool success = result.status_code == EVMC_SUCCESS;
    bool creates = m->kind == EVMC_CREATE || m->kind == EVMC_CREATE2;
    buf_clear(&r->return_data);
    if (!(creates && success)) { // EIP-211: a creation returns data only if it fails
        buf_put(&r->return_data, result.output_data, result.output_size);
    }
    r->refund += success ? result.gas_refund : 0;
    i64 left = result.gas_left < 0 ? 0 : result.gas_left > m->gas ? m->gas : result.gas_left;
    *o = (struct evm_outcome){.status = outcome_status(&result),
                              .gas = gas_left(g) + (u64)left,
                              .return_size = r->return_data.n};
    if (creates && success) {
        o->created = u256_from_address(in_address(&result.create_address));
    }
    if (result.release != NULL) {
        result.release(&result);
    }
}

static void not_begun(struct run *r, struct evm_outcome *o, u64 gas_now)
{
    buf_clear(&r->return_data);
    *o = (struct evm_outcome){.status = EVM_NOT_BEGUN, .gas = gas_now};
}

void run_call(struct run *r, const struct evm_request *q, struct evm_outcome *o)
{
    bool has_value = (q->op == OP_CALL || q->op == OP_CALLCODE) && !u256_is_zero(q->value);
    if (q->op == OP_CALL && has_value && run_is_static(r)) {
        *o = (struct evm_outcome){.halt = HALT_STATIC_VIOLATION};
        return;
    }
    gas g = gas_of(q->gas);
    u64 forwarded = 0;
    address code = code_address(r, &q->to);
    if (!gas_charge(&g, call_price(r, q, &code)) ||
        !forward_gas(r, &g, q->gas_wanted, &forwarded)) {
        *o = (struct evm_outcome){.halt = HALT_OUT_OF_GAS};
        return;
    }
    forwarded += has_value ? r->price.CALL_STIPEND : 0;
    if (r->message->depth >= DEPTH_MAX || (has_value && !can_pay(r, q->value))) {
        not_begun(r, o, gas_left(g) + forwarded);
        return;
    }
    struct evmc_message m = call_message(r, q, &code, forwarded);
    ask_host(r, o, &m, g);
}

static enum halt charge_creation(struct run *r, const struct evm_request *q, gas *g, u64 *forwarded)
{
    u64 words = words_of(q->data_size);
    u64 price = r->price.CREATE + r->price.INITCODE_WORD * words;
    price += q->op == OP_CREATE2 ? r->price.KECCAK_WORD * words : 0;
    if (q->data_size > r->price.INITCODE_SIZE_MAX) {
        return HALT_INITCODE_TOO_LARGE;
    }
    if (run_is_static(r)) {
        return HALT_STATIC_VIOLATION;
    }
    if (!gas_charge(g, price) || !forward_gas(r, g, gas_left(*g), forwarded)) {
        return HALT_OUT_OF_GAS;
    }
    return HALT_NONE;
}

void run_create(struct run *r, const struct evm_request *q, struct evm_outcome *o)
{
    gas g = gas_of(q->gas);
    u64 forwarded = 0;
    enum halt halt = charge_creation(r, q, &g, &forwarded);
    if (halt != HALT_NONE) {
        *o = (struct evm_outcome){.halt = halt};
        return;
    }
    if (r->message->depth >= DEPTH_MAX || !can_pay(r, q->value)) {
        not_begun(r, o, gas_left(g) + forwarded);
        return;
    }
    struct evmc_message m = {
        .kind = q->op == OP_CREATE2 ? EVMC_CREATE2 : EVMC_CREATE,
        .depth = r->message->depth + 1,
        .gas = (i64)forwarded,
        .sender = r->message->recipient,
        .input_data = (const u8 *)(uintptr_t)q->data,
        .input_size = q->data_size,
        .value = out_word(q->value),
        .create2_salt = out_word(q->salt),
    };
    ask_host(r, o, &m, g);
}
