// SPDX-License-Identifier: MIT
// include/hybrid/hybrid.h made real: values are turned into the engine's and back, results are
// copied out so that they do not depend on VM or state, tracers are adapted to inspectors
// (api_trace.c).
#include "app/api/api.h"

#include "app/api/transaction.h"
#include "core/trace/reason.h"
#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/num/u256.h"

#define API PUBLIC

struct hybrid_state {
    struct state *state;
};

struct hybrid_result {
    struct vm_result result;
    bool is_create;
    u64 gas_used;
    struct buf output, reason, log_data;
    struct hybrid_log *log; // its data are set when it is asked for
    usize *log_data_at;
    usize log_count;
};

// ---- values -------------------------------------------------------------------------------------

address api_address(const struct hybrid_address *a)
{
    address v;
    copy_bytes(v.b, a->bytes, sizeof v.b);
    return v;
}

struct hybrid_address api_address_out(const address *a)
{
    struct hybrid_address v;
    copy_bytes(v.bytes, a->b, sizeof v.bytes);
    return v;
}

u256 api_word(const struct hybrid_word *w)
{
    return u256_from_be_bytes(w->bytes);
}

struct hybrid_word api_word_out(u256 v)
{
    struct hybrid_word w;
    u256_to_be_bytes(w.bytes, v);
    return w;
}

static bytes api_bytes(struct hybrid_bytes b)
{
    return (bytes){b.data, b.size};
}

struct hybrid_bytes api_bytes_out(bytes b)
{
    return (struct hybrid_bytes){b.p, b.n};
}

// ---- texts --------------------------------------------------------------------------------------

API const char *hybrid_error_text(enum hybrid_error error)
{
    switch (error) {
    case HYBRID_OK:
        return "no error";
    case HYBRID_BAD_ARGUMENT:
        return "an argument is out of its range or names nothing";
    case HYBRID_NO_FUNDS:
        return "the sender has less than the message's value";
    case HYBRID_FAULT:
        return "the machinery failed, the state is unchanged";
    }
    return "not an error of this library";
}

API const char *hybrid_version(void)
{
    return HYBRID_VERSION;
}

// ---- the VM -------------------------------------------------------------------------------------

static void set_rules(struct hybrid_vm *vm)
{
    vm_set_rules(vm->vm, vm->fork, &vm->params);
}

API struct hybrid_vm *hybrid_vm_new(enum hybrid_evm evm)
{
    if (evm != HYBRID_EVM_RISCV && evm != HYBRID_EVM_NATIVE) {
        return NULL;
    }
    struct hybrid_vm *vm = mem_zalloc(sizeof *vm);
    vm->vm = vm_new(evm == HYBRID_EVM_RISCV ? VM_EVM_GUEST : VM_EVM_NATIVE);
    vm->fork = FORK_LATEST;
    vm->params = vm_params_default();
    vm->block = hybrid_block_default();
    set_rules(vm);
    return vm;
}

API void hybrid_vm_free(struct hybrid_vm *vm)
{
    if (vm != NULL) {
        vm_free(vm->vm);
        api_trace_fini(vm);
        buf_fini(&vm->fault);
        mem_free(vm);
    }
}

API enum hybrid_error hybrid_vm_set_fork(struct hybrid_vm *vm, const char *name)
{
    enum fork fork;
    if (name == NULL || !fork_from_name(&fork, name)) {
        return HYBRID_BAD_ARGUMENT;
    }
    vm->fork = fork;
    set_rules(vm);
    api_trace_attach(vm); // EIP-3155 names instructions by fork
    return HYBRID_OK;
}

API struct hybrid_riscv hybrid_riscv_default(void)
{
    struct vm_params p = vm_params_default();
    return (struct hybrid_riscv){.on = p.riscv,
                                 .cycles_per_gas = p.cycles_per_gas,
                                 .max_code_size = p.max_code_size,
                                 .has_code_deposit_gas = p.has_code_deposit,
                                 .code_deposit_gas = p.code_deposit_gas};
}

API enum hybrid_error hybrid_vm_set_riscv(struct hybrid_vm *vm,
                                          const struct hybrid_riscv *parameters)
{
    const struct hybrid_riscv *p = parameters;
    if (p->cycles_per_gas < 1 || p->cycles_per_gas > 4096 || p->max_code_size > 1u << 30 ||
        p->code_deposit_gas > 1ull << 32) {
        return HYBRID_BAD_ARGUMENT;
    }
    vm->params = (struct vm_params){.riscv = p->on,
                                    .cycles_per_gas = p->cycles_per_gas,
                                    .max_code_size = p->max_code_size,
                                    .has_code_deposit = p->has_code_deposit_gas,
                                    .code_deposit_gas = p->code_deposit_gas};
    set_rules(vm);
    return HYBRID_OK;
}

API struct hybrid_block hybrid_block_default(void)
{
    return (struct hybrid_block){.number = hybrid_word_of(1),
                                 .timestamp = hybrid_word_of(1),
                                 .gas_limit = hybrid_word_of(60000000),
                                 .blob_base_fee = hybrid_word_of(1),
                                 .chain_id = hybrid_word_of(1)};
}

API void hybrid_vm_set_block(struct hybrid_vm *vm, const struct hybrid_block *block)
{
    vm->block = *block;
}

API const char *hybrid_vm_fault_text(const struct hybrid_vm *vm)
{
    return vm->fault.n > 0 ? (const char *)vm->fault.p : "";
}

static enum fault block_hash(void *ctx, u64 number, b256 *out)
{
    const struct hybrid_block *b = ctx;
    struct hybrid_word hash = b->block_hash(b->context, number);
    copy_bytes(out->b, hash.bytes, sizeof out->b);
    return FAULT_NONE;
}

static void give_environment(struct hybrid_vm *vm, const struct hybrid_message *m)
{
    struct hybrid_block *b = &vm->block;
    struct vm_block block = {
        .number = api_word(&b->number),
        .timestamp = api_word(&b->timestamp),
        .gas_limit = api_word(&b->gas_limit),
        .base_fee = api_word(&b->base_fee),
        .blob_base_fee = api_word(&b->blob_base_fee),
        .difficulty_or_prevrandao = api_word(&b->prevrandao),
        .chain_id = api_word(&b->chain_id),
        .coinbase = api_address(&b->coinbase),
        .ctx = b,
        .block_hash = b->block_hash != NULL ? block_hash : NULL,
    };
    struct vm_transaction t = {.origin = api_address(&m->from),
                               .gas_price = api_word(&m->gas_price)};
    vm_set_block(vm->vm, &block);
    vm_set_transaction(vm->vm, &t);
}

// ---- the state ----------------------------------------------------------------------------------

API struct hybrid_state *hybrid_state_new(void)
{
    struct hybrid_state *s = mem_zalloc(sizeof *s);
    s->state = state_new(NULL);
    return s;
}

API void hybrid_state_free(struct hybrid_state *state)
{
    if (state != NULL) {
        state_free(state->state);
        mem_free(state);
    }
}

static struct account *account_of(struct hybrid_state *s, const struct hybrid_address *a)
{
    address at = api_address(a);
    return state_account(s->state, &at);
}

// Each setter is a transaction of its own, so that what it sets is an original value for what
// follows.
API void hybrid_state_set_balance(struct hybrid_state *state, const struct hybrid_address *account,
                                  const struct hybrid_word *balance)
{
    u256 v = api_word(balance);
    state_begin_transaction(state->state);
    state_set_balance(state->state, account_of(state, account), &v);
    state_end_transaction(state->state, false);
}

API void hybrid_state_set_nonce(struct hybrid_state *state, const struct hybrid_address *account,
                                uint64_t nonce)
{
    state_begin_transaction(state->state);
    state_set_nonce(state->state, account_of(state, account), nonce);
    state_end_transaction(state->state, false);
}

API void hybrid_state_set_code(struct hybrid_state *state, const struct hybrid_address *account,
                               struct hybrid_bytes code)
{
    state_begin_transaction(state->state);
    state_set_code(state->state, account_of(state, account), api_bytes(code));
    state_end_transaction(state->state, false);
}

API void hybrid_state_set_storage(struct hybrid_state *state, const struct hybrid_address *account,
                                  const struct hybrid_word *key, const struct hybrid_word *value)
{
    u256 k = api_word(key);
    u256 v = api_word(value);
    state_begin_transaction(state->state);
    state_sstore(state->state, account_of(state, account), &k, &v);
    state_end_transaction(state->state, false);
}

API struct hybrid_word hybrid_state_balance(struct hybrid_state *state,
                                            const struct hybrid_address *account)
{
    return api_word_out(*account_balance(account_of(state, account)));
}

API uint64_t hybrid_state_nonce(struct hybrid_state *state, const struct hybrid_address *account)
{
    return account_nonce(account_of(state, account));
}

API struct hybrid_bytes hybrid_state_code(struct hybrid_state *state,
                                          const struct hybrid_address *account)
{
    return api_bytes_out(account_code(state->state, account_of(state, account)));
}

API struct hybrid_word hybrid_state_storage(struct hybrid_state *state,
                                            const struct hybrid_address *account,
                                            const struct hybrid_word *key)
{
    u256 k = api_word(key);
    return api_word_out(state_sload(state->state, account_of(state, account), &k));
}

// ---- execution ----------------------------------------------------------------------------------

static void copy_logs(struct hybrid_result *r, const struct state *s)
{
    r->log_count = state_log_count(s);
    r->log = mem_zalloc(r->log_count * sizeof *r->log);
    r->log_data_at = mem_zalloc(r->log_count * sizeof *r->log_data_at);
    for (usize i = 0; i < r->log_count; i++) {
        const struct state_log *l = state_log_at(s, i);
        bytes data = state_log_data(s, l);
        r->log[i].address = api_address_out(&l->emitter);
        r->log[i].topic_count = l->topic_count;
        copy_bytes(r->log[i].topics, l->topic, l->topic_count * sizeof l->topic[0]);
        r->log[i].data.size = data.n;
        r->log_data_at[i] = r->log_data.n;
        buf_put(&r->log_data, data.p, data.n);
    }
}

static struct hybrid_result *make_result(const struct vm_result *from, const struct vm_message *m,
                                         struct state *s)
{
    struct hybrid_result *r = mem_zalloc(sizeof *r);
    r->result = *from;
    r->is_create = m->is_create;
    r->gas_used = m->gas - from->gas_left;
    bytes output = transaction_output(s, m, from);
    buf_put(&r->output, output.p, output.n);
    if (from->status == EVM_SUCCESS) {
        copy_logs(r, s);
    }
    if (from->status == EVM_REVERT && revert_reason(&r->reason, from->output)) {
        buf_put_u8(&r->reason, 0);
    }
    return r;
}

static enum hybrid_error execute(struct hybrid_vm *vm, struct state *s, const struct vm_message *m,
                                 struct hybrid_result **result)
{
    *result = NULL;
    buf_clear(&vm->fault);
    if (m->gas > ~(u64)0 >> 1) {
        return HYBRID_BAD_ARGUMENT;
    }
    if (u256_lt(*account_balance(state_account(s, &m->from)), m->value)) {
        return HYBRID_NO_FUNDS;
    }
    address coinbase = api_address(&vm->block.coinbase);
    struct vm_result r = {0};
    transaction_begin(s, vm->vm, vm->fork, m, &coinbase);
    enum fault f = vm_execute(vm->vm, s, m, &r);
    if (f == FAULT_NONE) {
        *result = make_result(&r, m, s);
    } else {
        const char *detail = vm_fault_detail(vm->vm);
        buf_printf(&vm->fault, "%s%s%s%c", fault_text(f), detail[0] != 0 ? ": " : "", detail, 0);
    }
    transaction_end(s, vm->fork);
    api_trace_flush(vm);
    return f == FAULT_NONE ? HYBRID_OK : HYBRID_FAULT;
}

API enum hybrid_error hybrid_call(struct hybrid_vm *vm, struct hybrid_state *state,
                                  const struct hybrid_message *message,
                                  struct hybrid_result **result)
{
    struct vm_message m = {.from = api_address(&message->from),
                           .to = api_address(&message->to),
                           .value = api_word(&message->value),
                           .input = api_bytes(message->input),
                           .gas = message->gas};
    give_environment(vm, message);
    return execute(vm, state->state, &m, result);
}

API enum hybrid_error hybrid_deploy(struct hybrid_vm *vm, struct hybrid_state *state,
                                    const struct hybrid_message *message, struct hybrid_bytes code,
                                    struct hybrid_result **result)
{
    struct buf init = {0};
    buf_put(&init, code.data, code.size);
    container_wrap(&init, api_bytes(message->input));
    struct vm_message m = {.is_create = true,
                           .from = api_address(&message->from),
                           .value = api_word(&message->value),
                           .input = buf_bytes(&init),
                           .gas = message->gas};
    give_environment(vm, message);
    enum hybrid_error error = execute(vm, state->state, &m, result);
    buf_fini(&init);
    return error;
}

// ---- results ------------------------------------------------------------------------------------

API void hybrid_result_free(struct hybrid_result *result)
{
    if (result != NULL) {
        buf_fini(&result->output);
        buf_fini(&result->reason);
        buf_fini(&result->log_data);
        mem_free(result->log);
        mem_free(result->log_data_at);
        mem_free(result);
    }
}

API enum hybrid_status hybrid_result_status(const struct hybrid_result *result)
{
    u32 status = result->result.status;
    return status == EVM_SUCCESS  ? HYBRID_SUCCESS
           : status == EVM_REVERT ? HYBRID_REVERT
                                  : HYBRID_HALT; // a creation that cannot begin included
}

API const char *hybrid_result_halt(const struct hybrid_result *result)
{
    if (hybrid_result_status(result) != HYBRID_HALT) {
        return NULL;
    }
    enum halt h = result->result.halt;
    return halt_name(h == HALT_NONE ? HALT_NONCE_OVERFLOW : h);
}

API uint64_t hybrid_result_gas_used(const struct hybrid_result *result)
{
    return result->gas_used;
}

API int64_t hybrid_result_gas_refund(const struct hybrid_result *result)
{
    return result->result.status == EVM_SUCCESS ? result->result.gas_refund : 0;
}

API struct hybrid_bytes hybrid_result_output(const struct hybrid_result *result)
{
    return api_bytes_out(buf_bytes(&result->output));
}

API const struct hybrid_address *hybrid_result_created(const struct hybrid_result *result)
{
    static_assert(sizeof(struct hybrid_address) == sizeof(address), "the same 20 bytes");
    bool created = result->is_create && result->result.status == EVM_SUCCESS;
    return created ? (const struct hybrid_address *)&result->result.created : NULL;
}

API uint64_t hybrid_result_cycles(const struct hybrid_result *result)
{
    return result->result.cycles;
}

API uint64_t hybrid_result_instructions(const struct hybrid_result *result)
{
    return result->result.instructions;
}

API uint32_t hybrid_result_pages(const struct hybrid_result *result)
{
    return result->result.pages;
}

API const char *hybrid_result_reason(const struct hybrid_result *result)
{
    return result->reason.n > 0 ? (const char *)result->reason.p : NULL;
}

API size_t hybrid_result_log_count(const struct hybrid_result *result)
{
    return result->log_count;
}

API struct hybrid_log hybrid_result_log(const struct hybrid_result *result, size_t index)
{
    if (index >= result->log_count) {
        return (struct hybrid_log){0};
    }
    struct hybrid_log l = result->log[index];
    l.data.data = result->log_data.p + result->log_data_at[index];
    return l;
}
