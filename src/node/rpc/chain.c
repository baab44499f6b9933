// SPDX-License-Identifier: MIT
// Methods that read blocks, transactions and receipts, and the few that tell who the node is.
#include "lib/base/bytes.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/num/u256.h"
#include "node/rpc/priv.h"

#ifndef HYBRID_VERSION
#define HYBRID_VERSION "unknown"
#endif

bool rpc_true(struct rpc_call *c)
{
    json_put_bool(c->out, NULL, true);
    return true;
}

bool rpc_false(struct rpc_call *c)
{
    json_put_bool(c->out, NULL, false);
    return true;
}

bool rpc_eth_chain_id(struct rpc_call *c)
{
    json_put_quantity(c->out, NULL, node_schedule(c->node)->chain_id);
    return true;
}

bool rpc_net_version(struct rpc_call *c)
{
    struct buf text = {0};
    buf_printf(&text, "%llu",
               (unsigned long long)u256_to_u64_saturated(node_schedule(c->node)->chain_id));
    json_put_text_bytes(c->out, NULL, buf_bytes(&text));
    buf_fini(&text);
    return true;
}

bool rpc_net_peer_count(struct rpc_call *c)
{
    json_put_quantity_u64(c->out, NULL, 0);
    return true;
}

bool rpc_web3_client_version(struct rpc_call *c)
{
    json_put_text(c->out, NULL, "hybrid-node/v" HYBRID_VERSION);
    return true;
}

bool rpc_web3_sha3(struct rpc_call *c)
{
    json_value v;
    struct buf data = {0};
    b256 hash;
    bool ok = rpc_param(c, &v, 0) && rpc_value_data(c, &data, &v);
    if (ok) {
        keccak256(&hash, data.p, data.n);
        json_put_b256(c->out, NULL, &hash);
    }
    buf_fini(&data);
    return ok;
}

bool rpc_eth_block_number(struct rpc_call *c)
{
    json_put_quantity_u64(c->out, NULL, blocks_last(node_blocks(c->node))->header.number);
    return true;
}

// ---- blocks: what is not there is null, not an error

static bool find_by_number(struct rpc_call *c, const struct stored_block **out)
{
    json_value v;
    if (!rpc_param(c, &v, 0)) {
        return false;
    }
    *out = NULL;
    if (rpc_value_block(c, out, &v)) {
        return true;
    }
    if (c->code == RPC_SERVER) { // only well-formed ones that are not there
        c->code = 0;
        buf_clear(&c->message);
        *out = NULL;
        return true;
    }
    return false;
}

static bool find_by_hash(struct rpc_call *c, const struct stored_block **out)
{
    json_value v;
    b256 hash;
    if (!rpc_param(c, &v, 0) || !rpc_value_b256(c, &hash, &v)) {
        return false;
    }
    *out = blocks_by_hash(node_blocks(c->node), &hash);
    return true;
}

static bool put_block(struct rpc_call *c, const struct stored_block *b)
{
    bool whole = false;
    if (rpc_has_param(c, 1)) {
        json_value v = json_element(&c->params, 1);
        if (json_get_bool(&whole, &v) != FAULT_NONE) {
            return rpc_fail_json(c, &v);
        }
    }
    if (b == NULL) {
        json_put_null(c->out, NULL);
    } else {
        rpc_put_block(c->out, NULL, b, whole);
    }
    return true;
}

bool rpc_eth_get_block_by_number(struct rpc_call *c)
{
    const struct stored_block *b;
    return find_by_number(c, &b) && put_block(c, b);
}

bool rpc_eth_get_block_by_hash(struct rpc_call *c)
{
    const struct stored_block *b;
    return find_by_hash(c, &b) && put_block(c, b);
}

static bool put_count(struct rpc_call *c, const struct stored_block *b, u64 count)
{
    if (b == NULL) {
        json_put_null(c->out, NULL);
    } else {
        json_put_quantity_u64(c->out, NULL, count);
    }
    return true;
}

bool rpc_eth_count_by_number(struct rpc_call *c)
{
    const struct stored_block *b;
    return find_by_number(c, &b) && put_count(c, b, b == NULL ? 0 : b->count);
}

bool rpc_eth_count_by_hash(struct rpc_call *c)
{
    const struct stored_block *b;
    return find_by_hash(c, &b) && put_count(c, b, b == NULL ? 0 : b->count);
}

bool rpc_eth_uncles_by_number(struct rpc_call *c)
{
    const struct stored_block *b;
    return find_by_number(c, &b) && put_count(c, b, 0);
}

bool rpc_eth_uncles_by_hash(struct rpc_call *c)
{
    const struct stored_block *b;
    return find_by_hash(c, &b) && put_count(c, b, 0);
}

bool rpc_eth_get_block_receipts(struct rpc_call *c)
{
    const struct stored_block *b;
    if (!find_by_number(c, &b)) {
        return false;
    }
    if (b == NULL) {
        json_put_null(c->out, NULL);
        return true;
    }
    json_begin_list(c->out, NULL);
    for (usize i = 0; i < b->count; i++) {
        rpc_put_receipt(c->out, c->node, b, i);
    }
    json_end(c->out);
    return true;
}

// ---- transactions

static bool put_transaction_at(struct rpc_call *c, const struct stored_block *b)
{
    json_value v;
    u64 index;
    if (!rpc_param(c, &v, 1) || !rpc_value_u64(c, &index, &v)) {
        return false;
    }
    if (b == NULL || index >= b->count) {
        json_put_null(c->out, NULL);
    } else {
        rpc_put_transaction(c->out, b, index);
    }
    return true;
}

bool rpc_eth_transaction_by_number(struct rpc_call *c)
{
    const struct stored_block *b;
    return find_by_number(c, &b) && put_transaction_at(c, b);
}

bool rpc_eth_transaction_by_block_hash(struct rpc_call *c)
{
    const struct stored_block *b;
    return find_by_hash(c, &b) && put_transaction_at(c, b);
}

bool rpc_eth_transaction_by_hash(struct rpc_call *c)
{
    json_value v;
    b256 hash;
    usize index;
    if (!rpc_param(c, &v, 0) || !rpc_value_b256(c, &hash, &v)) {
        return false;
    }
    const struct stored_block *b = blocks_of_transaction(node_blocks(c->node), &hash, &index);
    const struct pooled *waiting = pool_by_hash(node_pool(c->node), &hash);
    if (b != NULL) {
        rpc_put_transaction(c->out, b, index);
    } else if (waiting != NULL) {
        rpc_put_waiting(c->out, waiting);
    } else {
        json_put_null(c->out, NULL);
    }
    return true;
}

bool rpc_eth_get_receipt(struct rpc_call *c)
{
    json_value v;
    b256 hash;
    usize index;
    if (!rpc_param(c, &v, 0) || !rpc_value_b256(c, &hash, &v)) {
        return false;
    }
    const struct stored_block *b = blocks_of_transaction(node_blocks(c->node), &hash, &index);
    if (b != NULL) {
        rpc_put_receipt(c->out, c->node, b, index);
    } else {
        json_put_null(c->out, NULL);
    }
    return true;
}
