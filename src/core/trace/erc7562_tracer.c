// SPDX-License-Identifier: MIT
// erc7562Tracer: the tree of calls with what ERC-7562 restricts in the validation of user
// operations: slots, instructions, code that was looked at, preimages of hashes (go-ethereum,
// eth/tracers/native/erc7562.go). Services of RISC-V frames count as the instructions whose numbers
// they have.
//
// Everything but the frames is a fact: a frame, a kind and a word, with a count and a value.
#include "core/trace/frames.h"

#include "lib/base/hash.h"
#include "lib/base/seed.h"
#include "lib/base/sort.h"
#include "lib/crypto/hash/keccak.h"

enum fact_kind {
    FACT_READ,  // word: slot; value: what it held at first
    FACT_WRITE, // word: slot
    FACT_TRANSIENT_READ,
    FACT_TRANSIENT_WRITE,
    FACT_OPCODE, // word: the instruction
    FACT_SIZE,   // word: an address; count: the instruction; value: the size of its code
};

struct fact {
    u32 frame;
    enum fact_kind kind;
    u256 word;
};

struct fact_value {
    u64 count;
    u256 value;
};

static inline u64 hash_fact(const struct fact *f, u64 seed)
{
    return hash_u256(&f->word, seed ^ hash_u64((u64)f->frame << 8 | f->kind, seed));
}

#define TABLE_NAME fact_table
#define TABLE_KEY struct fact
#define TABLE_VALUE struct fact_value
#define TABLE_HASH(key, seed) hash_fact(key, seed)
#define TABLE_EQUAL(a, b)                                                                          \
    ((a)->frame == (b)->frame && (a)->kind == (b)->kind && u256_eq((a)->word, (b)->word))
#include "lib/base/table.h"

struct preimage { // in the frames' data
    usize at, size;
};

#define TABLE_NAME preimage_table
#define TABLE_KEY b256
#define TABLE_VALUE struct preimage
#define TABLE_HASH(key, seed) hash_b256(key, seed)
#define TABLE_EQUAL(a, b) b256_equal(a, b)
#include "lib/base/table.h"

struct code_access {
    u32 frame, order;
    address at;
};

struct erc7562_tracer {
    struct frame_tracer calls;
    bool ignored[256];
    struct fact_table facts;
    struct preimage_table preimages;
    struct code_access *access;
    u32 access_count, access_cap;
    bool has_last; // the instruction before, in whatever frame
    u8 last;
    u256 last_top;
};

// Instructions that are always allowed do not count unless `ignoredOpcodes` says otherwise.
static void ignore_usual(bool ignored[256])
{
    static const u8 USUAL[] = {OP_POP, OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_EQ, OP_LT,  OP_GT,
                               OP_SLT, OP_SGT, OP_SHL, OP_SHR, OP_AND, OP_OR, OP_NOT, OP_ISZERO};
    for (u32 op = OP_PUSH0; op <= OP_SWAP16; op++) {
        ignored[op] = true;
    }
    for (u32 i = 0; i < COUNT_OF(USUAL); i++) {
        ignored[USUAL[i]] = true;
    }
}

static enum fault read_ignored(bool ignored[256], const json_value *config)
{
    json_value list;
    bool found = false;
    if (config->document != NULL) {
        TRY(json_find(&list, &found, config, "ignoredOpcodes"));
    }
    if (!found) {
        ignore_usual(ignored);
        return FAULT_NONE;
    }
    TRY(json_expect(&list, JSON_KIND_LIST));
    for (usize i = 0; i < json_count(&list); i++) {
        json_value one = json_element(&list, i);
        u64 op = 0;
        TRY(json_get_u64(&op, &one));
        if (op > 255) {
            return json_refuse(&one, "not an instruction's byte");
        }
        ignored[op] = true;
    }
    return FAULT_NONE;
}

static enum fault make(struct tracer **out, const json_value *config)
{
    struct erc7562_tracer *c = mem_zalloc(sizeof *c);
    fact_table_init(&c->facts, seed_for_tables());
    preimage_table_init(&c->preimages, seed_for_tables());
    *out = &c->calls.base;
    TRY(trace_option_bool(&c->calls.frames.with_log, config, "withLog"));
    return read_ignored(c->ignored, config);
}

static void destroy(struct tracer *t)
{
    struct erc7562_tracer *c = (struct erc7562_tracer *)t;
    frame_tracer_fini(&c->calls);
    fact_table_fini(&c->facts);
    preimage_table_fini(&c->preimages);
    mem_free(c->access);
    mem_free(c);
}

static void begin(struct tracer *t)
{
    struct erc7562_tracer *c = (struct erc7562_tracer *)t;
    frame_tracer_begin(t);
    fact_table_clear(&c->facts);
    preimage_table_clear(&c->preimages);
    c->access_count = 0;
    c->has_last = false;
}

// ---- gathering

static struct fact_value *put_fact(struct erc7562_tracer *c, u32 depth, enum fact_kind kind,
                                   u256 word, bool *created)
{
    struct fact f = {c->calls.frames.open[depth], kind, word};
    struct fact_value *v = fact_table_put(&c->facts, &f, created);
    if (*created) {
        (void)trace_take(&c->calls.base, sizeof(struct fact_table_entry));
    }
    return v;
}

static void count_fact(struct erc7562_tracer *c, u32 depth, enum fact_kind kind, u256 word)
{
    bool created = false;
    put_fact(c, depth, kind, word, &created)->count++;
}

static bool looks_at_code(u8 op)
{
    return op == OP_EXTCODEHASH || op == OP_EXTCODESIZE || op == OP_EXTCODECOPY;
}

static bool is_call(u8 op)
{
    return op == OP_CALL || op == OP_CALLCODE || op == OP_DELEGATECALL || op == OP_STATICCALL;
}

static void keep_code_access(struct erc7562_tracer *c, u32 depth, address at)
{
    if (!trace_take(&c->calls.base, sizeof *c->access)) {
        return;
    }
    if (c->access_count == c->access_cap) {
        c->access_cap = c->access_cap == 0 ? 16 : c->access_cap * 2;
        c->access = mem_realloc(c->access, c->access_cap * sizeof *c->access);
    }
    c->access[c->access_count] =
        (struct code_access){c->calls.frames.open[depth], c->access_count, at};
    c->access_count++;
}

static void see_slot(struct erc7562_tracer *c, u32 depth, u8 op, u256 key)
{
    struct state *s = c->calls.base.context.state;
    u32 frame = c->calls.frames.open[depth];
    bool created = false;
    if (op == OP_SSTORE) {
        count_fact(c, depth, FACT_WRITE, key);
    } else if (op == OP_TLOAD) {
        count_fact(c, depth, FACT_TRANSIENT_READ, key);
    } else if (op == OP_TSTORE) {
        count_fact(c, depth, FACT_TRANSIENT_WRITE, key);
    } else if (op == OP_SLOAD &&
               fact_table_find(&c->facts, &(struct fact){frame, FACT_WRITE, key}) == NULL) {
        struct fact_value *v = put_fact(c, depth, FACT_READ, key, &created);
        if (created) {
            v->value = state_sload(s, state_account(s, &c->calls.frames.storage[depth]), &key);
        }
    }
}

static void see_code_size(struct erc7562_tracer *c, u32 depth, u8 op, u256 word)
{
    struct state *s = c->calls.base.context.state;
    address at = u256_to_address(word);
    bool created = false;
    struct fact_value *v = put_fact(c, depth, FACT_SIZE, u256_from_address(at), &created);
    if (created) {
        v->count = op;
        v->value = u256_from_u64(account_code_size(s, state_account(s, &at)));
    }
}

static void see_preimage(struct erc7562_tracer *c, bytes data)
{
    b256 hash;
    bool created = false;
    keccak256(&hash, data.p, data.n);
    struct preimage *p = preimage_table_put(&c->preimages, &hash, &created);
    if (created && trace_take(&c->calls.base, sizeof(struct preimage_table_entry) + data.n)) {
        *p = (struct preimage){c->calls.frames.data.n, data.n};
        buf_put(&c->calls.frames.data, data.p, data.n);
    }
}

// What was used is seen with the instruction after it: GAS before a call does not count, nor does a
// code's size that is only compared with zero.
static void look_back(struct erc7562_tracer *c, u32 depth, u8 op)
{
    if (op == OP_REVERT || op == OP_RETURN) {
        c->has_last = false;
    }
    if (!c->has_last) {
        return;
    }
    if (looks_at_code(c->last) && !(c->last == OP_EXTCODESIZE && op == OP_ISZERO)) {
        keep_code_access(c, depth, u256_to_address(c->last_top));
    }
    if (c->last == OP_GAS && !is_call(op)) {
        count_fact(c, depth, FACT_OPCODE, u256_from_u64(OP_GAS));
    }
}

static void see_instruction(struct erc7562_tracer *c, u32 depth, u8 op, u256 top, u256 callee)
{
    look_back(c, depth, op);
    if (looks_at_code(op) || is_call(op)) {
        see_code_size(c, depth, op, is_call(op) ? callee : top);
    }
    if (op != OP_GAS && !c->ignored[op]) {
        count_fact(c, depth, FACT_OPCODE, u256_from_u64(op));
    }
    see_slot(c, depth, op, top);
    c->has_last = true;
    c->last = op;
    c->last_top = top;
}

static void on_step(void *ctx, const struct inspect_step *s)
{
    struct erc7562_tracer *c = ctx;
    u32 n = s->stack_height;
    frames_step(&c->calls, s);
    if (c->calls.base.full) {
        return;
    }
    u256 top = n > 0 ? s->stack[n - 1] : u256_zero();
    u256 next = n > 1 ? s->stack[n - 2] : u256_zero();
    see_instruction(c, s->depth, s->op, top, next);
    u64 at = u256_to_u64_saturated(top);
    u64 size = u256_to_u64_saturated(next);
    if (s->op == OP_KECCAK256 && n > 1 && size <= TRACE_BYTES_MAX) {
        struct buf padded = {0};
        u64 there = at < s->memory.n ? s->memory.n - at : 0;
        there = there < size ? there : size;
        u8 *p = buf_extend(&padded, size);
        copy_bytes(p, s->memory.p + (there > 0 ? at : 0), there);
        zero_bytes(p + there, size - there);
        see_preimage(c, buf_bytes(&padded));
        buf_fini(&padded);
    }
}

static void on_service(void *ctx, u32 depth, u8 id, const struct rv_machine *m)
{
    struct erc7562_tracer *c = ctx;
    if (c->calls.base.full) {
        return;
    }
    u256 word = {{m->x[10], m->x[11], m->x[12], m->x[13]}};
    u256 called = {{m->x[10], m->x[11], m->x[12], 0}};
    if (looks_at_code(id)) {
        address a;
        store_be64(a.b, m->x[10]);
        store_be64(a.b + 8, m->x[11]);
        store_be32(a.b + 16, (u32)m->x[12]);
        word = u256_from_address(a);
    }
    see_instruction(c, depth, id, word, called);
    const u8 *p = id == OP_KECCAK256 ? rv_slot_read(m->slot, m->x[10], m->x[11]) : NULL;
    if (p != NULL) {
        see_preimage(c, (bytes){p, m->x[11]});
    }
}

static struct inspector inspect(struct tracer *t)
{
    struct inspector i = frame_tracer_inspect(t);
    i.evm_step = on_step;
    i.service = on_service;
    return i;
}

// ---- the tree

struct sorted_fact {
    struct fact key;
    struct fact_value value;
};

struct writing {
    const struct erc7562_tracer *c;
    struct buf *b;
    struct sorted_fact *facts; // by frame, kind, word
    u32 next;
    u32 next_access; // of c->access, which is sorted by frame by now
};

static i32 by_frame(const void *a, const void *b)
{
    const struct code_access *x = a;
    const struct code_access *y = b;
    if (x->frame != y->frame) {
        return x->frame < y->frame ? -1 : 1;
    }
    return x->order < y->order ? -1 : x->order > y->order;
}

static i32 by_fact(const void *a, const void *b)
{
    const struct fact *x = &((const struct sorted_fact *)a)->key;
    const struct fact *y = &((const struct sorted_fact *)b)->key;
    if (x->frame != y->frame) {
        return x->frame < y->frame ? -1 : 1;
    }
    return x->kind != y->kind ? (i32)x->kind - (i32)y->kind : u256_cmp(x->word, y->word);
}

// The next fact of a frame and kind; NULL if there is none.
static const struct sorted_fact *take(struct writing *w, u32 frame, enum fact_kind kind)
{
    const struct sorted_fact *f = &w->facts[w->next];
    if (w->next == w->c->facts.count || f->key.frame != frame || f->key.kind != kind) {
        return NULL;
    }
    w->next++;
    return f;
}

static void put_word_name(struct buf *b, u256 word)
{
    b256 v = u256_to_b256(word);
    trace_put_comma(b);
    buf_put_u8(b, '"');
    put_data(b, (bytes){v.b, sizeof v.b});
    buf_put(b, "\":", 2);
}

static void put_slots(struct writing *w, u32 frame)
{
    static const char *const NAMES[] = {"reads", "writes", "transientReads", "transientWrites"};
    const struct sorted_fact *f;
    trace_put_name(w->b, "accessedSlots");
    buf_put_u8(w->b, '{');
    for (u32 kind = FACT_READ; kind <= FACT_TRANSIENT_WRITE; kind++) {
        trace_put_name(w->b, NAMES[kind]);
        buf_put_u8(w->b, '{');
        while ((f = take(w, frame, (enum fact_kind)kind)) != NULL) {
            put_word_name(w->b, f->key.word);
            b256 v = u256_to_b256(f->value.value);
            if (kind == FACT_READ) {
                buf_put(w->b, "[\"", 2);
                put_data(w->b, (bytes){v.b, sizeof v.b});
                buf_put(w->b, "\"]", 2);
            } else {
                buf_printf(w->b, "%llu", (unsigned long long)f->value.count);
            }
        }
        buf_put_u8(w->b, '}');
    }
    buf_put_u8(w->b, '}');
}

static void put_code_access(struct writing *w, u32 frame)
{
    trace_put_name(w->b, "extCodeAccessInfo");
    buf_put_u8(w->b, '[');
    for (; w->next_access < w->c->access_count; w->next_access++) {
        const struct code_access *a = &w->c->access[w->next_access];
        if (a->frame != frame) {
            break;
        }
        trace_put_comma(w->b);
        buf_put_u8(w->b, '"');
        put_address(w->b, &a->at);
        buf_put_u8(w->b, '"');
    }
    buf_put_u8(w->b, ']');
}

static void put_opcodes(struct writing *w, u32 frame)
{
    u64 counts[256] = {0};
    const struct sorted_fact *f;
    while ((f = take(w, frame, FACT_OPCODE)) != NULL) {
        counts[f->key.word.w[0] & 255] = f->value.count;
    }
    trace_put_name(w->b, "usedOpcodes");
    buf_put_u8(w->b, '{');
    // In the order of their texts: 0x0, 0x1, 0x10, 0x11, …
    for (u32 first = 0; first < 16; first++) {
        for (u32 second = 0; second <= 16; second++) {
            u32 op = second == 0 ? first : first << 4 | (second - 1);
            if (counts[op] > 0 && (second == 0 || first > 0)) {
                char name[8];
                struct buf text = {0};
                buf_printf(&text, "%#x", op);
                buf_put_u8(&text, 0);
                copy_bytes(name, op == 0 ? (const u8 *)"0x0" : text.p, op == 0 ? 4 : text.n);
                trace_put_decimal(w->b, name, counts[op]);
                buf_fini(&text);
            }
        }
    }
    buf_put_u8(w->b, '}');
}

static void put_sizes(struct writing *w, u32 frame)
{
    const struct sorted_fact *f;
    trace_put_name(w->b, "contractSize");
    buf_put_u8(w->b, '{');
    while ((f = take(w, frame, FACT_SIZE)) != NULL) {
        address at = u256_to_address(f->key.word);
        trace_put_comma(w->b);
        buf_put_u8(w->b, '"');
        put_address(w->b, &at);
        buf_put(w->b, "\":{", 3);
        trace_put_decimal(w->b, "contractSize", f->value.value.w[0]);
        trace_put_decimal(w->b, "opcode", f->value.count);
        buf_put_u8(w->b, '}');
    }
    buf_put_u8(w->b, '}');
}

static i32 by_bytes(const void *a, const void *b)
{
    const bytes *x = a;
    const bytes *y = b;
    usize n = x->n < y->n ? x->n : y->n;
    i32 first = n > 0 ? __builtin_memcmp(x->p, y->p, n) : 0;
    return first != 0 ? first : (x->n > y->n) - (x->n < y->n);
}

static void put_preimages(const struct writing *w)
{
    u32 n = w->c->preimages.count;
    bytes *all = mem_alloc((n + 1) * sizeof *all);
    for (u32 i = 0; i < n; i++) {
        const struct preimage *p = &w->c->preimages.entries[i].value;
        all[i] = bytes_slice(buf_bytes(&w->c->calls.frames.data), p->at, p->size);
    }
    sort_items(all, n, sizeof *all, by_bytes);
    if (n > 0) {
        trace_put_name(w->b, "keccak");
        buf_put_u8(w->b, '[');
        for (u32 i = 0; i < n; i++) {
            buf_put_text(w->b, i == 0 ? "\"" : ",\"");
            put_data(w->b, all[i]);
            buf_put_u8(w->b, '"');
        }
        buf_put_u8(w->b, ']');
    }
    mem_free(all);
}

static void put_frame(struct writing *w, u32 index, bool failed)
{
    const struct traced_frame *e = &w->c->calls.frames.frame[index];
    trace_put_comma(w->b);
    buf_put_u8(w->b, '{');
    frame_put_head(&w->c->calls, e, w->b);
    if (!failed) {
        frame_put_logs(&w->c->calls, e, w->b);
    }
    if (e->op != OP_STATICCALL) {
        trace_put_quantity(w->b, "value", e->value);
    }
    put_slots(w, index);
    put_code_access(w, index);
    put_opcodes(w, index);
    put_sizes(w, index);
    trace_put_bool(w->b, "outOfGas",
                   e->depth > 0 && e->status == 2 && e->failure.halt == HALT_OUT_OF_GAS);
    if (index == 0) {
        put_preimages(w);
    }
    if (e->children > 0) {
        trace_put_name(w->b, "calls");
        buf_put_u8(w->b, '[');
    }
}

static void close_to(struct writing *w, const u32 *open, u32 *count, u32 depth)
{
    while (*count > depth) {
        const struct traced_frame *e = &w->c->calls.frames.frame[open[--*count]];
        if (e->children > 0) {
            buf_put_u8(w->b, ']');
        }
        trace_put_text(w->b, "type", frame_type(e));
        if (w->c->calls.base.context.hybrid && e->kind == INSPECT_RISCV) {
            trace_put_text(w->b, "kind", "riscv");
        }
        buf_put_u8(w->b, '}');
    }
}

static void result(struct tracer *t, struct buf *out)
{
    const struct erc7562_tracer *c = (const struct erc7562_tracer *)t;
    const struct frames *f = &c->calls.frames;
    struct writing w = {.c = c, .b = out};
    u32 *open = mem_alloc((TRACE_DEPTH_MAX + 1) * sizeof *open);
    bool *failed = mem_zalloc(TRACE_DEPTH_MAX + 1);
    u32 count = 0;
    w.facts = mem_alloc((c->facts.count + 1) * sizeof *w.facts);
    for (u32 i = 0; i < c->facts.count; i++) {
        w.facts[i] = (struct sorted_fact){c->facts.entries[i].key, c->facts.entries[i].value};
    }
    sort_items(w.facts, c->facts.count, sizeof *w.facts, by_fact);
    sort_items(c->access, c->access_count, sizeof *c->access, by_frame);
    for (u32 i = 0; i < f->count; i++) {
        const struct traced_frame *e = &f->frame[i];
        close_to(&w, open, &count, e->depth);
        failed[e->depth] = e->status != 0 || (e->depth > 0 && failed[e->depth - 1]);
        open[count++] = i;
        put_frame(&w, i, failed[e->depth]);
    }
    close_to(&w, open, &count, 0);
    mem_free(w.facts);
    mem_free(failed);
    mem_free(open);
}

const struct tracer_kind tracer_erc7562 = {
    .make = make,
    .free = destroy,
    .begin = begin,
    .inspector = inspect,
    .end = frame_tracer_end,
    .result = result,
};
