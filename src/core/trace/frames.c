// SPDX-License-Identifier: MIT
// Collecting frames; see frames.h. What exceeds the tracer's budget is not kept, and then the
// tracer has no result, so indices of frames that are missing are never looked at.
#include "core/trace/frames.h"

void frame_tracer_fini(struct frame_tracer *t)
{
    mem_free(t->frames.frame);
    mem_free(t->frames.log);
    buf_fini(&t->frames.data);
}

void frame_tracer_begin(struct tracer *t)
{
    struct frames *f = &((struct frame_tracer *)t)->frames;
    f->count = 0;
    f->log_count = 0;
    f->lacks_last = false;
    buf_clear(&f->data);
    zero_bytes(f->last, sizeof f->last);
}

static usize keep(struct frames *f, bytes v)
{
    usize at = f->data.n;
    buf_put(&f->data, v.p, v.n);
    return at;
}

// A new frame; NULL if it is not to be kept.
static struct traced_frame *add(struct frame_tracer *t, u32 depth, usize size)
{
    struct frames *f = &t->frames;
    CHECK(depth <= TRACE_DEPTH_MAX);
    if ((f->only_top && depth > 0) || !trace_take(&t->base, sizeof *f->frame + size)) {
        return NULL;
    }
    if (f->count == f->cap) {
        f->cap = f->cap == 0 ? 16 : f->cap * 2;
        f->frame = mem_realloc(f->frame, f->cap * sizeof *f->frame);
    }
    if (depth > 0) {
        f->frame[f->open[depth - 1]].children++;
    }
    struct traced_frame *e = &f->frame[f->count++];
    *e = (struct traced_frame){.depth = depth};
    return e;
}

void frames_enter(struct frame_tracer *t, const struct inspect_frame *e)
{
    struct frames *f = &t->frames;
    CHECK(e->depth < TRACE_DEPTH_MAX);
    f->last[e->depth].known = false;
    f->storage[e->depth] = e->to;
    struct traced_frame *n = add(t, e->depth, e->input.n);
    if (n == NULL) {
        return;
    }
    bool borrows = e->op == OP_DELEGATECALL || e->op == OP_CALLCODE;
    f->open[e->depth] = f->count - 1;
    n->op = e->op;
    n->kind = e->kind;
    n->from = borrows ? e->to : e->from;
    n->to = borrows ? e->code : e->to;
    n->value = e->value;
    n->gas = e->gas;
    n->input_size = e->input.n;
    n->input_at = keep(f, e->input);
    n->failure.code = e->code;
}

void frames_leave(struct frame_tracer *t, const struct inspect_end *e)
{
    struct frames *f = &t->frames;
    if ((f->only_top && e->depth > 0) || !trace_take(&t->base, e->output.n)) {
        return;
    }
    struct traced_frame *n = &f->frame[f->open[e->depth]];
    const struct last_step *last = &f->last[e->depth];
    n->gas_used = n->gas - e->gas_left;
    n->status = e->status;
    n->output_size = e->output.n;
    n->output_at = keep(f, e->output);
    n->cycles = e->cycles;
    n->instructions = e->instructions;
    n->pages = e->pages;
    n->failure = (struct trace_failure){
        .status = e->status,
        .halt = e->halt,
        .at_deposit = e->at_deposit,
        .is_create = frame_is_creation(n),
        .kind = n->kind,
        .depth = e->depth,
        .code = n->failure.code,
        .has_last = last->known,
        .last_op = last->op,
        .last_height = last->height,
        .last_gas = last->gas,
    };
    f->lacks_last |= failure_needs_last(&n->failure) && !last->known;
}

static void on_destroy(void *ctx, const struct inspect_destroy *e)
{
    struct traced_frame *n = add(ctx, e->depth + 1, 0);
    if (n == NULL) {
        return;
    }
    n->op = OP_SELFDESTRUCT;
    n->from = e->from;
    n->to = e->to;
    n->value = e->balance;
}

static void on_log(void *ctx, u32 depth, const struct state_log *l, bytes data)
{
    struct frame_tracer *t = ctx;
    struct frames *f = &t->frames;
    if ((f->only_top && depth > 0) || !trace_take(&t->base, sizeof *f->log + data.n)) {
        return;
    }
    if (f->log_count == f->log_cap) {
        f->log_cap = f->log_cap == 0 ? 16 : f->log_cap * 2;
        f->log = mem_realloc(f->log, f->log_cap * sizeof *f->log);
    }
    struct traced_frame *e = &f->frame[f->open[depth]];
    f->log[f->log_count++] = (struct traced_log){
        .position = e->children,
        .index = t->base.context.at.first_log + state_log_count(t->base.context.state) - 1,
        .log = *l,
        .data_at = keep(f, data),
    };
    f->log[f->log_count - 1].log.data_size = data.n;
    if (e->first_log == 0) {
        e->first_log = f->log_count;
    } else {
        f->log[e->last_log - 1].next = f->log_count;
    }
    e->last_log = f->log_count;
}

void frames_step(struct frame_tracer *t, const struct inspect_step *s)
{
    t->frames.last[s->depth] = (struct last_step){true, s->op, s->stack_height, s->gas};
}

static void on_enter(void *ctx, const struct inspect_frame *e)
{
    frames_enter(ctx, e);
}

static void on_leave(void *ctx, const struct inspect_end *e)
{
    frames_leave(ctx, e);
}

static void on_step(void *ctx, const struct inspect_step *s)
{
    frames_step(ctx, s);
}

struct inspector frame_tracer_inspect(struct tracer *t)
{
    return (struct inspector){
        .ctx = t,
        .frame_enter = on_enter,
        .frame_leave = on_leave,
        .destroy = on_destroy,
        .log = ((struct frame_tracer *)t)->frames.with_log ? on_log : NULL,
        .evm_step = t->runs > 1 ? on_step : NULL,
    };
}

void frame_tracer_end(struct tracer *t, const struct chain_receipt *receipt)
{
    struct frames *f = &((struct frame_tracer *)t)->frames;
    if (f->count > 0) { // the top frame in terms of the whole transaction
        f->frame[0].gas = t->context.t->gas_limit;
        f->frame[0].gas_used = receipt->gas_used;
    }
}

bool frame_tracer_wants_again(const struct tracer *t)
{
    return t->runs == 1 && ((const struct frame_tracer *)t)->frames.lacks_last;
}

// ---- what users of the frames ask

bytes frames_input(const struct frames *f, const struct traced_frame *e)
{
    return bytes_slice(buf_bytes(&f->data), e->input_at, e->input_size);
}

bytes frames_output(const struct frames *f, const struct traced_frame *e)
{
    return bytes_slice(buf_bytes(&f->data), e->output_at, e->output_size);
}

bool frame_is_creation(const struct traced_frame *e)
{
    return e->op == OP_CREATE || e->op == OP_CREATE2;
}

void frames_put_error(const struct frame_tracer *t, const struct traced_frame *e, struct buf *b)
{
    if (e->status != 0) {
        struct trace_failure failure = e->failure;
        failure.input = frames_input(&t->frames, e);
        put_failure(b, &failure, t->base.context.fork);
    }
}

struct frame_name {
    u8 op;
    const char *upper, *lower;
};

static const struct frame_name *find_name(u8 op)
{
    static const struct frame_name NAMES[] = {
        {OP_CALL, "CALL", "call"},
        {OP_STATICCALL, "STATICCALL", "staticcall"},
        {OP_DELEGATECALL, "DELEGATECALL", "delegatecall"},
        {OP_CALLCODE, "CALLCODE", "callcode"},
        {OP_CREATE, "CREATE", "create"},
        {OP_CREATE2, "CREATE2", "create2"},
        {OP_SELFDESTRUCT, "SELFDESTRUCT", "selfdestruct"},
    };
    u32 i = 0;
    while (i + 1 < COUNT_OF(NAMES) && NAMES[i].op != op) {
        i++;
    }
    return &NAMES[i];
}

const char *frame_type(const struct traced_frame *e)
{
    return find_name(e->op)->upper;
}

const char *frame_type_lower(const struct traced_frame *e)
{
    return find_name(e->op)->lower;
}
