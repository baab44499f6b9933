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

static void finish_line(struct eip3155 *t)
{
    buf_put_text(&t->out, "}\n");
    if (t->write != NULL && t->out.n >= FLUSH_SIZE) {
        eip3155_flush(t);
    }
}

// Writes the held line if it is due. `h` is the step as it was when the event came.
static void release(struct eip3155 *t, const struct held_step *h, struct held_due d,
                    const char *error)
{
    if (!d.due) {
        return;
    }
    buf_printf(&t->out, "{\"pc\":%u,\"op\":%u,\"gas\":\"", h->pc, h->op);
    put_quantity_u64(&t->out, h->gas);
    buf_put_text(&t->out, "\",\"gasCost\":\"");
    put_quantity_u64(&t->out, d.cost);
    buf_put(&t->out, t->tail.p, t->tail.n);
    if (error != NULL) {
        buf_printf(&t->out, ",\"error\":\"%s\"", error);
    }
    finish_line(t);
}

static void frame_enter(void *ctx, const struct inspect_frame *f)
{
    struct eip3155 *t = ctx;
    struct held_step before = t->step;
    if (f->depth == 0) {
        t->top_gas = f->gas;
    }
    release(t, &before, held_enter(&t->step, f), NULL);
}

static void evm_charged(void *ctx, u32 depth, u64 gas_left)
{
    struct eip3155 *t = ctx;
    struct held_step before = t->step;
    release(t, &before, held_charged(&t->step, depth, gas_left), NULL);
}

static void evm_step(void *ctx, const struct inspect_step *s)
{
    struct eip3155 *t = ctx;
    struct held_step before = t->step;
    release(t, &before, held_next(&t->step, s), NULL);
    struct buf *b = &t->tail;
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

static void frame_leave(void *ctx, const struct inspect_end *e)
{
    struct eip3155 *t = ctx;
    struct held_step before = t->step;
    struct held_due d = held_leave(&t->step, e, t->fork);
    release(t, &before, d, d.halted ? halt_name(e->halt) : NULL);
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
    buf_fini(&t->tail);
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
