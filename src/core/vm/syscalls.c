// SPDX-License-Identifier: MIT
// The syscall door: services of RISC-V contracts (ABI sections 5 and 6). Bodies move arguments
// between registers, the contract's memory and host.c. Each keeps the ABI's order: register values,
// memory ranges, static rule, known gas (pay), then the operation; nothing is written before every
// check has passed.
#include "core/vm/priv.h"

#define DATA_MAX RV_CALLDATA_MAX // bytes that may cross a frame's border
#define DATA_WORD 3u             // gas a word of them
#define DEBUG_WORD 8u            // gas a word of debug_log
#define GROW_GAS 1000u
#define INVOKE_RECORD_SIZE 128u

enum {
    A0 = 10,
    A1,
    A2,
    A3,
    A4,
    A5,
    A6,
    A7,
    T0 = 5,
};

struct call { // one ecall under way
    struct vm *vm;
    struct frame *f;
    u64 *x;         // registers
    gas g;          // left
    u64 static_gas; // the row's
    enum halt halt; // why the frame must halt
    enum fault fault;
    bool ended; // the frame is gone
};

// ---- arguments, checks and results

static void refuse(struct call *c, enum halt why)
{
    c->halt = c->halt == HALT_NONE ? why : c->halt;
}

// Takes the service's own price and `more`; false, and the frame halts, if that cannot be paid or
// an earlier check has failed.
static bool pay(struct call *c, u64 more)
{
    if (c->halt == HALT_NONE && !gas_charge(&c->g, c->static_gas + more)) {
        c->halt = HALT_OUT_OF_GAS;
    }
    return c->halt == HALT_NONE;
}

static const u8 *readable(struct call *c, u64 at, u64 n)
{
    const u8 *p = rv_slot_read(c->f->m.slot, at, n);
    if (p == NULL && n > 0) {
        refuse(c, HALT_BAD_ARGUMENT);
    }
    return p;
}

static u8 *writable(struct call *c, u64 at, u64 n)
{
    u8 *p = rv_slot_write(c->f->m.slot, at, n);
    if (p == NULL && n > 0) {
        refuse(c, HALT_BAD_ARGUMENT);
    }
    return p;
}

static void limit_data(struct call *c, u64 n)
{
    if (n > DATA_MAX) {
        refuse(c, HALT_DATA_TOO_LONG);
    }
}

static void refuse_static(struct call *c)
{
    if (c->f->is_static) {
        refuse(c, HALT_STATIC_VIOLATION);
    }
}

static u256 word_in(const struct call *c, u32 first)
{
    return (u256){{c->x[first], c->x[first + 1], c->x[first + 2], c->x[first + 3]}};
}

static void word_out(struct call *c, u256 v)
{
    for (u32 i = 0; i < 4; i++) {
        c->x[A0 + i] = v.w[i];
    }
}

static address addr3_in(const struct call *c)
{
    address a;
    store_be64(a.b, c->x[A0]);
    store_be64(a.b + 8, c->x[A1]);
    store_be32(a.b + 16, (u32)c->x[A2]);
    return a;
}

static void addr3_out(struct call *c, address a)
{
    u64 last = load_be32(a.b + 16);
    c->x[A0] = load_be64(a.b);
    c->x[A1] = load_be64(a.b + 8);
    c->x[A2] = last << 32 | last; // in both halves, for SDKs of either kind
}

static address addr_u_in(const struct call *c)
{
    return u256_to_address((u256){{c->x[A0], c->x[A1], c->x[A2], 0}});
}

// ---- the frame and its environment

static void sys_return_create_address(struct call *c)
{
    u8 *p = writable(c, c->x[A0], sizeof(address));
    if (pay(c, 0)) {
        copy_bytes(p, c->f->last_created.b, sizeof(address));
    }
}

static void sys_status(struct call *c)
{
    if (pay(c, 0)) {
        c->x[A0] = c->f->last_status;
    }
}

static void sys_debug_log(struct call *c)
{
    u64 n = c->x[A1];
    const u8 *p = readable(c, c->x[A0], n);
    const struct inspector *i = &c->vm->inspector;
    if (pay(c, DEBUG_WORD * words_of(n)) && i->debug_log != NULL) {
        i->debug_log(i->ctx, c->f->depth, (bytes){p, n});
    }
}

static void sys_abi_version(struct call *c)
{
    if (pay(c, 0)) {
        c->x[A0] = 1;
    }
}

static void sys_grow(struct call *c)
{
    u64 pages = c->x[A0];
    u32 end = rv_slot_heap_end(c->f->m.slot);
    if (pages > HV1_PAGES_MAX - c->f->pages || pages > LIVE_PAGES_MAX - c->vm->pages_live ||
        pages > (RV_IMAGE_HI - end) / RV_PAGE_SIZE) {
        refuse(c, HALT_OUT_OF_PAGES);
    }
    if (!pay(c, pages > 0 ? GROW_GAS : 0)) {
        return;
    }
    if (pages > 0) {
        refuse(c, frame_take_pages(c->vm, c->f, &c->g, pages));
        if (c->halt != HALT_NONE) {
            return;
        }
        bool ok = true;
        (void)rv_slot_grow(c->f->m.slot, (u32)pages, &ok);
        if (!ok) {
            c->fault = vm_fault(c->vm, FAULT_OUT_OF_MEMORY, "no memory for a contract's heap");
        }
    }
    c->x[A0] = end;
}

static void sys_address(struct call *c)
{
    if (pay(c, 0)) {
        addr3_out(c, c->f->to);
    }
}

static void sys_origin(struct call *c)
{
    if (pay(c, 0)) {
        addr3_out(c, c->vm->tx.origin);
    }
}

static void sys_caller(struct call *c)
{
    if (pay(c, 0)) {
        addr3_out(c, c->f->caller);
    }
}

static void sys_coinbase(struct call *c)
{
    if (pay(c, 0)) {
        addr3_out(c, c->vm->block.coinbase);
    }
}

// Services that answer with one word that is known without any work.
#define WORD_SERVICE(verb, value)                                                                  \
    static void sys_##verb(struct call *c)                                                         \
    {                                                                                              \
        if (pay(c, 0)) {                                                                           \
            word_out(c, value);                                                                    \
        }                                                                                          \
    }
WORD_SERVICE(callvalue, c->f->value)
WORD_SERVICE(calldatasize, u256_from_u64(c->f->input.n))
WORD_SERVICE(codesize, u256_from_u64(c->f->code.n))
WORD_SERVICE(gasprice, c->vm->tx.gas_price)
WORD_SERVICE(timestamp, c->vm->block.timestamp)
WORD_SERVICE(number, c->vm->block.number)
WORD_SERVICE(prevrandao, c->vm->block.difficulty_or_prevrandao)
WORD_SERVICE(gaslimit, c->vm->block.gas_limit)
WORD_SERVICE(basefee, c->vm->block.base_fee)
WORD_SERVICE(blobbasefee, c->vm->block.blob_base_fee)
WORD_SERVICE(gas, u256_from_u64(gas_left(c->g)))

static void sys_chainid(struct call *c)
{
    if (pay(c, 0)) {
        c->x[A0] = c->vm->block.chain_id.w[0];
    }
}

static void sys_returndatasize(struct call *c)
{
    if (pay(c, 0)) {
        c->x[A0] = c->vm->return_data.n;
    }
}

static void sys_calldataload(struct call *c)
{
    if (pay(c, 0)) {
        u8 word[32];
        copy_padded(word, rv_slot_calldata(c->f->m.slot), c->x[A0], sizeof word);
        word_out(c, u256_from_be_bytes(word));
    }
}

static void copy_service(struct call *c, bytes from)
{
    u64 n = c->x[A2];
    u8 *to = writable(c, c->x[A0], n);
    if (pay(c, c->vm->price.COPY_WORD * words_of(n)) && n > 0) {
        copy_padded(to, from, c->x[A1], n);
    }
}

static void sys_calldatacopy(struct call *c)
{
    copy_service(c, rv_slot_calldata(c->f->m.slot));
}

static void sys_codecopy(struct call *c)
{
    copy_service(c, c->f->code);
}

static void sys_returndatacopy(struct call *c)
{
    u64 n = c->x[A2];
    u64 offset = c->x[A1];
    u64 size = c->vm->return_data.n;
    if (offset > size || n > size - offset) {
        refuse(c, HALT_RETURN_DATA_OUT_OF_BOUNDS);
    }
    u8 *to = writable(c, c->x[A0], n);
    if (pay(c, c->vm->price.COPY_WORD * words_of(n)) && n > 0) {
        host_return_data_copy(c->vm, offset, to, n);
    }
}

// ---- the world

static void sys_keccak256(struct call *c)
{
    u64 n = c->x[A1];
    const u8 *p = readable(c, c->x[A0], n);
    u256 out;
    if (c->halt == HALT_NONE) {
        refuse(c, host_keccak(c->vm, &c->g, (bytes){p, n}, 0, &out));
    }
    if (c->halt == HALT_NONE) {
        word_out(c, out);
    }
}

static void account_service(struct call *c,
                            enum halt (*operation)(struct vm *, gas *, const address *, u256 *))
{
    address a = addr3_in(c);
    u256 out;
    refuse(c, operation(c->vm, &c->g, &a, &out));
    if (c->halt == HALT_NONE) {
        word_out(c, out);
    }
}

static void sys_balance(struct call *c)
{
    account_service(c, host_balance);
}

static void sys_extcodesize(struct call *c)
{
    account_service(c, host_code_size);
}

static void sys_extcodehash(struct call *c)
{
    account_service(c, host_code_hash);
}

static void sys_extcodecopy(struct call *c)
{
    address a = addr3_in(c);
    u8 *to = writable(c, c->x[A3], c->x[A5]);
    if (c->halt == HALT_NONE) {
        refuse(c, host_code_copy(c->vm, &c->g, &a, c->x[A4], to, c->x[A5]));
    }
}

static void sys_blockhash(struct call *c)
{
    u256 number = u256_from_u64(c->x[A0]);
    u256 out;
    refuse(c, host_block_hash(c->vm, &c->g, &number, &out));
    if (c->halt == HALT_NONE) {
        word_out(c, out);
    }
}

static void sys_selfbalance(struct call *c)
{
    u256 out;
    if (pay(c, 0)) {
        refuse(c, host_self_balance(c->vm, &out));
        word_out(c, out);
    }
}

static void sys_blobhash(struct call *c)
{
    u256 index = u256_from_u64(c->x[A0]);
    u256 out;
    if (pay(c, 0)) {
        refuse(c, host_blob_hash(c->vm, &index, &out));
        word_out(c, out);
    }
}

static void key_service(struct call *c,
                        enum halt (*operation)(struct vm *, gas *, const u256 *, u256 *))
{
    u256 key = word_in(c, A0);
    u256 out;
    refuse(c, operation(c->vm, &c->g, &key, &out));
    if (c->halt == HALT_NONE) {
        word_out(c, out);
    }
}

static void sys_sload(struct call *c)
{
    key_service(c, host_sload);
}

static void sys_tload(struct call *c)
{
    key_service(c, host_tload);
}

static void sys_sstore(struct call *c)
{
    u256 key = word_in(c, A0);
    u256 value = word_in(c, A4);
    refuse(c, host_sstore(c->vm, &c->g, &key, &value));
}

static void sys_tstore(struct call *c)
{
    u256 key = word_in(c, A0);
    u256 value = word_in(c, A4);
    refuse(c, host_tstore(c->vm, &c->g, &key, &value));
}

static void sys_log(struct call *c)
{
    u64 n = c->x[A1];
    u64 count = c->x[A3];
    if (count > 4) {
        refuse(c, HALT_BAD_ARGUMENT);
        return;
    }
    const u8 *p = readable(c, c->x[A0], n);
    const u8 *t = readable(c, c->x[A2], 32 * count);
    if (c->halt != HALT_NONE) {
        return;
    }
    u256 topics[4];
    for (u32 i = 0; i < count; i++) {
        topics[i] = u256_from_be_bytes(t + 32 * i);
    }
    refuse(c, host_log(c->vm, &c->g, (bytes){p, n}, topics, (u32)count));
}

// ---- ends

static void end_frame(struct call *c, u32 status, bytes output)
{
    c->fault = frame_end(c->vm, status, HALT_NONE, gas_left(c->g), output);
    c->ended = true;
}

static void sys_return(struct call *c)
{
    u64 n = c->x[A1];
    if (!c->f->is_create) { // code has limits of its own, see settle_creation
        limit_data(c, n);
    }
    const u8 *p = readable(c, c->x[A0], n);
    if (pay(c, DATA_WORD * words_of(n))) {
        end_frame(c, EVM_SUCCESS, (bytes){p, n});
    }
}

static void sys_revert(struct call *c)
{
    u64 n = c->x[A1];
    limit_data(c, n);
    const u8 *p = readable(c, c->x[A0], n);
    if (pay(c, DATA_WORD * words_of(n))) {
        end_frame(c, EVM_REVERT, (bytes){p, n});
    }
}

static void sys_invalid(struct call *c)
{
    refuse(c, HALT_INVALID);
}

static void sys_selfdestruct(struct call *c)
{
    address to = addr3_in(c);
    refuse(c, host_self_destruct(c->vm, &c->g, &to));
    if (c->halt == HALT_NONE) {
        end_frame(c, EVM_SUCCESS, BYTES_NONE);
    }
}

// ---- calls and creations

static void begin_call(struct call *c, struct call_request *r, u64 at, u64 n)
{
    limit_data(c, n);
    r->data = (bytes){readable(c, at, n), n};
    if (r->op == OP_CALL && !u256_is_zero(r->value)) {
        refuse_static(c);
    }
    r->capped = true;
    r->foreign = true;
    if (pay(c, DATA_WORD * words_of(n))) {
        enum halt halt = HALT_NONE;
        c->fault = host_call(c->vm, &c->g, r, &halt);
        refuse(c, halt);
    }
}

// What no init code may exceed; the rest of the rule needs its first bytes.
static void limit_init_code(struct call *c, u64 n)
{
    if (n > initcode_size_most(c->vm)) {
        refuse(c, HALT_INITCODE_TOO_LARGE);
    }
}

static void begin_creation(struct call *c, struct call_request *r, u64 at, u64 n)
{
    r->data = (bytes){readable(c, at, n), n};
    if (c->halt == HALT_NONE && n > initcode_size_max(c->vm, r->data)) {
        refuse(c, HALT_INITCODE_TOO_LARGE);
    }
    if (c->halt == HALT_NONE && !initcode_is_container(c->vm, r->data)) {
        limit_data(c, n); // matters where the fork has no limit; containers have one of their own
    }
    refuse_static(c);
    r->capped = true;
    r->foreign = true;
    if (pay(c, DATA_WORD * words_of(n))) {
        enum halt halt = HALT_NONE;
        c->fault = host_create(c->vm, &c->g, r, &halt);
        refuse(c, halt);
    }
}

static void sys_call(struct call *c)
{
    struct call_request r = {
        .op = OP_CALL,
        .gas_wanted = ~(u64)0,
        .to = addr_u_in(c),
        .value = u256_from_u64(c->x[A3]),
    };
    begin_call(c, &r, c->x[A4], c->x[A5]);
}

static void sys_delegatecall(struct call *c)
{
    struct call_request r = {.op = OP_DELEGATECALL, .gas_wanted = ~(u64)0, .to = addr_u_in(c)};
    begin_call(c, &r, c->x[A4], c->x[A5]);
}

static void sys_staticcall(struct call *c)
{
    struct call_request r = {.op = OP_STATICCALL, .gas_wanted = ~(u64)0, .to = addr_u_in(c)};
    begin_call(c, &r, c->x[A4], c->x[A5]);
}

static void sys_create(struct call *c)
{
    struct call_request r = {
        .op = OP_CREATE, .gas_wanted = ~(u64)0, .value = u256_from_u64(c->x[A0])};
    limit_init_code(c, c->x[A2]);
    begin_creation(c, &r, c->x[A1], c->x[A2]);
}

static void sys_create2(struct call *c)
{
    limit_init_code(c, c->x[A2]);
    const u8 *salt = readable(c, c->x[A3], 32);
    struct call_request r = {
        .op = OP_CREATE2,
        .gas_wanted = ~(u64)0,
        .value = u256_from_u64(c->x[A0]),
        .salt = salt != NULL ? u256_from_be_bytes(salt) : u256_zero(),
    };
    begin_creation(c, &r, c->x[A1], c->x[A2]);
}

static bool all_zero(const u8 *p, usize n)
{
    u8 any = 0;
    for (usize i = 0; i < n; i++) {
        any |= p[i];
    }
    return any == 0;
}

struct invoke_op {
    u8 op;
    enum fork since;
    bool creates, has_value, has_salt;
};

static const struct invoke_op INVOKE_OPS[] = {
    {OP_CREATE, FORK_FRONTIER, true, true, false},
    {OP_CALL, FORK_FRONTIER, false, true, false},
    {OP_CALLCODE, FORK_FRONTIER, false, true, false},
    {OP_DELEGATECALL, FORK_HOMESTEAD, false, false, false},
    {OP_CREATE2, FORK_CONSTANTINOPLE, true, true, true},
    {OP_STATICCALL, FORK_BYZANTIUM, false, false, false},
};

// The row of a record's op if all its fields are in order, else NULL (ABI section 6).
static const struct invoke_op *check_invoke_record(const struct vm *vm, const u8 *p)
{
    for (u32 i = 0; i < COUNT_OF(INVOKE_OPS); i++) {
        const struct invoke_op *o = &INVOKE_OPS[i];
        if (load_le32(p) != o->op) {
            continue;
        }
        bool ok = vm->fork >= o->since && all_zero(p + 4, 4) && all_zero(p + 36, 4) &&
                  all_zero(p + 120, 8) && (!o->creates || all_zero(p + 16, 20)) &&
                  (o->has_value || all_zero(p + 40, 32)) && (o->has_salt || all_zero(p + 72, 32));
        return ok ? o : NULL;
    }
    return NULL;
}

static void sys_invoke(struct call *c)
{
    if (c->x[A1] < INVOKE_RECORD_SIZE) {
        refuse(c, HALT_BAD_ARGUMENT);
        return;
    }
    const u8 *record = readable(c, c->x[A0], INVOKE_RECORD_SIZE);
    if (c->halt != HALT_NONE) {
        return;
    }
    u8 p[INVOKE_RECORD_SIZE]; // read whole before anything happens
    copy_bytes(p, record, sizeof p);
    const struct invoke_op *o = check_invoke_record(c->vm, p);
    if (o == NULL) {
        refuse(c, HALT_BAD_ARGUMENT);
        return;
    }
    struct call_request r = {
        .op = o->op,
        .gas_wanted = load_le64(p + 8),
        .value = u256_from_be_bytes(p + 40),
        .salt = u256_from_be_bytes(p + 72),
    };
    copy_bytes(r.to.b, p + 16, sizeof r.to.b);
    u8 *created_at = NULL;
    if (o->creates) {
        limit_init_code(c, load_le64(p + 112));
        created_at = writable(c, (u32)c->x[A0] + (u64)16, sizeof(address));
        begin_creation(c, &r, load_le64(p + 104), load_le64(p + 112));
    } else {
        begin_call(c, &r, load_le64(p + 104), load_le64(p + 112));
    }
    c->f->is_invoke = true;
    c->f->created_at = created_at;
}

void riscv_take_answer(struct vm *vm, struct frame *f, const struct answer *a)
{
    f->m.cycles += (i64)a->gas * (i64)vm->params.cycles_per_gas;
    f->last_status = a->status;
    if (a->was_create) {
        f->last_created = a->created;
    }
    if (f->is_invoke) {
        f->m.x[A0] = a->status;
        f->m.x[A1] = vm->return_data.n;
        if (f->created_at != NULL) {
            copy_bytes(f->created_at, a->created.b, sizeof(address));
        }
    }
    f->is_invoke = false;
    f->created_at = NULL;
}

// ---- dispatch

enum syscall_id {
#define SYSCALL(id, NAME, name, FORK, gas, in, out, note) SYSCALL_##NAME = (id),
#include "spec/syscalls.def"
};

static void (*const BODIES[256])(struct call *c) = {
    [SYSCALL_RETURN_CREATE_ADDRESS] = sys_return_create_address,
    [SYSCALL_STATUS] = sys_status,
    [SYSCALL_INVOKE] = sys_invoke,
    [SYSCALL_DEBUG_LOG] = sys_debug_log,
    [SYSCALL_ABI_VERSION] = sys_abi_version,
    [SYSCALL_GROW] = sys_grow,
    [SYSCALL_KECCAK256] = sys_keccak256,
    [SYSCALL_ADDRESS] = sys_address,
    [SYSCALL_BALANCE] = sys_balance,
    [SYSCALL_ORIGIN] = sys_origin,
    [SYSCALL_CALLER] = sys_caller,
    [SYSCALL_CALLVALUE] = sys_callvalue,
    [SYSCALL_CALLDATALOAD] = sys_calldataload,
    [SYSCALL_CALLDATASIZE] = sys_calldatasize,
    [SYSCALL_CALLDATACOPY] = sys_calldatacopy,
    [SYSCALL_CODESIZE] = sys_codesize,
    [SYSCALL_CODECOPY] = sys_codecopy,
    [SYSCALL_GASPRICE] = sys_gasprice,
    [SYSCALL_EXTCODESIZE] = sys_extcodesize,
    [SYSCALL_EXTCODECOPY] = sys_extcodecopy,
    [SYSCALL_RETURNDATASIZE] = sys_returndatasize,
    [SYSCALL_RETURNDATACOPY] = sys_returndatacopy,
    [SYSCALL_EXTCODEHASH] = sys_extcodehash,
    [SYSCALL_BLOCKHASH] = sys_blockhash,
    [SYSCALL_COINBASE] = sys_coinbase,
    [SYSCALL_TIMESTAMP] = sys_timestamp,
    [SYSCALL_NUMBER] = sys_number,
    [SYSCALL_PREVRANDAO] = sys_prevrandao,
    [SYSCALL_GASLIMIT] = sys_gaslimit,
    [SYSCALL_CHAINID] = sys_chainid,
    [SYSCALL_SELFBALANCE] = sys_selfbalance,
    [SYSCALL_BASEFEE] = sys_basefee,
    [SYSCALL_BLOBHASH] = sys_blobhash,
    [SYSCALL_BLOBBASEFEE] = sys_blobbasefee,
    [SYSCALL_SLOAD] = sys_sload,
    [SYSCALL_SSTORE] = sys_sstore,
    [SYSCALL_GAS] = sys_gas,
    [SYSCALL_TLOAD] = sys_tload,
    [SYSCALL_TSTORE] = sys_tstore,
    [SYSCALL_LOG] = sys_log,
    [SYSCALL_CREATE] = sys_create,
    [SYSCALL_CALL] = sys_call,
    [SYSCALL_RETURN] = sys_return,
    [SYSCALL_DELEGATECALL] = sys_delegatecall,
    [SYSCALL_CREATE2] = sys_create2,
    [SYSCALL_STATICCALL] = sys_staticcall,
    [SYSCALL_REVERT] = sys_revert,
    [SYSCALL_INVALID] = sys_invalid,
    [SYSCALL_SELFDESTRUCT] = sys_selfdestruct,
};

struct syscall_rule {
    u8 since; // enum fork
    u8 static_gas;
};

static const struct syscall_rule RULES[256] = {
#define SYSCALL(id, NAME, name, FORK, gas, in, out, note) [id] = {FORK_##FORK, gas},
#include "spec/syscalls.def"
};

// Carries out the ecall that the machine stopped at. False if somebody else's turn comes, or on a
// fault.
static bool serve(struct vm *vm, struct frame *f, enum fault *fault)
{
    u8 id = (u8)f->m.x[T0]; // the low 8 bits; compilers leave the rest undefined
    i64 rate = (i64)vm->params.cycles_per_gas;
    u64 before = (u64)(f->m.cycles / rate);
    struct call c = {.vm = vm, .f = f, .x = f->m.x, .g = gas_of(before)};
    if (UNLIKELY(vm->inspector.service != NULL)) {
        vm->inspector.service(vm->inspector.ctx, f->depth, id, &f->m);
    }
    if (BODIES[id] == NULL || RULES[id].since > vm->fork) {
        c.halt = HALT_UNKNOWN_SERVICE;
    } else {
        c.static_gas = RULES[id].static_gas;
        BODIES[id](&c);
    }
    vm_worked(vm, (before - gas_left(c.g)) * WORK_PER_GAS);
    *fault = c.fault;
    if (c.ended || c.fault != FAULT_NONE) {
        return false;
    }
    if (c.halt != HALT_NONE) {
        *fault = frame_end(vm, EVM_HALT, c.halt, 0, BYTES_NONE);
        return false;
    }
    f->m.cycles -= (i64)(before - gas_left(c.g)) * rate;
    return vm_top(vm) == f && !vm->answer.ready;
}

struct hook_context {
    struct vm *vm;
    u32 depth;
};

static void hook_block(void *ctx, const struct rv_machine *m, u32 cost)
{
    const struct hook_context *h = ctx;
    h->vm->inspector.rv_block(h->vm->inspector.ctx, h->depth, m, cost);
}

static void hook_step(void *ctx, const struct rv_machine *m)
{
    const struct hook_context *h = ctx;
    h->vm->inspector.rv_step(h->vm->inspector.ctx, h->depth, m);
}

// Until a service, an end, or the end of the work that may be done: then *has_run_out.
static enum rv_exit run_limited(struct vm *vm, struct frame *f, enum halt *halt, bool *has_run_out)
{
    i64 all = f->m.cycles;
    i64 part = vm->work_left < (u64)all ? (i64)vm->work_left : all;
    f->m.cycles = part;
    enum rv_exit e = rv_run(&f->m, halt);
    vm_worked(vm, (u64)(part - f->m.cycles));
    f->m.cycles += all - part;
    *has_run_out = e == RV_EXIT_HALT && *halt == HALT_OUT_OF_GAS && part < all;
    return e;
}

static enum rv_exit run_machine(struct vm *vm, struct frame *f, enum halt *halt, bool *has_run_out)
{
    const struct inspector *i = &vm->inspector;
    bool is_limited = vm->work_left != VM_WORK_ANY;
    if (LIKELY(i->rv_block == NULL && i->rv_step == NULL)) {
        return UNLIKELY(is_limited) ? run_limited(vm, f, halt, has_run_out) : rv_run(&f->m, halt);
    }
    if (is_limited) { // what is looked at takes longer than its cycles say
        *has_run_out = true;
        return RV_EXIT_HALT;
    }
    struct hook_context ctx = {vm, f->depth};
    struct rv_hooks hooks = {
        .ctx = &ctx,
        .block = i->rv_block != NULL ? hook_block : NULL,
        .step = i->rv_step != NULL ? hook_step : NULL,
    };
    return rv_run_hooked(&f->m, halt, &hooks);
}

enum fault riscv_run(struct vm *vm)
{
    struct frame *f = vm_top(vm);
    enum fault fault = FAULT_NONE;
    do {
        enum halt halt = HALT_NONE;
        bool has_run_out = false;
        if (run_machine(vm, f, &halt, &has_run_out) == RV_EXIT_HALT) {
            if (UNLIKELY(has_run_out)) {
                return vm_run_out(vm);
            }
            return frame_end(vm, EVM_HALT, halt, 0, BYTES_NONE);
        }
    } while (serve(vm, f, &fault));
    return fault;
}
