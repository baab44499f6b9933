// SPDX-License-Identifier: MIT
// eth_subscribe: what happens is sent at once to who asked by WebSocket or local socket.
#include <string.h>

#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/os/random.h"
#include "node/rpc/priv.h"

#define SUBSCRIPTIONS_MAX 64u // of one peer

enum subscription_kind {
    SUBSCRIBE_HEADS,
    SUBSCRIBE_LOGS,
    SUBSCRIBE_PENDING,
    SUBSCRIBE_WHOLE_PENDING,
    SUBSCRIBE_SYNCING,
};

struct rpc_subscription {
    u64 id;
    enum subscription_kind kind;
    struct net_peer *peer;
    struct rpc_log_filter logs;
    struct rpc_subscription *next;
};

static void drop(struct rpc *r, struct rpc_subscription **at)
{
    (void)r;
    struct rpc_subscription *s = *at;
    *at = s->next;
    rpc_log_filter_fini(&s->logs);
    mem_free(s);
}

void rpc_subscriptions_drop(struct rpc *r, const struct net_peer *p)
{
    for (struct rpc_subscription **at = &r->subscriptions; *at != NULL;) {
        if (p == NULL || (*at)->peer == p) {
            drop(r, at);
        } else {
            at = &(*at)->next;
        }
    }
}

// ---- what happens

// A notification up to its result, which is put by the caller.
static void begin(struct json_writer *w, struct buf *out, const struct rpc_subscription *s)
{
    buf_clear(out);
    buf_printf(out,
               "{\"jsonrpc\":\"2.0\",\"method\":\"eth_subscription\",\"params\":"
               "{\"subscription\":\"0x%llx\",\"result\":",
               (unsigned long long)s->id);
    json_write_init(w, out, 0);
}

static void finish(struct buf *out, const struct rpc_subscription *s)
{
    buf_put_text(out, "}}");
    net_send(s->peer, buf_bytes(out));
}

static void tell_logs(const struct rpc_subscription *s, struct buf *out,
                      const struct stored_block *b, bool is_removed)
{
    for (usize t = 0; t < b->count; t++) {
        const struct stored_transaction *x = &b->transactions[t];
        for (usize i = x->first_log; i < x->first_log + x->log_count; i++) {
            if (node_log_matches(&s->logs.of, &b->logs[i])) {
                struct json_writer w;
                struct rpc_log_place at = {b, t, i, is_removed};
                begin(&w, out, s);
                rpc_put_log(&w, &at);
                finish(out, s);
            }
        }
    }
}

static void tell_pending(struct rpc *r, const struct rpc_subscription *s, struct buf *out,
                         const b256 *hash)
{
    struct json_writer w;
    usize index;
    const struct pooled *waiting = pool_by_hash(node_pool(r->node), hash);
    begin(&w, out, s);
    if (s->kind == SUBSCRIBE_PENDING) {
        json_put_b256(&w, NULL, hash);
    } else if (waiting != NULL) {
        rpc_put_waiting(&w, waiting);
    } else {
        const struct stored_block *b = blocks_of_transaction(node_blocks(r->node), hash, &index);
        if (b == NULL) {
            return;
        }
        rpc_put_transaction(&w, b, index);
    }
    finish(out, s);
}

void rpc_subscriptions_event(struct rpc *r, const struct node_event *e)
{
    struct buf out = {0};
    bool is_block = e->kind == NODE_EVENT_BLOCK;
    for (struct rpc_subscription *s = r->subscriptions; s != NULL; s = s->next) {
        switch (s->kind) {
        case SUBSCRIBE_HEADS:
            if (is_block) {
                struct json_writer w;
                begin(&w, &out, s);
                rpc_put_header(&w, e->block);
                finish(&out, s);
            }
            break;
        case SUBSCRIBE_LOGS:
            if (is_block || e->kind == NODE_EVENT_REMOVED) {
                tell_logs(s, &out, e->block, !is_block);
            }
            break;
        case SUBSCRIBE_PENDING:
        case SUBSCRIBE_WHOLE_PENDING:
            if (e->kind == NODE_EVENT_PENDING) {
                tell_pending(r, s, &out, e->hash);
            }
            break;
        case SUBSCRIBE_SYNCING: // a node without peers is never behind
            break;
        }
    }
    buf_fini(&out);
}

// ---- methods

static bool read_kind(struct rpc_call *c, struct rpc_subscription *s)
{
    static const char *const NAMES[] = {"newHeads", "logs", "newPendingTransactions", NULL,
                                        "syncing"};
    json_value v;
    const char *text = "";
    usize n = 0;
    if (!rpc_param(c, &v, 0)) {
        return false;
    }
    if (json_get_text(&text, &n, &v) != FAULT_NONE) {
        return rpc_fail_json(c, &v);
    }
    for (u32 i = 0; i < COUNT_OF(NAMES); i++) {
        if (NAMES[i] != NULL && strcmp(text, NAMES[i]) == 0) {
            s->kind = (enum subscription_kind)i;
            return true;
        }
    }
    return rpc_fail(c, RPC_PARAMS, "no \"%.*s\" subscription in eth namespace",
                    (int)(n < 80 ? n : 80), text);
}

static bool read_details(struct rpc_call *c, struct rpc_subscription *s)
{
    if (!rpc_has_param(c, 1)) {
        return true;
    }
    json_value v = json_element(&c->params, 1);
    if (s->kind == SUBSCRIBE_LOGS) {
        return rpc_read_log_filter(c, &s->logs, &v, true);
    }
    if (s->kind == SUBSCRIBE_PENDING) {
        bool whole;
        if (json_get_bool(&whole, &v) != FAULT_NONE) {
            return rpc_fail_json(c, &v);
        }
        s->kind = whole ? SUBSCRIBE_WHOLE_PENDING : SUBSCRIBE_PENDING;
    }
    return true;
}

static u32 count_of(const struct rpc *r, const struct net_peer *p)
{
    u32 n = 0;
    for (const struct rpc_subscription *s = r->subscriptions; s != NULL; s = s->next) {
        n += s->peer == p;
    }
    return n;
}

bool rpc_eth_subscribe(struct rpc_call *c)
{
    if (c->peer == NULL) {
        return rpc_fail(c, RPC_NO_METHOD,
                        "notifications not supported: subscribe by WebSocket or local socket");
    }
    if (count_of(c->rpc, c->peer) >= SUBSCRIPTIONS_MAX) {
        return rpc_fail(c, RPC_LIMIT, "this connection has %u subscriptions already",
                        SUBSCRIPTIONS_MAX);
    }
    struct rpc_subscription *s = mem_zalloc(sizeof *s);
    s->peer = c->peer;
    if (!read_kind(c, s) || !read_details(c, s)) {
        rpc_log_filter_fini(&s->logs);
        mem_free(s);
        return false;
    }
    s->id = os_random_u64();
    s->next = c->rpc->subscriptions;
    c->rpc->subscriptions = s;
    json_put_quantity_u64(c->out, NULL, s->id);
    return true;
}

bool rpc_eth_unsubscribe(struct rpc_call *c)
{
    json_value v;
    u64 id;
    if (!rpc_param(c, &v, 0) || !rpc_value_u64(c, &id, &v)) {
        return false;
    }
    for (struct rpc_subscription **at = &c->rpc->subscriptions; *at != NULL; at = &(*at)->next) {
        if ((*at)->id == id && (*at)->peer == c->peer) {
            drop(c->rpc, at);
            json_put_bool(c->out, NULL, true);
            return true;
        }
    }
    return rpc_fail(c, RPC_SERVER, "subscription not found");
}
