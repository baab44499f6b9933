// SPDX-License-Identifier: MIT
// Proofs of accounts and slots (EIP-1186), and slots of many accounts at once.
#include "core/trie/root.h"
#include "lib/base/bytes.h"
#include "lib/codec/hex.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/num/u256.h"
#include "node/rpc/priv.h"

#define SLOTS_MAX 1024u // of one request

static void put_node(void *ctx, bytes node)
{
    json_put_data(ctx, NULL, node.p, node.n);
}

static void put_proof(struct json_writer *w, const char *name, struct trie *t, bytes key)
{
    b256 hash;
    keccak256(&hash, key.p, key.n);
    json_begin_list(w, name);
    if (t != NULL) {
        trie_prove(t, (bytes){hash.b, sizeof hash.b}, put_node, w);
    }
    json_end(w);
}

// A key as it was given: a quantity, or a whole word; the answer repeats its form.
struct slot_name {
    u256 key;
    bool is_word;
};

bool rpc_value_slot(struct rpc_call *c, u256 *key, bool *is_word, const json_value *v)
{
    const char *text = "";
    usize n = 0;
    if (json_get_text(&text, &n, v) != FAULT_NONE) {
        return rpc_fail_json(c, v);
    }
    if (n < 2 || text[0] != '0' || text[1] != 'x') {
        (void)json_refuse(v, "hex string without 0x prefix");
        return rpc_fail_json(c, v);
    }
    if (n < 3 || n > 66) {
        (void)json_refuse(v, "a storage key is 0x and up to 64 digits");
        return rpc_fail_json(c, v);
    }
    *is_word = n == 66;
    return json_get_u256(key, v) == FAULT_NONE || rpc_fail_json(c, v);
}

static bool read_slots(struct rpc_call *c, struct buf *out)
{
    json_value list;
    if (!rpc_has_param(c, 1)) {
        return true;
    }
    list = json_element(&c->params, 1);
    if (json_expect(&list, JSON_KIND_LIST) != FAULT_NONE) {
        return rpc_fail_json(c, &list);
    }
    if (json_count(&list) > SLOTS_MAX) {
        return rpc_fail(c, RPC_PARAMS, "too many slots (max %u)", SLOTS_MAX);
    }
    for (usize i = 0; i < json_count(&list); i++) {
        json_value v = json_element(&list, i);
        struct slot_name s;
        if (!rpc_value_slot(c, &s.key, &s.is_word, &v)) {
            return false;
        }
        buf_put(out, &s, sizeof s);
    }
    return true;
}

static void put_slots(struct rpc_call *c, const struct node_view *view, struct account *a,
                      struct trie *t, const struct buf *slots)
{
    json_begin_list(c->out, "storageProof");
    for (usize i = 0; i < slots->n / sizeof(struct slot_name); i++) {
        struct slot_name s;
        copy_bytes(&s, slots->p + i * sizeof s, sizeof s);
        b256 word = u256_to_b256(s.key);
        json_begin_object(c->out, NULL);
        if (s.is_word) {
            json_put_b256(c->out, "key", &word);
        } else {
            json_put_quantity(c->out, "key", s.key);
        }
        json_put_quantity(c->out, "value", state_sload(view->state, a, &s.key));
        put_proof(c->out, "proof", t, (bytes){word.b, sizeof word.b});
        json_end(c->out);
    }
    json_end(c->out);
}

static void put_account(struct rpc_call *c, const struct node_view *view, struct commitment *tries,
                        const address *at, const struct buf *slots)
{
    struct account *a = state_account(view->state, at);
    struct trie *storage = commitment_slots(tries, at);
    b256 root = TRIE_EMPTY_ROOT;
    if (storage != NULL) {
        trie_hash(&root, storage);
    }
    json_begin_object(c->out, NULL);
    json_put_address(c->out, "address", at);
    put_proof(c->out, "accountProof", commitment_accounts(tries), (bytes){at->b, sizeof at->b});
    json_put_quantity(c->out, "balance", *account_balance(a));
    json_put_b256(c->out, "codeHash", account_code_hash(a));
    json_put_quantity_u64(c->out, "nonce", account_nonce(a));
    json_put_b256(c->out, "storageHash", &root);
    put_slots(c, view, a, storage, slots);
    json_end(c->out);
}

bool rpc_eth_get_proof(struct rpc_call *c)
{
    json_value v;
    address at;
    const struct stored_block *b;
    struct buf slots = {0};
    struct node_view view;
    struct node_commitment tries;
    if (!rpc_param(c, &v, 0) || !rpc_value_address(c, &at, &v) || !read_slots(c, &slots) ||
        !rpc_param_block(c, &b, 2)) {
        buf_fini(&slots);
        return false;
    }
    enum fault f = node_view_open(&view, c->node, b);
    enum fault g = node_commitment_open(&tries, c->node, b);
    f = f == FAULT_NONE ? g : f;
    if (f == FAULT_NONE) {
        put_account(c, &view, tries.tries, &at, &slots);
        f = state_take_fault(view.state);
    }
    node_commitment_close(&tries);
    node_view_close(&view);
    buf_fini(&slots);
    return f == FAULT_NONE || rpc_fail_fault(c, f);
}

// ---- eth_getStorageValues

static bool put_values(struct rpc_call *c, const struct node_view *view, const json_value *member)
{
    address at;
    json_value key;
    hex_error why;
    if (!hex_decode_exact(at.b, sizeof at.b, &why, member->name, __builtin_strlen(member->name)) ||
        json_expect(member, JSON_KIND_LIST) != FAULT_NONE) {
        (void)json_refuse(member, "not an address with a list of slots");
        return rpc_fail_json(c, member);
    }
    json_begin_list(c->out, member->name);
    for (usize i = 0; i < json_count(member); i++) {
        u256 slot;
        bool is_word;
        key = json_element(member, i);
        if (!rpc_value_slot(c, &slot, &is_word, &key)) {
            return false;
        }
        b256 word = u256_to_b256(state_sload(view->state, state_account(view->state, &at), &slot));
        json_put_b256(c->out, NULL, &word);
    }
    json_end(c->out);
    return true;
}

bool rpc_eth_get_storage_values(struct rpc_call *c)
{
    json_value object;
    json_value member = {0};
    const struct stored_block *b;
    struct node_view view;
    usize slots = 0;
    if (!rpc_param(c, &object, 0) || !rpc_param_block(c, &b, 1)) {
        return false;
    }
    if (json_expect(&object, JSON_KIND_OBJECT) != FAULT_NONE) {
        return rpc_fail_json(c, &object);
    }
    while (json_next_member(&member, &object)) {
        slots += json_count(&member);
    }
    if (slots == 0 || slots > SLOTS_MAX) {
        return rpc_fail(c, RPC_PARAMS, slots == 0 ? "empty request" : "too many slots (max %u)",
                        SLOTS_MAX);
    }
    enum fault f = node_view_open(&view, c->node, b);
    bool ok = f == FAULT_NONE;
    json_begin_object(c->out, NULL);
    member = (json_value){0};
    while (ok && json_next_member(&member, &object)) {
        ok = put_values(c, &view, &member);
    }
    json_end(c->out);
    f = f == FAULT_NONE ? state_take_fault(view.state) : f;
    node_view_close(&view);
    return f == FAULT_NONE ? ok : rpc_fail_fault(c, f);
}
