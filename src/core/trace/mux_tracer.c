// SPDX-License-Identifier: MIT
// muxTracer: several tracers look on at once. Its configuration has their names as members and
// their configurations (or null) as values; its result has the names, sorted, with the results.
#include "core/trace/priv.h"
#include "core/trace/tee.h"

#include "lib/base/sort.h"

struct part {
    const char *name;      // of its result; static
    struct tracer *tracer; // NULL: the result is `otherwise`
    const char *otherwise;
};

struct mux_tracer {
    struct tracer base;
    struct part part[TEE_MAX];
    u32 count;
    struct tee tee;
};

// The names that a configuration may use: those of the table, which last.
static const char *lasting_name(const char *name)
{
    for (u32 i = 0; i < tracer_count(); i++) {
        if (__builtin_strcmp(tracer_name(i), name) == 0) {
            return tracer_name(i);
        }
    }
    return NULL;
}

static enum fault add(struct mux_tracer *c, const json_value *member)
{
    const char *name = lasting_name(member->name);
    if (name == NULL || name == tracer_name(0)) {
        return json_refuse(member, "there is no such tracer, or it cannot be one of several");
    }
    if (c->count == TEE_MAX) {
        return json_refuse(member, "more than %u tracers at once", TEE_MAX);
    }
    bool none = json_kind_of(member) == JSON_KIND_NULL;
    struct part *p = &c->part[c->count];
    TRY(tracer_make(&p->tracer, name, none ? NULL : member));
    p->name = name;
    c->count++;
    return FAULT_NONE;
}

static i32 compare(const void *a, const void *b)
{
    const struct part *x = a;
    const struct part *y = b;
    return __builtin_strcmp(x->name, y->name);
}

static enum fault make(struct tracer **out, const json_value *config)
{
    struct mux_tracer *c = mem_zalloc(sizeof *c);
    *out = &c->base;
    json_value member = {0};
    while (config->document != NULL && json_next_member(&member, config)) {
        TRY(add(c, &member));
    }
    sort_items(c->part, c->count, sizeof c->part[0], compare);
    return FAULT_NONE;
}

static void add_part(struct mux_tracer *c, const char *name, struct tracer *t,
                     const char *otherwise)
{
    c->part[c->count++] = (struct part){name, t, otherwise};
}

struct tracer *tracer_make_replay(struct trace_kinds k)
{
    struct mux_tracer *c = mem_zalloc(sizeof *c);
    struct tracer *state_diff = NULL;
    struct tracer *vm_trace = NULL;
    if (k.state_diff) {
        CHECK(tracer_make(&state_diff, "stateDiff", NULL) == FAULT_NONE);
    }
    if (k.vm_trace) {
        CHECK(tracer_make(&vm_trace, "vmTrace", NULL) == FAULT_NONE);
    }
    c->base.kind = &tracer_mux;
    add_part(c, "stateDiff", state_diff, "null");
    add_part(c, "trace", k.trace ? tracer_make_flat(true) : NULL, "[]");
    add_part(c, "vmTrace", vm_trace, "null");
    return &c->base;
}

static void destroy(struct tracer *t)
{
    struct mux_tracer *c = (struct mux_tracer *)t;
    for (u32 i = 0; i < c->count; i++) {
        tracer_free(c->part[i].tracer);
    }
    mem_free(c);
}

static void begin(struct tracer *t)
{
    struct mux_tracer *c = (struct mux_tracer *)t;
    for (u32 i = 0; i < c->count; i++) {
        if (c->part[i].tracer != NULL) {
            tracer_begin(c->part[i].tracer, &t->context);
        }
    }
}

static struct inspector inspect(struct tracer *t)
{
    struct mux_tracer *c = (struct mux_tracer *)t;
    c->tee = (struct tee){0};
    for (u32 i = 0; i < c->count; i++) {
        if (c->part[i].tracer != NULL) {
            struct inspector one = tracer_inspector(c->part[i].tracer);
            tee_add(&c->tee, &one);
        }
    }
    return tee_inspector(&c->tee);
}

static void end(struct tracer *t, const struct chain_receipt *receipt)
{
    struct mux_tracer *c = (struct mux_tracer *)t;
    for (u32 i = 0; i < c->count; i++) {
        if (c->part[i].tracer != NULL) {
            tracer_end(c->part[i].tracer, receipt);
        }
    }
}

static bool wants_again(const struct tracer *t)
{
    const struct mux_tracer *c = (const struct mux_tracer *)t;
    for (u32 i = 0; i < c->count; i++) {
        if (c->part[i].tracer != NULL && tracer_wants_again(c->part[i].tracer)) {
            return true;
        }
    }
    return false;
}

static void result(struct tracer *t, struct buf *out)
{
    struct mux_tracer *c = (struct mux_tracer *)t;
    struct buf why = {0};
    buf_put_u8(out, '{');
    for (u32 i = 0; i < c->count; i++) {
        trace_put_name(out, c->part[i].name);
        if (c->part[i].tracer == NULL) {
            buf_put_text(out, c->part[i].otherwise);
        } else if (!tracer_result(c->part[i].tracer, out, &why)) {
            buf_put_text(out, "null");
            t->full = true;
        }
    }
    buf_put_u8(out, '}');
    buf_fini(&why);
}

const struct tracer_kind tracer_mux = {
    .make = make,
    .free = destroy,
    .begin = begin,
    .inspector = inspect,
    .end = end,
    .wants_again = wants_again,
    .result = result,
};
