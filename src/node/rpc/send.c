// SPDX-License-Identifier: MIT
// Methods that take transactions: raw ones, and those that the node fills in and signs.
#include "lib/base/bytes.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/num/u256.h"
#include "node/rpc/priv.h"
#include "node/rpc/signer.h"

static bool answer_of(struct rpc_call *c, const struct node_answer *a)
{
    static const char *const POOL_TEXTS[] = {
        [POOL_TAKEN] = "",
        [POOL_KNOWN] = "already known",
        [POOL_UNDERPRICED] = "replacement transaction underpriced",
        [POOL_FULL] = "txpool is full: the fee is too low to take another's place",
        [POOL_SENDER_FULL] = "txpool holds too many transactions of this sender",
    };
    switch (a->refusal) {
    case REFUSAL_NONE:
        return true;
    case REFUSAL_VERDICT:
        return rpc_fail_verdict(c, a->verdict);
    case REFUSAL_POOL:
        return rpc_fail(c, RPC_SERVER, "%s", POOL_TEXTS[a->pool]);
    case REFUSAL_KNOWN:
        return rpc_fail(c, RPC_SERVER, "already known");
    case REFUSAL_SIDECAR:
        return rpc_fail(c, RPC_SERVER, "%s", sidecar_text(SIDECAR_NONE));
    case REFUSAL_BLOCK:
        return rpc_fail(c, RPC_SERVER, "no valid block can be made with it: %s",
                        block_verdict_text(a->block));
    }
    return false;
}

// Checks the sidecar of a transaction with blobs and keeps it; owns it.
static bool keep_sidecar(struct rpc_call *c, struct sidecar *s, bytes raw)
{
    struct transaction t = {.nonce = 0};
    b256 hash;
    enum sidecar_answer a = SIDECAR_GOOD;
    bool ok = transaction_decode(&t, raw) == VERDICT_VALID;
    if (ok) {
        a = s == NULL ? SIDECAR_NONE : sidecar_check(s, &t);
        keccak256(&hash, raw.p, raw.n);
        ok = a == SIDECAR_GOOD;
    }
    transaction_fini(&t);
    if (!ok) {
        sidecar_free(s);
        return a == SIDECAR_GOOD ? rpc_fail_verdict(c, VERDICT_RLP_INVALID)
                                 : rpc_fail(c, RPC_SERVER, "%s", sidecar_text(a));
    }
    pool_keep_blobs(node_pool_changeable(c->node), &hash, s);
    return true;
}

static bool submit(struct rpc_call *c, bytes wire, b256 *hash)
{
    struct node_answer a;
    struct buf raw = {0};
    struct sidecar *s;
    enum sidecar_answer form = sidecar_split(&raw, &s, wire);
    bool has_blobs = raw.n > 0 && raw.p[0] == TX_BLOB;
    bool ok = form != SIDECAR_MALFORMED || rpc_fail(c, RPC_SERVER, "%s", sidecar_text(form));
    ok = ok && (!has_blobs || keep_sidecar(c, s, buf_bytes(&raw)));
    if (ok) {
        enum fault f = has_blobs ? node_submit_blobs(c->node, buf_bytes(&raw), &a)
                                 : node_submit(c->node, buf_bytes(&raw), &a);
        ok = f == FAULT_NONE ? answer_of(c, &a) : rpc_fail_fault(c, f);
        keccak256(hash, raw.p, raw.n);
        if (!ok && has_blobs && pool_by_hash(node_pool(c->node), hash) == NULL) {
            pool_drop_blobs(node_pool_changeable(c->node), hash);
        }
    }
    buf_fini(&raw);
    return ok;
}

static bool submit_param(struct rpc_call *c, b256 *hash)
{
    json_value v;
    struct buf raw = {0};
    bool ok =
        rpc_param(c, &v, 0) && rpc_value_data(c, &raw, &v) && submit(c, buf_bytes(&raw), hash);
    buf_fini(&raw);
    return ok;
}

bool rpc_eth_send_raw_transaction(struct rpc_call *c)
{
    b256 hash;
    if (!submit_param(c, &hash)) {
        return false;
    }
    json_put_b256(c->out, NULL, &hash);
    return true;
}

// EIP-7966. This node does not wait: what is not in a block at once is an error that says so.
static bool put_receipt_of(struct rpc_call *c, const b256 *hash)
{
    usize index;
    const struct stored_block *b = blocks_of_transaction(node_blocks(c->node), hash, &index);
    if (b == NULL) {
        c->has_data = true;
        buf_put(&c->data, hash->b, sizeof hash->b);
        return rpc_fail(c, 4, "the transaction waits in the pool: no block has it yet");
    }
    rpc_put_receipt(c->out, c->node, b, index);
    return true;
}

bool rpc_eth_send_raw_transaction_sync(struct rpc_call *c)
{
    b256 hash;
    return submit_param(c, &hash) && put_receipt_of(c, &hash);
}

// ---- filling in

static u64 next_nonce(struct rpc_call *c, const address *from)
{
    struct node_view v;
    (void)node_view_open(&v, c->node, blocks_last(node_blocks(c->node)));
    u64 nonce = account_nonce(state_account(v.state, from));
    node_view_close(&v);
    return pool_next_nonce(node_pool(c->node), from, nonce);
}

static void fill_nonce_and_fees(struct rpc_call *c, struct rpc_call_object *o)
{
    struct transaction *t = &o->t;
    u256 base = node_next_base_fee(c->node);
    if (!o->has_nonce) {
        t->nonce = next_nonce(c, &o->from);
    }
    if (t->type == TX_BLOB && !o->has_blob_fee) {
        u256 price = rpc_next_blob_base_fee(c->node);
        t->max_blob_fee = u256_add(price, price);
    }
    if (o->has_gas_price) {
        return;
    }
    if (!o->has_priority) {
        t->max_priority = u256_from_u64(RPC_TIP);
        bool above = o->has_max_fee && u256_lt(t->max_fee, t->max_priority);
        t->max_priority = above ? t->max_fee : t->max_priority;
    }
    if (!o->has_max_fee) {
        t->max_fee = u256_add(u256_add(base, base), t->max_priority);
    }
}

// Without a limit of its own it gets the estimate.
static bool fill_gas(struct rpc_call *c, struct rpc_call_object *o)
{
    if (o->has_gas) {
        return true;
    }
    const struct stored_block *last = blocks_last(node_blocks(c->node));
    o->t.gas_limit = last->header.gas_limit;
    struct node_call call = {.at = last, .t = o->t, .from = o->from, .has_fee = true};
    return rpc_estimate(c, &call, &o->t.gas_limit);
}

static bool read_and_fill(struct rpc_call *c, struct rpc_call_object *o)
{
    json_value v;
    if (!rpc_param(c, &v, 0) || !rpc_read_call_object(c, o, &v)) {
        return false;
    }
    if (!o->has_from) {
        return rpc_fail(c, RPC_PARAMS, "params[0]: member \"from\" is missing");
    }
    fill_nonce_and_fees(c, o);
    return fill_gas(c, o);
}

static bool find_key(struct rpc_call *c, const struct rpc_call_object *o, b256 *key)
{
    return signer_key(c->node, &o->from, key) ||
           rpc_fail(c, RPC_SERVER,
                    "unknown account: the node signs for the development accounts only");
}

static bool send_as(struct rpc_call *c, const struct rpc_call_object *o, b256 *hash)
{
    struct node_answer a;
    enum fault f = node_submit_as(c->node, &o->t, &o->from, &a);
    *hash = a.hash;
    return f == FAULT_NONE ? answer_of(c, &a) : rpc_fail_fault(c, f);
}

static bool send_signed(struct rpc_call *c, struct rpc_call_object *o, b256 *hash)
{
    b256 key;
    struct buf raw = {0};
    bool ok = find_key(c, o, &key) &&
              (transaction_sign(&o->t, &key) || rpc_fail(c, RPC_INTERNAL, "cannot sign"));
    if (ok) {
        transaction_encode(&raw, &o->t);
        ok = submit(c, buf_bytes(&raw), hash);
    }
    buf_fini(&raw);
    return ok;
}

static bool send(struct rpc_call *c, struct rpc_call_object *o, b256 *hash)
{
    return node_is_impersonated(c->node, &o->from) ? send_as(c, o, hash) : send_signed(c, o, hash);
}

static bool send_param(struct rpc_call *c, b256 *hash)
{
    struct rpc_call_object o = {.has_from = false};
    bool ok = read_and_fill(c, &o) && send(c, &o, hash);
    rpc_call_object_fini(&o);
    return ok;
}

bool rpc_eth_send_transaction(struct rpc_call *c)
{
    b256 hash;
    if (!send_param(c, &hash)) {
        return false;
    }
    json_put_b256(c->out, NULL, &hash);
    return true;
}

bool rpc_eth_send_transaction_sync(struct rpc_call *c)
{
    b256 hash;
    return send_param(c, &hash) && put_receipt_of(c, &hash);
}

// ---- eth_resend: (transaction, price of gas, gas limit)

// Whether it is the one that waits: what it does is the same, whatever is paid for it.
static bool is_same_call(const struct transaction *a, const struct transaction *b)
{
    return a->is_create == b->is_create && (a->is_create || address_equal(&a->to, &b->to)) &&
           u256_eq(a->value, b->value) && a->data.n == b->data.n &&
           equal_bytes(a->data.p, b->data.p, a->data.n);
}

static bool find_waiting(struct rpc_call *c, const struct rpc_call_object *o)
{
    if (!o->has_nonce) {
        return rpc_fail(c, RPC_PARAMS, "params[0]: member \"nonce\" is missing");
    }
    struct pool_queue q = pool_queue_of(node_pool(c->node), &o->from);
    for (u32 i = 0; i < q.count; i++) {
        if (q.t[i]->t.nonce == o->t.nonce && is_same_call(&q.t[i]->t, &o->t)) {
            return true;
        }
    }
    return rpc_fail(c, RPC_SERVER, "no such transaction of this nonce waits");
}

static bool read_new_price(struct rpc_call *c, struct rpc_call_object *o)
{
    json_value v;
    u256 price;
    if (rpc_has_param(c, 1)) {
        if (!rpc_param(c, &v, 1) || !rpc_value_u256(c, &price, &v)) {
            return false;
        }
        if (!u256_is_zero(price)) {
            o->t.max_fee = o->t.max_priority = price; // of a legacy one both are its price
        }
    }
    u64 limit = 0;
    if (rpc_has_param(c, 2) && (!rpc_param(c, &v, 2) || !rpc_value_u64(c, &limit, &v))) {
        return false;
    }
    o->t.gas_limit = limit > 0 ? limit : o->t.gas_limit;
    return true;
}

// The same again for another price: the pool takes it if it pays enough more.
bool rpc_eth_resend(struct rpc_call *c)
{
    struct rpc_call_object o = {.has_from = false};
    b256 hash;
    bool ok =
        read_and_fill(c, &o) && find_waiting(c, &o) && read_new_price(c, &o) && send(c, &o, &hash);
    if (ok) {
        json_put_b256(c->out, NULL, &hash);
    }
    rpc_call_object_fini(&o);
    return ok;
}

// Whatever is given, as it would be sent: {raw, tx}.
static void put_filled(struct rpc_call *c, const struct rpc_call_object *o)
{
    struct buf raw = {0};
    struct pooled shown = {.t = o->t, .sender = o->from};
    transaction_encode(&raw, &o->t);
    keccak256(&shown.hash, raw.p, raw.n);
    json_begin_object(c->out, NULL);
    json_put_data(c->out, "raw", raw.p, raw.n);
    rpc_put_waiting_as(c->out, "tx", &shown);
    json_end(c->out);
    buf_fini(&raw);
}

bool rpc_eth_sign_transaction(struct rpc_call *c)
{
    struct rpc_call_object o = {.has_from = false};
    b256 key;
    bool ok = read_and_fill(c, &o) && find_key(c, &o, &key) &&
              (transaction_sign(&o.t, &key) || rpc_fail(c, RPC_INTERNAL, "cannot sign"));
    if (ok) {
        put_filled(c, &o);
    }
    rpc_call_object_fini(&o);
    return ok;
}

bool rpc_eth_fill_transaction(struct rpc_call *c)
{
    struct rpc_call_object o = {.has_from = false};
    bool ok = read_and_fill(c, &o);
    if (ok) {
        put_filled(c, &o);
    }
    rpc_call_object_fini(&o);
    return ok;
}
