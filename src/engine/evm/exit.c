// SPDX-License-Identifier: MIT
// Exits of the mini-EVM: calls, creations and ends of frames as requests to the owner, and the
// trace step. A frame that asks keeps its operands popped; evm_resume pushes the result.
#include "engine/evm/frame.h"

#include "lib/base/bytes.h"
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

// Sets all fields, most of them to 0. Field by field: gcc calls memset for the whole.
static void begin_request(struct evm_request *q, enum evm_exit reason, enum opcode op, i64 left)
{
    q->exit = (u32)reason;
    q->op = (u32)op;
    q->gas = (u64)left;
    q->gas_wanted = 0;
    q->to = u256_to_address(u256_zero());
    zero_bytes(q->pad0, sizeof q->pad0);
    q->value = u256_zero();
    q->salt = u256_zero();
    q->data = 0;
    q->data_size = 0;
    q->record_at = 0;
    q->status = EVM_SUCCESS;
    q->halt = HALT_NONE;
    q->memory_top = 0;
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
    begin_request(request, EVM_EXIT_CALL, op, left);
    request->gas_wanted = u256_to_u64_saturated(sp[-1]);
    request->to = u256_to_address(sp[-2]);
    if (has_value) {
        request->value = sp[-3];
    }
    request->data = range_address(f, &range[0], &range[-1]);
    request->data_size = range[-1].w[0];
    request->record_at = record_place(e);
    request->memory_top = (u64)e->memory_top;
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
    begin_request(request, EVM_EXIT_CREATE, op, left);
    request->value = sp[-1];
    if (op == OP_CREATE2) {
        request->salt = sp[-4];
    }
    request->data = range_address(f, &sp[-2], &sp[-3]);
    request->data_size = sp[-3].w[0];
    request->record_at = record_place(e);
    request->memory_top = (u64)e->memory_top;
    return left;
}

// Pops the top frame; the callers set how it ended.
static void end(struct evm *e, i64 left, struct evm_request *request)
{
    e->memory_used = e->top->used_before;
    e->count--;
    e->top--;
    begin_request(request, EVM_EXIT_END, OP_STOP, left);
    request->record_at = record_place(e);
    request->memory_top = (u64)e->memory_top;
}

void exit_success(struct evm *e, i64 left, struct evm_request *request)
{
    end(e, left, request);
}

void exit_halt(struct evm *e, enum halt why, struct evm_request *request)
{
    end(e, 0, request);
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
    end(e, left, request);
    request->status = (u32)status;
    // The frame's memory stays as it is until the next frame begins.
    request->data = range_address(f, &sp[-1], &sp[-2]);
    request->data_size = sp[-2].w[0];
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
