// SPDX-License-Identifier: MIT
// prestateTracer: every account and slot that a transaction looks at, as it was before; with
// diffMode what it changed, before and after (go-ethereum, eth/tracers/native/prestate.go).
// prestateTracerLegacy is an older form of the first: each account with all members, without the
// coinbase. While the transaction runs only addresses and keys are gathered; values are read from
// the states before and after it.
#include "core/trace/touched.h"

struct prestate_tracer {
    struct touched_tracer touched;
    bool diff, no_code, no_storage, with_empty;
};

static enum fault make(struct tracer **out, const json_value *config)
{
    struct prestate_tracer *p = mem_zalloc(sizeof *p);
    touched_init(&p->touched);
    *out = &p->touched.base;
    TRY(trace_option_bool(&p->diff, config, "diffMode"));
    TRY(trace_option_bool(&p->no_code, config, "disableCode"));
    TRY(trace_option_bool(&p->no_storage, config, "disableStorage"));
    return trace_option_bool(&p->with_empty, config, "includeEmpty");
}

static enum fault make_legacy(struct tracer **out, const json_value *config)
{
    static const json_value NONE = {0};
    (void)config;
    enum fault f = make(out, &NONE);
    ((struct touched_tracer *)*out)->is_legacy = true;
    return f;
}

static void destroy(struct tracer *t)
{
    touched_fini((struct touched_tracer *)t);
    mem_free(t);
}

// ---- the result

struct view {
    const struct prestate_tracer *p;
    struct touched_view all;
};

static void put_word(struct buf *b, const u256 *key, const u256 *value)
{
    b256 k = u256_to_b256(*key);
    b256 v = u256_to_b256(*value);
    trace_put_comma(b);
    buf_put_u8(b, '"');
    put_data(b, (bytes){k.b, sizeof k.b});
    buf_put(b, "\":\"", 3);
    put_data(b, (bytes){v.b, sizeof v.b});
    buf_put_u8(b, '"');
}

static void begin_account(struct buf *b, const address *at)
{
    trace_put_comma(b);
    buf_put_u8(b, '"');
    put_address(b, at);
    buf_put(b, "\":{", 3);
}

static u256 slot_of(struct state *s, const address *at, const u256 *key)
{
    return state_sload(s, state_account(s, at), key);
}

static bool differs(const struct view *v, const address *at, const u256 *key)
{
    const struct trace_context *c = &v->p->touched.base.context;
    return !u256_eq(slot_of(c->before, at, key), slot_of(c->state, at, key));
}

// Slots of a row in `s`. In a difference only changed ones, and no zeros.
static void put_storage(const struct view *v, const struct touched_row *r, struct state *s,
                        bool changed, struct buf *b)
{
    bool any = v->p->touched.is_legacy;
    usize start = b->n;
    trace_put_name(b, "storage");
    buf_put_u8(b, '{');
    for (u32 i = r->first; i < r->first + r->count && !v->p->no_storage; i++) {
        u256 value = slot_of(s, &r->at, &v->all.slots[i].key);
        if (!changed || (!u256_is_zero(value) && differs(v, &r->at, &v->all.slots[i].key))) {
            put_word(b, &v->all.slots[i].key, &value);
            any = true;
        }
    }
    buf_put_u8(b, '}');
    if (!any) {
        b->n = start;
    }
}

static void put_before(const struct view *v, const struct touched_row *r, bool changed,
                       struct buf *b)
{
    struct state *s = v->p->touched.base.context.before;
    struct account *a = state_account(s, &r->at);
    bytes code = account_code(s, a);
    begin_account(b, &r->at);
    trace_put_quantity(b, "balance", *account_balance(a));
    if ((code.n > 0 && !v->p->no_code) || v->p->touched.is_legacy) {
        trace_put_data(b, "code", code);
    }
    if (code.n > 0 && !v->p->touched.is_legacy) {
        trace_put_b256(b, "codeHash", account_code_hash(a));
    }
    if (account_nonce(a) > 0 || v->p->touched.is_legacy) {
        trace_put_decimal(b, "nonce", account_nonce(a));
    }
    put_storage(v, r, s, changed && !r->destroyed, b);
    buf_put_u8(b, '}');
}

// What the transaction changed of an account: what is different, after it.
static void put_after(const struct view *v, const struct touched_row *r, struct buf *b)
{
    const struct trace_context *c = &v->p->touched.base.context;
    struct account *old = state_account(c->before, &r->at);
    struct account *new = state_account(c->state, &r->at);
    begin_account(b, &r->at);
    if (!u256_eq(*account_balance(old), *account_balance(new))) {
        trace_put_quantity(b, "balance", *account_balance(new));
    }
    if (!b256_equal(account_code_hash(old), account_code_hash(new))) {
        if (!v->p->no_code) {
            trace_put_data(b, "code", account_code(c->state, new));
        }
        trace_put_b256(b, "codeHash", account_code_hash(new));
    }
    if (account_nonce(old) != account_nonce(new) && account_nonce(new) > 0) {
        trace_put_decimal(b, "nonce", account_nonce(new));
    }
    put_storage(v, r, c->state, true, b);
    buf_put_u8(b, '}');
}

static bool is_changed(const struct view *v, const struct touched_row *r)
{
    const struct trace_context *c = &v->p->touched.base.context;
    struct account *old = state_account(c->before, &r->at);
    struct account *new = state_account(c->state, &r->at);
    bool changed = !u256_eq(*account_balance(old), *account_balance(new)) ||
                   account_nonce(old) != account_nonce(new) ||
                   !b256_equal(account_code_hash(old), account_code_hash(new));
    for (u32 i = r->first; !changed && i < r->first + r->count && !v->p->no_storage; i++) {
        changed = differs(v, &r->at, &v->all.slots[i].key);
    }
    return changed;
}

static bool was_there(const struct view *v, const struct touched_row *r)
{
    struct state *s = v->p->touched.base.context.before;
    return v->p->with_empty || v->p->touched.is_legacy ||
           !account_is_empty(state_account(s, &r->at));
}

static void put_difference(const struct view *v, struct buf *b)
{
    buf_put_u8(b, '{');
    trace_put_name(b, "post");
    buf_put_u8(b, '{');
    for (u32 i = 0; i < v->all.count; i++) {
        if (!v->all.rows[i].destroyed && is_changed(v, &v->all.rows[i])) {
            put_after(v, &v->all.rows[i], b);
        }
    }
    buf_put_u8(b, '}');
    trace_put_name(b, "pre");
    buf_put_u8(b, '{');
    for (u32 i = 0; i < v->all.count; i++) {
        const struct touched_row *r = &v->all.rows[i];
        if (was_there(v, r) && (r->destroyed || is_changed(v, r))) {
            put_before(v, r, true, b);
        }
    }
    buf_put(b, "}}", 2);
}

static void result(struct tracer *t, struct buf *out)
{
    struct view own = {.p = (const struct prestate_tracer *)t};
    const struct view *v = &own;
    touched_open(&own.all, &v->p->touched);
    if (v->p->diff) {
        put_difference(v, out);
    } else {
        buf_put_u8(out, '{');
        for (u32 i = 0; i < v->all.count; i++) {
            if (was_there(v, &v->all.rows[i])) {
                put_before(v, &v->all.rows[i], false, out);
            }
        }
        buf_put_u8(out, '}');
    }
    touched_close(&own.all);
}

const struct tracer_kind tracer_prestate = {
    .make = make,
    .free = destroy,
    .begin = touched_begin,
    .inspector = touched_inspect,
    .result = result,
};

const struct tracer_kind tracer_prestate_legacy = {
    .make = make_legacy,
    .free = destroy,
    .begin = touched_begin,
    .inspector = touched_inspect,
    .result = result,
};
