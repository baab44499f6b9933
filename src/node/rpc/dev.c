// SPDX-License-Identifier: MIT
// Methods for development: blocks on demand, time, snapshots. Numbers may be JSON numbers here, as
// the tools that made these methods popular send them.
#include "node/rpc/priv.h"

static bool read_number(struct rpc_call *c, u64 *out, usize i)
{
    json_value v;
    if (!rpc_param(c, &v, i)) {
        return false;
    }
    if (json_kind_of(&v) == JSON_KIND_NUMBER) {
        return json_get_u64(out, &v) == FAULT_NONE || rpc_fail_json(c, &v);
    }
    return rpc_value_u64(c, out, &v);
}

static bool set_next_time(struct rpc_call *c, usize i)
{
    u64 timestamp;
    if (!read_number(c, &timestamp, i)) {
        return false;
    }
    return node_set_next_time(c->node, timestamp) ||
           rpc_fail(c, RPC_PARAMS,
                    "params[%zu]: the time is not after the last block's, which is %llu", i,
                    (unsigned long long)blocks_last(node_blocks(c->node))->header.timestamp);
}

bool rpc_evm_mine(struct rpc_call *c)
{
    if (rpc_has_param(c, 0) && !set_next_time(c, 0)) {
        return false;
    }
    enum fault f = node_mine(c->node);
    if (f != FAULT_NONE) {
        return rpc_fail_fault(c, f);
    }
    json_put_text(c->out, NULL, "0x0");
    return true;
}

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

#define SECONDS_MAX ((u64)1 << 40)

bool rpc_evm_increase_time(struct rpc_call *c)
{
    u64 seconds;
    if (!read_number(c, &seconds, 0)) {
        return false;
    }
    if (seconds > SECONDS_MAX || node_time_offset(c->node) > SECONDS_MAX) {
        return rpc_fail(c, RPC_PARAMS, "params[0]: more than 2^40 seconds");
    }
    node_add_time(c->node, seconds);
    json_put_quantity_u64(c->out, NULL, node_time_offset(c->node));
    return true;
}

bool rpc_evm_set_next_timestamp(struct rpc_call *c)
{
    if (!set_next_time(c, 0)) {
        return false;
    }
    json_put_null(c->out, NULL);
    return true;
}
