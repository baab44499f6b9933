// SPDX-License-Identifier: MIT
// Methods that read accounts from the state after any block.
#include "core/trie/root.h"
#include "lib/base/bytes.h"
#include "lib/num/u256.h"
#include "node/rpc/priv.h"

bool rpc_eth_accounts(struct rpc_call *c)
{
    u32 count;
    const struct node_key *keys = node_keys(c->node, &count);
    json_begin_list(c->out, NULL);
    for (u32 i = 0; i < count; i++) {
        json_put_address(c->out, NULL, &keys[i].at);
    }
    json_end(c->out);
    return true;
}

// The address in params[0] and the block in params[block].
static bool read_place(struct rpc_call *c, address *at, const struct stored_block **b, usize block)
{
    json_value v;
    return rpc_param(c, &v, 0) && rpc_value_address(c, at, &v) && rpc_param_block(c, b, block);
}

static bool close_view(struct rpc_call *c, struct node_view *v)
{
    enum fault f = state_take_fault(v->state);
    node_view_close(v);
    return f == FAULT_NONE || rpc_fail_fault(c, f);
}

bool rpc_eth_get_balance(struct rpc_call *c)
{
    address at;
    const struct stored_block *b;
    struct node_view v;
    if (!read_place(c, &at, &b, 1)) {
        return false;
    }
    (void)node_view_open(&v, c->node, b); // a fault comes again with what is read
    json_put_quantity(c->out, NULL, *account_balance(state_account(v.state, &at)));
    return close_view(c, &v);
}

bool rpc_eth_get_code(struct rpc_call *c)
{
    address at;
    const struct stored_block *b;
    struct node_view v;
    if (!read_place(c, &at, &b, 1)) {
        return false;
    }
    (void)node_view_open(&v, c->node, b); // a fault comes again with what is read
    bytes code = account_code(v.state, state_account(v.state, &at));
    json_put_data(c->out, NULL, code.p, code.n);
    return close_view(c, &v);
}

bool rpc_eth_get_storage_at(struct rpc_call *c)
{
    address at;
    const struct stored_block *b;
    struct node_view v;
    json_value slot;
    u256 key;
    bool is_word;
    if (!read_place(c, &at, &b, 2) || !rpc_param(c, &slot, 1) ||
        !rpc_value_slot(c, &key, &is_word, &slot)) {
        return false;
    }
    (void)node_view_open(&v, c->node, b); // a fault comes again with what is read
    b256 word = u256_to_b256(state_sload(v.state, state_account(v.state, &at), &key));
    json_put_b256(c->out, NULL, &word);
    return close_view(c, &v);
}

bool rpc_eth_get_transaction_count(struct rpc_call *c)
{
    address at;
    const struct stored_block *b;
    struct node_view v;
    if (!read_place(c, &at, &b, 1)) {
        return false;
    }
    (void)node_view_open(&v, c->node, b); // a fault comes again with what is read
    u64 nonce = account_nonce(state_account(v.state, &at));
    if (rpc_param_is_pending(c, 1)) {
        nonce = pool_next_nonce(node_pool(c->node), &at, nonce);
    }
    json_put_quantity_u64(c->out, NULL, nonce);
    return close_view(c, &v);
}

bool rpc_eth_get_account_info(struct rpc_call *c)
{
    address at;
    const struct stored_block *b;
    struct node_view v;
    if (!read_place(c, &at, &b, 1)) {
        return false;
    }
    (void)node_view_open(&v, c->node, b);
    struct account *a = state_account(v.state, &at);
    bytes code = account_code(v.state, a);
    json_begin_object(c->out, NULL);
    json_put_quantity(c->out, "balance", *account_balance(a));
    json_put_quantity_u64(c->out, "nonce", account_nonce(a));
    json_put_data(c->out, "code", code.p, code.n);
    json_end(c->out);
    return close_view(c, &v);
}

bool rpc_eth_get_account(struct rpc_call *c)
{
    address at;
    const struct stored_block *b;
    struct node_view v;
    struct node_commitment tries;
    b256 root = TRIE_EMPTY_ROOT;
    if (!read_place(c, &at, &b, 1)) {
        return false;
    }
    enum fault f = node_commitment_open(&tries, c->node, b);
    struct trie *slots = f == FAULT_NONE ? commitment_slots(tries.tries, &at) : NULL;
    if (slots != NULL) {
        trie_hash(&root, slots);
    }
    node_commitment_close(&tries);
    if (f != FAULT_NONE) {
        return rpc_fail_fault(c, f);
    }
    (void)node_view_open(&v, c->node, b);
    struct account *a = state_account(v.state, &at);
    if (account_exists(a)) {
        json_begin_object(c->out, NULL);
        json_put_quantity(c->out, "balance", *account_balance(a));
        json_put_quantity_u64(c->out, "nonce", account_nonce(a));
        json_put_b256(c->out, "codeHash", account_code_hash(a));
        json_put_b256(c->out, "storageRoot", &root);
        json_end(c->out);
    } else {
        json_put_null(c->out, NULL);
    }
    return close_view(c, &v);
}
