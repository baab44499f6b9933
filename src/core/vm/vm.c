// SPDX-License-Identifier: MIT
// The virtual machine: its settings, and the run loop that gives each frame what it asked for until
// none is left. Frames are data; nothing here recurses, so depth costs no host stack.
#include "core/vm/priv.h"

#include "lib/crypto/hash/keccak.h"

#include <stdarg.h>

enum fault vm_fault(struct vm *vm, enum fault f, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    buf_clear(&vm->fault_detail);
    buf_vprintf(&vm->fault_detail, format, args);
    buf_put_u8(&vm->fault_detail, 0);
    va_end(args);
    return f;
}

enum fault vm_take_fault(struct vm *vm)
{
    enum fault of_state = state_take_fault(vm->state);
    enum fault of_hash = vm->hash_fault;
    vm->hash_fault = FAULT_NONE;
    return of_hash != FAULT_NONE ? of_hash : of_state;
}

const char *vm_fault_detail(const struct vm *vm)
{
    return vm->fault_detail.n > 0 ? (const char *)vm->fault_detail.p : "";
}

struct vm_params vm_params_default(void)
{
    return (struct vm_params){.riscv = true, .cycles_per_gas = 4, .max_code_size = 262144};
}

struct vm *vm_new(enum vm_form form)
{
    struct vm *vm = mem_zalloc(sizeof *vm);
    vm->form = form;
    vm->door = form == VM_EVM_GUEST ? &GUEST_DOOR : &NATIVE_DOOR;
    vm->frames = mem_zalloc((FRAME_DEPTH_MAX + 1) * sizeof(struct frame *));
    vm->code = code_new();
    vm->pool = rv_pool_new();
    vm->work_left = VM_WORK_ANY;
    struct vm_params params = vm_params_default();
    vm_set_rules(vm, FORK_LATEST, &params);
    vm->environment_changed = true;
    return vm;
}

void vm_free(struct vm *vm)
{
    if (vm == NULL) {
        return;
    }
    frames_drop(vm);
    guest_stop(vm);
    native_stop(vm);
    for (u32 i = 0; i <= FRAME_DEPTH_MAX; i++) {
        mem_free(vm->frames[i]);
    }
    mem_free(vm->frames);
    code_free(vm->code);
    rv_pool_free(vm->pool);
    buf_fini(&vm->return_data);
    buf_fini(&vm->fault_detail);
    mem_free(vm);
}

enum vm_form vm_form_of(const struct vm *vm)
{
    return vm->form;
}

void vm_set_rules(struct vm *vm, enum fork fork, const struct vm_params *params)
{
    CHECK(params->cycles_per_gas >= 1 && params->cycles_per_gas <= 4096);
    vm->fork = fork;
    vm->params = *params;
    gas_table_init(&vm->price, fork);
}

void vm_set_inspector(struct vm *vm, const struct inspector *i)
{
    vm->inspector = i != NULL ? *i : (struct inspector){0};
}

void vm_limit_work(struct vm *vm, u64 cycles)
{
    vm->work_left = cycles;
    vm->has_run_out = false;
}

bool vm_ran_out(const struct vm *vm)
{
    return vm->has_run_out;
}

u64 vm_work_left(const struct vm *vm)
{
    return vm->work_left;
}

enum fault vm_run_out(struct vm *vm)
{
    vm->has_run_out = true;
    vm->work_left = 0;
    return vm_fault(vm, FAULT_UNSUPPORTED, "the execution takes more work than it may");
}

void vm_set_block(struct vm *vm, const struct vm_block *b)
{
    vm->block = *b;
    vm->environment_changed = true;
}

void vm_set_transaction(struct vm *vm, const struct vm_transaction *t)
{
    vm->tx = *t;
    vm->environment_changed = true;
}

void vm_set_precompiles(struct vm *vm, const struct vm_precompile_rule *rules, usize count)
{
    vm->precompile_rules = rules;
    vm->precompile_rule_count = count;
}

const struct precompile *vm_find_precompile(const struct vm *vm, const address *a)
{
    for (usize i = 0; i < vm->precompile_rule_count; i++) {
        const struct vm_precompile_rule *r = &vm->precompile_rules[i];
        if (address_equal(&r->at, a)) {
            return r->is_gone ? NULL : precompile_find(vm->fork, &r->as);
        }
    }
    return precompile_find(vm->fork, a);
}

bool vm_is_precompile(const struct vm *vm, const address *a)
{
    return vm_find_precompile(vm, a) != NULL;
}

u32 vm_precompile_count(const struct vm *vm)
{
    return precompile_count(vm->fork);
}

address vm_precompile_at(const struct vm *vm, u32 index)
{
    return precompile_address(vm->fork, index);
}

// ---- the run loop

// What the EVM frame on top asked for, or its end.
static enum fault serve_evm_request(struct vm *vm, const struct evm_request *r)
{
    const u8 *data = r->data_size > 0 ? vm->door->read(vm, r->data, r->data_size) : NULL;
    if (r->exit == EVM_EXIT_END) {
        return frame_end(vm, r->status, (enum halt)r->halt, r->gas, (bytes){data, r->data_size});
    }
    struct call_request q = {
        .op = (u8)r->op,
        .gas_wanted = r->exit == EVM_EXIT_CALL ? r->gas_wanted : ~(u64)0,
        .capped = r->exit == EVM_EXIT_CREATE, // a creation wants all it can get
        .to = r->to,
        .value = r->value,
        .salt = r->salt,
        .data = {data, r->data_size},
    };
    gas g = gas_of(r->gas);
    enum halt halt = HALT_NONE;
    if (r->exit == EVM_EXIT_CREATE) {
        TRY(host_create(vm, &g, &q, &halt));
    } else {
        TRY(host_call(vm, &g, &q, &halt));
    }
    if (halt != HALT_NONE) {
        vm->door->resume(vm, &(struct evm_outcome){.halt = halt});
    }
    return FAULT_NONE;
}

static void deliver_to_evm(struct vm *vm, struct frame *f, const struct answer *a)
{
    f->gas += a->gas;
    struct evm_outcome o = {
        .status = a->status,
        .gas = f->gas,
        .return_size = vm->return_data.n,
        .created = a->was_create ? u256_from_address(a->created) : u256_zero(),
    };
    vm->door->resume(vm, &o);
}

static enum fault run_frames(struct vm *vm)
{
    for (;;) {
        struct frame *f = vm_top(vm);
        if (vm->answer.ready) {
            if (f == NULL) {
                return FAULT_NONE;
            }
            struct answer a = vm->answer;
            vm->answer.ready = false;
            if (f->kind == INSPECT_EVM) {
                deliver_to_evm(vm, f, &a);
            } else {
                riscv_take_answer(vm, f, &a);
            }
        }
        if (f->kind == INSPECT_RISCV) {
            TRY(riscv_run(vm));
            continue;
        }
        struct evm_request request;
        TRY(vm->door->run(vm, &request));
        TRY(serve_evm_request(vm, &request));
    }
}

// ---- messages

static enum fault begin_call(struct vm *vm, const struct vm_message *m)
{
    struct frame_request q = {
        .op = OP_CALL,
        .foreign_input = true,
        .target = state_account(vm->state, &m->to),
        .caller = m->from,
        .code_address = m->to,
        .value = m->value,
        .moves_value = !m->value_stays,
        .input = m->input,
        .gas = m->gas,
    };
    if (m->has_code) {
        b256 hash;
        keccak256(&hash, m->code.p, m->code.n);
        q.code = m->code;
        q.code_hash = hash;
        bool riscv = m->code.n > 0 && m->code.p[0] == 0xFF;
        q.start_price = riscv ? large_code_price(vm, m->code.n) : 0;
        (void)state_mark_code(vm->state, q.target);
    } else {
        struct resolved_code r = resolve_code(vm, &m->to);
        q.code = r.code;
        q.code_hash = r.hash;
        q.start_price = host_code_mark_price(vm, r.account);
    }
    return frame_begin(vm, &q);
}

static enum fault begin_creation(struct vm *vm, const struct vm_message *m)
{
    struct account *from = state_account(vm->state, &m->from);
    if (m->input.n > initcode_size_max(vm, m->input)) {
        answer_without_frame(vm, EVM_HALT, HALT_INITCODE_TOO_LARGE, 0, true);
        return FAULT_NONE;
    }
    u64 nonce = account_nonce(from);
    if (nonce == ~(u64)0) {
        answer_without_frame(vm, EVM_HALT, HALT_NONCE_OVERFLOW, 0, true);
        return FAULT_NONE;
    }
    state_set_nonce(vm->state, from, nonce + 1);
    address at = create_address(&m->from, nonce);
    struct frame_request q = {
        .op = OP_CREATE,
        .is_create = true,
        .target = state_account(vm->state, &at),
        .caller = m->from,
        .code_address = at,
        .value = m->value,
        .moves_value = true,
        .code = m->input,
        .gas = m->gas,
    };
    return frame_begin(vm, &q);
}

static void fill_result(const struct vm *vm, struct vm_result *out)
{
    const struct answer *a = &vm->answer;
    *out = (struct vm_result){
        .status = a->status,
        .halt = a->halt,
        .gas_left = a->gas,
        .gas_refund = a->status == EVM_SUCCESS ? state_refund(vm->state) : 0,
        .output = buf_bytes(&vm->return_data),
        .created = a->created,
        .cycles = vm->cycles,
        .instructions = vm->instructions,
        .pages = vm->pages_peak,
    };
}

enum fault vm_execute(struct vm *vm, struct state *s, const struct vm_message *m,
                      struct vm_result *out)
{
    CHECK(vm->count == 0 && vm->pages_live == 0);
    CHECK(m->gas >> 63 == 0);
    vm->state = s;
    vm->answer = (struct answer){0};
    vm->return_data.n = 0;
    vm->pages_peak = 0;
    vm->cycles = 0;
    vm->instructions = 0;
    buf_clear(&vm->fault_detail);
    struct state_checkpoint before = state_checkpoint(s);
    (void)state_account(s, &m->from); // before value is taken from what a source failed to tell
    TRY(state_take_fault(s));
    enum fault f = m->is_create ? begin_creation(vm, m) : begin_call(vm, m);
    f = f == FAULT_NONE ? run_frames(vm) : f;
    enum fault of_source = vm_take_fault(vm);
    f = f == FAULT_NONE ? of_source : f;
    if (f != FAULT_NONE) {
        frames_drop(vm);
        state_revert(s, before);
        (void)vm->door->reset(vm);
        return f;
    }
    fill_result(vm, out);
    return FAULT_NONE;
}
