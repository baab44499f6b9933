// SPDX-License-Identifier: MIT
// EIP-3155 lines; see eip3155.h. One step is held back at a time: before a frame begins inside
// another the outer one's step has been written, so there is never a second.
#include "core/trace/eip3155.h"

#include "core/trace/put.h"
#include "core/vm/inspect.h"
#include "engine/evm/opcode.h"
#include "lib/base/check.h"
#include "lib/num/u256.h"

#define FLUSH_SIZE (64u << 10) // bytes that come together before they are written

static bool is_creation(u8 op)
{
    return op == OP_CREATE || op == OP_CREATE2;
}

// Price of growing memory of `size` bytes to hold [offset, offset + n) (yellow paper, appendix H: 3
// gas a word and words² / 512); saturated.
static u64 memory_cost(u64 size, u256 offset, u256 n)
{
    if (u256_is_zero(n)) {
        return 0;
    }
    u64 from = u256_to_u64_saturated(offset);
    u64 count = u256_to_u64_saturated(n);
    if (from >= 1ull << 40 || count >= 1ull << 40) {
        return ~(u64)0;
    }
    u64 before = (size + 31) / 32;
    u64 after = (from + count + 31) / 32; // below 2^37: its square fits
    if (after <= before) {
        return 0;
    }
    u128 cost =
        (u128)3 * (after - before) + (u128)after * after / 512 - (u128)before * before / 512;
    return cost > ~(u64)0 ? ~(u64)0 : (u64)cost;
}

static void finish_line(struct eip3155 *t)
{
    buf_put_text(&t->out, "}\n");
    if (t->write != NULL && t->out.n >= FLUSH_SIZE) {
        eip3155_flush(t);
    }
}

static void release(struct eip3155 *t, u64 cost, const char *error)
{
    buf_printf(&t->out, "{\"pc\":%u,\"op\":%u,\"gas\":\"", t->step.pc, t->step.op);
    put_quantity_u64(&t->out, t->step.gas);
    buf_put_text(&t->out, "\",\"gasCost\":\"");
    put_quantity_u64(&t->out, cost);
    buf_put(&t->out, t->step.tail.p, t->step.tail.n);
    if (error != NULL) {
        buf_printf(&t->out, ",\"error\":\"%s\"", error);
    }
    finish_line(t);
    t->step.held = false;
}

// Writes the held step, whose frame now has `gas_left`.
static void release_after(struct eip3155 *t, u64 gas_left)
{
    if (t->step.held) {
        release(t, t->step.gas >= gas_left ? t->step.gas - gas_left : 0, NULL);
    }
}

static void frame_enter(void *ctx, const struct inspect_frame *f)
{
    struct eip3155 *t = ctx;
    if (f->depth == 0) {
        t->top_gas = f->gas;
        t->step.held = false;
    } else if (t->step.held) {
        u64 after = t->step.charged ? t->step.gas_after : t->step.gas;
        release_after(t, is_creation(t->step.op) ? after + f->gas : after);
    }
}

static void evm_charged(void *ctx, u32 depth, u64 gas_left)
{
    struct eip3155 *t = ctx;
    if (!t->step.held || t->step.depth != depth) {
        return;
    }
    if (is_creation(t->step.op)) {
        t->step.charged = true; // what is forwarded comes off when the frame begins
        t->step.gas_after = gas_left;
    } else {
        release_after(t, gas_left);
    }
}

static void evm_step(void *ctx, const struct inspect_step *s)
{
    struct eip3155 *t = ctx;
    release_after(t, t->step.charged ? t->step.gas_after : s->gas);
    t->step.held = true;
    t->step.charged = false;
    t->step.op = s->op;
    t->step.pc = s->pc;
    t->step.depth = s->depth;
    t->step.gas = s->gas;
    t->step.stack_height = s->stack_height;
    t->step.end_cost = 0;
    if ((s->op == OP_RETURN || s->op == OP_REVERT) && s->stack_height >= 2) {
        t->step.end_cost =
            memory_cost(s->memory.n, s->stack[s->stack_height - 1], s->stack[s->stack_height - 2]);
    }
    struct buf *b = &t->step.tail;
    buf_clear(b);
    buf_printf(b, "\",\"memSize\":%llu,\"stack\":[", (unsigned long long)s->memory.n);
    for (u32 i = 0; i < s->stack_height; i++) {
        buf_put_text(b, i == 0 ? "\"" : ",\"");
        put_quantity(b, s->stack[i]);
        buf_put_u8(b, '"');
    }
    buf_printf(b, "],\"depth\":%u,\"refund\":%lld,\"opName\":\"%s\"", s->depth + 1,
               (long long)s->refund, opcode_info(t->fork, s->op).name);
}

// Writes the step with which a frame ended. What happens after the last instruction (a creation's
// deposit, a refused code) is not that instruction's.
static void release_last(struct eip3155 *t, const struct inspect_end *e)
{
    bool ends = t->step.op == OP_STOP || t->step.op == OP_RETURN || t->step.op == OP_REVERT;
    struct opcode_info info = opcode_info(t->fork, t->step.op);
    bool fits =
        info.defined && t->step.stack_height >= info.pops && t->step.end_cost <= t->step.gas;
    if (e->status == 2 && !(ends && fits)) {
        release(t, t->step.end_cost == ~(u64)0 ? info.price : info.price + t->step.end_cost,
                halt_name(e->halt));
    } else if (ends) {
        release(t, t->step.end_cost, NULL);
    } else {
        release_after(t, e->gas_left);
    }
}

static void frame_leave(void *ctx, const struct inspect_end *e)
{
    struct eip3155 *t = ctx;
    if (t->step.held && t->step.depth == e->depth) {
        release_last(t, e);
    }
    if (e->depth > 0) {
        return;
    }
    buf_put_text(&t->out, "{\"output\":\"");
    hex_put_digits(&t->out, e->output.p, e->output.n);
    buf_put_text(&t->out, "\",\"gasUsed\":\"");
    put_quantity_u64(&t->out, t->top_gas - e->gas_left);
    buf_put_u8(&t->out, '"');
    if (e->status != 0) {
        buf_printf(&t->out, ",\"error\":\"%s\"", e->status == 1 ? "revert" : halt_name(e->halt));
    }
    finish_line(t);
}

void eip3155_init(struct eip3155 *t, enum fork fork, void (*write)(void *ctx, bytes text),
                  void *ctx)
{
    *t = (struct eip3155){.fork = fork, .write = write, .ctx = ctx};
}

void eip3155_fini(struct eip3155 *t)
{
    buf_fini(&t->out);
    buf_fini(&t->step.tail);
}

void eip3155_flush(struct eip3155 *t)
{
    if (t->write != NULL && t->out.n > 0) {
        t->write(t->ctx, buf_bytes(&t->out));
        buf_clear(&t->out);
    }
}

struct inspector eip3155_inspector(struct eip3155 *t)
{
    return (struct inspector){
        .ctx = t,
        .frame_enter = frame_enter,
        .frame_leave = frame_leave,
        .evm_step = evm_step,
        .evm_charged = evm_charged,
    };
}
