// SPDX-License-Identifier: MIT
// stateDiff: what a transaction changed, in the form of Parity's trace_replayTransaction: for each
// account balance, code, nonce and slots as "=" (unchanged), {"*": {from, to}}, {"+": new} or
// {"-": gone} (OpenEthereum, "The trace Module").
#include "core/trace/touched.h"

static enum fault make(struct tracer **out, const json_value *config)
{
    struct touched_tracer *t = mem_zalloc(sizeof *t);
    (void)config;
    touched_init(t);
    *out = &t->base;
    return FAULT_NONE;
}

static void destroy(struct tracer *t)
{
    touched_fini((struct touched_tracer *)t);
    mem_free(t);
}

enum difference { SAME, CHANGED, BORN, DIED };

static void put_text_value(struct buf *b, const struct buf *v)
{
    buf_put_u8(b, '"');
    buf_put(b, v->p, v->n);
    buf_put_u8(b, '"');
}

// A member with what it was and is, as texts. What is of an account that is new or gone is told
// with it, changed or not.
static void put_change(struct buf *b, enum difference kind, const struct buf *from,
                       const struct buf *to)
{
    bool same = from->n == to->n && equal_bytes(from->p, to->p, from->n);
    if (kind == BORN || kind == DIED) {
        buf_put_text(b, kind == BORN ? "{\"+\":" : "{\"-\":");
        put_text_value(b, kind == BORN ? to : from);
        buf_put_u8(b, '}');
    } else if (same) {
        buf_put_text(b, "\"=\"");
    } else {
        buf_put_text(b, "{\"*\":{\"from\":");
        put_text_value(b, from);
        buf_put_text(b, ",\"to\":");
        put_text_value(b, to);
        buf_put_text(b, "}}");
    }
}

struct pair { // of states, and an account in both
    struct state *before, *after;
    struct account *old, *new;
    enum difference kind;
};

typedef void put_value(struct buf *out, struct state *s, struct account *a);

static void put_balance(struct buf *out, struct state *s, struct account *a)
{
    (void)s;
    put_quantity(out, *account_balance(a));
}

static void put_code(struct buf *out, struct state *s, struct account *a)
{
    put_data(out, account_code(s, a));
}

static void put_nonce(struct buf *out, struct state *s, struct account *a)
{
    (void)s;
    put_quantity_u64(out, account_nonce(a));
}

static void put_member(struct buf *b, const char *name, const struct pair *p, put_value *put)
{
    struct buf from = {0};
    struct buf to = {0};
    put(&from, p->before, p->old);
    put(&to, p->after, p->new);
    trace_put_name(b, name);
    put_change(b, p->kind, &from, &to);
    buf_fini(&from);
    buf_fini(&to);
}

static void put_word(struct buf *b, const u256 *v)
{
    b256 word = u256_to_b256(*v);
    put_data(b, (bytes){word.b, sizeof word.b});
}

static bool slot_differs(const struct pair *p, const u256 *key)
{
    return !u256_eq(state_sload(p->before, p->old, key), state_sload(p->after, p->new, key));
}

static void put_slots(struct buf *b, const struct pair *p, const struct touched_slot *slots,
                      u32 count)
{
    trace_put_name(b, "storage");
    buf_put_u8(b, '{');
    for (u32 i = 0; i < count; i++) {
        if (!slot_differs(p, &slots[i].key)) {
            continue;
        }
        struct buf from = {0};
        struct buf to = {0};
        u256 old = state_sload(p->before, p->old, &slots[i].key);
        u256 new = state_sload(p->after, p->new, &slots[i].key);
        put_word(&from, &old);
        put_word(&to, &new);
        trace_put_comma(b);
        buf_put_u8(b, '"');
        put_word(b, &slots[i].key);
        buf_put(b, "\":", 2);
        put_change(b, p->kind, &from, &to);
        buf_fini(&from);
        buf_fini(&to);
    }
    buf_put_u8(b, '}');
}

static bool is_same(const struct pair *p, const struct touched_slot *slots, u32 count)
{
    bool same = u256_eq(*account_balance(p->old), *account_balance(p->new)) &&
                account_nonce(p->old) == account_nonce(p->new) &&
                b256_equal(account_code_hash(p->old), account_code_hash(p->new));
    for (u32 i = 0; same && i < count; i++) {
        same = !slot_differs(p, &slots[i].key);
    }
    return same;
}

static void put_account(struct buf *b, const struct trace_context *c, const struct touched_view *v,
                        const struct touched_row *r)
{
    struct pair p = {
        .before = c->before,
        .after = c->state,
        .old = state_account(c->before, &r->at),
        .new = state_account(c->state, &r->at),
        .kind = CHANGED,
    };
    const struct touched_slot *slots = &v->slots[r->first];
    if (is_same(&p, slots, r->count) && account_exists(p.old) == account_exists(p.new)) {
        return;
    }
    if (!account_exists(p.old)) {
        p.kind = BORN;
    } else if (!account_exists(p.new)) {
        p.kind = DIED;
    }
    trace_put_comma(b);
    buf_put_u8(b, '"');
    put_address(b, &r->at);
    buf_put(b, "\":{", 3);
    put_member(b, "balance", &p, put_balance);
    put_member(b, "code", &p, put_code);
    put_member(b, "nonce", &p, put_nonce);
    put_slots(b, &p, slots, r->count);
    buf_put_u8(b, '}');
}

static void result(struct tracer *t, struct buf *out)
{
    struct touched_view v;
    touched_open(&v, (const struct touched_tracer *)t);
    buf_put_u8(out, '{');
    for (u32 i = 0; i < v.count; i++) {
        put_account(out, &t->context, &v, &v.rows[i]);
    }
    buf_put_u8(out, '}');
    touched_close(&v);
}

const struct tracer_kind tracer_state_diff = {
    .make = make,
    .free = destroy,
    .begin = touched_begin,
    .inspector = touched_inspect,
    .result = result,
};
