// SPDX-License-Identifier: MIT
// Collects frames, logs and debug texts in the order in which they begin and prints them; see
// calltree.h.
//
// Invariants: (1) nodes are in the order of their beginnings, so a node's descendants follow it,
// each deeper than it. (2) open[d] is the index of the live frame of depth d, or NONE if it was not
// kept.
#include "core/trace/calltree.h"

#include "core/state/state.h"
#include "core/trace/put.h"
#include "core/trace/reason.h"
#include "engine/evm/opcode.h"
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"
#include "lib/num/u256.h"

#define DEPTH_MAX 1026u // frames of depth 0 to 1,024 and one that is not begun
#define NONE (~0u)

enum node_kind { NODE_FRAME, NODE_LOG, NODE_DEBUG };

struct node {
    enum node_kind kind;
    u32 depth; // of a log or text: its frame's and one
    struct inspect_frame frame;
    struct inspect_end end;
    struct state_log log;
    u64 begin_ns, end_ns;
    bool ended;
    usize data_at, data_kept, data_size;       // in `data`: input, log data, text
    usize output_at, output_kept, output_size; // in `data`
    usize label_at, label_size;                // in `data`: what it is called
};

struct calltree {
    struct calltree_params params;
    struct node *node;
    u32 count, capacity;
    u64 dropped;
    struct buf data;
    u32 open[DEPTH_MAX];
};

static const char *const kind_names[] = {
    [INSPECT_NONE] = "none",
    [INSPECT_EVM] = "evm",
    [INSPECT_RISCV] = "riscv",
    [INSPECT_PRECOMPILE] = "precompile",
};

static const char *const kind_labels[] = {
    [INSPECT_NONE] = "",
    [INSPECT_EVM] = " [EVM]",
    [INSPECT_RISCV] = " [RISC-V]",
    [INSPECT_PRECOMPILE] = " [precompile]",
};

static const char *const status_names[] = {"success", "revert", "halt", "not_begun"};

static const char *op_name(u8 op)
{
    switch (op) {
    case OP_CREATE:
        return "create";
    case OP_CREATE2:
        return "create2";
    case OP_CALLCODE:
        return "callcode";
    case OP_DELEGATECALL:
        return "delegatecall";
    case OP_STATICCALL:
        return "staticcall";
    default:
        return "call";
    }
}

static bool is_creation(const struct node *n)
{
    return n->frame.op == OP_CREATE || n->frame.op == OP_CREATE2;
}

static u64 now(const struct calltree *t)
{
    return t->params.clock != NULL ? t->params.clock() : 0;
}

// ---- collecting ---------------------------------------------------------------------------------

static usize keep(struct calltree *t, usize *kept, bytes data)
{
    usize at = t->data.n;
    *kept = data.n < CALLTREE_DATA_MAX ? data.n : CALLTREE_DATA_MAX;
    buf_put(&t->data, data.p, *kept);
    return at;
}

static struct node *add(struct calltree *t, enum node_kind kind, u32 depth)
{
    if (t->count == CALLTREE_NODES_MAX) {
        t->dropped++;
        return NULL;
    }
    if (t->count == t->capacity) {
        t->capacity = t->capacity == 0 ? 64 : 2 * t->capacity;
        t->node = mem_realloc(t->node, t->capacity * sizeof *t->node);
    }
    struct node *n = &t->node[t->count++];
    *n = (struct node){.kind = kind, .depth = depth};
    n->label_at = t->data.n;
    return n;
}

static void frame_enter(void *ctx, const struct inspect_frame *f)
{
    struct calltree *t = ctx;
    CHECK(f->depth < DEPTH_MAX);
    struct node *n = add(t, NODE_FRAME, f->depth);
    t->open[f->depth] = n == NULL ? NONE : t->count - 1;
    if (n == NULL) {
        return;
    }
    if (t->params.describe_input != NULL && !is_creation(&(struct node){.frame = *f}) &&
        t->params.describe_input(t->params.ctx, &t->data, f->input)) {
        n->label_size = t->data.n - n->label_at;
    }
    n->frame = *f;
    n->data_at = keep(t, &n->data_kept, f->input);
    n->data_size = f->input.n;
    n->begin_ns = now(t);
}

static void frame_leave(void *ctx, const struct inspect_end *e)
{
    struct calltree *t = ctx;
    u64 end_ns = now(t);
    CHECK(e->depth < DEPTH_MAX && e->status < COUNT_OF(status_names));
    if (t->open[e->depth] == NONE) {
        return;
    }
    struct node *n = &t->node[t->open[e->depth]]; // by (2)
    n->end_ns = end_ns;
    n->end = *e;
    n->ended = true;
    n->output_size = e->output.n;
    n->output_at = keep(t, &n->output_kept, e->output);
}

static void debug_log(void *ctx, u32 depth, bytes text)
{
    struct calltree *t = ctx;
    struct node *n = add(t, NODE_DEBUG, depth + 1);
    if (n != NULL) {
        n->data_at = keep(t, &n->data_kept, text);
        n->data_size = text.n;
    }
}

static void log_event(void *ctx, u32 depth, const struct state_log *l, bytes data)
{
    struct calltree *t = ctx;
    struct node *n = add(t, NODE_LOG, depth + 1);
    if (n == NULL) {
        return;
    }
    if (t->params.describe_log != NULL &&
        t->params.describe_log(t->params.ctx, &t->data, l, data)) {
        n->label_size = t->data.n - n->label_at;
    }
    n->log = *l;
    n->data_at = keep(t, &n->data_kept, data);
    n->data_size = data.n;
}

// ---- text ---------------------------------------------------------------------------------------

static bytes kept_input(const struct calltree *t, const struct node *n)
{
    return (bytes){t->data.p + n->data_at, n->data_kept};
}

static bytes kept_output(const struct calltree *t, const struct node *n)
{
    return (bytes){t->data.p + n->output_at, n->output_kept};
}

static void put_name(const struct calltree *t, struct buf *b, const address *a)
{
    const char *name = t->params.name != NULL ? t->params.name(t->params.ctx, a) : NULL;
    if (name != NULL) {
        buf_put_text(b, name);
    } else {
        put_address(b, a);
    }
}

static void put_label(const struct calltree *t, struct buf *b, const struct node *n)
{
    if (n->label_size > 0) {
        buf_put(b, t->data.p + n->label_at, n->label_size);
        return;
    }
    if (n->data_size >= 4 && n->frame.kind != INSPECT_PRECOMPILE) {
        put_data(b, (bytes){t->data.p + n->data_at, 4});
        if (n->data_size > 4) {
            buf_printf(b, " and %zu bytes", n->data_size - 4);
        }
    } else {
        buf_printf(b, "%zu bytes", n->data_size);
    }
}

static void put_outcome(const struct calltree *t, struct buf *b, const struct node *n)
{
    if (!n->ended) {
        buf_put_text(b, "  not ended");
        return;
    }
    if (n->end.status == 2) {
        buf_printf(b, "  halt: %s", halt_name(n->end.halt));
    } else if (n->end.status == 3) {
        buf_put_text(b, "  not begun");
    } else if (n->end.status == 1) {
        buf_put_text(b, "  revert");
        usize before = b->n;
        buf_put_text(b, ": ");
        bytes output = kept_output(t, n);
        bool known = t->params.describe_revert != NULL &&
                     t->params.describe_revert(t->params.ctx, b, output);
        if (!known && !revert_reason(b, output)) {
            b->n = before;
            if (n->output_size > 0) {
                buf_printf(b, " with %zu bytes", n->output_size);
            }
        }
    }
}

static void put_frame(const struct calltree *t, struct buf *b, const struct node *n)
{
    buf_printf(b, "%s ", op_name(n->frame.op));
    put_name(t, b, &n->frame.to);
    if (!address_equal(&n->frame.code, &n->frame.to) && !is_creation(n)) {
        buf_put_text(b, " by the code of ");
        put_name(t, b, &n->frame.code);
    }
    buf_printf(b, "%s ", kind_labels[n->frame.kind]);
    put_label(t, b, n);
    if (!u256_is_zero(n->frame.value) && n->frame.op != OP_DELEGATECALL) {
        buf_put_text(b, ", value ");
        if (u256_fits_u64(n->frame.value)) {
            put_number(b, n->frame.value.w[0]);
        } else {
            hex_put_quantity(b, n->frame.value);
        }
    }
    if (n->ended) {
        buf_put_text(b, "  ");
        put_number(b, n->frame.gas - n->end.gas_left);
        buf_put_text(b, " gas");
        if (n->frame.kind == INSPECT_RISCV) {
            buf_put_text(b, " (");
            put_number(b, n->end.cycles);
            buf_printf(b, " cycles, %u pages)", n->end.pages);
        }
        if (t->params.clock != NULL) {
            buf_put_text(b, ", ");
            put_time(b, n->end_ns - n->begin_ns);
        }
    }
    put_outcome(t, b, n);
}

static void put_log(const struct calltree *t, struct buf *b, const struct node *n)
{
    buf_put_text(b, "log ");
    if (n->label_size > 0) {
        put_label(t, b, n);
        return;
    }
    buf_printf(b, "%u topics", n->log.topic_count);
    if (n->log.topic_count > 0) {
        buf_put_u8(b, ' ');
        put_data(b, (bytes){n->log.topic[0].b, 4});
    }
    buf_printf(b, ", %zu bytes", n->data_size);
}

static void put_node(const struct calltree *t, struct buf *b, const struct node *n)
{
    switch (n->kind) {
    case NODE_FRAME:
        put_frame(t, b, n);
        break;
    case NODE_LOG:
        put_log(t, b, n);
        break;
    case NODE_DEBUG:
        buf_put_text(b, "debug \"");
        put_plain_text(b, kept_input(t, n));
        buf_printf(b, "\"%s", n->data_kept < n->data_size ? " …" : "");
        break;
    }
}

// Whether a node of depth d comes after node i before one less deep.
static void find_last(const struct calltree *t, bool *is_last)
{
    bool seen[DEPTH_MAX + 1] = {0};
    for (u32 i = t->count; i-- > 0;) {
        u32 depth = t->node[i].depth;
        is_last[i] = !seen[depth];
        seen[depth] = true;
        if (depth + 1 <= DEPTH_MAX) {
            seen[depth + 1] = false; // what comes before this node is not its child; by (1)
        }
    }
}

void calltree_put_text(const struct calltree *t, struct buf *out, const char *indent)
{
    bool *is_last = mem_zalloc(t->count + 1);
    find_last(t, is_last);
    bool line_at[DEPTH_MAX + 1] = {0}; // whether a line runs down at this depth
    for (u32 i = 0; i < t->count; i++) {
        u32 depth = t->node[i].depth;
        buf_put_text(out, indent);
        for (u32 d = 1; d < depth; d++) {
            buf_put_text(out, line_at[d] ? "│  " : "   ");
        }
        if (depth > 0) {
            buf_put_text(out, is_last[i] ? "└─ " : "├─ ");
        }
        line_at[depth] = !is_last[i];
        put_node(t, out, &t->node[i]);
        buf_put_u8(out, '\n');
    }
    if (t->dropped > 0) {
        buf_printf(out, "%s… and %llu more\n", indent, (unsigned long long)t->dropped);
    }
    mem_free(is_last);
}

// ---- JSON ---------------------------------------------------------------------------------------

static void put_member_address(const struct calltree *t, struct buf *b, const char *member,
                               const address *a)
{
    buf_printf(b, ",\"%s\":\"", member);
    put_address(b, a);
    buf_put_u8(b, '"');
    const char *name = t->params.name != NULL ? t->params.name(t->params.ctx, a) : NULL;
    if (name != NULL) {
        buf_printf(b, ",\"%s_name\":\"", member);
        put_json_text(b, (bytes){(const u8 *)name, __builtin_strlen(name)});
        buf_put_u8(b, '"');
    }
}

static void put_member_data(struct buf *b, const char *member, bytes kept, usize size)
{
    buf_printf(b, ",\"%s\":\"", member);
    put_data(b, kept);
    buf_printf(b, "\",\"%s_size\":%zu", member, size);
}

static void put_member_number(struct buf *b, const char *member, u64 v)
{
    buf_printf(b, ",\"%s\":", member);
    put_json_number(b, v);
}

static void put_frame_end_json(const struct calltree *t, struct buf *b, const struct node *n)
{
    put_member_number(b, "gas_used", n->frame.gas - n->end.gas_left);
    buf_printf(b, ",\"status\":\"%s\",\"halt\":", status_names[n->end.status]);
    buf_printf(b, n->end.status == 2 ? "\"%s\"" : "null", halt_name(n->end.halt));
    put_member_data(b, "output", kept_output(t, n), n->output_size);
    struct buf reason = {0};
    if (n->end.status == 1 && revert_reason(&reason, kept_output(t, n))) {
        buf_put_text(b, ",\"reason\":\"");
        put_json_text(b, buf_bytes(&reason));
        buf_put_u8(b, '"');
    }
    buf_fini(&reason);
    if (n->frame.kind == INSPECT_RISCV) {
        put_member_number(b, "cycles", n->end.cycles);
        put_member_number(b, "instructions", n->end.instructions);
        put_member_number(b, "pages", n->end.pages);
    }
    if (t->params.clock != NULL) {
        put_member_number(b, "time_ns", n->end_ns - n->begin_ns);
    }
}

static void put_frame_json(const struct calltree *t, struct buf *b, const struct node *n)
{
    buf_printf(b, "{\"type\":\"%s\",\"kind\":\"%s\",\"depth\":%u,\"static\":%s",
               op_name(n->frame.op), kind_names[n->frame.kind], n->depth,
               n->frame.is_static ? "true" : "false");
    put_member_address(t, b, "from", &n->frame.from);
    put_member_address(t, b, "to", &n->frame.to);
    put_member_address(t, b, "code", &n->frame.code);
    buf_put_text(b, ",\"value\":");
    put_json_u256(b, n->frame.value);
    put_member_number(b, "gas", n->frame.gas);
    put_member_data(b, "input", kept_input(t, n), n->data_size);
    if (n->ended) {
        put_frame_end_json(t, b, n);
    }
    buf_put_text(b, ",\"children\":[");
}

static void put_leaf_json(const struct calltree *t, struct buf *b, const struct node *n)
{
    if (n->kind == NODE_DEBUG) {
        buf_put_text(b, "{\"type\":\"debug\",\"text\":\"");
        put_json_text(b, kept_input(t, n));
        buf_put_text(b, "\"}");
        return;
    }
    buf_put_text(b, "{\"type\":\"log\"");
    put_member_address(t, b, "address", &n->log.emitter);
    buf_put_text(b, ",\"topics\":[");
    for (u32 i = 0; i < n->log.topic_count; i++) {
        buf_put_text(b, i == 0 ? "\"" : ",\"");
        put_data(b, (bytes){n->log.topic[i].b, 32});
        buf_put_u8(b, '"');
    }
    buf_put_u8(b, ']');
    put_member_data(b, "data", kept_input(t, n), n->data_size);
    buf_put_u8(b, '}');
}

void calltree_put_json(const struct calltree *t, struct buf *out)
{
    if (t->count == 0) {
        buf_put_text(out, "null");
        return;
    }
    u32 open = 0; // frames whose lists are open: those of depth 0 to open - 1
    for (u32 i = 0; i < t->count; i++) {
        const struct node *n = &t->node[i];
        for (; open > n->depth; open--) {
            buf_put_text(out, "]}");
        }
        if (out->n > 0 && out->p[out->n - 1] == '}' && i > 0) {
            buf_put_u8(out, ',');
        }
        if (n->kind == NODE_FRAME) {
            put_frame_json(t, out, n);
            open = n->depth + 1;
        } else {
            put_leaf_json(t, out, n);
        }
    }
    for (; open > 0; open--) {
        buf_put_text(out, "]}");
    }
}

// ---- life ---------------------------------------------------------------------------------------

struct calltree *calltree_new(const struct calltree_params *params)
{
    struct calltree *t = mem_zalloc(sizeof *t);
    t->params = *params;
    return t;
}

void calltree_free(struct calltree *t)
{
    if (t != NULL) {
        buf_fini(&t->data);
        mem_free(t->node);
        mem_free(t);
    }
}

void calltree_clear(struct calltree *t)
{
    t->count = 0;
    t->dropped = 0;
    buf_clear(&t->data);
}

struct inspector calltree_inspector(struct calltree *t)
{
    return (struct inspector){
        .ctx = t,
        .frame_enter = frame_enter,
        .frame_leave = frame_leave,
        .debug_log = debug_log,
        .log = log_event,
    };
}
