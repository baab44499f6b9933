// SPDX-License-Identifier: MIT
// debug_ methods that give what the node has as it is coded: headers, blocks, receipts,
// transactions, codes, the chain's configuration.
#include "core/chain/ethash.h"
#include "lib/base/bytes.h"
#include "lib/codec/rlp.h"
#include "node/rpc/priv.h"

bool rpc_debug_get_raw_header(struct rpc_call *c)
{
    const struct stored_block *b;
    if (!rpc_param_block(c, &b, 0)) {
        return false;
    }
    struct buf out = {0};
    header_encode(&out, &b->header);
    json_put_data(c->out, NULL, out.p, out.n);
    buf_fini(&out);
    return true;
}

bool rpc_debug_get_raw_block(struct rpc_call *c)
{
    const struct stored_block *b;
    if (!rpc_param_block(c, &b, 0)) {
        return false;
    }
    json_put_data(c->out, NULL, b->wire.p, b->wire.n);
    return true;
}

static void put_logs(struct buf *out, const struct stored_block *b,
                     const struct stored_transaction *t)
{
    usize list = rlp_begin_list(out);
    for (usize i = t->first_log; i < t->first_log + t->log_count; i++) {
        const struct state_log *l = &b->logs[i];
        usize one = rlp_begin_list(out);
        rlp_put_bytes(out, l->emitter.b, sizeof l->emitter.b);
        usize topics = rlp_begin_list(out);
        for (u32 k = 0; k < l->topic_count; k++) {
            rlp_put_bytes(out, l->topic[k].b, sizeof l->topic[k].b);
        }
        rlp_end_list(out, topics);
        rlp_put_bytes(out, b->log_data.p + l->data_at, l->data_size);
        rlp_end_list(out, one);
    }
    rlp_end_list(out, list);
}

// As it is hashed into the receipts' root (EIP-2718, 658).
static void put_receipt(struct buf *out, const struct stored_block *b,
                        const struct stored_transaction *t)
{
    bool is_typed = t->raw.n > 0 && t->raw.p[0] < 0x80;
    if (is_typed) {
        buf_put_u8(out, t->raw.p[0]);
    }
    usize list = rlp_begin_list(out);
    if (t->has_root) { // before Byzantium
        rlp_put_bytes(out, t->pre_byzantium_root.b, sizeof t->pre_byzantium_root.b);
    } else {
        rlp_put_u64(out, t->succeeded);
    }
    rlp_put_u64(out, t->cumulative_gas);
    rlp_put_bytes(out, t->bloom, sizeof t->bloom);
    put_logs(out, b, t);
    rlp_end_list(out, list);
}

bool rpc_debug_get_raw_receipts(struct rpc_call *c)
{
    const struct stored_block *b;
    if (!rpc_param_block(c, &b, 0)) {
        return false;
    }
    struct buf out = {0};
    json_begin_list(c->out, NULL);
    for (usize i = 0; i < b->count; i++) {
        buf_clear(&out);
        put_receipt(&out, b, &b->transactions[i]);
        json_put_data(c->out, NULL, out.p, out.n);
    }
    json_end(c->out);
    buf_fini(&out);
    return true;
}

bool rpc_debug_get_raw_transaction(struct rpc_call *c)
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
        json_put_data(c->out, NULL, b->transactions[index].raw.p, b->transactions[index].raw.n);
    } else if (waiting != NULL) {
        json_put_data(c->out, NULL, waiting->raw.p, waiting->raw.n);
    } else {
        json_put_null(c->out, NULL);
    }
    return true;
}

bool rpc_debug_get_raw_transactions(struct rpc_call *c)
{
    const struct stored_block *b;
    if (!rpc_param_block(c, &b, 0)) {
        return false;
    }
    json_begin_list(c->out, NULL);
    for (usize i = 0; i < b->count; i++) {
        json_put_data(c->out, NULL, b->transactions[i].raw.p, b->transactions[i].raw.n);
    }
    json_end(c->out);
    return true;
}

// 0x if no account has such code, as anvil answers.
bool rpc_debug_code_by_hash(struct rpc_call *c)
{
    json_value v;
    b256 hash;
    bytes code = BYTES_NONE;
    bool found = false;
    struct node_view view;
    const struct stored_block *b;
    if (!rpc_param(c, &v, 0) || !rpc_value_b256(c, &hash, &v) || !rpc_param_block(c, &b, 1)) {
        return false;
    }
    b = blocks_last(node_blocks(c->node)); // codes are kept for all blocks alike
    enum fault f = node_view_open(&view, c->node, b);
    f = f == FAULT_NONE ? node_view_code(&view, &hash, &code, &found) : f;
    if (f == FAULT_NONE) {
        json_put_data(c->out, NULL, code.p, found ? code.n : 0);
    }
    node_view_close(&view);
    return f == FAULT_NONE || rpc_fail_fault(c, f);
}

// As the genesis file states it.
bool rpc_debug_chain_config(struct rpc_call *c)
{
    config_write(c->out, NULL, node_config(c->node));
    return true;
}

// Of a block's epoch of ethash (yellow paper, appendix J).
bool rpc_debug_seed_hash(struct rpc_call *c)
{
    const struct stored_block *b;
    b256 seed;
    if (!rpc_param_block(c, &b, 0)) {
        return false;
    }
    ethash_seed(&seed, b->header.number);
    json_put_b256(c->out, NULL, &seed);
    return true;
}
