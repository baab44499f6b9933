// SPDX-License-Identifier: MIT
// serialize_input: what the mini-EVM is told of a frame, the block and the transaction, in the
// fixed layout of engine/evm/evm.h. Both forms are given the same records.
#include "core/vm/priv.h"

void fill_frame_record(struct vm *vm, const struct frame *f, struct evm_frame_record *r)
{
    *r = (struct evm_frame_record){
        .version = EVM_RECORD_VERSION,
        .fork = (u32)vm->fork,
        .depth = f->depth,
        .trace_level = vm->inspector.evm_step != NULL,
        .is_static = f->is_static,
        .is_create = f->is_create,
        .code_hash = f->code_hash,
        .code_size = f->code.n,
        .input_size = f->input.n,
        .target = f->to,
        .caller = f->caller,
        .value = f->value,
        .gas = f->gas,
    };
}

void fill_environment(const struct vm *vm, struct evm_block_record *b, struct evm_tx_record *t)
{
    const struct vm_block *from = &vm->block;
    *b = (struct evm_block_record){
        .number = from->number,
        .timestamp = from->timestamp,
        .gas_limit = from->gas_limit,
        .base_fee = from->base_fee,
        .blob_base_fee = from->blob_base_fee,
        .difficulty_or_prevrandao = from->difficulty_or_prevrandao,
        .chain_id = from->chain_id,
        .coinbase = from->coinbase,
    };
    *t = (struct evm_tx_record){.gas_price = vm->tx.gas_price, .origin = vm->tx.origin};
}

void report_step(struct vm *vm, const struct evm_step *s, const u256 *stack, bytes memory)
{
    struct inspect_step step = {
        .depth = s->depth,
        .pc = s->pc,
        .op = (u8)s->op,
        .gas = s->gas,
        .refund = state_refund(vm->state),
        .stack = stack,
        .stack_height = s->stack_height,
        .memory = memory,
        .return_size = s->return_size,
    };
    vm->inspector.evm_step(vm->inspector.ctx, &step);
}
