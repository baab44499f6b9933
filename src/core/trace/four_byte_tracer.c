// SPDX-License-Identifier: MIT
// 4byteTracer: how often each function was called, by selector and size of its arguments, at any
// depth: {"0x27dc297e-128": 1} (go-ethereum, eth/tracers/native/4byte.go). Calls of precompiles and
// creations do not count.
#include "core/trace/priv.h"

#include "lib/base/hash.h"
#include "lib/base/seed.h"
#include "lib/base/sort.h"

struct function {
    u32 selector;
    u64 size;
};

static inline u64 hash_function(const struct function *f, u64 seed)
{
    return hash_u64(f->size << 32 ^ f->selector, seed);
}

#define TABLE_NAME function_table
#define TABLE_KEY struct function
#define TABLE_VALUE u64
#define TABLE_HASH(key, seed) hash_function(key, seed)
#define TABLE_EQUAL(a, b) ((a)->selector == (b)->selector && (a)->size == (b)->size)
#include "lib/base/table.h"

struct four_byte_tracer {
    struct tracer base;
    struct function_table counts;
};

static enum fault make(struct tracer **out, const json_value *config)
{
    (void)config;
    struct four_byte_tracer *c = mem_zalloc(sizeof *c);
    function_table_init(&c->counts, seed_for_tables());
    *out = &c->base;
    return FAULT_NONE;
}

static void destroy(struct tracer *t)
{
    function_table_fini(&((struct four_byte_tracer *)t)->counts);
    mem_free(t);
}

static void begin(struct tracer *t)
{
    function_table_clear(&((struct four_byte_tracer *)t)->counts);
}

static void on_enter(void *ctx, const struct inspect_frame *e)
{
    struct four_byte_tracer *c = ctx;
    bool counts = e->op != OP_CREATE && e->op != OP_CREATE2 && e->kind != INSPECT_PRECOMPILE;
    if (!counts || e->input.n < 4 || !trace_take(&c->base, sizeof(struct function))) {
        return;
    }
    struct function f = {load_be32(e->input.p), e->input.n - 4};
    ++*function_table_put(&c->counts, &f, NULL);
}

static struct inspector inspect(struct tracer *t)
{
    return (struct inspector){.ctx = t, .frame_enter = on_enter};
}

struct counted {
    char name[40];
    u64 count;
};

static i32 compare(const void *a, const void *b)
{
    const struct counted *x = a;
    const struct counted *y = b;
    return __builtin_strcmp(x->name, y->name);
}

static void result(struct tracer *t, struct buf *out)
{
    const struct function_table *counts = &((struct four_byte_tracer *)t)->counts;
    struct counted *rows = mem_alloc((counts->count + 1) * sizeof *rows);
    struct buf name = {0};
    for (u32 i = 0; i < counts->count; i++) {
        const struct function *f = &counts->entries[i].key;
        buf_clear(&name);
        buf_printf(&name, "0x%08x-%llu", f->selector, (unsigned long long)f->size);
        buf_put_u8(&name, 0);
        CHECK(name.n <= sizeof rows[i].name);
        copy_bytes(rows[i].name, name.p, name.n);
        rows[i].count = counts->entries[i].value;
    }
    buf_fini(&name);
    sort_items(rows, counts->count, sizeof *rows, compare); // as texts, as Go writes maps
    buf_put_u8(out, '{');
    for (u32 i = 0; i < counts->count; i++) {
        trace_put_decimal(out, rows[i].name, rows[i].count);
    }
    buf_put_u8(out, '}');
    mem_free(rows);
}

const struct tracer_kind tracer_four_byte = {
    .make = make,
    .free = destroy,
    .begin = begin,
    .inspector = inspect,
    .result = result,
};
