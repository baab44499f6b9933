// SPDX-License-Identifier: MIT
// Methods that read blocks, transactions and receipts.
#include "core/chain/build.h"
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/num/u256.h"
#include "node/rpc/priv.h"

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

// The header of the index-th uncle; false at the end.
static bool uncle_at(struct header *h, const struct stored_block *b, u64 index)
{
    struct block decoded;
    CHECK(block_decode(&decoded, buf_bytes(&b->wire)));
    bytes rest = decoded.uncles;
    for (u64 i = 0; rest.n > 0 && header_decode(h, &rest); i++) {
        if (i == index) {
            return true;
        }
    }
    return false;
}

static u64 uncle_count(const struct stored_block *b)
{
    struct header h;
    u64 n = 0;
    while (b != NULL && uncle_at(&h, b, n)) {
        n++;
    }
    return n;
}

bool rpc_eth_uncles_by_number(struct rpc_call *c)
{
    const struct stored_block *b;
    return find_by_number(c, &b) && put_count(c, b, uncle_count(b));
}

bool rpc_eth_uncles_by_hash(struct rpc_call *c)
{
    const struct stored_block *b;
    return find_by_hash(c, &b) && put_count(c, b, uncle_count(b));
}

static bool put_uncle(struct rpc_call *c, const struct stored_block *b)
{
    json_value v;
    u64 index;
    struct stored_block uncle = {.total_difficulty = u256_zero()};
    if (!rpc_param(c, &v, 1) || !rpc_value_u64(c, &index, &v)) {
        return false;
    }
    if (b == NULL || !uncle_at(&uncle.header, b, index)) {
        json_put_null(c->out, NULL);
        return true;
    }
    block_encode(&uncle.wire, &uncle.header, BYTES_NONE, BYTES_NONE);
    rpc_put_block(c->out, NULL, &uncle, false);
    buf_fini(&uncle.wire);
    return true;
}

bool rpc_eth_uncle_by_number(struct rpc_call *c)
{
    const struct stored_block *b;
    return find_by_number(c, &b) && put_uncle(c, b);
}

bool rpc_eth_uncle_by_hash(struct rpc_call *c)
{
    const struct stored_block *b;
    return find_by_hash(c, &b) && put_uncle(c, b);
}

static bool put_header(struct rpc_call *c, const struct stored_block *b)
{
    if (b == NULL) {
        json_put_null(c->out, NULL);
    } else {
        rpc_put_header(c->out, b);
    }
    return true;
}

bool rpc_eth_get_header_by_number(struct rpc_call *c)
{
    const struct stored_block *b;
    return find_by_number(c, &b) && put_header(c, b);
}

bool rpc_eth_get_header_by_hash(struct rpc_call *c)
{
    const struct stored_block *b;
    return find_by_hash(c, &b) && put_header(c, b);
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

static bool put_raw_at(struct rpc_call *c, const struct stored_block *b)
{
    json_value v;
    u64 index;
    if (!rpc_param(c, &v, 1) || !rpc_value_u64(c, &index, &v)) {
        return false;
    }
    if (b == NULL || index >= b->count) {
        json_put_null(c->out, NULL);
    } else {
        json_put_data(c->out, NULL, b->transactions[index].raw.p, b->transactions[index].raw.n);
    }
    return true;
}

bool rpc_eth_raw_by_number(struct rpc_call *c)
{
    const struct stored_block *b;
    return find_by_number(c, &b) && put_raw_at(c, b);
}

bool rpc_eth_raw_by_block_hash(struct rpc_call *c)
{
    const struct stored_block *b;
    return find_by_hash(c, &b) && put_raw_at(c, b);
}

bool rpc_eth_raw_by_hash(struct rpc_call *c)
{
    json_value v;
    b256 hash;
    usize index;
    if (!rpc_param(c, &v, 0) || !rpc_value_b256(c, &hash, &v)) {
        return false;
    }
    const struct stored_block *b = blocks_of_transaction(node_blocks(c->node), &hash, &index);
    const struct pooled *waiting = pool_by_hash(node_pool(c->node), &hash);
    if (b == NULL && waiting == NULL) {
        json_put_null(c->out, NULL);
        return true;
    }
    bytes raw = b != NULL ? b->transactions[index].raw : buf_bytes(&waiting->raw);
    json_put_data(c->out, NULL, raw.p, raw.n);
    return true;
}

// The block in which an account's nonce went above `nonce`: the first after whose state it is so.
static const struct stored_block *block_of_nonce(struct rpc_call *c, const address *a, u64 nonce)
{
    const struct blocks *blocks = node_blocks(c->node);
    u64 low = node_oldest_state(c->node); // whose nonce is not above, or nothing is known
    u64 high = blocks_last(blocks)->header.number;
    const struct stored_block *found = NULL;
    while (low <= high) {
        struct node_view v;
        u64 middle = low + (high - low) / 2;
        const struct stored_block *b = blocks_at(blocks, middle);
        bool above = b != NULL && node_view_open(&v, c->node, b) == FAULT_NONE &&
                     account_nonce(state_account(v.state, a)) > nonce;
        if (b != NULL) {
            node_view_close(&v);
        }
        if (above) {
            found = b;
        }
        if (above && middle == 0) {
            break;
        }
        high = above ? middle - 1 : high;
        low = above ? low : middle + 1;
    }
    return found;
}

bool rpc_find_by_nonce(struct rpc_call *c, const address *a, u64 nonce,
                       const struct stored_block **b, usize *index)
{
    *b = block_of_nonce(c, a, nonce);
    for (usize i = 0; *b != NULL && i < (*b)->count; i++) {
        struct transaction t = {.nonce = 0};
        const struct stored_transaction *s = &(*b)->transactions[i];
        bool same = address_equal(&s->sender, a) &&
                    transaction_decode(&t, s->raw) == VERDICT_VALID && t.nonce == nonce;
        transaction_fini(&t);
        if (same) {
            *index = i;
            return true;
        }
    }
    return false;
}

bool rpc_eth_transaction_by_nonce(struct rpc_call *c)
{
    json_value v;
    address a;
    u64 nonce;
    usize index;
    const struct stored_block *b;
    if (!rpc_param(c, &v, 0) || !rpc_value_address(c, &a, &v) || !rpc_param(c, &v, 1) ||
        !rpc_value_loose(c, &nonce, &v)) {
        return false;
    }
    struct pool_queue q = pool_queue_of(node_pool(c->node), &a);
    for (u32 i = 0; i < q.count; i++) {
        if (q.t[i]->t.nonce == nonce) {
            rpc_put_waiting(c->out, q.t[i]);
            return true;
        }
    }
    if (rpc_find_by_nonce(c, &a, nonce, &b, &index)) {
        rpc_put_transaction(c->out, b, index);
    } else {
        json_put_null(c->out, NULL);
    }
    return true;
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
