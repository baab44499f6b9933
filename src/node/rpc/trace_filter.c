// SPDX-License-Identifier: MIT
// trace_ methods that list calls: of a block, a transaction, one by its place, those of a range of
// blocks that match a filter (OpenEthereum, "The trace Module"). Each block is executed again.
#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "node/rpc/tracing.h"

#include <string.h>

static struct tracer *make_flat(void *ctx, usize index)
{
    (void)ctx;
    (void)index;
    return tracer_make_flat(false);
}

// Walks the traces of one transaction. `visit` false ends it.
typedef bool visitor(void *ctx, const json_value *trace);
static bool each_trace(struct rpc_call *c, const struct node_traced *t, visitor *visit, void *ctx)
{
    struct json j;
    if (!t->ok) {
        return rpc_fail(c, RPC_LIMIT, "%.*s", (int)t->why.n, (const char *)t->why.p);
    }
    bool go_on = json_parse(&j, t->json) == FAULT_NONE || rpc_fail_fault(c, FAULT_BAD_INPUT);
    if (go_on) {
        json_value list = json_root(&j);
        for (usize i = 0; go_on && i < json_count(&list); i++) {
            json_value one = json_element(&list, i);
            go_on = visit(ctx, &one);
        }
    }
    json_fini(&j);
    return go_on;
}

static bool run_block(struct rpc_call *c, const struct stored_block *b, struct node_tracing *own)
{
    struct node_tracing t;
    struct block block;
    struct buf why = {0};
    if (!tracing_open_block(c, &t, &block, buf_bytes(&b->wire))) {
        return false;
    }
    t.ctx = own->ctx;
    t.after = own->after;
    t.make = make_flat;
    if (own->count > 0) {
        t.first = own->first;
        t.count = own->count;
    }
    enum fault f = node_trace_block(c->node, &t, &why);
    if (f != FAULT_NONE) {
        return tracing_fail(c, f, &why);
    }
    return c->code == 0;
}

static void put_trace(struct rpc_call *c, const json_value *trace)
{
    struct buf text = {0};
    json_put_copy(&text, trace);
    json_put_raw(c->out, NULL, buf_bytes(&text));
    buf_fini(&text);
}

// ---- all of a block, all of a transaction

static bool put_any(void *ctx, const json_value *trace)
{
    struct rpc_call *c = ctx;
    put_trace(c, trace);
    return tracing_has_room(c);
}

static bool put_all(void *ctx, const struct node_traced *t)
{
    return each_trace(ctx, t, put_any, ctx);
}

bool rpc_trace_block(struct rpc_call *c)
{
    const struct stored_block *b;
    struct node_tracing t = {.ctx = c, .after = put_all};
    if (!rpc_param_block(c, &b, 0)) {
        return false;
    }
    json_begin_list(c->out, NULL);
    bool ok = b->header.number == 0 || run_block(c, b, &t); // block 0 has no transactions
    json_end(c->out);
    return ok;
}

bool rpc_trace_transaction(struct rpc_call *c)
{
    const struct stored_block *b;
    struct node_tracing t = {.ctx = c, .after = put_all, .count = 1};
    json_value v;
    b256 hash;
    if (!rpc_param(c, &v, 0) || !rpc_value_b256(c, &hash, &v)) {
        return false;
    }
    b = blocks_of_transaction(node_blocks(c->node), &hash, &t.first);
    if (b == NULL) {
        json_put_null(c->out, NULL);
        return true;
    }
    json_begin_list(c->out, NULL);
    bool ok = run_block(c, b, &t);
    json_end(c->out);
    return ok;
}

// ---- one by its place

struct getting {
    struct rpc_call *c;
    json_value path; // a list of quantities
    bool found;
};

static bool is_at(const json_value *place, const json_value *path)
{
    bool same = json_count(place) == json_count(path);
    for (usize i = 0; same && i < json_count(path); i++) {
        json_value a = json_element(place, i);
        json_value b = json_element(path, i);
        u64 x = 0;
        u64 y = 0;
        same = json_get_u64(&x, &a) == FAULT_NONE && json_get_u64(&y, &b) == FAULT_NONE && x == y;
    }
    return same;
}

static bool put_if_there(void *ctx, const json_value *trace)
{
    struct getting *g = ctx;
    json_value place;
    if (json_member(&place, trace, "traceAddress") == FAULT_NONE && is_at(&place, &g->path)) {
        put_trace(g->c, trace);
        g->found = true;
    }
    return !g->found;
}

static bool get_one(void *ctx, const struct node_traced *t)
{
    struct getting *g = ctx;
    return each_trace(g->c, t, put_if_there, g);
}

bool rpc_trace_get(struct rpc_call *c)
{
    const struct stored_block *b;
    struct getting g = {.c = c};
    struct node_tracing t = {.ctx = &g, .after = get_one, .count = 1};
    if (!tracing_find_transaction(c, &b, &t.first, 0) || !rpc_param(c, &g.path, 1)) {
        return false;
    }
    if (json_expect(&g.path, JSON_KIND_LIST) != FAULT_NONE) {
        return rpc_fail_json(c, &g.path);
    }
    for (usize i = 0; i < json_count(&g.path); i++) {
        json_value v = json_element(&g.path, i);
        u64 index;
        if (!rpc_value_u64(c, &index, &v)) {
            return false;
        }
    }
    if (!run_block(c, b, &t)) {
        return false;
    }
    if (!g.found) {
        json_put_null(c->out, NULL);
    }
    return true;
}

// ---- by a filter

struct filter {
    struct rpc_call *c;
    address *from, *to; // owned
    usize from_count, to_count;
    bool is_union;
    u64 after, count;
};

static bool read_addresses(struct rpc_call *c, address **out, usize *count,
                           const json_value *object, const char *name)
{
    json_value list;
    bool found;
    if (!rpc_member(c, &list, &found, object, name) || !found) {
        return c->code == 0;
    }
    if (json_expect(&list, JSON_KIND_LIST) != FAULT_NONE) {
        return rpc_fail_json(c, &list);
    }
    *out = mem_alloc((json_count(&list) + 1) * sizeof **out);
    for (usize i = 0; i < json_count(&list); i++) {
        json_value one = json_element(&list, i);
        if (!rpc_value_address(c, &(*out)[i], &one)) {
            return false;
        }
        (*count)++;
    }
    return true;
}

static bool read_mode(struct rpc_call *c, bool *is_union, const json_value *object)
{
    json_value v;
    bool found;
    const char *text = "";
    usize n = 0;
    if (!rpc_member(c, &v, &found, object, "mode") || !found) {
        return c->code == 0;
    }
    if (json_get_text(&text, &n, &v) != FAULT_NONE) {
        return rpc_fail_json(c, &v);
    }
    *is_union = strcmp(text, "union") == 0;
    if (!*is_union && strcmp(text, "intersection") != 0) {
        (void)json_refuse(&v, "is neither union nor intersection");
        return rpc_fail_json(c, &v);
    }
    return true;
}

// A number of a count: a quantity, or a JSON number as other nodes take it.
static bool read_number(struct rpc_call *c, u64 *out, const json_value *object, const char *name)
{
    json_value v;
    bool found;
    if (!rpc_member(c, &v, &found, object, name) || !found) {
        return c->code == 0;
    }
    return json_get_u64(out, &v) == FAULT_NONE || rpc_fail_json(c, &v);
}

static bool is_among(const json_value *object, const char *name, const address *list, usize n)
{
    json_value v;
    bool found = false;
    address a;
    if (json_find(&v, &found, object, name) != FAULT_NONE || !found ||
        json_get_address(&a, &v) != FAULT_NONE) {
        return false;
    }
    for (usize i = 0; i < n; i++) {
        if (address_equal(&list[i], &a)) {
            return true;
        }
    }
    return false;
}

// The one who acts: the caller, the creator, the destroyed contract; and whom it is done to: the
// callee, the created contract, who gets the balance.
static bool matches(const struct filter *f, const json_value *trace)
{
    json_value action;
    json_value result;
    bool found = false;
    if (json_member(&action, trace, "action") != FAULT_NONE ||
        json_find(&result, &found, trace, "result") != FAULT_NONE) {
        return false;
    }
    bool from = is_among(&action, "from", f->from, f->from_count) ||
                is_among(&action, "address", f->from, f->from_count);
    bool to = is_among(&action, "to", f->to, f->to_count) ||
              is_among(&action, "refundAddress", f->to, f->to_count) ||
              (found && is_among(&result, "address", f->to, f->to_count));
    if (f->is_union && f->from_count > 0 && f->to_count > 0) {
        return from || to;
    }
    return (from || f->from_count == 0) && (to || f->to_count == 0);
}

static bool put_matching(void *ctx, const json_value *trace)
{
    struct filter *f = ctx;
    if (!matches(f, trace)) {
        return true;
    }
    if (f->after > 0) {
        f->after--;
        return true;
    }
    put_trace(f->c, trace);
    f->count--;
    return f->count > 0 && tracing_has_room(f->c);
}

static bool filter_one(void *ctx, const struct node_traced *t)
{
    struct filter *f = ctx;
    return each_trace(f->c, t, put_matching, f);
}

static bool read_range(struct rpc_call *c, u64 *first, u64 *last, const json_value *object)
{
    const char *const names[] = {"fromBlock", "toBlock"};
    u64 *const out[] = {first, last};
    for (u32 i = 0; i < 2; i++) {
        json_value v;
        bool found;
        const struct stored_block *b = blocks_last(node_blocks(c->node));
        if (!rpc_member(c, &v, &found, object, names[i]) ||
            (found && !rpc_value_block(c, &b, &v))) {
            return false;
        }
        *out[i] = b->header.number;
    }
    u64 count = *last >= *first ? *last - *first + 1 : 0;
    if (count > TRACING_BLOCKS_MAX) {
        return rpc_fail(c, RPC_LIMIT, "the range has %llu blocks; %u are executed again at most",
                        (unsigned long long)count, TRACING_BLOCKS_MAX);
    }
    return true;
}

static bool run_filter(struct filter *f, u64 first, u64 last)
{
    struct node_tracing t = {.ctx = f, .after = filter_one};
    bool ok = true;
    json_begin_list(f->c->out, NULL);
    for (u64 n = first; ok && f->count > 0 && n <= last; n++) {
        const struct stored_block *b = blocks_at(node_blocks(f->c->node), n);
        if (b != NULL && b->count > 0) {
            ok = run_block(f->c, b, &t);
        }
    }
    json_end(f->c->out);
    return ok;
}

bool rpc_trace_filter(struct rpc_call *c)
{
    json_value object;
    struct filter f = {.c = c, .count = ~(u64)0};
    u64 first = 0;
    u64 last = 0;
    bool ok = rpc_param(c, &object, 0);
    if (ok && json_expect(&object, JSON_KIND_OBJECT) != FAULT_NONE) {
        ok = rpc_fail_json(c, &object);
    }
    ok = ok && read_addresses(c, &f.from, &f.from_count, &object, "fromAddress") &&
         read_addresses(c, &f.to, &f.to_count, &object, "toAddress") &&
         read_mode(c, &f.is_union, &object) && read_number(c, &f.after, &object, "after") &&
         read_number(c, &f.count, &object, "count") && read_range(c, &first, &last, &object) &&
         rpc_check_kept(c, first) && run_filter(&f, first, last);
    mem_free(f.from);
    mem_free(f.to);
    return ok;
}
