// SPDX-License-Identifier: MIT
// Exits of the mini-EVM: calls, creations and ends of frames as requests to the owner, and the
// trace step. A frame that asks keeps its operands popped; evm_resume pushes the result.
#include "engine/evm/frame.h"

#include "lib/num/u256.h"

static u64 record_place(const struct evm *e)
{
    if (e->count == 0) {
        return (u64)e->arena;
    }
    const struct frame *f = e->top;
    return ((u64)(f->memory + f->memory_size) + 15) & ~(u64)15;
}

// Address of a range that has been paid for; 0 if it is empty.
static u64 range_address(const struct frame *f, const u256 *offset, const u256 *size)
{
    return size->w[0] > 0 ? (u64)(f->memory + offset->w[0]) : 0;
}

i64 exit_call(struct evm *e, u256 *sp, i64 left, enum opcode op, struct evm_request *request)
{
    struct frame *f = e->top;
    bool has_value = op == OP_CALL || op == OP_CALLCODE;
    const u256 *range =
        has_value ? sp - 4 : sp - 3; // input's offset; below: its size, then the output's
    left = memory_range(e, f, &range[0], &range[-1], left);
    if (left < 0) {
        return left;
    }
    left = memory_range(e, f, &range[-2], &range[-3], left);
    if (left < 0) {
        return left;
    }
    f->creates = false;
    f->out = range[-2].w[0];
    f->out_size = range[-3].w[0];
    f->sp = has_value ? sp - OP_POPS_CALL : sp - OP_POPS_STATICCALL;
    *request = (struct evm_request){
        .exit = EVM_EXIT_CALL,
        .op = (u32)op,
        .gas = (u64)left,
        .gas_wanted = u256_to_u64_saturated(sp[-1]),
        .to = u256_to_address(sp[-2]),
        .value = has_value ? sp[-3] : u256_zero(),
        .data = range_address(f, &range[0], &range[-1]),
        .data_size = range[-1].w[0],
        .record_at = record_place(e),
        .memory_top = (u64)e->memory_top,
    };
    return left;
}

i64 exit_create(struct evm *e, u256 *sp, i64 left, enum opcode op, struct evm_request *request)
{
    struct frame *f = e->top;
    left = memory_range(e, f, &sp[-2], &sp[-3], left);
    if (left < 0) {
        return left;
    }
    f->creates = true;
    f->out_size = 0;
    f->sp = op == OP_CREATE2 ? sp - OP_POPS_CREATE2 : sp - OP_POPS_CREATE;
    *request = (struct evm_request){
        .exit = EVM_EXIT_CREATE,
        .op = (u32)op,
        .gas = (u64)left,
        .value = sp[-1],
        .salt = op == OP_CREATE2 ? sp[-4] : u256_zero(),
        .data = range_address(f, &sp[-2], &sp[-3]),
        .data_size = sp[-3].w[0],
        .record_at = record_place(e),
        .memory_top = (u64)e->memory_top,
    };
    return left;
}

// Pops the top frame; fields of the request that depend on how it ended are set by the callers.
static void end(struct evm *e, struct evm_request *request)
{
    const struct frame *f = e->top;
    e->memory_used = f->used_before;
    e->count--;
    e->top--;
    *request = (struct evm_request){
        .exit = EVM_EXIT_END,
        .record_at = record_place(e),
        .memory_top = (u64)e->memory_top,
    };
}

void exit_success(struct evm *e, i64 left, struct evm_request *request)
{
    end(e, request);
    request->gas = (u64)left;
}

void exit_halt(struct evm *e, enum halt why, struct evm_request *request)
{
    end(e, request);
    request->status = EVM_HALT;
    request->halt = (u32)why;
}

void exit_output(struct evm *e, u256 *sp, i64 left, enum evm_status status,
                 struct evm_request *request)
{
    struct frame *f = e->top;
    left = memory_range(e, f, &sp[-1], &sp[-2], left);
    if (left < 0) {
        exit_halt(e, (enum halt)e->halt, request);
        return;
    }
    u64 data = range_address(f, &sp[-1], &sp[-2]);
    u64 size = sp[-2].w[0];
    end(e, request);
    request->gas = (u64)left;
    request->status = (u32)status;
    request->data = data;
    request->data_size = size;
}

void trace_step(struct evm *e, struct frame *f, const u8 *pc, u256 *sp, i64 left)
{
    struct evm_step step = {
        .pc = (u32)(pc - f->code.bytes),
        .op = *pc,
        .depth = f->record.depth,
        .stack_height = (u32)(sp - f->stack),
        .gas = (u64)left,
        .stack = (u64)f->stack,
        .memory = (u64)f->memory,
        .memory_size = f->memory_size,
        .return_size = f->return_size,
    };
    e->host.step(e->host.ctx, &step);
}
