// SPDX-License-Identifier: MIT
// callTracerLegacy: the tree of calls as go-ethereum's first tracer of calls showed it, a script
// that knew instructions only (eth/tracers/js/internal/tracers/call_tracer_legacy.js). So an output
// is what lies afterwards in the memory that the caller has set aside for it, a frame that ran no
// instruction has no gas, and why a call or creation failed is known only from inside.
#include "core/trace/frames.h"

struct region { // of a caller's memory, in the frames' data
    bool known;
    usize at, size;
};

struct legacy_tracer {
    struct frame_tracer calls;
    struct region pending[TRACE_DEPTH_MAX]; // by depth of the caller
    struct region *region;                  // by frame
    u32 cap;
};

static enum fault make(struct tracer **out, const json_value *config)
{
    (void)config;
    struct legacy_tracer *c = mem_zalloc(sizeof *c);
    *out = &c->calls.base;
    return FAULT_NONE;
}

static void destroy(struct tracer *t)
{
    frame_tracer_fini((struct frame_tracer *)t);
    mem_free(((struct legacy_tracer *)t)->region);
    mem_free(t);
}

static void begin(struct tracer *t)
{
    frame_tracer_begin(t);
    zero_bytes(((struct legacy_tracer *)t)->pending, sizeof(struct region) * TRACE_DEPTH_MAX);
}

// Keeps what a call's region for its output holds now.
static void keep_region(struct legacy_tracer *c, const struct inspect_step *s)
{
    bool has_value = s->op == OP_CALL || s->op == OP_CALLCODE;
    u32 place = has_value ? 6 : 5; // from the top of the stack: the region's address, then its size
    struct region *r = &c->pending[s->depth];
    *r = (struct region){.known = true};
    if (s->stack_height < place + 1) {
        return;
    }
    u64 at = u256_to_u64_saturated(s->stack[s->stack_height - place]);
    u64 size = u256_to_u64_saturated(s->stack[s->stack_height - place - 1]);
    if (size > TRACE_BYTES_MAX || !trace_take(&c->calls.base, size)) {
        return; // such a call cannot be paid
    }
    u64 there = at < s->memory.n ? s->memory.n - at : 0;
    there = there < size ? there : size;
    r->at = c->calls.frames.data.n;
    r->size = size;
    u8 *to = buf_extend(&c->calls.frames.data, size);
    copy_bytes(to, s->memory.p + (there > 0 ? at : 0), there);
    zero_bytes(to + there, size - there);
}

static void on_step(void *ctx, const struct inspect_step *s)
{
    struct legacy_tracer *c = ctx;
    frames_step(&c->calls, s);
    if (s->op == OP_CALL || s->op == OP_CALLCODE || s->op == OP_DELEGATECALL ||
        s->op == OP_STATICCALL) {
        keep_region(c, s);
    }
}

static void on_enter(void *ctx, const struct inspect_frame *e)
{
    struct legacy_tracer *c = ctx;
    u32 before = c->calls.frames.count;
    frames_enter(&c->calls, e);
    if (c->calls.frames.count == before) {
        return;
    }
    if (c->cap < c->calls.frames.cap) {
        c->cap = c->calls.frames.cap;
        c->region = mem_realloc(c->region, c->cap * sizeof *c->region);
    }
    c->pending[e->depth].known = false;
    struct region none = {0};
    c->region[before] = e->depth > 0 ? c->pending[e->depth - 1] : none;
}

static void on_leave(void *ctx, const struct inspect_end *e)
{
    struct legacy_tracer *c = ctx;
    frames_leave(&c->calls, e);
    if (c->calls.base.full) {
        return;
    }
    u32 index = c->calls.frames.open[e->depth];
    const struct region *r = &c->region[index];
    if (r->known && e->status == 0 && !frame_is_creation(&c->calls.frames.frame[index])) {
        usize n = e->output.n < r->size ? e->output.n : r->size;
        copy_bytes(c->calls.frames.data.p + r->at, e->output.p, n);
    }
}

static struct inspector inspect(struct tracer *t)
{
    struct inspector i = frame_tracer_inspect(t);
    i.frame_enter = on_enter;
    i.frame_leave = on_leave;
    i.evm_step = on_step;
    return i;
}

// ---- the tree

static bool is_hidden(const struct traced_frame *e)
{
    return e->kind == INSPECT_PRECOMPILE && e->depth > 0;
}

static bool ran(const struct traced_frame *e)
{
    return e->depth == 0 || e->kind == INSPECT_RISCV || e->failure.has_last;
}

static void put_error(const struct legacy_tracer *c, const struct traced_frame *e, struct buf *b)
{
    struct buf error = {0};
    if (e->status > 1 && (!ran(e) || e->failure.at_deposit)) {
        buf_put_text(&error, "internal failure");
    } else {
        frames_put_error(&c->calls, e, &error);
    }
    trace_put_text_bytes(b, "error", buf_bytes(&error));
    buf_fini(&error);
}

static void put_output(const struct legacy_tracer *c, u32 index, struct buf *b)
{
    const struct traced_frame *e = &c->calls.frames.frame[index];
    const struct region *r = &c->region[index];
    if (r->known && !frame_is_creation(e)) {
        trace_put_data(b, "output", bytes_slice(buf_bytes(&c->calls.frames.data), r->at, r->size));
    } else {
        trace_put_data(b, "output", frames_output(&c->calls.frames, e));
    }
}

static void put_frame(const struct legacy_tracer *c, u32 index, struct buf *b)
{
    const struct traced_frame *e = &c->calls.frames.frame[index];
    bool destroys = e->op == OP_SELFDESTRUCT;
    trace_put_text(b, "type", frame_type(e));
    trace_put_address(b, "from", &e->from);
    if (e->status == 0 || !frame_is_creation(e)) {
        trace_put_address(b, "to", &e->to);
    }
    if (e->op != OP_DELEGATECALL && e->op != OP_STATICCALL) {
        trace_put_quantity(b, "value", e->value);
    }
    if (ran(e) && !destroys) {
        trace_put_u64(b, "gas", e->gas);
        trace_put_u64(b, "gasUsed", e->gas_used);
    }
    trace_put_data(b, "input", frames_input(&c->calls.frames, e));
    if (e->status != 0) {
        put_error(c, e, b);
    }
    bool says_why = e->depth == 0 && e->status == 1 && e->output_size > 0;
    if ((e->status == 0 && !destroys) || says_why) {
        put_output(c, index, b);
    }
}

// Ends frames until `depth` of them are open; a frame's list of calls is open if it has begun.
static void close_to(struct buf *b, bool *has_calls, u32 *open, u32 depth)
{
    while (*open > depth) {
        --*open;
        buf_put_text(b, has_calls[*open] ? "]}" : "}");
    }
}

static void result(struct tracer *t, struct buf *out)
{
    const struct legacy_tracer *c = (const struct legacy_tracer *)t;
    bool *has_calls = mem_zalloc(TRACE_DEPTH_MAX + 1);
    u32 open = 0;
    for (u32 i = 0; i < c->calls.frames.count; i++) {
        const struct traced_frame *e = &c->calls.frames.frame[i];
        if (is_hidden(e)) {
            continue;
        }
        close_to(out, has_calls, &open, e->depth);
        if (open > 0 && !has_calls[open - 1]) {
            trace_put_name(out, "calls");
            buf_put_u8(out, '[');
            has_calls[open - 1] = true;
        }
        trace_put_comma(out);
        buf_put_u8(out, '{');
        has_calls[open++] = false;
        put_frame(c, i, out);
    }
    close_to(out, has_calls, &open, 0);
    mem_free(has_calls);
}

const struct tracer_kind tracer_legacy = {
    .make = make,
    .free = destroy,
    .begin = begin,
    .inspector = inspect,
    .end = frame_tracer_end,
    .result = result,
};
