// SPDX-License-Identifier: MIT
// Gathering accounts and slots; see touched.h.
#include "core/trace/touched.h"

#include "lib/base/hash.h"
#include "lib/base/seed.h"
#include "lib/base/sort.h"

#define TABLE_NAME touched_table
#define TABLE_KEY address
#define TABLE_VALUE struct touched
#define TABLE_HASH(key, seed) hash_address(key, seed)
#define TABLE_EQUAL(a, b) address_equal(a, b)
#include "lib/base/table.h"

static inline u64 hash_slot(const struct touched_slot *s, u64 seed)
{
    return hash_u256(&s->key, seed ^ hash_u64(s->account, seed));
}

#define TABLE_NAME slot_table
#define TABLE_KEY struct touched_slot
#define TABLE_VALUE u8
#define TABLE_HASH(key, seed) hash_slot(key, seed)
#define TABLE_EQUAL(a, b) ((a)->account == (b)->account && u256_eq((a)->key, (b)->key))
#include "lib/base/table.h"

struct touched_sets {
    struct touched_table accounts;
    struct slot_table slots;
};

void touched_init(struct touched_tracer *t)
{
    t->sets = mem_zalloc(sizeof *t->sets);
    touched_table_init(&t->sets->accounts, seed_for_tables());
    slot_table_init(&t->sets->slots, seed_for_tables());
}

void touched_fini(struct touched_tracer *t)
{
    touched_table_fini(&t->sets->accounts);
    slot_table_fini(&t->sets->slots);
    mem_free(t->sets);
}

static struct touched *touch(struct touched_tracer *p, const address *a)
{
    bool created = false;
    struct touched *e = touched_table_put(&p->sets->accounts, a, &created);
    if (created) {
        e->index = p->sets->accounts.count - 1;
        (void)trace_take(&p->base, sizeof(struct touched_table_entry));
    }
    return e;
}

static void touch_slot(struct touched_tracer *p, const address *a, const u256 *key)
{
    bool created = false;
    struct touched_slot s = {touch(p, a)->index, *key};
    (void)slot_table_put(&p->sets->slots, &s, &created);
    if (created) {
        (void)trace_take(&p->base, sizeof(struct slot_table_entry));
    }
}

// EIP-7702: the account whose code runs for `a`.
static bool find_delegate(struct state *s, address *to, const address *a)
{
    bytes code = account_code(s, state_account(s, a));
    bool is = code.n == 23 && code.p[0] == 0xEF && code.p[1] == 0x01 && code.p[2] == 0x00;
    if (is) {
        copy_bytes(to->b, code.p + 3, sizeof to->b);
    }
    return is;
}

void touched_begin(struct tracer *t)
{
    struct touched_tracer *p = (struct touched_tracer *)t;
    const struct trace_context *c = &t->context;
    touched_table_clear(&p->sets->accounts);
    slot_table_clear(&p->sets->slots);
    (void)touch(p, &c->sender);
    if (!c->t->is_create) {
        address delegate;
        (void)touch(p, &c->t->to);
        if (!p->is_legacy && find_delegate(c->before, &delegate, &c->t->to)) {
            (void)touch(p, &delegate);
        }
    }
    if (!p->is_legacy) {
        (void)touch(p, &c->coinbase);
    }
    for (usize i = 0; i < c->t->authorization_count; i++) {
        address authority;
        if (authorization_signer(&authority, &c->t->authorizations[i])) {
            (void)touch(p, &authority);
        }
    }
}

static void on_enter(void *ctx, const struct inspect_frame *e)
{
    struct touched_tracer *p = ctx;
    address delegate;
    if (p->base.full) {
        return;
    }
    (void)touch(p, &e->code);
    bool is_creation = e->op == OP_CREATE || e->op == OP_CREATE2;
    // Of the account that the transaction itself calls the delegate was looked for before its
    // authorizations were applied, as go-ethereum does.
    if (e->depth > 0 && !is_creation && find_delegate(p->base.context.state, &delegate, &e->code)) {
        (void)touch(p, &delegate);
    }
}

static void on_access(void *ctx, enum inspect_access kind, const address *a, const u256 *key,
                      const u256 *value)
{
    struct touched_tracer *p = ctx;
    (void)value;
    if (p->base.full) {
        return;
    }
    if (kind == INSPECT_SLOT_READ || kind == INSPECT_SLOT_WRITE) {
        touch_slot(p, a, key);
    } else if (kind == INSPECT_ACCOUNT_READ || kind == INSPECT_ACCOUNT_WRITE) {
        (void)touch(p, a);
    }
}

static void on_destroy(void *ctx, const struct inspect_destroy *e)
{
    struct touched_tracer *p = ctx;
    if (!p->base.full) {
        (void)touch(p, &e->to);
        touch(p, &e->from)->destroyed |= e->destroys;
    }
}

struct inspector touched_inspect(struct tracer *t)
{
    return (struct inspector){
        .ctx = t,
        .frame_enter = on_enter,
        .access = on_access,
        .destroy = on_destroy,
    };
}

// ---- afterwards

struct ordered {
    const address *at;
    const struct touched *touched;
};

static i32 by_address(const void *a, const void *b)
{
    const struct ordered *x = a;
    const struct ordered *y = b;
    return __builtin_memcmp(x->at->b, y->at->b, sizeof x->at->b);
}

static i32 by_account_and_key(const void *a, const void *b)
{
    const struct touched_slot *x = a;
    const struct touched_slot *y = b;
    return x->account != y->account ? (x->account < y->account ? -1 : 1) : u256_cmp(x->key, y->key);
}

void touched_open(struct touched_view *v, const struct touched_tracer *t)
{
    u32 n = t->sets->accounts.count;
    struct ordered *order = mem_alloc((n + 1) * sizeof *order);
    u32 *first = mem_zalloc((n + 1) * sizeof *first); // by index: where its slots begin
    *v = (struct touched_view){.count = n};
    v->rows = mem_alloc((n + 1) * sizeof *v->rows);
    v->slots = mem_alloc((t->sets->slots.count + 1) * sizeof *v->slots);
    for (u32 i = 0; i < t->sets->slots.count; i++) {
        v->slots[i] = t->sets->slots.entries[i].key;
        first[v->slots[i].account + 1]++;
    }
    sort_items(v->slots, t->sets->slots.count, sizeof *v->slots, by_account_and_key);
    for (u32 i = 0; i < n; i++) {
        order[i] = (struct ordered){&t->sets->accounts.entries[i].key,
                                    &t->sets->accounts.entries[i].value};
        first[i + 1] += first[i];
    }
    sort_items(order, n, sizeof *order, by_address);
    for (u32 i = 0; i < n; i++) {
        u32 index = order[i].touched->index;
        v->rows[i] =
            (struct touched_row){*order[i].at, first[index], first[index + 1] - first[index],
                                 order[i].touched->destroyed};
    }
    mem_free(order);
    mem_free(first);
}

void touched_close(struct touched_view *v)
{
    mem_free(v->rows);
    mem_free(v->slots);
}
