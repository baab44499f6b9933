// SPDX-License-Identifier: MIT
// The table of tracers, and what they share: life, options, pieces of JSON.
#include "core/trace/priv.h"

#include <string.h>

struct tracer_row {
    const char *name;
    const struct tracer_kind *kind;
};

static const struct tracer_row ROWS[] = {
#define TRACER(name, kind, text) {name, &(kind)},
#include "core/trace/tracers.def"
};

u32 tracer_count(void)
{
    return COUNT_OF(ROWS);
}

const char *tracer_name(u32 index)
{
    CHECK(index < COUNT_OF(ROWS));
    return ROWS[index].name;
}

static const struct tracer_row *find_row(const char *name)
{
    for (u32 i = 0; i < COUNT_OF(ROWS); i++) {
        if (strcmp(ROWS[i].name, name) == 0) {
            return &ROWS[i];
        }
    }
    return NULL;
}

static enum fault refuse_name(const json_value *name, const char *text)
{
    struct buf names = {0};
    for (u32 i = 0; i < COUNT_OF(ROWS); i++) {
        buf_printf(&names, "%s%s", i == 0 ? "" : ", ", ROWS[i].name);
    }
    enum fault f = json_refuse(name, "no tracer is called %.40s; there are %.*s", text,
                               (int)names.n, (const char *)names.p);
    buf_fini(&names);
    return f;
}

enum fault tracer_make(struct tracer **out, const char *name, const json_value *config)
{
    static const json_value NONE = {0};
    const struct tracer_row *row = find_row(name);
    CHECK(row != NULL);
    *out = NULL;
    if (config != NULL) {
        TRY(json_expect(config, JSON_KIND_OBJECT));
    }
    enum fault f = row->kind->make(out, config != NULL ? config : &NONE);
    if (*out != NULL) {
        (*out)->kind = row->kind;
    }
    if (f != FAULT_NONE) {
        tracer_free(*out);
        *out = NULL;
    }
    return f;
}

enum fault tracer_make_by(struct tracer **out, const json_value *name, const json_value *config)
{
    const char *text = ROWS[0].name;
    usize n = 0;
    *out = NULL;
    if (name != NULL) {
        TRY(json_get_text(&text, &n, name));
        if (find_row(text) == NULL) {
            return refuse_name(name, text);
        }
    }
    return tracer_make(out, text, config);
}

void tracer_free(struct tracer *t)
{
    if (t != NULL) {
        t->kind->free(t);
    }
}

void tracer_begin(struct tracer *t, const struct trace_context *c)
{
    t->context = *c;
    t->held = 0;
    t->full = false;
    t->runs++;
    if (t->kind->begin != NULL) {
        t->kind->begin(t);
    }
}

struct inspector tracer_inspector(struct tracer *t)
{
    return t->kind->inspector(t);
}

void tracer_end(struct tracer *t, const struct chain_receipt *receipt)
{
    if (t->kind->end != NULL) {
        t->kind->end(t, receipt);
    }
}

bool tracer_wants_again(const struct tracer *t)
{
    return t->kind->wants_again != NULL && t->kind->wants_again(t);
}

bool tracer_result(struct tracer *t, struct buf *out, struct buf *why)
{
    usize start = out->n;
    if (!t->full) {
        t->kind->result(t, out); // which may find that it is too much
    }
    if (t->full || out->n - start > TRACE_BYTES_MAX) {
        out->n = start;
        buf_printf(why,
                   "the trace is larger than %zu MiB; ask for less (limit, disableStack, "
                   "disableStorage, onlyTopCall, another tracer)",
                   TRACE_BYTES_MAX >> 20);
        return false;
    }
    return true;
}

enum fault trace_option_bool(bool *out, const json_value *config, const char *name)
{
    return config->document == NULL ? FAULT_NONE : json_find_bool(out, config, name);
}

enum fault trace_option_u64(u64 *out, const json_value *config, const char *name)
{
    return config->document == NULL ? FAULT_NONE : json_find_u64(out, config, name);
}

// ---- JSON

void trace_put_comma(struct buf *b)
{
    u8 last = b->n > 0 ? b->p[b->n - 1] : '[';
    if (last != '{' && last != '[' && last != ':' && last != ',') {
        buf_put_u8(b, ',');
    }
}

void trace_put_name(struct buf *b, const char *name)
{
    trace_put_comma(b);
    buf_put_u8(b, '"');
    buf_put_text(b, name);
    buf_put(b, "\":", 2);
}

void trace_put_data(struct buf *b, const char *name, bytes v)
{
    trace_put_name(b, name);
    buf_put_u8(b, '"');
    put_data(b, v);
    buf_put_u8(b, '"');
}

void trace_put_address(struct buf *b, const char *name, const address *v)
{
    trace_put_data(b, name, (bytes){v->b, sizeof v->b});
}

void trace_put_b256(struct buf *b, const char *name, const b256 *v)
{
    trace_put_data(b, name, (bytes){v->b, sizeof v->b});
}

void trace_put_quantity(struct buf *b, const char *name, u256 v)
{
    trace_put_name(b, name);
    buf_put_u8(b, '"');
    put_quantity(b, v);
    buf_put_u8(b, '"');
}

void trace_put_u64(struct buf *b, const char *name, u64 v)
{
    trace_put_quantity(b, name, u256_from_u64(v));
}

void trace_put_decimal(struct buf *b, const char *name, u64 v)
{
    trace_put_name(b, name);
    buf_printf(b, "%llu", (unsigned long long)v);
}

void trace_put_text_bytes(struct buf *b, const char *name, bytes v)
{
    trace_put_name(b, name);
    buf_put_u8(b, '"');
    put_json_text(b, v);
    buf_put_u8(b, '"');
}

void trace_put_text(struct buf *b, const char *name, const char *v)
{
    trace_put_text_bytes(b, name, (bytes){(const u8 *)v, __builtin_strlen(v)});
}

void trace_put_bool(struct buf *b, const char *name, bool v)
{
    trace_put_name(b, name);
    buf_put_text(b, v ? "true" : "false");
}
