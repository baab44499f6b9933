// SPDX-License-Identifier: MIT
// The service door: the mini-EVM as a RISC-V program in our own machine, one resident coroutine for
// all EVM frames of a VM (ARCHITECTURE section 2). It is stopped in one of two places: idle,
// waiting for an outermost frame's record at 0x8000_0000, or in the exit service, waiting for the
// outcome of what it asked for or for the record of a nested frame. The guest is trusted, yet every
// pointer and record it hands over is checked: what does not check out is a fault with its place,
// never memory unsafety and never a revert (ABI section 7).
#include "core/vm/priv.h"

#define RECORD_AT 0x80000000ull

// The watchdog: cycles for a stretch of guest code between two answers. The dearest instruction for
// its gas is EXP of Frontier (10 gas a byte of exponent, some 500 cycles a gas); beginning a frame
// analyses its code.
#define CYCLES_BASE (64ull << 20)
#define CYCLES_PER_GAS 4096ull
#define CYCLES_PER_BYTE 256ull

#define WORK_OF_SERVICE 200u // cycles that one takes us, about
#define WORK_OF_EXIT 1000u   // and a frame's begin or end

enum register_number {
    RA0 = 10,
    RA1,
    RA2,
    RA3,
    RA6 = 16,
    RA7,
    RT0 = 5,
    RX31 = 31,
};

// The guest's ELF, embedded by guest_image.S.
extern const u8 guest_image_begin[];
extern const u8 guest_image_end[];

enum fault guest_start(struct vm *vm)
{
    if (vm->guest_slot != NULL) {
        return FAULT_NONE;
    }
    if (vm->guest_program == NULL) {
        bytes elf = {guest_image_begin, (usize)(guest_image_end - guest_image_begin)};
        enum hv1_verdict verdict = HV1_OK;
        vm->guest_program = rv_program_new(elf, RV_GUEST, &verdict);
        if (vm->guest_program == NULL) {
            return vm_fault(vm, FAULT_GUEST_IMAGE, "embedded guest: %s", hv1_verdict_text(verdict));
        }
    }
    vm->guest_slot = rv_slot_acquire(vm->pool, vm->guest_program);
    if (vm->guest_slot == NULL) {
        return vm_fault(vm, FAULT_OUT_OF_MEMORY, "no address space for the mini-EVM");
    }
    rv_machine_init(&vm->guest, vm->guest_program, vm->guest_slot, 0);
    vm->guest_begin = NULL;
    vm->guest_resuming = false;
    vm->guest_nested = false;
    vm->guest_memory_top = 0;
    return FAULT_NONE;
}

static enum fault guest_reset(struct vm *vm)
{
    if (vm->guest_slot != NULL) {
        rv_slot_release(vm->pool, vm->guest_slot);
        vm->guest_slot = NULL;
    }
    return FAULT_NONE;
}

void guest_stop(struct vm *vm)
{
    (void)guest_reset(vm);
    if (vm->guest_program != NULL) {
        rv_program_unref(vm->guest_program);
        vm->guest_program = NULL;
    }
}

// ---- giving: records and outcomes

static enum fault bad_place(struct vm *vm, const char *what, u64 at, u64 n)
{
    return vm_fault(vm, FAULT_GUEST_SERVICE, "%s at 0x%llx, %llu bytes, is not guest memory", what,
                    (unsigned long long)at, (unsigned long long)n);
}

// Where the input of frame f lies for the guest; copies it there if it is not in the guest's
// memory.
static enum fault place_input(struct vm *vm, const struct frame *f, u64 after_record, u64 *at)
{
    if (!f->foreign_input) {
        const u8 *base = rv_slot_read(vm->guest_slot, RECORD_AT, 1);
        *at = f->input.n > 0 ? RECORD_AT + (u64)(f->input.p - base) : after_record;
        return FAULT_NONE;
    }
    *at = vm->guest_nested ? after_record : EVM_GUEST_INPUT;
    if (f->input.n == 0 || f->input.n > EVM_INPUT_MAX) {
        return FAULT_NONE; // too long: the mini-EVM halts the frame by its size
    }
    u8 *to = rv_slot_write(vm->guest_slot, *at, f->input.n);
    if (to == NULL) {
        return bad_place(vm, "room for an input", *at, f->input.n);
    }
    copy_bytes(to, f->input.p, f->input.n);
    return FAULT_NONE;
}

struct full_record {
    struct evm_record_head head;
    struct evm_frame_record frame;
    struct evm_block_record block;
    struct evm_tx_record tx;
};

static enum fault give_record(struct vm *vm, const struct frame *f)
{
    struct full_record r = {.head = {.frame_size = sizeof r.frame}};
    u64 size = sizeof r.head + sizeof r.frame;
    if (!vm->guest_nested) {
        r.head.block_size = sizeof r.block;
        r.head.tx_size = sizeof r.tx;
        size = sizeof r;
        fill_environment(vm, &r.block, &r.tx);
    }
    r.head.total_size = size;
    fill_frame_record(vm, f, &r.frame);
    u64 at = vm->guest_nested ? vm->guest_record_at : RECORD_AT;
    TRY(place_input(vm, f, at + size, &r.frame.input));
    u8 *to = rv_slot_write(vm->guest_slot, at, size);
    if (to == NULL) {
        return bad_place(vm, "room for a record", at, size);
    }
    copy_bytes(to, &r, size);
    vm->guest.x[RA0] = vm->guest_nested ? 2 : vm->guest.x[RA0];
    return FAULT_NONE;
}

static enum fault give_outcome(struct vm *vm)
{
    u8 *to = rv_slot_write(vm->guest_slot, vm->guest_outcome_at, sizeof vm->guest_outcome);
    if (to == NULL) {
        return bad_place(vm, "room for an outcome", vm->guest_outcome_at, sizeof vm->guest_outcome);
    }
    copy_bytes(to, &vm->guest_outcome, sizeof vm->guest_outcome);
    vm->guest.x[RA0] = 1;
    return FAULT_NONE;
}

static enum fault guest_begin(struct vm *vm, struct frame *f)
{
    TRY(guest_start(vm));
    vm->guest_begin = f;
    return FAULT_NONE;
}

static void guest_resume(struct vm *vm, const struct evm_outcome *o)
{
    vm->guest_outcome = *o;
    vm->guest_resuming = true;
}

static void set_watchdog(struct vm *vm, const struct frame *f, u64 gas_given)
{
    u64 bytes_new = vm->guest_begin != NULL ? f->code.n + f->input.n : 0;
    u128 cycles =
        (u128)CYCLES_BASE + (u128)gas_given * CYCLES_PER_GAS + (u128)bytes_new * CYCLES_PER_BYTE;
    u64 most = (u64)1 << 62;
    vm->guest.cycles = (i64)(cycles < most ? (u64)cycles : most);
}

// ---- taking: services that answer at once

// Arguments of a service that is given pointers: NULL, and *bad set, if one is not the guest's.
static const u8 *readable(struct vm *vm, u32 reg, u64 n, bool *bad)
{
    const u8 *p = rv_slot_read(vm->guest_slot, vm->guest.x[reg], n);
    *bad = *bad || (p == NULL && n > 0);
    return p;
}

static u8 *writable(struct vm *vm, u32 reg, u64 n, bool *bad)
{
    u8 *p = rv_slot_write(vm->guest_slot, vm->guest.x[reg], n);
    *bad = *bad || (p == NULL && n > 0);
    return p;
}

// Words and addresses of the guest are only byte-aligned for us: copied in, copied out.
static u256 word_in(const u8 *p)
{
    u256 w;
    copy_bytes(&w, p, sizeof w);
    return w;
}

static address address_in(const u8 *p)
{
    address a;
    copy_bytes(&a, p, sizeof a);
    return a;
}

typedef enum halt account_operation(struct vm *vm, gas *g, const address *a, u256 *out);
typedef enum halt key_operation(struct vm *vm, gas *g, const u256 *key, u256 *out);
typedef enum halt write_operation(struct vm *vm, gas *g, const u256 *key, const u256 *value);

static enum halt serve_account(struct vm *vm, gas *g, account_operation *operation, bool *bad)
{
    const u8 *p = readable(vm, RA0, sizeof(address), bad);
    u8 *q = writable(vm, RA1, sizeof(u256), bad);
    if (*bad) {
        return HALT_NONE;
    }
    address a = address_in(p);
    u256 out = u256_zero();
    enum halt h = operation(vm, g, &a, &out);
    copy_bytes(q, &out, sizeof out);
    return h;
}

static enum halt serve_key(struct vm *vm, gas *g, key_operation *operation, bool *bad)
{
    const u8 *p = readable(vm, RA0, sizeof(u256), bad);
    u8 *q = writable(vm, RA1, sizeof(u256), bad);
    if (*bad) {
        return HALT_NONE;
    }
    u256 key = word_in(p);
    u256 out = u256_zero();
    enum halt h = operation(vm, g, &key, &out);
    copy_bytes(q, &out, sizeof out);
    return h;
}

static enum halt serve_write(struct vm *vm, gas *g, write_operation *operation, bool *bad)
{
    const u8 *p = readable(vm, RA0, sizeof(u256), bad);
    const u8 *q = readable(vm, RA1, sizeof(u256), bad);
    if (*bad) {
        return HALT_NONE;
    }
    u256 key = word_in(p);
    u256 value = word_in(q);
    return operation(vm, g, &key, &value);
}

static enum halt blob_hash_free(struct vm *vm, gas *g, const u256 *index, u256 *out)
{
    (void)g;
    return host_blob_hash(vm, index, out);
}

static enum halt serve_keccak(struct vm *vm, gas *g, bool *bad)
{
    u64 n = vm->guest.x[RA1];
    const u8 *p = readable(vm, RA0, n, bad);
    u8 *q = writable(vm, RA2, sizeof(u256), bad);
    if (*bad) {
        return HALT_NONE;
    }
    u256 out = u256_zero();
    enum halt h = host_keccak(vm, g, (bytes){p, n}, vm->guest.x[RA3], &out);
    copy_bytes(q, &out, sizeof out);
    return h;
}

static enum halt serve_log(struct vm *vm, gas *g, bool *bad)
{
    u64 n = vm->guest.x[RA1];
    u64 count = vm->guest.x[RA3];
    *bad = count > 4;
    const u8 *p = readable(vm, RA0, n, bad);
    const u8 *t = *bad ? NULL : readable(vm, RA2, count * sizeof(u256), bad);
    if (*bad) {
        return HALT_NONE;
    }
    u256 topics[4];
    copy_bytes(topics, t, count * sizeof(u256));
    return host_log(vm, g, (bytes){p, n}, topics, (u32)count);
}

static enum halt serve_self_balance(struct vm *vm, gas *g, bool *bad)
{
    (void)g;
    u8 *q = writable(vm, RA0, sizeof(u256), bad);
    u256 out = u256_zero();
    if (*bad) {
        return HALT_NONE;
    }
    enum halt h = host_self_balance(vm, &out);
    copy_bytes(q, &out, sizeof out);
    return h;
}

static enum halt serve_self_destruct(struct vm *vm, gas *g, bool *bad)
{
    const u8 *p = readable(vm, RA0, sizeof(address), bad);
    if (*bad) {
        return HALT_NONE;
    }
    address a = address_in(p);
    return host_self_destruct(vm, g, &a);
}

static enum halt serve_code_copy(struct vm *vm, gas *g, bool *bad)
{
    u64 n = vm->guest.x[RA3];
    const u8 *p = readable(vm, RA0, sizeof(address), bad);
    u8 *to = writable(vm, RA2, n, bad);
    if (*bad) {
        return HALT_NONE;
    }
    address a = address_in(p);
    return host_code_copy(vm, g, &a, vm->guest.x[RA1], to, n);
}

static enum halt serve_return_data_copy(struct vm *vm, gas *g, bool *bad)
{
    (void)g;
    u64 offset = vm->guest.x[RA0];
    u64 n = vm->guest.x[RA2];
    u8 *to = writable(vm, RA1, n, bad);
    *bad = *bad || offset > vm->return_data.n || n > vm->return_data.n - offset;
    if (!*bad) {
        host_return_data_copy(vm, offset, to, n);
    }
    return HALT_NONE;
}

static enum halt serve_load_code(struct vm *vm, gas *g, bool *bad)
{
    (void)g;
    u64 n = vm->guest.x[RA1];
    u8 *to = writable(vm, RA0, n, bad);
    if (!*bad) {
        copy_padded(to, vm_top(vm)->code, 0, n);
    }
    return HALT_NONE;
}

static enum halt serve_step(struct vm *vm, gas *g, bool *bad)
{
    (void)g;
    const u8 *p = readable(vm, RA0, sizeof(struct evm_step), bad);
    if (*bad || vm->inspector.evm_step == NULL) {
        return HALT_NONE;
    }
    struct evm_step s;
    copy_bytes(&s, p, sizeof s);
    u64 stack_size = (u64)s.stack_height * sizeof(u256);
    const u8 *stack = rv_slot_read(vm->guest_slot, s.stack, stack_size);
    const u8 *memory = rv_slot_read(vm->guest_slot, s.memory, s.memory_size);
    *bad = s.stack_height > EVM_STACK_MAX || (stack == NULL && stack_size > 0) ||
           (memory == NULL && s.memory_size > 0);
    u256 words[EVM_STACK_MAX];
    if (!*bad) {
        copy_bytes(words, stack, stack_size);
        report_step(vm, &s, words, (bytes){memory, s.memory_size});
    }
    return HALT_NONE;
}

static enum halt serve_block_number(struct vm *vm, gas *g, bool *bad)
{
    (void)g;
    (void)bad;
    vm->guest.x[RA0] = u256_to_u64_saturated(vm->block.number);
    return HALT_NONE;
}

#define ACCOUNT_SERVICE(verb)                                                                      \
    static enum halt serve_##verb(struct vm *vm, gas *g, bool *bad)                                \
    {                                                                                              \
        return serve_account(vm, g, host_##verb, bad);                                             \
    }
#define KEY_SERVICE(verb)                                                                          \
    static enum halt serve_##verb(struct vm *vm, gas *g, bool *bad)                                \
    {                                                                                              \
        return serve_key(vm, g, host_##verb, bad);                                                 \
    }
#define WRITE_SERVICE(verb)                                                                        \
    static enum halt serve_##verb(struct vm *vm, gas *g, bool *bad)                                \
    {                                                                                              \
        return serve_write(vm, g, host_##verb, bad);                                               \
    }
ACCOUNT_SERVICE(balance)
ACCOUNT_SERVICE(code_size)
ACCOUNT_SERVICE(code_hash)
KEY_SERVICE(block_hash)
KEY_SERVICE(sload)
KEY_SERVICE(tload)
WRITE_SERVICE(sstore)
WRITE_SERVICE(tstore)

static enum halt serve_blob_hash(struct vm *vm, gas *g, bool *bad)
{
    return serve_key(vm, g, blob_hash_free, bad);
}

enum service {
#define SERVICE(id, NAME, name, in, out, text) SERVICE_##NAME = (id),
#include "spec/services.def"
    SERVICE_COUNT
};

typedef enum halt service_body(struct vm *vm, gas *g, bool *bad);

// Services that answer at once; exit and panic are not among them.
static service_body *const BODIES[SERVICE_COUNT] = {
    [SERVICE_BALANCE] = serve_balance,
    [SERVICE_LOAD_CODE] = serve_load_code,
    [SERVICE_LOAD_CODE_HASH] = serve_code_hash,
    [SERVICE_BLOCK_NUMBER] = serve_block_number,
    [SERVICE_BLOCK_HASH] = serve_block_hash,
    [SERVICE_SLOAD] = serve_sload,
    [SERVICE_SSTORE] = serve_sstore,
    [SERVICE_TLOAD] = serve_tload,
    [SERVICE_TSTORE] = serve_tstore,
    [SERVICE_CODE_SIZE] = serve_code_size,
    [SERVICE_SELF_DESTRUCT] = serve_self_destruct,
    [SERVICE_KECCAK] = serve_keccak,
    [SERVICE_LOG] = serve_log,
    [SERVICE_SELF_BALANCE] = serve_self_balance,
    [SERVICE_CODE_COPY] = serve_code_copy,
    [SERVICE_RETURN_DATA_COPY] = serve_return_data_copy,
    [SERVICE_BLOB_HASH] = serve_blob_hash,
    [SERVICE_STEP] = serve_step,
};

static enum fault serve_at_once(struct vm *vm, u64 id)
{
    gas g = {(i64)vm->guest.x[RA7]};
    bool bad = g.left < 0;
    enum halt halt = bad ? HALT_NONE : BODIES[id](vm, &g, &bad);
    if (bad) {
        return vm_fault(vm, FAULT_GUEST_SERVICE,
                        "service %llu with a0 = 0x%llx, a1 = 0x%llx, a2 = 0x%llx, a3 = 0x%llx",
                        (unsigned long long)id, (unsigned long long)vm->guest.x[RA0],
                        (unsigned long long)vm->guest.x[RA1], (unsigned long long)vm->guest.x[RA2],
                        (unsigned long long)vm->guest.x[RA3]);
    }
    vm_worked(vm, WORK_OF_SERVICE + (vm->guest.x[RA7] - (u64)g.left) * WORK_PER_GAS);
    vm->guest.x[RA6] = (u64)halt;
    vm->guest.x[RA7] = (u64)g.left;
    return FAULT_NONE;
}

// ---- taking: exits

static bool exit_is_sane(const struct evm_request *r)
{
    switch (r->exit) {
    case EVM_EXIT_CALL:
        return r->op == OP_CALL || r->op == OP_CALLCODE || r->op == OP_DELEGATECALL ||
               r->op == OP_STATICCALL;
    case EVM_EXIT_CREATE:
        return r->op == OP_CREATE || r->op == OP_CREATE2;
    case EVM_EXIT_END:
        return r->status <= EVM_HALT && r->halt < HALT_COUNT &&
               (r->status == EVM_HALT) == (r->halt != HALT_NONE);
    default:
        return false;
    }
}

static enum fault check_request(struct vm *vm, const struct evm_request *r)
{
    if (!exit_is_sane(r) || r->gas > vm->guest_gas) {
        return vm_fault(vm, FAULT_GUEST_OUTPUT,
                        "request: exit %u, op 0x%x, status %u, halt %u, gas 0x%llx of 0x%llx",
                        r->exit, r->op, r->status, r->halt, (unsigned long long)r->gas,
                        (unsigned long long)vm->guest_gas);
    }
    if (rv_slot_read(vm->guest_slot, r->data, r->data_size) == NULL && r->data_size > 0) {
        return bad_place(vm, "data of a request", r->data, r->data_size);
    }
    u64 top = r->memory_top;
    vm->guest_memory_top = top > vm->guest_memory_top ? top : vm->guest_memory_top;
    return FAULT_NONE;
}

static enum fault take_request(struct vm *vm, struct evm_request *request)
{
    bool bad = false;
    const u8 *p = readable(vm, RA0, sizeof *request, &bad);
    (void)writable(vm, RA1, sizeof(struct evm_outcome), &bad);
    if (bad) {
        return bad_place(vm, "request", vm->guest.x[RA0], sizeof *request);
    }
    copy_bytes(request, p, sizeof *request);
    vm->guest_nested = true;
    vm->guest_outcome_at = vm->guest.x[RA1];
    vm->guest_record_at = request->record_at;
    return check_request(vm, request);
}

// deserialize_output: the outermost frame's end.
static enum fault take_output(struct vm *vm, struct evm_request *request)
{
    struct evm_output_record o;
    const u8 *p = rv_slot_read(vm->guest_slot, RECORD_AT, sizeof o);
    if (p == NULL || vm->guest.x[RX31] != sizeof o || load_le64(p) != sizeof o) {
        return vm_fault(vm, FAULT_GUEST_OUTPUT, "output record of %llu bytes",
                        (unsigned long long)vm->guest.x[RX31]);
    }
    copy_bytes(&o, p, sizeof o);
    vm->guest_nested = false;
    *request = (struct evm_request){
        .exit = EVM_EXIT_END,
        .gas = o.gas_left,
        .data = o.data,
        .data_size = o.data_size,
        .status = o.status,
        .halt = o.halt,
        .memory_top = o.memory_top,
    };
    return check_request(vm, request);
}

static enum fault guest_panic(struct vm *vm)
{
    u64 n = vm->guest.x[RA1] < 100 ? vm->guest.x[RA1] : 100;
    const u8 *p = rv_slot_read(vm->guest_slot, vm->guest.x[RA0], n);
    return vm_fault(vm, FAULT_GUEST_TRAP, "the mini-EVM says: %.*s", p != NULL ? (int)n : 0,
                    p != NULL ? (const char *)p : "");
}

// Runs until the guest asks for what is not answered at once.
static enum fault run_to_exit(struct vm *vm, struct evm_request *request, bool is_limited)
{
    for (;;) {
        enum halt halt = HALT_NONE;
        if (rv_run(&vm->guest, &halt) == RV_EXIT_HALT) {
            if (halt == HALT_OUT_OF_GAS && is_limited) {
                return vm_run_out(vm);
            }
            enum fault f_halt = halt == HALT_OUT_OF_GAS ? FAULT_GUEST_WATCHDOG : FAULT_GUEST_TRAP;
            return vm_fault(vm, f_halt, "%s at pc 0x%x", halt_name(halt), vm->guest.pc);
        }
        u64 id = vm->guest.x[RT0];
        if (id == SERVICE_EXIT) {
            return take_request(vm, request);
        }
        if (id == SERVICE_PANIC) {
            return guest_panic(vm);
        }
        if (id >= SERVICE_COUNT || BODIES[id] == NULL) {
            return take_output(vm, request);
        }
        TRY(serve_at_once(vm, id));
    }
}

static enum fault guest_run(struct vm *vm, struct evm_request *request)
{
    const struct frame *f = vm_top(vm);
    vm->guest_gas = vm->guest_begin != NULL ? f->gas : vm->guest_outcome.gas;
    set_watchdog(vm, f, vm->guest_gas);
    if (vm->guest_begin != NULL) {
        TRY(give_record(vm, f));
    } else if (vm->guest_resuming) {
        TRY(give_outcome(vm));
    }
    vm->guest_begin = NULL;
    vm->guest_resuming = false;
    bool is_limited = vm->work_left < (u64)vm->guest.cycles;
    if (UNLIKELY(is_limited)) {
        vm->guest.cycles = (i64)vm->work_left;
    }
    i64 before = vm->guest.cycles;
    TRY(run_to_exit(vm, request, is_limited));
    vm_worked(vm, WORK_OF_EXIT + (u64)(before - vm->guest.cycles));
    return FAULT_NONE;
}

static const u8 *guest_read(struct vm *vm, u64 at, u64 n)
{
    return rv_slot_read(vm->guest_slot, at, n);
}

const struct evm_door GUEST_DOOR = {
    .begin = guest_begin,
    .resume = guest_resume,
    .run = guest_run,
    .read = guest_read,
    .reset = guest_reset,
};
