// SPDX-License-Identifier: MIT
// Methods for development: blocks on demand, time, mining, snapshots. Numbers may be JSON numbers
// here, as the tools that made these methods popular send them.
#include "lib/base/bytes.h"
#include "lib/num/u256.h"
#include "node/rpc/priv.h"

#define SECONDS_MAX ((u64)1 << 40)
#define MINE_MAX 100000u // blocks at once

bool rpc_value_loose(struct rpc_call *c, u64 *out, const json_value *v)
{
    enum json_kind k = json_kind_of(v);
    if (k != JSON_KIND_NUMBER && k != JSON_KIND_TEXT) {
        (void)json_refuse(v, "is not a number");
        return rpc_fail_json(c, v);
    }
    return json_get_u64(out, v) == FAULT_NONE || rpc_fail_json(c, v);
}

static bool read_number(struct rpc_call *c, u64 *out, usize i)
{
    json_value v;
    return rpc_param(c, &v, i) && rpc_value_loose(c, out, &v);
}

static bool done(struct rpc_call *c)
{
    json_put_null(c->out, NULL);
    return true;
}

static bool done_or_fault(struct rpc_call *c, enum fault f)
{
    return f == FAULT_NONE ? done(c) : rpc_fail_fault(c, f);
}

// ---- time

static bool set_next_time(struct rpc_call *c, const json_value *v)
{
    u64 timestamp;
    if (!rpc_value_loose(c, &timestamp, v)) {
        return false;
    }
    return node_set_next_time(c->node, timestamp) ||
           rpc_fail(c, RPC_PARAMS, "the time is not after the last block's, which is %llu",
                    (unsigned long long)blocks_last(node_blocks(c->node))->header.timestamp);
}

// 0 where the clock is behind the host's.
static u64 ahead(const struct node *n)
{
    i64 offset = (i64)node_time_offset(n);
    return offset > 0 ? (u64)offset : 0;
}

bool rpc_dev_increase_time(struct rpc_call *c)
{
    u64 seconds;
    if (!read_number(c, &seconds, 0)) {
        return false;
    }
    if (seconds > SECONDS_MAX || ahead(c->node) > SECONDS_MAX) {
        return rpc_fail(c, RPC_PARAMS, "params[0]: more than 2^40 seconds");
    }
    node_add_time(c->node, seconds);
    json_put_quantity_u64(c->out, NULL, ahead(c->node));
    return true;
}

bool rpc_dev_set_next_timestamp(struct rpc_call *c)
{
    json_value v;
    return rpc_param(c, &v, 0) && set_next_time(c, &v) && done(c);
}

bool rpc_dev_set_time(struct rpc_call *c)
{
    u64 timestamp;
    if (!read_number(c, &timestamp, 0)) {
        return false;
    }
    u64 seconds = timestamp > SECONDS_MAX ? timestamp / 1000 : timestamp; // some give milliseconds
    u64 before = node_time_offset(c->node);
    node_set_time(c->node, seconds);
    u64 after = node_time_offset(c->node);
    json_put_quantity_u64(c->out, NULL, after > before ? after - before : 0);
    return true;
}

bool rpc_dev_set_timestamp_interval(struct rpc_call *c)
{
    u64 seconds;
    if (!read_number(c, &seconds, 0)) {
        return false;
    }
    node_set_time_step(c->node, seconds);
    return done(c);
}

bool rpc_dev_remove_timestamp_interval(struct rpc_call *c)
{
    node_set_time_step(c->node, 0);
    json_put_bool(c->out, NULL, true);
    return true;
}

// ---- blocks

// evm_mine(timestamp?) and evm_mine({timestamp, blocks}).
bool rpc_evm_mine(struct rpc_call *c)
{
    u64 count = 1;
    if (rpc_has_param(c, 0)) {
        json_value v = json_element(&c->params, 0);
        if (json_kind_of(&v) == JSON_KIND_OBJECT) {
            json_value time;
            json_value blocks;
            bool has_time;
            bool has_blocks;
            if (!rpc_member(c, &time, &has_time, &v, "timestamp") ||
                !rpc_member(c, &blocks, &has_blocks, &v, "blocks") ||
                (has_time && !set_next_time(c, &time)) ||
                (has_blocks && !rpc_value_loose(c, &count, &blocks))) {
                return false;
            }
        } else if (!set_next_time(c, &v)) {
            return false;
        }
    }
    if (count > MINE_MAX) {
        return rpc_fail(c, RPC_LIMIT, "at most %u blocks at once", MINE_MAX);
    }
    enum fault f = node_mine_many(c->node, count, 0);
    if (f != FAULT_NONE) {
        return rpc_fail_fault(c, f);
    }
    json_put_text(c->out, NULL, "0x0");
    return true;
}

// evm_mine that answers with the blocks it made.
bool rpc_evm_mine_detailed(struct rpc_call *c)
{
    u64 first = blocks_last(node_blocks(c->node))->header.number + 1;
    enum fault f = node_mine_many(c->node, 1, 0);
    if (f != FAULT_NONE) {
        return rpc_fail_fault(c, f);
    }
    json_begin_list(c->out, NULL);
    for (u64 i = first; blocks_at(node_blocks(c->node), i) != NULL; i++) {
        rpc_put_block(c->out, NULL, blocks_at(node_blocks(c->node), i), true);
    }
    json_end(c->out);
    return true;
}

// hardhat_mine(blocks, seconds between).
bool rpc_dev_mine(struct rpc_call *c)
{
    u64 count = 1;
    u64 interval = 0;
    if ((rpc_has_param(c, 0) && !read_number(c, &count, 0)) ||
        (rpc_has_param(c, 1) && !read_number(c, &interval, 1))) {
        return false;
    }
    if (count > MINE_MAX || interval > SECONDS_MAX) {
        return rpc_fail(c, RPC_LIMIT, "at most %u blocks at once", MINE_MAX);
    }
    return done_or_fault(c, node_mine_many(c->node, count, interval));
}

bool rpc_dev_get_automine(struct rpc_call *c)
{
    enum node_mining m = node_mining(c->node);
    json_put_bool(c->out, NULL, m == MINING_INSTANT || m == MINING_MIXED);
    return true;
}

bool rpc_dev_set_automine(struct rpc_call *c)
{
    json_value v;
    bool on;
    if (!rpc_param(c, &v, 0)) {
        return false;
    }
    if (json_get_bool(&on, &v) != FAULT_NONE) {
        return rpc_fail_json(c, &v);
    }
    u64 time = node_block_time_ms(c->node);
    enum node_mining with_interval = on ? MINING_MIXED : MINING_INTERVAL;
    enum node_mining without = on ? MINING_INSTANT : MINING_NONE;
    node_set_mining(c->node, time > 0 ? with_interval : without, time);
    json_put_bool(c->out, NULL, true);
    return true;
}

static bool set_interval(struct rpc_call *c, u64 milliseconds)
{
    enum node_mining m = node_mining(c->node);
    bool instant = m == MINING_INSTANT || m == MINING_MIXED;
    node_set_mining(c->node,
                    milliseconds > 0 ? MINING_INTERVAL
                    : instant        ? MINING_INSTANT
                                     : MINING_NONE,
                    milliseconds);
    json_put_bool(c->out, NULL, true);
    return true;
}

bool rpc_anvil_set_interval_mining(struct rpc_call *c)
{
    u64 seconds;
    return read_number(c, &seconds, 0) && set_interval(c, seconds * 1000);
}

bool rpc_evm_set_interval_mining(struct rpc_call *c)
{
    u64 milliseconds;
    return read_number(c, &milliseconds, 0) && set_interval(c, milliseconds);
}

bool rpc_dev_get_interval_mining(struct rpc_call *c)
{
    u64 time = node_block_time_ms(c->node);
    if (time == 0) {
        return done(c);
    }
    json_put_quantity_u64(c->out, NULL, time / 1000);
    return true;
}

// ---- what coming blocks have

bool rpc_dev_set_next_base_fee(struct rpc_call *c)
{
    json_value v;
    u256 fee;
    if (!rpc_param(c, &v, 0)) {
        return false;
    }
    if (json_get_u256(&fee, &v) != FAULT_NONE) {
        return rpc_fail_json(c, &v);
    }
    node_set_next_base_fee(c->node, &fee);
    return done(c);
}

bool rpc_dev_set_coinbase(struct rpc_call *c)
{
    json_value v;
    address a;
    if (!rpc_param(c, &v, 0) || !rpc_value_address(c, &a, &v)) {
        return false;
    }
    node_set_coinbase(c->node, &a);
    return done(c);
}

bool rpc_dev_set_prev_randao(struct rpc_call *c)
{
    json_value v;
    b256 word;
    if (!rpc_param(c, &v, 0) || !rpc_value_b256(c, &word, &v)) {
        return false;
    }
    node_set_next_prev_randao(c->node, &word);
    return done(c);
}

bool rpc_dev_set_gas_limit(struct rpc_call *c)
{
    u64 limit;
    if (!read_number(c, &limit, 0)) {
        return false;
    }
    if (limit < 5000 || limit >> 62 != 0) {
        return rpc_fail(c, RPC_PARAMS, "params[0]: a block's gas limit is 5,000 or more");
    }
    node_set_gas_limit(c->node, &limit);
    json_put_bool(c->out, NULL, true);
    return true;
}

bool rpc_miner_set_extra(struct rpc_call *c)
{
    json_value v;
    struct buf extra = {0};
    bool ok =
        rpc_param(c, &v, 0) && rpc_value_data(c, &extra, &v) &&
        (extra.n <= HEADER_EXTRA_MAX ||
         rpc_fail(c, RPC_PARAMS, "params[0]: extra data has at most 32 bytes, not %zu", extra.n));
    if (ok) {
        node_set_extra(c->node, buf_bytes(&extra));
        json_put_bool(c->out, NULL, true);
    }
    buf_fini(&extra);
    return ok;
}

bool rpc_miner_set_etherbase(struct rpc_call *c)
{
    json_value v;
    address a;
    if (!rpc_param(c, &v, 0) || !rpc_value_address(c, &a, &v)) {
        return false;
    }
    node_set_coinbase(c->node, &a);
    json_put_bool(c->out, NULL, true);
    return true;
}

// ---- snapshots, going back

bool rpc_evm_snapshot(struct rpc_call *c)
{
    json_put_quantity_u64(c->out, NULL, node_snapshot(c->node));
    return true;
}

bool rpc_evm_revert(struct rpc_call *c)
{
    u64 id;
    if (!read_number(c, &id, 0)) {
        return false;
    }
    json_put_bool(c->out, NULL, node_revert(c->node, id));
    return true;
}

static bool roll_back(struct rpc_call *c, u64 count)
{
    bool ok = false;
    enum fault f = node_rollback(c->node, count, &ok);
    if (f != FAULT_NONE) {
        return rpc_fail_fault(c, f);
    }
    return ok || rpc_fail(c, RPC_SERVER,
                          "cannot take %llu blocks back: there are not so many, or their states "
                          "are not kept",
                          (unsigned long long)count);
}

bool rpc_dev_rollback(struct rpc_call *c)
{
    u64 count = 1;
    return (!rpc_has_param(c, 0) || read_number(c, &count, 0)) && roll_back(c, count) && done(c);
}

bool rpc_dev_reset(struct rpc_call *c)
{
    if (rpc_has_param(c, 0)) {
        json_value v = json_element(&c->params, 0);
        if (json_kind_of(&v) != JSON_KIND_OBJECT || json_count(&v) > 0) {
            return rpc_fail(c, RPC_PARAMS, "params[0]: this node does not fork other chains");
        }
    }
    pool_clear(node_pool_changeable(c->node));
    return roll_back(c, blocks_last(node_blocks(c->node))->header.number) && done(c);
}

// One [transaction, block] of a reorganisation: raw bytes, or an object that the node signs for.
static bool put_pair(struct rpc_call *c, const json_value *pair, u64 block)
{
    u64 wanted;
    json_value what = json_element(pair, 0);
    json_value index = json_element(pair, 1);
    if (!rpc_value_loose(c, &wanted, &index) || wanted != block) {
        return c->code == 0;
    }
    struct buf raw = {0};
    struct node_answer a;
    bool ok = rpc_value_data(c, &raw, &what);
    if (ok) {
        enum fault f = node_submit(c->node, buf_bytes(&raw), &a);
        ok = f == FAULT_NONE || rpc_fail_fault(c, f);
        ok = ok && (a.refusal == REFUSAL_NONE || rpc_fail_verdict(c, a.verdict));
    }
    buf_fini(&raw);
    return ok;
}

static bool mine_again(struct rpc_call *c, u64 depth)
{
    json_value pairs = {0};
    bool has_pairs = rpc_has_param(c, 1);
    if (has_pairs) {
        pairs = json_element(&c->params, 1);
        if (json_expect(&pairs, JSON_KIND_LIST) != FAULT_NONE) {
            return rpc_fail_json(c, &pairs);
        }
    }
    for (u64 i = 0; i < depth; i++) {
        for (usize k = 0; has_pairs && k < json_count(&pairs); k++) {
            json_value pair = json_element(&pairs, k);
            if (json_count(&pair) != 2) {
                return rpc_fail(c, RPC_PARAMS, "params[1] is a list of [raw transaction, block]");
            }
            if (!put_pair(c, &pair, i)) {
                return false;
            }
        }
        enum fault f = node_mine(c->node);
        if (f != FAULT_NONE) {
            return rpc_fail_fault(c, f);
        }
    }
    return true;
}

// anvil_reorg(depth, [[transaction, block], ...]), or an object with these names.
bool rpc_dev_reorg(struct rpc_call *c)
{
    u64 depth;
    if (!read_number(c, &depth, 0) || !roll_back(c, depth)) {
        return false;
    }
    enum node_mining before = node_mining(c->node);
    u64 time = node_block_time_ms(c->node);
    node_set_mining(c->node, MINING_NONE, 0);
    bool ok = mine_again(c, depth);
    node_set_mining(c->node, before, time);
    return ok && done(c);
}
