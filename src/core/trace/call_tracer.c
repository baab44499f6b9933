// SPDX-License-Identifier: MIT
// callTracer: the tree of calls of a transaction, with what each was given, used and answered
// (go-ethereum, eth/tracers/native/call.go, for names and their order). RISC-V frames have one
// member more, `kind`.
#include "core/trace/frames.h"

static enum fault make(struct tracer **out, const json_value *config)
{
    struct frame_tracer *c = mem_zalloc(sizeof *c);
    *out = &c->base;
    TRY(trace_option_bool(&c->frames.only_top, config, "onlyTopCall"));
    return trace_option_bool(&c->frames.with_log, config, "withLog");
}

static void destroy(struct tracer *t)
{
    frame_tracer_fini((struct frame_tracer *)t);
    mem_free(t);
}

// ---- the tree

struct writing {
    const struct frame_tracer *t;
    struct buf *b;
    u32 open[TRACE_DEPTH_MAX];    // frames whose lists of calls are being written
    bool failed[TRACE_DEPTH_MAX]; // they or one around them
    u32 count;
};

// Ends the innermost frame under way.
static void close(struct writing *w)
{
    w->count--;
    const struct traced_frame *e = &w->t->frames.frame[w->open[w->count]];
    if (e->children > 0) {
        buf_put_u8(w->b, ']');
    }
    if (!w->failed[w->count]) { // logs of what failed were never emitted
        frame_put_logs(w->t, e, w->b);
    }
    if (e->op != OP_STATICCALL) {
        trace_put_quantity(w->b, "value", e->value);
    }
    trace_put_text(w->b, "type", frame_type(e));
    if (w->t->base.context.hybrid && e->kind == INSPECT_RISCV) {
        trace_put_text(w->b, "kind", "riscv");
    }
    buf_put_u8(w->b, '}');
}

static void result(struct tracer *t, struct buf *out)
{
    const struct frame_tracer *c = (const struct frame_tracer *)t;
    const struct frames *f = &c->frames;
    struct writing *w = mem_zalloc(sizeof *w);
    *w = (struct writing){.t = c, .b = out};
    for (u32 i = 0; i < f->count; i++) {
        const struct traced_frame *e = &f->frame[i];
        while (w->count > e->depth) {
            close(w);
        }
        trace_put_comma(out);
        buf_put_u8(out, '{');
        frame_put_head(c, e, out);
        if (e->children > 0) {
            trace_put_name(out, "calls");
            buf_put_u8(out, '[');
        }
        w->failed[w->count] = e->status != 0 || (w->count > 0 && w->failed[w->count - 1]);
        w->open[w->count++] = i;
    }
    while (w->count > 0) {
        close(w);
    }
    if (f->count == 0) {
        buf_put_text(out, "{}");
    }
    mem_free(w);
}

const struct tracer_kind tracer_call = {
    .make = make,
    .free = destroy,
    .begin = frame_tracer_begin,
    .inspector = frame_tracer_inspect,
    .end = frame_tracer_end,
    .wants_again = frame_tracer_wants_again,
    .result = result,
};
