// SPDX-License-Identifier: MIT
// Methods about fees.
#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/base/sort.h"
#include "lib/num/u256.h"
#include "node/rpc/priv.h"

#define HISTORY_MAX 1024u // blocks
#define PERCENTILES_MAX 100u
#define GAS_PER_BLOB 131072u // EIP-4844

bool rpc_eth_gas_price(struct rpc_call *c)
{
    json_put_quantity(c->out, NULL, u256_add(node_next_base_fee(c->node), u256_from_u64(RPC_TIP)));
    return true;
}

bool rpc_eth_max_priority_fee(struct rpc_call *c)
{
    json_put_quantity_u64(c->out, NULL, RPC_TIP);
    return true;
}

static u256 blob_price(const struct node *n, const struct header *h, u64 excess)
{
    struct block_rules r = node_rules_of(n, h);
    return r.blobs.max == 0 ? u256_zero() : blob_base_fee(excess, r.blobs.update_fraction);
}

u256 rpc_next_blob_base_fee(const struct node *n)
{
    return blob_price(n, &blocks_last(node_blocks(n))->header, node_next_excess_blob_gas(n));
}

bool rpc_eth_blob_base_fee(struct rpc_call *c)
{
    json_put_quantity(c->out, NULL, rpc_next_blob_base_fee(c->node));
    return true;
}

// ---- eth_feeHistory

struct tip {
    u256 wei;
    u64 gas;
};

static i32 compare_tips(const void *a, const void *b)
{
    return u256_cmp(((const struct tip *)a)->wei, ((const struct tip *)b)->wei);
}

struct history {
    u64 first, last;
    u64 percentile[PERCENTILES_MAX]; // millionths of percent
    usize percentiles;
};

// For each percentile the tip of the transaction at which that part of the block's gas is reached,
// tips ascending.
static void put_tips(struct rpc_call *c, const struct history *h, const struct stored_block *b)
{
    struct tip *tips = mem_alloc((b->count + 1) * sizeof *tips);
    for (usize i = 0; i < b->count; i++) {
        struct transaction t = {.nonce = 0};
        tips[i] = (struct tip){u256_zero(), b->transactions[i].gas_used};
        if (transaction_decode(&t, b->transactions[i].raw) == VERDICT_VALID) {
            tips[i].wei = u256_sub(rpc_effective_price(&t, &b->header), b->header.base_fee);
        }
        transaction_fini(&t);
    }
    sort_items(tips, b->count, sizeof *tips, compare_tips);
    json_begin_list(c->out, NULL);
    usize at = 0;
    u64 sum = b->count > 0 ? tips[0].gas : 0;
    for (usize i = 0; i < h->percentiles; i++) {
        u128 wanted = (u128)b->header.gas_used * h->percentile[i] / 100000000;
        while (at + 1 < b->count && sum < wanted) {
            sum += tips[++at].gas;
        }
        json_put_quantity(c->out, NULL, b->count > 0 ? tips[at].wei : u256_zero());
    }
    json_end(c->out);
    mem_free(tips);
}

static bool read_percentiles(struct rpc_call *c, struct history *h)
{
    h->percentiles = 0;
    if (!rpc_has_param(c, 2)) {
        return true;
    }
    json_value list = json_element(&c->params, 2);
    if (json_expect(&list, JSON_KIND_LIST) != FAULT_NONE) {
        return rpc_fail_json(c, &list);
    }
    usize n = json_count(&list);
    if (n > PERCENTILES_MAX) {
        return rpc_fail(c, RPC_PARAMS, "params[2]: more than %u percentiles", PERCENTILES_MAX);
    }
    for (usize i = 0; i < n; i++) {
        json_value v = json_element(&list, i);
        if (json_get_millionths(&h->percentile[i], &v) != FAULT_NONE) {
            return rpc_fail_json(c, &v);
        }
        if (h->percentile[i] > 100000000 || (i > 0 && h->percentile[i] < h->percentile[i - 1])) {
            return rpc_fail(c, RPC_PARAMS, "params[2]: percentiles ascend from 0 to 100");
        }
        h->percentiles++;
    }
    return true;
}

static bool read_range(struct rpc_call *c, struct history *h)
{
    json_value v;
    const struct stored_block *newest;
    u64 count;
    if (!rpc_param(c, &v, 0)) {
        return false;
    }
    bool is_number = json_kind_of(&v) == JSON_KIND_NUMBER; // some clients send it so
    bool ok = is_number ? json_get_u64(&count, &v) == FAULT_NONE || rpc_fail_json(c, &v)
                        : rpc_value_u64(c, &count, &v);
    if (!ok || !rpc_param(c, &v, 1) || !rpc_value_block(c, &newest, &v)) {
        return false;
    }
    if (count == 0) {
        return rpc_fail(c, RPC_PARAMS, "params[0]: of no blocks there is no history");
    }
    count = count > HISTORY_MAX ? HISTORY_MAX : count;
    h->last = newest->header.number;
    h->first = count > h->last ? 0 : h->last - count + 1;
    u64 kept = node_first_block(c->node);
    if (kept > 1 && h->first < kept) { // fewer are given than were asked for
        h->first = h->last < kept ? h->last : kept;
    }
    return true;
}

// Fees of the block after the last one are known too.
static void put_base_fees(struct rpc_call *c, const struct history *h)
{
    const struct blocks *blocks = node_blocks(c->node);
    json_begin_list(c->out, "baseFeePerGas");
    for (u64 i = h->first; i <= h->last; i++) {
        json_put_quantity(c->out, NULL, blocks_at(blocks, i)->header.base_fee);
    }
    json_put_quantity(c->out, NULL, header_base_fee(&blocks_at(blocks, h->last)->header));
    json_end(c->out);
    json_begin_list(c->out, "baseFeePerBlobGas");
    for (u64 i = h->first; i <= h->last; i++) {
        const struct header *header = &blocks_at(blocks, i)->header;
        json_put_quantity(c->out, NULL, blob_price(c->node, header, header->excess_blob_gas));
    }
    const struct header *last = &blocks_at(blocks, h->last)->header;
    struct block_rules r = node_rules_of(c->node, last);
    json_put_quantity(c->out, NULL, blob_price(c->node, last, header_excess_blob_gas(&r, last)));
    json_end(c->out);
}

static void put_fullness(struct rpc_call *c, const struct history *h)
{
    const struct blocks *blocks = node_blocks(c->node);
    json_begin_list(c->out, "gasUsedRatio");
    for (u64 i = h->first; i <= h->last; i++) {
        const struct header *header = &blocks_at(blocks, i)->header;
        json_put_ratio(c->out, NULL, header->gas_used, header->gas_limit);
    }
    json_end(c->out);
    json_begin_list(c->out, "blobGasUsedRatio");
    for (u64 i = h->first; i <= h->last; i++) {
        const struct header *header = &blocks_at(blocks, i)->header;
        struct block_rules r = node_rules_of(c->node, header);
        json_put_ratio(c->out, NULL, header->blob_gas_used, r.blobs.max * GAS_PER_BLOB);
    }
    json_end(c->out);
}

bool rpc_eth_fee_history(struct rpc_call *c)
{
    struct history h;
    if (!read_range(c, &h) || !read_percentiles(c, &h)) {
        return false;
    }
    json_begin_object(c->out, NULL);
    json_put_quantity_u64(c->out, "oldestBlock", h.first);
    put_base_fees(c, &h);
    put_fullness(c, &h);
    if (rpc_has_param(c, 2)) {
        json_begin_list(c->out, "reward");
        for (u64 i = h.first; i <= h.last; i++) {
            put_tips(c, &h, blocks_at(node_blocks(c->node), i));
        }
        json_end(c->out);
    }
    json_end(c->out);
    return true;
}
