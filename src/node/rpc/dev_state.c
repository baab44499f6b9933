// SPDX-License-Identifier: MIT
// Methods for development that change accounts, the pool or the whole state, and those that tell
// about the node as development tools expect it.
#include "lib/base/bytes.h"
#include "lib/base/fork.h"
#include "lib/num/u256.h"
#include "node/rpc/priv.h"

static bool done(struct rpc_call *c)
{
    json_put_null(c->out, NULL);
    return true;
}

static bool done_true(struct rpc_call *c)
{
    json_put_bool(c->out, NULL, true);
    return true;
}

static bool read_address(struct rpc_call *c, address *a)
{
    json_value v;
    return rpc_param(c, &v, 0) && rpc_value_address(c, a, &v);
}

static bool read_word(struct rpc_call *c, u256 *out, usize i)
{
    json_value v;
    return rpc_param(c, &v, i) && (json_get_u256(out, &v) == FAULT_NONE || rpc_fail_json(c, &v));
}

static bool set(struct rpc_call *c, const struct node_override *o)
{
    enum fault f = node_set_account(c->node, o);
    return f == FAULT_NONE ? done_true(c) : rpc_fail_fault(c, f);
}

bool rpc_dev_set_balance(struct rpc_call *c)
{
    struct node_override o = {.has_balance = true};
    return read_address(c, &o.at) && read_word(c, &o.balance, 1) && set(c, &o);
}

bool rpc_dev_add_balance(struct rpc_call *c)
{
    struct node_override o = {.has_balance = true};
    struct node_view v;
    u256 more;
    if (!read_address(c, &o.at) || !read_word(c, &more, 1)) {
        return false;
    }
    (void)node_view_open(&v, c->node, blocks_last(node_blocks(c->node)));
    u256 before = *account_balance(state_account(v.state, &o.at));
    node_view_close(&v);
    bool carry = false;
    o.balance = u256_add_carry(&carry, before, more);
    return !carry ? set(c, &o) : rpc_fail(c, RPC_PARAMS, "params[1]: the sum exceeds 2^256");
}

bool rpc_dev_set_nonce(struct rpc_call *c)
{
    struct node_override o = {.has_nonce = true};
    json_value v;
    return read_address(c, &o.at) && rpc_param(c, &v, 1) && rpc_value_loose(c, &o.nonce, &v) &&
           set(c, &o);
}

bool rpc_dev_set_code(struct rpc_call *c)
{
    struct node_override o = {.has_code = true};
    json_value v;
    struct buf code = {0};
    bool ok = read_address(c, &o.at) && rpc_param(c, &v, 1) && rpc_value_data(c, &code, &v);
    o.code = buf_bytes(&code);
    ok = ok && set(c, &o);
    buf_fini(&code);
    return ok;
}

bool rpc_dev_set_storage_at(struct rpc_call *c)
{
    struct node_slot slot;
    struct node_override o = {.slots = &slot, .slot_count = 1};
    return read_address(c, &o.at) && read_word(c, &slot.key, 1) && read_word(c, &slot.value, 2) &&
           set(c, &o);
}

// ---- blobs, as long as they are kept

static bool read_hash(struct rpc_call *c, b256 *hash)
{
    json_value v;
    return rpc_param(c, &v, 0) && rpc_value_b256(c, hash, &v);
}

bool rpc_dev_get_blob(struct rpc_call *c)
{
    b256 hash;
    u32 index = 0;
    if (!read_hash(c, &hash)) {
        return false;
    }
    const struct sidecar *s = pool_with_blob(node_pool(c->node), &hash, &index);
    if (s == NULL) {
        return done(c);
    }
    bytes blob = sidecar_blob(s, index);
    json_put_data(c->out, NULL, blob.p, blob.n);
    return true;
}

bool rpc_dev_get_blobs_of(struct rpc_call *c)
{
    b256 hash;
    if (!read_hash(c, &hash)) {
        return false;
    }
    const struct sidecar *s = pool_blobs_of(node_pool(c->node), &hash);
    if (s == NULL) {
        return done(c);
    }
    json_begin_list(c->out, NULL);
    for (u32 i = 0; i < s->count; i++) {
        bytes blob = sidecar_blob(s, i);
        json_put_data(c->out, NULL, blob.p, blob.n);
    }
    json_end(c->out);
    return true;
}

// ---- impersonation

bool rpc_dev_impersonate(struct rpc_call *c)
{
    address a;
    if (!read_address(c, &a)) {
        return false;
    }
    node_impersonate(c->node, &a, true);
    return done(c);
}

bool rpc_dev_stop_impersonating(struct rpc_call *c)
{
    address a;
    if (!read_address(c, &a)) {
        return false;
    }
    node_impersonate(c->node, &a, false);
    return done(c);
}

bool rpc_dev_auto_impersonate(struct rpc_call *c)
{
    json_value v;
    bool on;
    if (!rpc_param(c, &v, 0)) {
        return false;
    }
    if (json_get_bool(&on, &v) != FAULT_NONE) {
        return rpc_fail_json(c, &v);
    }
    node_impersonate_all(c->node, on);
    return done(c);
}

// ---- the pool

bool rpc_dev_drop_transaction(struct rpc_call *c)
{
    json_value v;
    b256 hash;
    if (!rpc_param(c, &v, 0) || !rpc_value_b256(c, &hash, &v)) {
        return false;
    }
    bool was_there = pool_by_hash(node_pool(c->node), &hash) != NULL;
    pool_drop(node_pool_changeable(c->node), &hash);
    if (was_there) {
        json_put_b256(c->out, NULL, &hash);
    } else {
        json_put_null(c->out, NULL);
    }
    return true;
}

bool rpc_dev_drop_all(struct rpc_call *c)
{
    pool_clear(node_pool_changeable(c->node));
    return done(c);
}

bool rpc_admin_clear_txpool(struct rpc_call *c)
{
    json_put_number(c->out, NULL, pool_count(node_pool(c->node)));
    pool_clear(node_pool_changeable(c->node));
    return true;
}

bool rpc_dev_remove_pool_transactions(struct rpc_call *c)
{
    address a;
    if (!read_address(c, &a)) {
        return false;
    }
    pool_drop_below(node_pool_changeable(c->node), &a, ~(u64)0);
    return done(c);
}

// ---- the whole state

bool rpc_dev_dump_state(struct rpc_call *c)
{
    struct buf text = {0};
    enum fault f = node_dump(c->node, &text);
    if (f == FAULT_NONE) {
        json_put_data(c->out, NULL, text.p, text.n);
    }
    buf_fini(&text);
    return f == FAULT_NONE || rpc_fail_fault(c, f);
}

bool rpc_dev_load_state(struct rpc_call *c)
{
    json_value v;
    struct buf text = {0};
    struct buf why = {0};
    bool ok = rpc_param(c, &v, 0) && rpc_value_data(c, &text, &v);
    if (ok) {
        enum fault f = node_load(c->node, buf_bytes(&text), &why);
        ok = f == FAULT_NONE ? done_true(c)
             : why.n > 0     ? rpc_fail(c, RPC_PARAMS, "%.*s", (int)why.n, (const char *)why.p)
                             : rpc_fail_fault(c, f);
    }
    buf_fini(&text);
    buf_fini(&why);
    return ok;
}

// ---- the chain's id, the log

bool rpc_anvil_set_chain_id(struct rpc_call *c)
{
    u256 id;
    if (!read_word(c, &id, 0)) {
        return false;
    }
    if (u256_is_zero(id) || !u256_fits_u64(id)) {
        return rpc_fail(c, RPC_PARAMS, "params[0]: a chain's id is from 1 to 2^64 - 1");
    }
    if (node_datadir(c->node) != NULL) {
        return rpc_fail(c, RPC_SERVER, "a chain on disk keeps its id");
    }
    if (blocks_last(node_blocks(c->node))->header.number > 0) {
        return rpc_fail(c, RPC_SERVER,
                        "the chain has blocks with transactions of its id: set another one before "
                        "the first block, or after anvil_reset");
    }
    return node_set_chain_id(c->node, &id)
               ? done(c)
               : rpc_fail(c, RPC_SERVER, "calls are under way that see the id: try again");
}

bool rpc_dev_set_logging(struct rpc_call *c)
{
    json_value v;
    bool on;
    const struct rpc_options *o = &c->rpc->options;
    if (!rpc_param(c, &v, 0)) {
        return false;
    }
    if (json_get_bool(&on, &v) != FAULT_NONE) {
        return rpc_fail_json(c, &v);
    }
    if (o->set_logging == NULL) {
        return rpc_fail(c, RPC_SERVER, "this server has no log");
    }
    o->set_logging(o->log, on);
    return done(c);
}

// ---- about the node

bool rpc_admin_datadir(struct rpc_call *c)
{
    const char *folder = node_datadir(c->node);
    json_put_text(c->out, NULL, folder != NULL ? folder : "");
    return true;
}

bool rpc_dev_genesis_time(struct rpc_call *c)
{
    json_put_number(c->out, NULL, blocks_at(node_blocks(c->node), 0)->header.timestamp);
    return true;
}

bool rpc_dev_node_info(struct rpc_call *c)
{
    struct json_writer *w = c->out;
    const struct header *h = &blocks_last(node_blocks(c->node))->header;
    u256 price = u256_add(node_next_base_fee(c->node), u256_from_u64(RPC_TIP));
    json_begin_object(w, NULL);
    json_put_quantity_u64(w, "currentBlockNumber", h->number);
    json_put_number(w, "currentBlockTimestamp", h->timestamp);
    json_put_b256(w, "currentBlockHash", &h->hash);
    json_put_text(w, "hardFork", fork_name(node_rules_of(c->node, h).fork));
    json_put_text(w, "transactionOrder", "fees");
    json_begin_object(w, "environment");
    json_put_quantity(w, "baseFee", node_next_base_fee(c->node));
    json_put_whole(w, "chainId", node_schedule(c->node)->chain_id);
    json_put_quantity_u64(w, "gasLimit", h->gas_limit);
    json_put_quantity(w, "gasPrice", price);
    json_end(w);
    json_begin_object(w, "forkConfig");
    json_put_null(w, "forkUrl");
    json_put_null(w, "forkBlockNumber");
    json_put_null(w, "forkRetryBackoff");
    json_end(w);
    json_end(w);
    return true;
}

bool rpc_dev_metadata(struct rpc_call *c)
{
    struct json_writer *w = c->out;
    const struct header *h = &blocks_last(node_blocks(c->node))->header;
    json_begin_object(w, NULL);
    json_put_text(w, "clientVersion", "hybrid-node/v" HYBRID_VERSION);
    json_put_whole(w, "chainId", node_schedule(c->node)->chain_id);
    json_put_b256(w, "instanceId", &c->rpc->instance);
    json_put_number(w, "latestBlockNumber", h->number);
    json_put_b256(w, "latestBlockHash", &h->hash);
    json_put_null(w, "forkedNetwork");
    json_begin_object(w, "snapshots");
    json_end(w);
    json_end(w);
    return true;
}
