// SPDX-License-Identifier: MIT
// The native door: the mini-EVM linked into the host, the oracle of the guest form. Its host table
// only moves arguments to host.c; its memory is address space reserved once, touched as it is used.
#include "core/vm/priv.h"

#include "lib/os/map.h"

static enum halt native_balance(void *ctx, gas *g, const address *a, u256 *out)
{
    return host_balance(ctx, g, a, out);
}

static enum halt native_self_balance(void *ctx, u256 *out)
{
    return host_self_balance(ctx, out);
}

static enum halt native_code_size(void *ctx, gas *g, const address *a, u256 *out)
{
    return host_code_size(ctx, g, a, out);
}

static enum halt native_code_hash(void *ctx, gas *g, const address *a, u256 *out)
{
    return host_code_hash(ctx, g, a, out);
}

static enum halt native_code_copy(void *ctx, gas *g, const address *a, u64 offset, u8 *to, u64 n)
{
    return host_code_copy(ctx, g, a, offset, to, n);
}

static enum halt native_block_hash(void *ctx, gas *g, const u256 *number, u256 *out)
{
    return host_block_hash(ctx, g, number, out);
}

static enum halt native_blob_hash(void *ctx, const u256 *index, u256 *out)
{
    return host_blob_hash(ctx, index, out);
}

static enum halt native_sload(void *ctx, gas *g, const u256 *key, u256 *out)
{
    return host_sload(ctx, g, key, out);
}

static enum halt native_sstore(void *ctx, gas *g, const u256 *key, const u256 *value)
{
    return host_sstore(ctx, g, key, value);
}

static enum halt native_tload(void *ctx, gas *g, const u256 *key, u256 *out)
{
    return host_tload(ctx, g, key, out);
}

static enum halt native_tstore(void *ctx, gas *g, const u256 *key, const u256 *value)
{
    return host_tstore(ctx, g, key, value);
}

static enum halt native_keccak(void *ctx, gas *g, bytes data, u64 zeros, u256 *out)
{
    return host_keccak(ctx, g, data, zeros, out);
}

static enum halt native_log(void *ctx, gas *g, bytes data, const u256 *topics, u32 count)
{
    return host_log(ctx, g, data, topics, count);
}

static enum halt native_self_destruct(void *ctx, gas *g, const address *beneficiary)
{
    return host_self_destruct(ctx, g, beneficiary);
}

static void native_return_data_copy(void *ctx, u64 offset, u8 *to, u64 n)
{
    host_return_data_copy(ctx, offset, to, n);
}

static void native_load_code(void *ctx, u8 *to, u64 n)
{
    copy_padded(to, vm_top(ctx)->code, 0, n);
}

static void native_step(void *ctx, const struct evm_step *s)
{
    bytes memory = {(const u8 *)(uintptr_t)s->memory, s->memory_size};
    report_step(ctx, s, (const u256 *)(uintptr_t)s->stack, memory);
}

static u64 native_size(void)
{
    return (evm_memory_needed() + OS_PAGE_SIZE - 1) / OS_PAGE_SIZE * OS_PAGE_SIZE;
}

enum fault native_start(struct vm *vm)
{
    if (vm->native != NULL) {
        return FAULT_NONE;
    }
    u64 size = native_size();
    vm->native_memory = os_reserve(size);
    if (vm->native_memory == NULL || !os_commit_rw(vm->native_memory, size)) {
        return vm_fault(vm, FAULT_OUT_OF_MEMORY, "no address space for the EVM");
    }
    struct evm_host host = {
        .ctx = vm,
        .balance = native_balance,
        .self_balance = native_self_balance,
        .code_size = native_code_size,
        .code_hash = native_code_hash,
        .code_copy = native_code_copy,
        .block_hash = native_block_hash,
        .blob_hash = native_blob_hash,
        .sload = native_sload,
        .sstore = native_sstore,
        .tload = native_tload,
        .tstore = native_tstore,
        .keccak = native_keccak,
        .log = native_log,
        .self_destruct = native_self_destruct,
        .return_data_copy = native_return_data_copy,
        .load_code = native_load_code,
        .step = native_step,
    };
    vm->native = evm_init(vm->native_memory, size, &host);
    vm->environment_changed = true;
    return FAULT_NONE;
}

void native_stop(struct vm *vm)
{
    if (vm->native_memory != NULL) {
        os_release(vm->native_memory, native_size());
    }
    vm->native_memory = NULL;
    vm->native = NULL;
}

static enum fault native_begin(struct vm *vm, struct frame *f)
{
    TRY(native_start(vm));
    if (vm->environment_changed) {
        struct evm_block_record block;
        struct evm_tx_record tx;
        fill_environment(vm, &block, &tx);
        evm_set_environment(vm->native, &block, &tx);
        vm->environment_changed = false;
    }
    fill_frame_record(vm, f, &f->record);
    f->record.input = (u64)(uintptr_t)f->input.p;
    evm_push(vm->native, &f->record);
    return FAULT_NONE;
}

static void native_resume(struct vm *vm, const struct evm_outcome *o)
{
    evm_resume(vm->native, o);
}

static enum fault native_run(struct vm *vm, struct evm_request *request)
{
    if (UNLIKELY(vm->work_left != VM_WORK_ANY)) {
        return vm_run_out(vm); // it cannot be stopped on its way
    }
    (void)evm_run(vm->native, request);
    return FAULT_NONE;
}

static const u8 *native_read(struct vm *vm, u64 at, u64 n)
{
    (void)vm;
    (void)n; // the native form is this program; its requests are in its own memory
    return (const u8 *)(uintptr_t)at;
}

static enum fault native_reset(struct vm *vm)
{
    if (vm->native != NULL) {
        evm_reset(vm->native);
    }
    return FAULT_NONE;
}

const struct evm_door NATIVE_DOOR = {
    .begin = native_begin,
    .resume = native_resume,
    .run = native_run,
    .read = native_read,
    .reset = native_reset,
};
