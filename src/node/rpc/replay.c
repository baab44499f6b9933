// SPDX-License-Identifier: MIT
#include "node/rpc/replay.h"

bool rpc_param_transaction(struct rpc_call *c, const struct stored_block **b, usize *index)
{
    json_value v;
    b256 hash;
    if (!rpc_param(c, &v, 0) || !rpc_value_b256(c, &hash, &v)) {
        return false;
    }
    *b = blocks_of_transaction(node_blocks(c->node), &hash, index);
    return true;
}

struct wanted {
    usize index;
    const struct inspector *look;
};

static const struct inspector *before(void *ctx, usize index, const struct transaction *t,
                                      const address *sender, struct state *s)
{
    const struct wanted *w = ctx;
    (void)t;
    (void)sender;
    (void)s;
    return index == w->index ? w->look : NULL;
}

static bool after(void *ctx, usize index, const struct chain_receipt *r, struct state *s)
{
    const struct wanted *w = ctx;
    (void)r;
    (void)s;
    return index < w->index;
}

bool rpc_replay(struct rpc_call *c, const struct stored_block *b, usize index,
                const struct inspector *look)
{
    struct wanted w = {index, look};
    struct node_replay r = {&w, before, after};
    enum fault f = node_replay(c->node, b, &r);
    return f == FAULT_NONE || rpc_fail_fault(c, f);
}
