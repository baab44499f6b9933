// SPDX-License-Identifier: MIT
// Filters that are polled: what happened since the last time is kept for each until it is asked
// for. One that nobody polls, or that would keep too much, is gone.
#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "node/rpc/priv.h"

#define FILTERS_MAX 1000u
#define KEPT_MAX 20000u    // hashes or logs of one filter
#define EXPIRES_MS 300000u // without a poll

enum filter_kind {
    FILTER_LOGS,
    FILTER_BLOCKS,
    FILTER_PENDING,
};

struct rpc_filter {
    u64 id;
    enum filter_kind kind;
    struct rpc_log_filter logs;
    struct buf kept; // hashes, or logs as JSON with commas between
    u32 count;
    u64 polled_ms;
    bool is_over;
    struct rpc_filter *next;
};

static void filter_free(struct rpc_filter *f)
{
    rpc_log_filter_fini(&f->logs);
    buf_fini(&f->kept);
    mem_free(f);
}

static void drop_over(struct rpc *r)
{
    u64 now = r->options.now_ms();
    for (struct rpc_filter **at = &r->filters; *at != NULL;) {
        struct rpc_filter *f = *at;
        if (f->is_over || now - f->polled_ms > EXPIRES_MS) {
            *at = f->next;
            r->filter_count--;
            filter_free(f);
        } else {
            at = &f->next;
        }
    }
}

void rpc_filters_free(struct rpc *r)
{
    while (r->filters != NULL) {
        struct rpc_filter *f = r->filters;
        r->filters = f->next;
        filter_free(f);
    }
}

// ---- what happens

static void keep_hash(struct rpc_filter *f, const b256 *hash)
{
    f->is_over = f->is_over || ++f->count > KEPT_MAX;
    buf_put(&f->kept, hash->b, sizeof hash->b);
}

static void keep_log(struct rpc_filter *f, const struct rpc_log_place *at)
{
    struct json_writer w;
    f->is_over = f->is_over || f->count + 1 > KEPT_MAX;
    if (f->count++ > 0) {
        buf_put_u8(&f->kept, ',');
    }
    json_write_init(&w, &f->kept, 0);
    rpc_put_log(&w, at);
}

static void keep_logs(struct rpc_filter *f, const struct stored_block *b, bool is_removed)
{
    if (b->header.number < f->logs.of.first || b->header.number > f->logs.last) {
        return;
    }
    for (usize t = 0; t < b->count; t++) {
        const struct stored_transaction *s = &b->transactions[t];
        for (usize i = s->first_log; i < s->first_log + s->log_count; i++) {
            if (node_log_matches(&f->logs.of, &b->logs[i])) {
                struct rpc_log_place at = {b, t, i, is_removed};
                keep_log(f, &at);
            }
        }
    }
}

void rpc_filters_event(struct rpc *r, const struct node_event *e)
{
    drop_over(r);
    for (struct rpc_filter *f = r->filters; f != NULL; f = f->next) {
        if (e->kind == NODE_EVENT_PENDING && f->kind == FILTER_PENDING) {
            keep_hash(f, e->hash);
        } else if (e->kind == NODE_EVENT_BLOCK && f->kind == FILTER_BLOCKS) {
            keep_hash(f, &e->block->header.hash);
        } else if (f->kind == FILTER_LOGS &&
                   (e->kind == NODE_EVENT_BLOCK || e->kind == NODE_EVENT_REMOVED)) {
            keep_logs(f, e->block, e->kind == NODE_EVENT_REMOVED);
        }
    }
}

// ---- methods

static bool add(struct rpc_call *c, enum filter_kind kind, const struct rpc_log_filter *logs)
{
    struct rpc *r = c->rpc;
    drop_over(r);
    if (r->filter_count >= FILTERS_MAX) {
        return rpc_fail(c, RPC_LIMIT, "there are %u filters already; uninstall some", FILTERS_MAX);
    }
    struct rpc_filter *f = mem_zalloc(sizeof *f);
    f->id = ++r->next_id;
    f->kind = kind;
    f->logs = *logs;
    f->polled_ms = r->options.now_ms();
    f->next = r->filters;
    r->filters = f;
    r->filter_count++;
    json_put_quantity_u64(c->out, NULL, f->id);
    return true;
}

bool rpc_eth_new_filter(struct rpc_call *c)
{
    json_value v;
    struct rpc_log_filter logs = {.last = 0};
    bool ok = rpc_param(c, &v, 0) && rpc_read_log_filter(c, &logs, &v, true) &&
              add(c, FILTER_LOGS, &logs);
    if (!ok) {
        rpc_log_filter_fini(&logs);
    }
    return ok;
}

bool rpc_eth_new_block_filter(struct rpc_call *c)
{
    static const struct rpc_log_filter NONE = {.last = 0};
    return add(c, FILTER_BLOCKS, &NONE);
}

bool rpc_eth_new_pending_filter(struct rpc_call *c)
{
    static const struct rpc_log_filter NONE = {.last = 0};
    return add(c, FILTER_PENDING, &NONE);
}

static struct rpc_filter *find(struct rpc_call *c)
{
    json_value v;
    u64 id;
    if (!rpc_param(c, &v, 0) || !rpc_value_u64(c, &id, &v)) {
        return NULL;
    }
    drop_over(c->rpc);
    for (struct rpc_filter *f = c->rpc->filters; f != NULL; f = f->next) {
        if (f->id == id) {
            f->polled_ms = c->rpc->options.now_ms();
            return f;
        }
    }
    (void)rpc_fail(c, RPC_SERVER, "filter not found");
    return NULL;
}

bool rpc_eth_get_filter_changes(struct rpc_call *c)
{
    struct rpc_filter *f = find(c);
    if (f == NULL) {
        return false;
    }
    if (f->kind == FILTER_LOGS) {
        struct buf list = {0};
        buf_put_u8(&list, '[');
        buf_put(&list, f->kept.p, f->kept.n);
        buf_put_u8(&list, ']');
        json_put_raw(c->out, NULL, buf_bytes(&list));
        buf_fini(&list);
    } else {
        json_begin_list(c->out, NULL);
        for (u32 i = 0; i < f->count; i++) {
            json_put_b256(c->out, NULL, (const b256 *)(f->kept.p + i * sizeof(b256)));
        }
        json_end(c->out);
    }
    buf_fini(&f->kept);
    f->count = 0;
    return true;
}

bool rpc_eth_get_filter_logs(struct rpc_call *c)
{
    const struct rpc_filter *f = find(c);
    if (f == NULL) {
        return false;
    }
    if (f->kind != FILTER_LOGS) {
        return rpc_fail(c, RPC_SERVER, "filter not found: it is not one of logs");
    }
    struct node_log_filter of = f->logs.of;
    u64 last = blocks_last(node_blocks(c->node))->header.number;
    of.last = f->logs.last < last ? f->logs.last : last;
    return rpc_put_logs(c, &of);
}

bool rpc_eth_uninstall_filter(struct rpc_call *c)
{
    struct rpc_filter *f = find(c);
    if (f == NULL && c->code != RPC_SERVER) {
        return false;
    }
    c->code = 0;
    buf_clear(&c->message);
    json_put_bool(c->out, NULL, f != NULL);
    if (f != NULL) {
        f->is_over = true;
        drop_over(c->rpc);
    }
    return true;
}
