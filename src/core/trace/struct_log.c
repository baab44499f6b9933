// SPDX-License-Identifier: MIT
// structLog: each EVM instruction of a transaction with what it found, as debug_traceTransaction
// gives it without a tracer's name (execution-apis, debug; go-ethereum, eth/tracers/logger). Of a
// RISC-V frame each service is a step: `kind` says so, `op` is the service's name in capitals (it
// is that of the instruction), `arguments` are the registers that it reads, and gasCost is what
// passed until the code went on; of a call it is the gas given to the callee. Lines are written as
// they come, one is held back (held.h).
#include "core/trace/priv.h"

#include "core/state/state.h"
#include "core/trace/failure.h"
#include "core/trace/held.h"
#include "core/trace/services.h"
#include "lib/base/hash.h"
#include "lib/base/seed.h"
#include "lib/base/sort.h"

struct seen_slot {
    address at;
    u256 key;
};

static inline u64 hash_seen(const struct seen_slot *s, u64 seed)
{
    return hash_u256(&s->key, seed ^ hash_address(&s->at, seed));
}

#define TABLE_NAME seen_table
#define TABLE_KEY struct seen_slot
#define TABLE_VALUE u256
#define TABLE_HASH(key, seed) hash_seen(key, seed)
#define TABLE_EQUAL(a, b) (address_equal(&(a)->at, &(b)->at) && u256_eq((a)->key, (b)->key))
#include "lib/base/table.h"

struct struct_log {
    struct tracer base;
    bool with_memory, no_stack, no_storage, with_return_data;
    u64 limit; // steps; 0: any number
    u64 steps;
    struct buf lines;
    struct buf tail; // of the held step, behind its depth
    struct held_step step;
    bool counted; // the held step is within the limit
    struct {      // the held service of a RISC-V frame
        bool held;
        u8 id;
        u32 depth, pc;
        u64 gas;
    } service;
    struct buf return_data;
    address at[TRACE_DEPTH_MAX];
    enum inspect_kind kind[TRACE_DEPTH_MAX];
    struct seen_table seen; // slots that were read or written, with their values
    struct buf output;
    u32 status; // of the top frame
    u64 gas_used;
};

static enum fault make(struct tracer **out, const json_value *config)
{
    struct struct_log *c = mem_zalloc(sizeof *c);
    seen_table_init(&c->seen, seed_for_tables());
    *out = &c->base;
    TRY(trace_option_bool(&c->with_memory, config, "enableMemory"));
    TRY(trace_option_bool(&c->no_stack, config, "disableStack"));
    TRY(trace_option_bool(&c->no_storage, config, "disableStorage"));
    TRY(trace_option_bool(&c->with_return_data, config, "enableReturnData"));
    return trace_option_u64(&c->limit, config, "limit");
}

static void destroy(struct tracer *t)
{
    struct struct_log *c = (struct struct_log *)t;
    seen_table_fini(&c->seen);
    buf_fini(&c->lines);
    buf_fini(&c->tail);
    buf_fini(&c->return_data);
    buf_fini(&c->output);
    mem_free(c);
}

static void begin(struct tracer *t)
{
    struct struct_log *c = (struct struct_log *)t;
    seen_table_clear(&c->seen);
    buf_clear(&c->lines);
    buf_clear(&c->return_data);
    buf_clear(&c->output);
    c->steps = 0;
    c->step.held = false;
    c->service.held = false;
}

static void put_line(struct struct_log *c, u32 pc, const char *op, u64 left, u64 cost)
{
    trace_put_comma(&c->lines);
    buf_printf(&c->lines, "{\"pc\":%u,\"op\":\"%s\",\"gas\":%llu,\"gasCost\":%llu", pc, op,
               (unsigned long long)left, (unsigned long long)cost);
}

// The rest of the line that began at `start`.
static void put_tail(struct struct_log *c, usize start)
{
    if (c->tail.n > 1) {
        buf_put_u8(&c->lines, ',');
        buf_put(&c->lines, c->tail.p + 1, c->tail.n - 1);
    }
    buf_put_u8(&c->lines, '}');
    (void)trace_take(&c->base, c->lines.n - start);
}

// An instruction that could not be paid or did not find its operands says so; of one that failed by
// what it did, the frame does.
static void put_step_error(struct struct_log *c, const struct held_step *h, enum halt halt)
{
    if (halt != HALT_OUT_OF_GAS && halt != HALT_STACK_UNDERFLOW && halt != HALT_STACK_OVERFLOW) {
        return;
    }
    struct trace_failure f = {
        .status = 2,
        .halt = halt,
        .kind = INSPECT_EVM,
        .has_last = true,
        .last_op = h->op,
        .last_height = h->stack_height,
        .last_gas = h->gas,
    };
    struct buf text = {0};
    put_failure(&text, &f, c->base.context.fork);
    trace_put_text_bytes(&c->lines, "error", buf_bytes(&text));
    buf_fini(&text);
}

static void release(struct struct_log *c, const struct held_step *h, struct held_due d,
                    enum halt halt)
{
    if (!d.due || !c->counted || c->base.full) {
        return;
    }
    usize start = c->lines.n;
    struct opcode_info ever = opcode_info(FORK_LATEST, h->op);
    char undefined[32];
    const char *name = ever.name;
    if (!ever.defined) {
        struct buf text = {0};
        buf_printf(&text, "opcode %#x not defined", h->op);
        buf_put_u8(&text, 0);
        copy_bytes(undefined, text.p, text.n);
        buf_fini(&text);
        name = undefined;
    }
    put_line(c, h->pc, name, h->gas, d.cost);
    buf_printf(&c->lines, ",\"depth\":%u", h->depth + 1);
    if (d.halted) {
        put_step_error(c, h, halt);
    }
    put_tail(c, start);
}

static void release_service(struct struct_log *c, u64 cost)
{
    if (!c->service.held) {
        return;
    }
    c->service.held = false;
    if (!c->counted || c->base.full) {
        return;
    }
    usize start = c->lines.n;
    char name[SERVICE_NAME_MAX];
    service_upper_name(name, c->service.id);
    put_line(c, c->service.pc, name, c->service.gas, cost);
    buf_printf(&c->lines, ",\"depth\":%u,\"kind\":\"riscv\"", c->service.depth + 1);
    put_tail(c, start);
}

// ---- events

static void on_enter(void *ctx, const struct inspect_frame *f)
{
    struct struct_log *c = ctx;
    struct held_step before = c->step;
    CHECK(f->depth < TRACE_DEPTH_MAX);
    release(c, &before, held_enter(&c->step, f), HALT_NONE);
    release_service(c, f->gas);
    c->at[f->depth] = f->to;
    c->kind[f->depth] = f->kind;
    buf_clear(&c->return_data);
}

static void on_charged(void *ctx, u32 depth, u64 gas_left)
{
    struct struct_log *c = ctx;
    struct held_step before = c->step;
    release(c, &before, held_charged(&c->step, depth, gas_left), HALT_NONE);
}

static void on_leave(void *ctx, const struct inspect_end *e)
{
    struct struct_log *c = ctx;
    struct held_step before = c->step;
    release(c, &before, held_leave(&c->step, e, c->base.context.fork), e->halt);
    if (c->service.held && c->service.depth == e->depth) {
        u64 left = e->status == 2 ? 0 : e->gas_left;
        release_service(c, c->service.gas > left ? c->service.gas - left : 0);
    }
    if (c->with_return_data) {
        buf_clear(&c->return_data);
        buf_put(&c->return_data, e->output.p, e->output.n);
    }
    if (e->depth == 0) {
        c->status = e->status;
        buf_put(&c->output, e->output.p, e->output.n);
    }
}

static i32 by_key(const void *a, const void *b)
{
    const struct seen_table_entry *x = *(const struct seen_table_entry *const *)a;
    const struct seen_table_entry *y = *(const struct seen_table_entry *const *)b;
    return u256_cmp(x->key.key, y->key.key);
}

// All slots of the contract that were seen so far.
static void put_storage(struct struct_log *c, const address *at, struct buf *b)
{
    const struct seen_table_entry **rows = mem_alloc(c->seen.count * sizeof *rows);
    u32 n = 0;
    for (u32 i = 0; i < c->seen.count; i++) {
        if (address_equal(&c->seen.entries[i].key.at, at)) {
            rows[n++] = &c->seen.entries[i];
        }
    }
    sort_items(rows, n, sizeof *rows, by_key);
    trace_put_name(b, "storage");
    buf_put_u8(b, '{');
    for (u32 i = 0; i < n; i++) {
        b256 key = u256_to_b256(rows[i]->key.key);
        b256 value = u256_to_b256(rows[i]->value);
        buf_put_text(b, i == 0 ? "\"" : ",\"");
        put_data(b, (bytes){key.b, sizeof key.b});
        buf_put(b, "\":\"", 3);
        put_data(b, (bytes){value.b, sizeof value.b});
        buf_put_u8(b, '"');
    }
    buf_put_u8(b, '}');
    mem_free(rows);
}

static void see_slot(struct struct_log *c, const struct inspect_step *s, struct buf *b)
{
    struct state *state = c->base.context.state;
    u32 n = s->stack_height;
    if ((s->op != OP_SLOAD || n < 1) && (s->op != OP_SSTORE || n < 2)) {
        return;
    }
    struct seen_slot slot = {c->at[s->depth], s->stack[n - 1]};
    u256 *value = seen_table_put(&c->seen, &slot, NULL);
    *value = s->op == OP_SSTORE ? s->stack[n - 2]
                                : state_sload(state, state_account(state, &slot.at), &slot.key);
    put_storage(c, &slot.at, b);
}

static void put_words(struct buf *b, bytes memory)
{
    trace_put_name(b, "memory");
    buf_put_u8(b, '[');
    for (usize i = 0; i + 32 <= memory.n; i += 32) {
        buf_put_text(b, i == 0 ? "\"" : ",\"");
        put_data(b, bytes_slice(memory, i, 32));
        buf_put_u8(b, '"');
    }
    buf_put_u8(b, ']');
}

// Counts a step; false if it is not to be written.
static bool count_step(struct struct_log *c)
{
    c->counted = !c->base.full && (c->limit == 0 || c->steps < c->limit);
    c->steps++;
    buf_clear(&c->tail);
    buf_put_u8(&c->tail, '{'); // replaced by a comma
    return c->counted;
}

static void on_step(void *ctx, const struct inspect_step *s)
{
    struct struct_log *c = ctx;
    struct held_step before = c->step;
    struct buf *b = &c->tail;
    release(c, &before, held_next(&c->step, s), HALT_NONE);
    if (!count_step(c)) {
        return;
    }
    if (!c->no_stack) {
        trace_put_name(b, "stack");
        buf_put_u8(b, '[');
        for (u32 i = 0; i < s->stack_height; i++) {
            buf_put_text(b, i == 0 ? "\"" : ",\"");
            put_quantity(b, s->stack[i]);
            buf_put_u8(b, '"');
        }
        buf_put_u8(b, ']');
    }
    if (c->with_return_data && c->return_data.n > 0) {
        trace_put_data(b, "returnData", buf_bytes(&c->return_data));
    }
    if (c->with_memory && s->memory.n > 0) {
        put_words(b, s->memory);
    }
    if (!c->no_storage) {
        see_slot(c, s, b);
    }
    if (s->refund > 0) {
        trace_put_decimal(b, "refund", (u64)s->refund);
    }
}

static void on_service(void *ctx, u32 depth, u8 id, const struct rv_machine *m)
{
    struct struct_log *c = ctx;
    u64 left = (u64)m->cycles / c->base.context.cycles_per_gas;
    release_service(c, 0);
    if (!count_step(c)) {
        return;
    }
    c->service.held = true;
    c->service.id = id;
    c->service.depth = depth;
    c->service.pc = m->pc - 4; // of the ecall
    c->service.gas = left;
    if (!c->no_stack) {
        trace_put_name(&c->tail, "arguments");
        buf_put_u8(&c->tail, '[');
        for (u32 i = 0; i < service_register_count(id); i++) {
            buf_put_text(&c->tail, i == 0 ? "\"" : ",\"");
            put_quantity_u64(&c->tail, m->x[10 + i]);
            buf_put_u8(&c->tail, '"');
        }
        buf_put_u8(&c->tail, ']');
    }
}

// The first block after a service was charged: what is missing else is the service's.
static void on_block(void *ctx, u32 depth, const struct rv_machine *m, u32 cost)
{
    struct struct_log *c = ctx;
    if (c->service.held && c->service.depth == depth) {
        u64 left = ((u64)m->cycles + cost) / c->base.context.cycles_per_gas;
        release_service(c, c->service.gas > left ? c->service.gas - left : 0);
    }
}

static struct inspector inspect(struct tracer *t)
{
    return (struct inspector){
        .ctx = t,
        .frame_enter = on_enter,
        .frame_leave = on_leave,
        .evm_step = on_step,
        .evm_charged = on_charged,
        .service = on_service,
        .rv_block = on_block,
    };
}

static void end(struct tracer *t, const struct chain_receipt *receipt)
{
    ((struct struct_log *)t)->gas_used = receipt->gas_used;
}

static void result(struct tracer *t, struct buf *out)
{
    const struct struct_log *c = (const struct struct_log *)t;
    buf_put_u8(out, '{');
    trace_put_decimal(out, "gas", c->gas_used);
    trace_put_bool(out, "failed", c->status != 0);
    trace_put_data(out, "returnValue", c->status > 1 ? BYTES_NONE : buf_bytes(&c->output));
    trace_put_name(out, "structLogs");
    buf_put_u8(out, '[');
    buf_put(out, c->lines.p, c->lines.n);
    buf_put(out, "]}", 2);
}

const struct tracer_kind tracer_struct_log = {
    .make = make,
    .free = destroy,
    .begin = begin,
    .inspector = inspect,
    .end = end,
    .result = result,
};
