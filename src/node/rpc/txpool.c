// SPDX-License-Identifier: MIT
// Methods about the pool. Pending is what can go into the next block: nonces without gaps from that
// of the account on.
#include "core/eth/checksum.h"
#include "lib/base/bytes.h"
#include "lib/codec/decimal.h"
#include "lib/num/u256.h"
#include "node/rpc/priv.h"

static u64 nonce_of(struct rpc_call *c, const address *a)
{
    struct node_view v;
    (void)node_view_open(&v, c->node, blocks_last(node_blocks(c->node)));
    u64 nonce = account_nonce(state_account(v.state, a));
    node_view_close(&v);
    return nonce;
}

// Index behind those of a queue that are pending.
static u32 pending_count(struct rpc_call *c, const struct pool_queue *q)
{
    u64 next = nonce_of(c, &q->sender);
    u32 i = 0;
    while (i < q->count && q->t[i]->t.nonce == next) {
        next++;
        i++;
    }
    return i;
}

static void put_summary(struct json_writer *w, const char *name, const struct pooled *t)
{
    struct buf text = {0};
    if (t->t.is_create) {
        buf_put_text(&text, "contract creation");
    } else {
        address_put_checksum(&text, &t->t.to);
    }
    buf_put_text(&text, ": ");
    decimal_put(&text, t->t.value);
    buf_printf(&text, " wei + %llu gas \xc3\x97 ", (unsigned long long)t->t.gas_limit);
    decimal_put(&text, t->t.max_fee);
    buf_put_text(&text, " wei");
    json_put_text_bytes(w, name, buf_bytes(&text));
    buf_fini(&text);
}

static void put_queue(struct json_writer *w, const struct pool_queue *q, u32 from, u32 to,
                      bool is_summary)
{
    for (u32 i = from; i < to; i++) {
        char name[24];
        rpc_nonce_name(name, q->t[i]->t.nonce);
        if (is_summary) {
            put_summary(w, name, q->t[i]);
        } else {
            rpc_put_waiting_as(w, name, q->t[i]);
        }
    }
}

static void put_part(struct rpc_call *c, const char *name, bool is_queued, bool is_summary)
{
    const struct pool *p = node_pool(c->node);
    json_begin_object(c->out, name);
    for (u32 i = 0; i < pool_sender_count(p); i++) {
        struct pool_queue q = pool_queue_at(p, i);
        u32 border = pending_count(c, &q);
        u32 from = is_queued ? border : 0;
        u32 to = is_queued ? q.count : border;
        if (from == to) {
            continue;
        }
        struct buf sender = {0};
        address_put_checksum(&sender, &q.sender);
        buf_put_u8(&sender, 0);
        json_begin_object(c->out, (const char *)sender.p);
        put_queue(c->out, &q, from, to, is_summary);
        json_end(c->out);
        buf_fini(&sender);
    }
    json_end(c->out);
}

static bool put_content(struct rpc_call *c, bool is_summary)
{
    json_begin_object(c->out, NULL);
    put_part(c, "pending", false, is_summary);
    put_part(c, "queued", true, is_summary);
    json_end(c->out);
    return true;
}

bool rpc_txpool_content(struct rpc_call *c)
{
    return put_content(c, false);
}

bool rpc_txpool_inspect(struct rpc_call *c)
{
    return put_content(c, true);
}

bool rpc_txpool_content_from(struct rpc_call *c)
{
    json_value v;
    address at;
    if (!rpc_param(c, &v, 0) || !rpc_value_address(c, &at, &v)) {
        return false;
    }
    struct pool_queue q = pool_queue_of(node_pool(c->node), &at);
    u32 border = pending_count(c, &q);
    json_begin_object(c->out, NULL);
    json_begin_object(c->out, "pending");
    put_queue(c->out, &q, 0, border, false);
    json_end(c->out);
    json_begin_object(c->out, "queued");
    put_queue(c->out, &q, border, q.count, false);
    json_end(c->out);
    json_end(c->out);
    return true;
}

bool rpc_txpool_status(struct rpc_call *c)
{
    const struct pool *p = node_pool(c->node);
    u64 pending = 0;
    for (u32 i = 0; i < pool_sender_count(p); i++) {
        struct pool_queue q = pool_queue_at(p, i);
        pending += pending_count(c, &q);
    }
    json_begin_object(c->out, NULL);
    json_put_quantity_u64(c->out, "pending", pending);
    json_put_quantity_u64(c->out, "queued", pool_count(p) - pending);
    json_end(c->out);
    return true;
}

bool rpc_eth_pending_transactions(struct rpc_call *c)
{
    const struct pool *p = node_pool(c->node);
    json_begin_list(c->out, NULL);
    for (u32 i = 0; i < pool_count(p); i++) {
        rpc_put_waiting(c->out, pool_at(p, i));
    }
    json_end(c->out);
    return true;
}
