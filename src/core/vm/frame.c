// SPDX-License-Identifier: MIT
// Begin and end of frames: one path for calls, creations and precompiles of both kinds. A frame
// begins with a checkpoint and the move of value; it ends by keeping or reverting what it did,
// settling a creation's deposit, and leaving an answer for the frame that asked.
#include "core/vm/priv.h"

#include "lib/crypto/hash/keccak.h"

static void report_enter(struct vm *vm, const struct frame_request *q, enum inspect_kind kind)
{
    if (LIKELY(vm->inspector.frame_enter == NULL)) {
        return;
    }
    struct inspect_frame e = {
        .op = q->op,
        .kind = kind,
        .depth = q->depth,
        .is_static = q->is_static,
        .from = q->caller,
        .to = *account_address(q->target),
        .code = q->code_address,
        .value = q->value,
        .gas = q->gas,
        .input = q->is_create ? q->code : q->input,
    };
    vm->inspector.frame_enter(vm->inspector.ctx, &e);
}

static void report_leave(struct vm *vm, const struct inspect_end *e)
{
    if (UNLIKELY(vm->inspector.frame_leave != NULL)) {
        vm->inspector.frame_leave(vm->inspector.ctx, e);
    }
}

void answer_without_frame(struct vm *vm, u32 status, enum halt halt, u64 returned, bool was_create)
{
    vm->return_data.n = 0;
    vm->answer = (struct answer){
        .ready = true, .was_create = was_create, .status = status, .halt = halt, .gas = returned};
}

void frame_refuse(struct vm *vm, const struct frame_request *q, u32 status, enum halt halt)
{
    u64 returned = status == EVM_NOT_BEGUN ? q->gas : 0;
    report_enter(vm, q, INSPECT_NONE);
    answer_without_frame(vm, status, halt, returned, q->is_create);
    report_leave(vm, &(struct inspect_end){
                         .depth = q->depth, .status = status, .halt = halt, .gas_left = returned});
}

// ---- what a frame does to balances before its code runs

static void move_value(struct vm *vm, const struct frame_request *q, bool is_precompile)
{
    struct account *to = q->target;
    bool has_value = !u256_is_zero(q->value);
    if (!q->moves_value) {
        if (q->op == OP_STATICCALL && account_exists(to)) {
            state_touch(vm->state, to);
        }
        return;
    }
    if (!has_value && !account_exists(to) && vm->price.RULE_EMPTY_CLEARED && !is_precompile) {
        return; // EIP-161: such a call does not bring the account into being
    }
    if (has_value) {
        state_sub_balance(vm->state, state_account(vm->state, &q->caller), &q->value);
    }
    state_add_balance(vm->state, to, &q->value);
}

// ---- precompiles

static enum fault run_precompile(struct vm *vm, const struct precompile *p,
                                 const struct frame_request *q, struct state_checkpoint before)
{
    if (!precompile_available(p)) {
        return vm_fault(vm, FAULT_UNSUPPORTED, "precompile 0x%x (%s) is not part of this build",
                        p->number, p->name);
    }
    report_enter(vm, q, INSPECT_PRECOMPILE);
    u64 price = precompile_price(p, vm->fork, q->input);
    bool paid = price <= q->gas;
    if (UNLIKELY(paid && vm->work_left / WORK_PER_GAS < price)) {
        return vm_run_out(vm);
    }
    vm_worked(vm, paid ? price * WORK_PER_GAS : 0);
    vm->return_data.n = 0;
    bool ok = paid && precompile_run(p, q->input, &vm->return_data);
    if (!ok) {
        vm->return_data.n = 0;
        state_revert(vm->state, before);
    }
    vm->answer = (struct answer){
        .ready = true,
        .status = ok ? EVM_SUCCESS : EVM_HALT,
        .halt = ok     ? HALT_NONE
                : paid ? HALT_BAD_ARGUMENT
                       : HALT_OUT_OF_GAS,
        .gas = ok ? q->gas - price : 0,
    };
    struct inspect_end e = {
        .depth = q->depth,
        .status = vm->answer.status,
        .halt = vm->answer.halt,
        .gas_left = vm->answer.gas,
        .output = buf_bytes(&vm->return_data),
    };
    report_leave(vm, &e);
    return FAULT_NONE;
}

// ---- RISC-V frames

// Pages in a row from L live ones on: 128 + floor(L / 4) each (ABI section 4), summed in closed
// form.
static u64 pages_price(u64 live, u64 count)
{
    u64 end = live + count;
    u64 quarter_sums[2];
    for (u32 i = 0; i < 2; i++) { // sum over j < n of floor(j / 4)
        u64 n = i == 0 ? live : end;
        u64 q = n / 4;
        quarter_sums[i] = (q > 0 ? 2 * q * (q - 1) : 0) + (n % 4) * q;
    }
    return 128 * count + quarter_sums[1] - quarter_sums[0];
}

enum halt frame_take_pages(struct vm *vm, struct frame *f, gas *g, u64 count)
{
    if (f->pages + count > HV1_PAGES_MAX || vm->pages_live + count > LIVE_PAGES_MAX) {
        return HALT_OUT_OF_PAGES;
    }
    if (!gas_charge(g, pages_price(vm->pages_live, count))) {
        return HALT_OUT_OF_GAS;
    }
    f->pages += (u32)count;
    vm->pages_live += (u32)count;
    vm->pages_peak = vm->pages_live > vm->pages_peak ? vm->pages_live : vm->pages_peak;
    return HALT_NONE;
}

// Splits FF | n | image | arguments (ABI section 1, "Creation container").
static bool open_container(bytes init, bytes *image, bytes *arguments)
{
    if (init.n < 5) {
        return false;
    }
    u64 n = load_be32(init.p + 1);
    if (n > init.n - 5) {
        return false;
    }
    *image = bytes_slice(init, 5, n);
    *arguments = bytes_slice(init, 5 + n, init.n - 5 - n);
    return true;
}

// Container, price of large code, image, length of calldata, page limits, page prices: in this
// order.
static enum halt prepare_riscv(struct vm *vm, struct frame *f, gas *g, u64 start_price)
{
    if (f->is_create) {
        bytes image = BYTES_NONE;
        if (!open_container(f->code, &image, &f->input)) {
            return HALT_BAD_CONTAINER;
        }
        f->code = image; // what codesize and codecopy see
        start_price = large_code_price(vm, image.n);
    }
    if (!gas_charge(g, start_price)) {
        return HALT_OUT_OF_GAS;
    }
    if (f->is_create) {
        keccak256(&f->code_hash, f->code.p, f->code.n);
    }
    f->program = code_program(vm->code, &f->code_hash, f->code);
    if (f->program == NULL) {
        return HALT_BAD_IMAGE;
    }
    if (f->input.n > RV_CALLDATA_MAX) {
        return HALT_DATA_TOO_LONG;
    }
    const struct hv1_image *image = rv_program_image(f->program);
    u64 pages = (8 + f->input.n + RV_PAGE_SIZE - 1) / RV_PAGE_SIZE +
                image->stack_size / RV_PAGE_SIZE + image->writable_pages;
    return frame_take_pages(vm, f, g, pages);
}

static enum fault begin_riscv(struct vm *vm, struct frame *f, u64 gas_given, u64 start_price)
{
    u64 usable = gas_given < RISCV_GAS_MAX ? gas_given : RISCV_GAS_MAX;
    f->gas = gas_given - usable;
    gas g = gas_of(usable);
    enum halt halt = prepare_riscv(vm, f, &g, start_price);
    if (halt != HALT_NONE) {
        return frame_end(vm, EVM_HALT, halt, 0, BYTES_NONE);
    }
    struct rv_slot *slot = rv_slot_acquire(vm->pool, f->program);
    if (slot == NULL) { // the system's mappings may be short: what is only cached gives way
        code_empty(vm->code);
        slot = rv_slot_acquire(vm->pool, f->program);
    }
    if (slot == NULL) {
        return vm_fault(vm, FAULT_OUT_OF_MEMORY, "no memory for a RISC-V frame at depth %u",
                        f->depth);
    }
    rv_slot_set_calldata(slot, f->input);
    rv_machine_init(&f->m, f->program, slot, (i64)gas_left(g) * (i64)vm->params.cycles_per_gas);
    return FAULT_NONE;
}

static void release_riscv(struct vm *vm, struct frame *f)
{
    vm->cycles += f->m.cycles_used;
    vm->instructions += f->m.instructions;
    vm->pages_live -= f->pages;
    if (f->m.slot != NULL) {
        rv_slot_release(vm->pool, f->m.slot);
        f->m.slot = NULL;
    }
    if (f->program != NULL) {
        rv_program_unref(f->program);
        f->program = NULL;
    }
}

// ---- begin

static struct frame *push_frame(struct vm *vm, const struct frame_request *q,
                                enum inspect_kind kind, struct state_checkpoint before)
{
    CHECK(vm->count <= FRAME_DEPTH_MAX);
    struct frame **place = &vm->frames[vm->count];
    if (*place == NULL) {
        *place = mem_zalloc(sizeof **place);
    }
    struct frame *f = *place;
    vm->count++;
    *f = (struct frame){
        .kind = kind,
        .op = q->op,
        .depth = q->depth,
        .is_static = q->is_static,
        .is_create = q->is_create,
        .foreign_input = q->foreign_input,
        .target = q->target,
        .to = *account_address(q->target),
        .caller = q->caller,
        .value = q->value,
        .code_hash = q->code_hash,
        .code = q->code,
        .input = q->input,
        .checkpoint = before,
    };
    return f;
}

static enum fault begin_evm(struct vm *vm, struct frame *f, u64 gas_given)
{
    f->gas = gas_given;
    return vm->door->begin(vm, f);
}

static bool collides(struct vm *vm, struct account *a)
{
    return account_nonce(a) != 0 || account_code_size(vm->state, a) != 0 ||
           account_has_storage(vm->state, a); // EIP-684, EIP-7610
}

enum fault frame_begin(struct vm *vm, const struct frame_request *q)
{
    const struct precompile *p = NULL;
    if (q->is_create) {
        if (vm->price.RULE_ACCESS_SETS) {
            (void)state_warm_account(vm->state, q->target); // stays warm if the creation fails
        }
        if (collides(vm, q->target)) {
            frame_refuse(vm, q, EVM_HALT, HALT_ADDRESS_COLLISION);
            return FAULT_NONE;
        }
    } else {
        p = vm_find_precompile(vm, &q->code_address);
    }
    struct state_checkpoint before = state_checkpoint(vm->state);
    if (q->is_create) {
        state_create_contract(vm->state, q->target, vm->price.RULE_CREATE_NONCE_1 ? 1 : 0);
    }
    move_value(vm, q, p != NULL);
    if (p != NULL) {
        return run_precompile(vm, p, q, before);
    }
    bool riscv = vm->params.riscv && q->code.n > 0 && q->code.p[0] == 0xFF;
    enum inspect_kind kind = riscv ? INSPECT_RISCV : q->code.n > 0 ? INSPECT_EVM : INSPECT_NONE;
    report_enter(vm, q, kind);
    vm->return_data.n = 0;
    if (kind == INSPECT_NONE && !q->is_create) {
        answer_without_frame(vm, EVM_SUCCESS, HALT_NONE, q->gas, false);
        report_leave(vm, &(struct inspect_end){.depth = q->depth, .gas_left = q->gas});
        return FAULT_NONE;
    }
    struct frame *f = push_frame(vm, q, kind, before);
    if (kind == INSPECT_NONE) { // creation from no code: an account with no code
        f->gas = 0;
        return frame_end(vm, EVM_SUCCESS, HALT_NONE, q->gas, BYTES_NONE);
    }
    return riscv ? begin_riscv(vm, f, q->gas, q->start_price) : begin_evm(vm, f, q->gas);
}

// ---- end

static bool begins_with_elf(bytes code)
{
    static const u8 MAGIC[5] = {0xFF, 0x7F, 0x45, 0x4C, 0x46};
    return code.n >= sizeof MAGIC && equal_bytes(code.p, MAGIC, sizeof MAGIC);
}

// Whether `code` may be deployed: EF, size, HV1, then the deposit, which is taken from *gas_left
// and then from *extra. *store tells whether the code is stored (Frontier keeps an account without
// it).
static enum halt settle_creation(struct vm *vm, bytes code, u64 *gas_left, u64 *extra, bool *store)
{
    const struct gas_table *p = &vm->price;
    bool riscv = vm->params.riscv && code.n > 0 && code.p[0] == 0xFF;
    bool image = vm->params.riscv && begins_with_elf(code);
    *store = true;
    if (p->RULE_REFUSE_EF && code.n > 0 && code.p[0] == 0xEF) {
        return HALT_CODE_REFUSED;
    }
    if (code.n > (image ? vm->params.max_code_size : p->CODE_SIZE_MAX)) {
        return HALT_CODE_TOO_LARGE;
    }
    if (image) {
        struct hv1_image description;
        u32 at = 0;
        if (hv1_validate(&description, &at, bytes_slice(code, 1, code.n - 1)) != HV1_OK) {
            return HALT_CODE_REFUSED;
        }
    }
    bool other_price = riscv && vm->params.has_code_deposit;
    u64 price = other_price ? vm->params.code_deposit_gas : p->CODE_DEPOSIT_BYTE;
    u64 deposit = 0;
    bool payable = !__builtin_mul_overflow(price, (u64)code.n, &deposit);
    u64 from_left = deposit < *gas_left ? deposit : *gas_left;
    if (!payable || deposit - from_left > *extra) {
        *store = false;
        return p->RULE_DEPOSIT_OR_FAIL ? HALT_OUT_OF_GAS : HALT_NONE;
    }
    *gas_left -= from_left;
    *extra -= deposit - from_left;
    return HALT_NONE;
}

static void leave_return_data(struct vm *vm, const struct frame *f, u32 status, bytes output)
{
    vm->return_data.n = 0;
    if (status == EVM_REVERT || (status == EVM_SUCCESS && !f->is_create)) {
        buf_put(&vm->return_data, output.p, output.n);
    }
}

enum fault frame_end(struct vm *vm, u32 status, enum halt halt, u64 gas_left, bytes output)
{
    struct frame *f = vm_top(vm);
    u64 extra = f->kind == INSPECT_RISCV ? f->gas : 0;
    bool at_deposit = false;
    if (f->is_create && status == EVM_SUCCESS) {
        bool store = false;
        halt = settle_creation(vm, output, &gas_left, &extra, &store);
        at_deposit = halt != HALT_NONE;
        status = at_deposit ? EVM_HALT : EVM_SUCCESS;
        if (status == EVM_SUCCESS && store && output.n > 0) {
            state_set_code(vm->state, f->target, output);
        }
    }
    if (status == EVM_HALT) {
        gas_left = 0;
        output = BYTES_NONE;
    }
    if (status != EVM_SUCCESS) {
        state_revert(vm->state, f->checkpoint);
    }
    leave_return_data(vm, f, status, output);
    struct inspect_end e = {
        .depth = f->depth,
        .status = status,
        .halt = halt,
        .at_deposit = at_deposit,
        .gas_left = gas_left + extra,
        .output = output,
        .cycles = f->m.cycles_used,
        .instructions = f->m.instructions,
        .pages = f->pages,
    };
    report_leave(vm, &e);
    vm->answer = (struct answer){
        .ready = true,
        .was_create = f->is_create,
        .status = status,
        .halt = halt,
        .gas = gas_left + extra,
    };
    if (f->is_create && status == EVM_SUCCESS) {
        vm->answer.created = f->to;
    }
    if (f->kind == INSPECT_RISCV) {
        release_riscv(vm, f);
    }
    vm->count--;
    return vm_take_fault(vm);
}

void frames_drop(struct vm *vm)
{
    while (vm->count > 0) {
        struct frame *f = vm_top(vm);
        if (f->kind == INSPECT_RISCV) {
            release_riscv(vm, f);
        }
        vm->count--;
    }
    vm->pages_live = 0;
    vm->answer.ready = false;
}
