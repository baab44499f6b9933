// SPDX-License-Identifier: MIT
// flatCallTracer: the calls of a transaction as a list, each with its place in the tree, as
// Parity's trace_ methods give them (go-ethereum, eth/tracers/native/call_flat.go; OpenEthereum,
// trace module). CALL and STATICCALL of precompiles are left out unless asked for.
#include "core/precompile/precompile.h"
#include "core/trace/frames.h"

#include <string.h>

struct flat_tracer {
    struct frame_tracer calls;
    bool convert_errors, include_precompiles;
    bool bare; // without the transaction's place in its chain: for trace_replay* and trace_call
};

static enum fault make(struct tracer **out, const json_value *config)
{
    struct flat_tracer *c = mem_zalloc(sizeof *c);
    *out = &c->calls.base;
    TRY(trace_option_bool(&c->convert_errors, config, "convertParityErrors"));
    return trace_option_bool(&c->include_precompiles, config, "includePrecompiles");
}

struct tracer *tracer_make_flat(bool bare)
{
    struct flat_tracer *c = mem_zalloc(sizeof *c);
    c->calls.base.kind = &tracer_flat;
    c->convert_errors = true;
    c->bare = bare;
    return &c->calls.base;
}

static void destroy(struct tracer *t)
{
    frame_tracer_fini((struct frame_tracer *)t);
    mem_free(t);
}

// ---- the list

struct words {
    const char *from, *to;
};

static const struct words WHOLE[] = {
    {"contract creation code storage out of gas", "Out of gas"},
    {"out of gas", "Out of gas"},
    {"gas uint64 overflow", "Out of gas"},
    {"max code size exceeded", "Out of gas"},
    {"invalid jump destination", "Bad jump destination"},
    {"execution reverted", "Reverted"},
    {"return data out of bounds", "Out of bounds"},
    {"stack limit reached 1024 (1023)", "Out of stack"},
    {"precompiled failed", "Built-in failed"},
    {"invalid input length", "Built-in failed"},
};

static const struct words BEGINNING[] = {
    {"out of gas:", "Out of gas"}, // with more words behind it
    {"invalid opcode:", "Bad instruction"},
    {"stack underflow", "Stack underflow"},
};

static void convert(struct buf *error)
{
    buf_put_u8(error, 0);
    const char *text = (const char *)error->p;
    const char *to = NULL;
    for (u32 i = 0; i < COUNT_OF(WHOLE); i++) {
        to = strcmp(text, WHOLE[i].from) == 0 ? WHOLE[i].to : to;
    }
    for (u32 i = 0; to == NULL && i < COUNT_OF(BEGINNING); i++) {
        to =
            strncmp(text, BEGINNING[i].from, strlen(BEGINNING[i].from)) == 0 ? BEGINNING[i].to : to;
    }
    error->n--;
    if (to != NULL) {
        buf_clear(error);
        buf_put_text(error, to);
    }
}

static bool is_hidden(const struct flat_tracer *c, const struct traced_frame *e)
{
    return !c->include_precompiles && e->depth > 0 &&
           (e->op == OP_CALL || e->op == OP_STATICCALL) &&
           precompile_find(c->calls.base.context.fork, &e->to) != NULL;
}

static void put_action(const struct flat_tracer *c, const struct traced_frame *e, struct buf *b)
{
    trace_put_name(b, "action");
    buf_put_u8(b, '{');
    if (e->op == OP_SELFDESTRUCT) {
        trace_put_address(b, "address", &e->from);
        trace_put_quantity(b, "balance", e->value);
        trace_put_address(b, "refundAddress", &e->to);
    } else if (frame_is_creation(e)) {
        trace_put_text(b, "creationMethod", frame_type_lower(e));
        trace_put_address(b, "from", &e->from);
        trace_put_u64(b, "gas", e->gas);
        trace_put_data(b, "init", frames_input(&c->calls.frames, e));
        trace_put_quantity(b, "value", e->value);
    } else {
        trace_put_text(b, "callType", frame_type_lower(e));
        trace_put_address(b, "from", &e->from);
        trace_put_u64(b, "gas", e->gas);
        trace_put_data(b, "input", frames_input(&c->calls.frames, e));
        trace_put_address(b, "to", &e->to);
        trace_put_quantity(b, "value", e->op == OP_STATICCALL ? u256_zero() : e->value);
    }
    buf_put_u8(b, '}');
}

static void put_outcome(const struct flat_tracer *c, const struct traced_frame *e, struct buf *b)
{
    struct buf error = {0};
    frames_put_error(&c->calls, e, &error);
    if (c->convert_errors) {
        convert(&error);
    }
    if (error.n > 0) {
        trace_put_text_bytes(b, "error", buf_bytes(&error));
    }
    buf_fini(&error);
    if (e->op == OP_SELFDESTRUCT || e->status > 1) {
        return;
    }
    bytes output = frames_output(&c->calls.frames, e);
    trace_put_name(b, "result");
    buf_put_u8(b, '{');
    if (!frame_is_creation(e)) {
        trace_put_u64(b, "gasUsed", e->gas_used);
        trace_put_data(b, "output", output);
    } else {
        if (e->status == 0) {
            trace_put_address(b, "address", &e->to);
        }
        trace_put_data(b, "code", output);
        trace_put_u64(b, "gasUsed", e->gas_used);
    }
    buf_put_u8(b, '}');
}

static void put_block(const struct trace_position *at, struct buf *b)
{
    if (at->has_block) {
        trace_put_b256(b, "blockHash", &at->block_hash);
    } else {
        trace_put_name(b, "blockHash");
        buf_put_text(b, "null");
    }
    trace_put_decimal(b, "blockNumber", at->block_number);
}

static void put_transaction(const struct trace_position *at, struct buf *b)
{
    if (at->has_transaction) {
        trace_put_b256(b, "transactionHash", &at->transaction_hash);
    } else {
        trace_put_name(b, "transactionHash");
        buf_put_text(b, "null");
    }
    trace_put_decimal(b, "transactionPosition", at->index);
}

// How many of each frame's children are shown.
static u32 *count_visible(const struct flat_tracer *c)
{
    const struct frames *f = &c->calls.frames;
    u32 *visible = mem_zalloc((f->count + 1) * sizeof *visible);
    u32 *open = mem_zalloc((TRACE_DEPTH_MAX + 1) * sizeof *open);
    for (u32 i = 0; i < f->count; i++) {
        const struct traced_frame *e = &f->frame[i];
        open[e->depth] = i;
        if (e->depth > 0 && !is_hidden(c, e)) {
            visible[open[e->depth - 1]]++;
        }
    }
    mem_free(open);
    return visible;
}

static void put_trace(const struct flat_tracer *c, const struct traced_frame *e, u32 children,
                      const u32 *path, struct buf *b)
{
    trace_put_comma(b);
    buf_put_u8(b, '{');
    put_action(c, e, b);
    if (!c->bare) {
        put_block(&c->calls.base.context.at, b);
    }
    put_outcome(c, e, b);
    trace_put_decimal(b, "subtraces", children);
    trace_put_name(b, "traceAddress");
    buf_put_u8(b, '[');
    for (u32 k = 1; k <= e->depth; k++) {
        buf_printf(b, k == 1 ? "%u" : ",%u", path[k]);
    }
    buf_put_u8(b, ']');
    if (!c->bare) {
        put_transaction(&c->calls.base.context.at, b);
    }
    trace_put_text(b, "type",
                   e->op == OP_SELFDESTRUCT ? "suicide"
                   : frame_is_creation(e)   ? "create"
                                            : "call");
    if (c->calls.base.context.hybrid && e->kind == INSPECT_RISCV) {
        trace_put_text(b, "kind", "riscv");
    }
    buf_put_u8(b, '}');
}

static void result(struct tracer *t, struct buf *out)
{
    const struct flat_tracer *c = (const struct flat_tracer *)t;
    u32 *path = mem_zalloc((TRACE_DEPTH_MAX + 1) * sizeof *path); // by depth: place among its kin
    u32 *visible = count_visible(c);
    buf_put_u8(out, '[');
    u32 depth = 0;
    for (u32 i = 0; i < c->calls.frames.count; i++) {
        const struct traced_frame *e = &c->calls.frames.frame[i];
        if (is_hidden(c, e)) {
            continue;
        }
        if (i > 0) {
            path[e->depth] = e->depth > depth ? 0 : path[e->depth] + 1;
        }
        depth = e->depth;
        put_trace(c, e, visible[i], path, out);
    }
    buf_put_u8(out, ']');
    mem_free(visible);
    mem_free(path);
}

const struct tracer_kind tracer_flat = {
    .make = make,
    .free = destroy,
    .begin = frame_tracer_begin,
    .inspector = frame_tracer_inspect,
    .end = frame_tracer_end,
    .wants_again = frame_tracer_wants_again,
    .result = result,
};
