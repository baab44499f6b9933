// SPDX-License-Identifier: MIT
// vmTrace: the instructions of a transaction with what each did, in the form of Parity's
// trace_replayTransaction (OpenEthereum, "The trace Module"; erigon, trace_adhoc): {code, ops},
// each op {cost, ex: {mem, push, store, used}, pc, sub, op}, where `sub` is the trace of a call
// that it made. An instruction that halted has `ex` null. RISC-V frames have their image and no
// ops; `kind` says so.
//
// Text is written as things happen, so `sub`, if there is one, comes first in its op. What EVM code
// does inside of a call by a RISC-V frame has no op to stand in and is left out.
#include "core/trace/priv.h"

#include "core/state/state.h"
#include "core/trace/held.h"

struct pending { // the instruction under way of a frame
    bool is;
    u8 op;
    u32 pc;
    u64 cost;
    u64 memory_at, memory_size; // that it may write
    u256 key, value;            // of SSTORE
    bool has_sub;               // its object is open, `sub` is written
};

struct traced { // a frame under way
    enum inspect_kind kind;
    bool is_written;
    struct pending op;
};

struct vm_trace {
    struct tracer base;
    struct held_step held;
    struct traced frame[TRACE_DEPTH_MAX]; // by depth
    struct buf out;
};

static enum fault make(struct tracer **out, const json_value *config)
{
    struct vm_trace *c = mem_zalloc(sizeof *c);
    (void)config;
    *out = &c->base;
    return FAULT_NONE;
}

static void destroy(struct tracer *t)
{
    struct vm_trace *c = (struct vm_trace *)t;
    buf_fini(&c->out);
    mem_free(c);
}

static void begin(struct tracer *t)
{
    struct vm_trace *c = (struct vm_trace *)t;
    c->held.held = false;
    buf_clear(&c->out);
}

static void set_cost(struct vm_trace *c, u32 depth, struct held_due d)
{
    if (d.due && c->frame[depth].op.is) {
        c->frame[depth].op.cost = d.cost;
    }
}

// Whether a frame has a place in the text: the top one, and those with code that a written EVM
// frame calls.
static bool is_shown(const struct vm_trace *c, const struct inspect_frame *e)
{
    bool runs_code = e->kind == INSPECT_EVM || e->kind == INSPECT_RISCV;
    if (e->depth == 0) {
        return true;
    }
    const struct traced *parent = &c->frame[e->depth - 1];
    return runs_code && parent->is_written && parent->kind == INSPECT_EVM && parent->op.is;
}

static void on_enter(void *ctx, const struct inspect_frame *e)
{
    struct vm_trace *c = ctx;
    CHECK(e->depth < TRACE_DEPTH_MAX);
    set_cost(c, c->held.depth, held_enter(&c->held, e));
    struct traced *f = &c->frame[e->depth];
    struct state *s = c->base.context.state;
    *f = (struct traced){.kind = e->kind};
    f->is_written = !c->base.full && is_shown(c, e);
    if (!f->is_written) {
        return;
    }
    usize start = c->out.n;
    if (e->depth > 0) {
        trace_put_comma(&c->out);
        buf_put_u8(&c->out, '{');
        trace_put_name(&c->out, "sub");
        c->frame[e->depth - 1].op.has_sub = true;
    }
    bool creates = e->op == OP_CREATE || e->op == OP_CREATE2;
    buf_put_u8(&c->out, '{');
    trace_put_data(&c->out, "code",
                   creates ? e->input : account_code(s, state_account(s, &e->code)));
    trace_put_name(&c->out, "ops");
    buf_put_u8(&c->out, '[');
    (void)trace_take(&c->base, c->out.n - start);
}

static void on_charged(void *ctx, u32 depth, u64 gas_left)
{
    struct vm_trace *c = ctx;
    set_cost(c, c->held.depth, held_charged(&c->held, depth, gas_left));
}

static void put_memory(struct buf *b, const struct pending *p, const struct inspect_step *s)
{
    trace_put_name(b, "mem");
    if (s == NULL || p->memory_size == 0 || p->memory_at + p->memory_size > s->memory.n) {
        buf_put_text(b, "null");
        return;
    }
    buf_put_u8(b, '{');
    trace_put_data(b, "data", bytes_slice(s->memory, p->memory_at, p->memory_size));
    trace_put_decimal(b, "off", p->memory_at);
    buf_put_u8(b, '}');
}

static void put_pushed(struct buf *b, u32 pushes, const struct inspect_step *s)
{
    trace_put_name(b, "push");
    buf_put_u8(b, '[');
    for (u32 i = pushes; s != NULL && i > 0 && i <= s->stack_height; i--) {
        buf_put_text(b, i == pushes ? "\"" : ",\"");
        put_quantity(b, s->stack[s->stack_height - i]);
        buf_put_u8(b, '"');
    }
    buf_put_u8(b, ']');
}

static void put_stored(struct buf *b, const struct pending *p)
{
    trace_put_name(b, "store");
    if (p->op != OP_SSTORE) {
        buf_put_text(b, "null");
        return;
    }
    buf_put_u8(b, '{');
    trace_put_quantity(b, "key", p->key);
    trace_put_quantity(b, "val", p->value);
    buf_put_u8(b, '}');
}

// Writes the op under way. `s` is the frame's next instruction; NULL: it has ended.
static void put_op(struct vm_trace *c, struct traced *f, const struct inspect_step *s, u64 left,
                   bool halted)
{
    struct buf *b = &c->out;
    const struct pending *p = &f->op;
    struct opcode_info info = opcode_info(FORK_LATEST, p->op);
    usize start = b->n;
    if (!p->has_sub) {
        trace_put_comma(b);
        buf_put_u8(b, '{');
    }
    trace_put_decimal(b, "cost", p->cost);
    trace_put_name(b, "ex");
    if (halted) {
        buf_put_text(b, "null");
    } else {
        buf_put_u8(b, '{');
        put_memory(b, p, s);
        put_pushed(b, info.defined ? info.pushes : 0, s);
        put_stored(b, p);
        trace_put_decimal(b, "used", left);
        buf_put_u8(b, '}');
    }
    trace_put_decimal(b, "pc", p->pc);
    if (!p->has_sub) {
        trace_put_name(b, "sub");
        buf_put_text(b, "null");
    }
    trace_put_text(b, "op", info.defined ? info.name : "INVALID");
    buf_put_u8(b, '}');
    (void)trace_take(&c->base, b->n - start);
}

struct memory_row { // where an instruction finds what it writes, from the top of the stack
    u8 op;
    u8 at, size; // 1: the top word; size 0: `fixed` bytes
    u8 fixed;
};

static const struct memory_row MEMORY[] = {
    {OP_MSTORE, 1, 0, 32},        {OP_MSTORE8, 1, 0, 1},      {OP_MLOAD, 1, 0, 32},
    {OP_CALLDATACOPY, 1, 3, 0},   {OP_CODECOPY, 1, 3, 0},     {OP_EXTCODECOPY, 2, 4, 0},
    {OP_RETURNDATACOPY, 1, 3, 0}, {OP_MCOPY, 1, 3, 0},        {OP_CALL, 6, 7, 0},
    {OP_CALLCODE, 6, 7, 0},       {OP_DELEGATECALL, 5, 6, 0}, {OP_STATICCALL, 5, 6, 0},
};

static void find_memory(struct pending *p, const struct inspect_step *s)
{
    for (u32 i = 0; i < COUNT_OF(MEMORY); i++) {
        const struct memory_row *r = &MEMORY[i];
        u32 deepest = r->size > r->at ? r->size : r->at;
        if (r->op != s->op || s->stack_height < deepest) {
            continue;
        }
        u64 at = u256_to_u64_saturated(s->stack[s->stack_height - r->at]);
        u64 size =
            r->size == 0 ? r->fixed : u256_to_u64_saturated(s->stack[s->stack_height - r->size]);
        if (at < 1ull << 40 && size < 1ull << 40) { // else it cannot be paid
            p->memory_at = at;
            p->memory_size = size;
        }
    }
}

static void on_step(void *ctx, const struct inspect_step *s)
{
    struct vm_trace *c = ctx;
    set_cost(c, c->held.depth, held_next(&c->held, s));
    struct traced *f = &c->frame[s->depth];
    if (c->base.full || !f->is_written) {
        return;
    }
    if (f->op.is) {
        put_op(c, f, s, s->gas, false);
    }
    f->op = (struct pending){.is = true, .op = s->op, .pc = s->pc};
    find_memory(&f->op, s);
    if (s->op == OP_SSTORE && s->stack_height >= 2) {
        f->op.key = s->stack[s->stack_height - 1];
        f->op.value = s->stack[s->stack_height - 2];
    }
}

static void on_leave(void *ctx, const struct inspect_end *e)
{
    struct vm_trace *c = ctx;
    struct held_due d = held_leave(&c->held, e, c->base.context.fork);
    set_cost(c, e->depth, d);
    struct traced *f = &c->frame[e->depth];
    if (c->base.full || !f->is_written) {
        return;
    }
    if (f->op.is) {
        put_op(c, f, NULL, e->gas_left, d.halted);
        f->op.is = false;
    }
    buf_put_u8(&c->out, ']');
    if (c->base.context.hybrid && f->kind == INSPECT_RISCV) {
        trace_put_text(&c->out, "kind", "riscv");
    }
    buf_put_u8(&c->out, '}');
}

static struct inspector inspect(struct tracer *t)
{
    return (struct inspector){
        .ctx = t,
        .frame_enter = on_enter,
        .frame_leave = on_leave,
        .evm_step = on_step,
        .evm_charged = on_charged,
    };
}

static void result(struct tracer *t, struct buf *out)
{
    const struct vm_trace *c = (const struct vm_trace *)t;
    if (c->out.n > 0) {
        buf_put(out, c->out.p, c->out.n);
    } else {
        buf_put_text(out, "null");
    }
}

const struct tracer_kind tracer_vm_trace = {
    .make = make,
    .free = destroy,
    .begin = begin,
    .inspector = inspect,
    .result = result,
};
