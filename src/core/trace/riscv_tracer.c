// SPDX-License-Identifier: MIT
// riscvTracer: what RISC-V contracts did in a transaction. The tree of calls of both kinds, in
// which a RISC-V frame has its cycles, instructions, pages, and its services with their arguments;
// then the cycles by function, for every contract whose image has symbols, or for whose address the
// option `elf` gives an ELF that has them ({"elf": {"0xaddress": "0x7f454c46…"}}, the same program
// before it was stripped). `services` false leaves the services out.
#include "core/trace/frames.h"

#include "core/trace/services.h"
#include "core/trace/symbols.h"
#include "lib/base/sort.h"

#define DATA_SHOWN 1024u   // bytes of what a service reads from memory
#define PROFILES_MAX 1024u // contracts whose functions are counted

struct service_call {
    u32 next;       // of the same frame; index plus one, 0: none
    usize at, size; // its object as text, in `texts`
};

struct profile { // of one contract
    address at;
    bool given;     // elf is the configuration's
    bool read;      // symbols are
    struct buf elf; // owned
    struct symbols symbols;
    u64 *cycles; // by symbol, and behind the last of what is in none
    u32 last;    // symbol that was found last
};

struct riscv_tracer {
    struct frame_tracer calls;
    bool no_services;
    struct service_call *service;
    u32 service_count, service_cap;
    struct chain { // by frame: its services
        u32 first, last;
    } * chain;
    u32 chain_cap;
    struct buf texts;
    struct profile *profile;
    u32 profile_count, profile_cap;
    u32 running[TRACE_DEPTH_MAX]; // profile of the live frame of each depth
};

static struct profile *add_profile(struct riscv_tracer *c, const address *at)
{
    if (c->profile_count == c->profile_cap) {
        c->profile_cap = c->profile_cap == 0 ? 8 : c->profile_cap * 2;
        c->profile = mem_realloc(c->profile, c->profile_cap * sizeof *c->profile);
    }
    struct profile *p = &c->profile[c->profile_count++];
    *p = (struct profile){.at = *at};
    return p;
}

static enum fault read_elfs(struct riscv_tracer *c, const json_value *config)
{
    json_value elfs;
    json_value one = {0};
    bool found = false;
    if (config->document != NULL) {
        TRY(json_find(&elfs, &found, config, "elf"));
    }
    if (found) {
        TRY(json_expect(&elfs, JSON_KIND_OBJECT));
    }
    while (found && json_next_member(&one, &elfs)) {
        address at;
        hex_error why;
        if (!hex_decode_exact(at.b, sizeof at.b, &why, one.name, __builtin_strlen(one.name)) ||
            c->profile_count == PROFILES_MAX) {
            return json_refuse(&one,
                               "its name is not an address of 20 bytes, or there are too many");
        }
        struct profile *p = add_profile(c, &at);
        p->given = true;
        TRY(json_get_data(&p->elf, &one));
    }
    return FAULT_NONE;
}

static enum fault make(struct tracer **out, const json_value *config)
{
    struct riscv_tracer *c = mem_zalloc(sizeof *c);
    bool services = true;
    *out = &c->calls.base;
    TRY(trace_option_bool(&services, config, "services"));
    c->no_services = !services;
    return read_elfs(c, config);
}

static void forget_profile(struct profile *p)
{
    symbols_fini(&p->symbols);
    mem_free(p->cycles);
    p->cycles = NULL;
    p->read = false;
}

static void destroy(struct tracer *t)
{
    struct riscv_tracer *c = (struct riscv_tracer *)t;
    for (u32 i = 0; i < c->profile_count; i++) {
        forget_profile(&c->profile[i]);
        buf_fini(&c->profile[i].elf);
    }
    frame_tracer_fini(&c->calls);
    mem_free(c->service);
    mem_free(c->chain);
    mem_free(c->profile);
    buf_fini(&c->texts);
    mem_free(c);
}

static void begin(struct tracer *t)
{
    struct riscv_tracer *c = (struct riscv_tracer *)t;
    frame_tracer_begin(t);
    c->service_count = 0;
    buf_clear(&c->texts);
    while (c->profile_count > 0 && !c->profile[c->profile_count - 1].given) {
        struct profile *p = &c->profile[--c->profile_count];
        forget_profile(p);
        buf_fini(&p->elf);
    }
    for (u32 i = 0; i < c->profile_count; i++) {
        forget_profile(&c->profile[i]);
    }
}

// ---- gathering

static u32 find_profile(struct riscv_tracer *c, const address *at)
{
    for (u32 i = 0; i < c->profile_count; i++) {
        if (address_equal(&c->profile[i].at, at)) {
            return i;
        }
    }
    if (c->profile_count < PROFILES_MAX) {
        (void)add_profile(c, at);
        return c->profile_count - 1;
    }
    return PROFILES_MAX;
}

static void on_enter(void *ctx, const struct inspect_frame *e)
{
    struct riscv_tracer *c = ctx;
    u32 before = c->calls.frames.count;
    frames_enter(&c->calls, e);
    if (c->calls.frames.count == before) {
        return;
    }
    if (c->chain_cap < c->calls.frames.cap) {
        c->chain_cap = c->calls.frames.cap;
        c->chain = mem_realloc(c->chain, c->chain_cap * sizeof *c->chain);
    }
    c->chain[before] = (struct chain){0};
    if (e->kind == INSPECT_RISCV) {
        c->running[e->depth] = find_profile(c, &e->code);
    }
}

static void put_argument(struct buf *b, const struct service_argument *a,
                         const struct rv_machine *m)
{
    const u64 *x = &m->x[10 + a->first];
    trace_put_comma(b);
    buf_put_u8(b, '"');
    if (a->form == SERVICE_ADDRESS || a->form == SERVICE_INTEGER) {
        buf_put_text(b, "address");
    } else if (a->form == SERVICE_WORD && a->name.p[0] == 'u') { // "u256"
        buf_put_text(b, "key");
    } else {
        put_json_text(b, a->name);
    }
    buf_put(b, "\":\"", 3);
    if (a->form == SERVICE_NUMBER) {
        put_quantity_u64(b, x[0]);
    } else if (a->form == SERVICE_WORD) {
        put_quantity(b, (u256){{x[0], x[1], x[2], x[3]}});
    } else {
        address at = u256_to_address((u256){{x[0], x[1], x[2], 0}});
        if (a->form == SERVICE_ADDRESS) {
            store_be64(at.b, x[0]);
            store_be64(at.b + 8, x[1]);
            store_be32(at.b + 16, (u32)x[2]);
        }
        put_address(b, &at);
    }
    buf_put_u8(b, '"');
}

// What a pointer points to, if the contract may read all of it.
static void put_pointed(struct buf *b, const struct service_argument *a, const struct rv_machine *m)
{
    u64 size = m->x[10 + a->first + 1];
    u64 shown = size < DATA_SHOWN ? size : DATA_SHOWN;
    const u8 *p = rv_slot_read(m->slot, m->x[10 + a->first], size);
    if (p != NULL && size > 0) {
        trace_put_data(b, "data", (bytes){p, shown});
        if (shown < size) {
            trace_put_bool(b, "dataIsCut", true);
        }
    }
}

static void put_service(struct riscv_tracer *c, u8 id, const struct rv_machine *m)
{
    struct buf *b = &c->texts;
    struct service_argument a[SERVICE_ARGUMENTS_MAX];
    u32 n = service_arguments(a, id);
    const char *name = service_name(id);
    buf_put_u8(b, '{');
    trace_put_u64(b, "id", id);
    if (name != NULL) {
        trace_put_text(b, "name", name);
    }
    trace_put_u64(b, "pc", m->pc - 4); // of the ecall
    trace_put_u64(b, "gas", (u64)m->cycles / c->calls.base.context.cycles_per_gas);
    trace_put_name(b, "arguments");
    buf_put_u8(b, '{');
    for (u32 i = 0; i < n; i++) {
        put_argument(b, &a[i], m);
    }
    buf_put_u8(b, '}');
    for (u32 i = 0; i < n; i++) {
        if (a[i].is_data && id != OP_CODECOPY && id != OP_CALLDATACOPY && id != OP_RETURNDATACOPY) {
            put_pointed(b, &a[i], m);
        }
    }
    buf_put_u8(b, '}');
}

static void on_service(void *ctx, u32 depth, u8 id, const struct rv_machine *m)
{
    struct riscv_tracer *c = ctx;
    usize start = c->texts.n;
    if (c->calls.base.full) {
        return;
    }
    put_service(c, id, m);
    if (!trace_take(&c->calls.base, sizeof *c->service + c->texts.n - start)) {
        return;
    }
    if (c->service_count == c->service_cap) {
        c->service_cap = c->service_cap == 0 ? 64 : c->service_cap * 2;
        c->service = mem_realloc(c->service, c->service_cap * sizeof *c->service);
    }
    c->service[c->service_count++] = (struct service_call){.at = start, .size = c->texts.n - start};
    struct chain *all = &c->chain[c->calls.frames.open[depth]];
    if (all->first == 0) {
        all->first = c->service_count;
    } else {
        c->service[all->last - 1].next = c->service_count;
    }
    all->last = c->service_count;
}

static void read_symbols(struct riscv_tracer *c, struct profile *p, const struct rv_machine *m)
{
    p->read = true;
    if (!p->given) {
        bytes elf = rv_program_elf(m->program);
        buf_clear(&p->elf);
        buf_put(&p->elf, elf.p, elf.n);
        (void)trace_take(&c->calls.base, elf.n);
    }
    symbols_read(&p->symbols, buf_bytes(&p->elf));
    p->cycles = mem_zalloc((p->symbols.count + 1) * sizeof *p->cycles);
    p->last = 0;
}

static void on_block(void *ctx, u32 depth, const struct rv_machine *m, u32 cost)
{
    struct riscv_tracer *c = ctx;
    if (c->calls.base.full || c->running[depth] == PROFILES_MAX) {
        return;
    }
    struct profile *p = &c->profile[c->running[depth]];
    if (!p->read) {
        read_symbols(c, p, m);
    }
    const struct symbol *last = p->last < p->symbols.count ? &p->symbols.symbol[p->last] : NULL;
    if (last == NULL || m->pc < last->address || m->pc - last->address >= last->size) {
        p->last = symbols_find(&p->symbols, m->pc);
    }
    p->cycles[p->last] += cost;
}

static struct inspector inspect(struct tracer *t)
{
    struct inspector i = frame_tracer_inspect(t);
    i.frame_enter = on_enter;
    i.service = ((struct riscv_tracer *)t)->no_services ? NULL : on_service;
    i.rv_block = on_block;
    return i;
}

// ---- the result

static void put_services(const struct riscv_tracer *c, u32 frame, struct buf *b)
{
    trace_put_name(b, "services");
    buf_put_u8(b, '[');
    for (u32 i = c->chain[frame].first; i != 0; i = c->service[i - 1].next) {
        const struct service_call *s = &c->service[i - 1];
        trace_put_comma(b);
        buf_put(b, c->texts.p + s->at, s->size);
    }
    buf_put_u8(b, ']');
}

static void put_frame(const struct riscv_tracer *c, u32 index, struct buf *b)
{
    static const char *const KINDS[] = {"none", "evm", "riscv", "precompile"};
    const struct traced_frame *e = &c->calls.frames.frame[index];
    trace_put_comma(b);
    buf_put_u8(b, '{');
    trace_put_text(b, "type", frame_type(e));
    trace_put_text(b, "kind", KINDS[e->kind]);
    frame_put_head(&c->calls, e, b);
    trace_put_quantity(b, "value", e->value);
    if (e->kind == INSPECT_RISCV) {
        trace_put_decimal(b, "cycles", e->cycles);
        trace_put_decimal(b, "instructions", e->instructions);
        trace_put_decimal(b, "pages", e->pages);
        if (!c->no_services) {
            put_services(c, index, b);
        }
    }
    if (e->children > 0) {
        trace_put_name(b, "calls");
        buf_put_u8(b, '[');
    }
}

static void put_tree(const struct riscv_tracer *c, struct buf *b)
{
    const struct frames *f = &c->calls.frames;
    u32 *open = mem_alloc((TRACE_DEPTH_MAX + 1) * sizeof *open);
    u32 count = 0;
    for (u32 i = 0; i <= f->count; i++) {
        u32 depth = i < f->count ? f->frame[i].depth : 0;
        while (count > depth) {
            buf_put_text(b, f->frame[open[--count]].children > 0 ? "]}" : "}");
        }
        if (i < f->count) {
            open[count++] = i;
            put_frame(c, i, b);
        }
    }
    mem_free(open);
}

struct function_row {
    const struct profile *profile;
    u32 symbol;
    u64 cycles;
};

static i32 by_cycles(const void *a, const void *b)
{
    const struct function_row *x = a;
    const struct function_row *y = b;
    if (x->cycles != y->cycles) {
        return x->cycles > y->cycles ? -1 : 1;
    }
    i32 at = __builtin_memcmp(x->profile->at.b, y->profile->at.b, sizeof x->profile->at.b);
    return at != 0 ? at : x->symbol < y->symbol ? -1 : x->symbol > y->symbol;
}

static void put_function(const struct function_row *r, struct buf *b)
{
    const struct symbols *s = &r->profile->symbols;
    trace_put_comma(b);
    buf_put_u8(b, '{');
    trace_put_address(b, "contract", &r->profile->at);
    if (r->symbol < s->count) {
        trace_put_text_bytes(b, "name", s->symbol[r->symbol].name);
        trace_put_u64(b, "pc", s->symbol[r->symbol].address);
    } else {
        trace_put_name(b, "name"); // code that is in no function with a symbol
        buf_put_text(b, "null");
    }
    trace_put_decimal(b, "cycles", r->cycles);
    buf_put_u8(b, '}');
}

static void put_functions(const struct riscv_tracer *c, struct buf *b)
{
    u32 n = 0;
    for (u32 i = 0; i < c->profile_count; i++) {
        n += c->profile[i].symbols.count + 1;
    }
    struct function_row *rows = mem_alloc((n + 1) * sizeof *rows);
    n = 0;
    for (u32 i = 0; i < c->profile_count; i++) {
        const struct profile *p = &c->profile[i];
        for (u32 k = 0; p->cycles != NULL && k <= p->symbols.count; k++) {
            if (p->cycles[k] > 0) {
                rows[n++] = (struct function_row){p, k, p->cycles[k]};
            }
        }
    }
    sort_items(rows, n, sizeof *rows, by_cycles);
    trace_put_name(b, "functions");
    buf_put_u8(b, '[');
    for (u32 i = 0; i < n; i++) {
        put_function(&rows[i], b);
    }
    buf_put_u8(b, ']');
    mem_free(rows);
}

static void result(struct tracer *t, struct buf *out)
{
    const struct riscv_tracer *c = (const struct riscv_tracer *)t;
    u64 cycles = 0;
    u64 instructions = 0;
    for (u32 i = 0; i < c->calls.frames.count; i++) {
        cycles += c->calls.frames.frame[i].cycles;
        instructions += c->calls.frames.frame[i].instructions;
    }
    buf_put_u8(out, '{');
    trace_put_decimal(out, "cycles", cycles);
    trace_put_decimal(out, "instructions", instructions);
    trace_put_name(out, "call");
    put_tree(c, out);
    put_functions(c, out);
    buf_put_u8(out, '}');
}

const struct tracer_kind tracer_riscv = {
    .make = make,
    .free = destroy,
    .begin = begin,
    .inspector = inspect,
    .end = frame_tracer_end,
    .wants_again = frame_tracer_wants_again,
    .result = result,
};
