// SPDX-License-Identifier: MIT
// A call or transaction as a JSON object, for eth_call, eth_estimateGas and eth_sendTransaction.
#include "lib/base/bytes.h"
#include "lib/num/u256.h"
#include "node/rpc/priv.h"

void rpc_call_object_fini(struct rpc_call_object *o)
{
    transaction_fini(&o->t);
}

static bool refuse(struct rpc_call *c, const json_value *v, const char *text)
{
    (void)json_refuse(v, "%s", text);
    return rpc_fail_json(c, v);
}

// `input` and `data` are two names of one thing.
static bool read_data(struct rpc_call *c, struct rpc_call_object *o, const json_value *v)
{
    json_value input;
    json_value data;
    bool has_input;
    bool has_data;
    struct buf other = {0};
    if (!rpc_member(c, &input, &has_input, v, "input") ||
        !rpc_member(c, &data, &has_data, v, "data")) {
        return false;
    }
    bool ok = !has_input || rpc_value_data(c, &o->t.data, &input);
    ok = ok && (!has_data || rpc_value_data(c, has_input ? &other : &o->t.data, &data));
    if (ok && has_input && has_data) {
        bool same = other.n == o->t.data.n && equal_bytes(other.p, o->t.data.p, other.n);
        ok = same || refuse(c, v, "input and data are both there and differ");
    }
    buf_fini(&other);
    return ok;
}

static bool read_addresses(struct rpc_call *c, struct rpc_call_object *o, const json_value *v)
{
    json_value m;
    bool found;
    if (!rpc_member(c, &m, &o->has_from, v, "from") ||
        (o->has_from && !rpc_value_address(c, &o->from, &m))) {
        return false;
    }
    if (!rpc_member(c, &m, &found, v, "to")) {
        return false;
    }
    o->t.is_create = !found;
    return !found || rpc_value_address(c, &o->t.to, &m);
}

static bool read_fees(struct rpc_call *c, struct rpc_call_object *o, const json_value *v)
{
    struct transaction *t = &o->t;
    u256 price = u256_zero();
    if (!rpc_member_u256(c, &price, &o->has_gas_price, v, "gasPrice") ||
        !rpc_member_u256(c, &t->max_fee, &o->has_max_fee, v, "maxFeePerGas") ||
        !rpc_member_u256(c, &t->max_priority, &o->has_priority, v, "maxPriorityFeePerGas") ||
        !rpc_member_u256(c, &t->max_blob_fee, &o->has_blob_fee, v, "maxFeePerBlobGas")) {
        return false;
    }
    if (o->has_gas_price && (o->has_max_fee || o->has_priority)) {
        return refuse(c, v, "both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified");
    }
    if (o->has_gas_price) {
        t->max_fee = price;
        t->max_priority = price;
    }
    return true;
}

static bool read_access_list(struct rpc_call *c, struct rpc_call_object *o, const json_value *list)
{
    if (json_expect(list, JSON_KIND_LIST) != FAULT_NONE) {
        return rpc_fail_json(c, list);
    }
    for (usize i = 0; i < json_count(list); i++) {
        json_value entry = json_element(list, i);
        json_value at;
        json_value keys;
        address a;
        if (json_member(&at, &entry, "address") != FAULT_NONE ||
            json_member(&keys, &entry, "storageKeys") != FAULT_NONE ||
            json_expect(&keys, JSON_KIND_LIST) != FAULT_NONE) {
            return rpc_fail_json(c, list);
        }
        if (!rpc_value_address(c, &a, &at)) {
            return false;
        }
        transaction_add_access(&o->t, &a);
        for (usize k = 0; k < json_count(&keys); k++) {
            json_value v = json_element(&keys, k);
            b256 key;
            if (!rpc_value_b256(c, &key, &v)) {
                return false;
            }
            transaction_add_key(&o->t, &key);
        }
    }
    return true;
}

static bool read_authorization(struct rpc_call *c, struct rpc_call_object *o, const json_value *v)
{
    struct authorization a = {.nonce = 0};
    json_value at;
    u64 parity = 0;
    bool found[5];
    if (json_member(&at, v, "address") != FAULT_NONE) {
        return rpc_fail_json(c, v);
    }
    if (!rpc_value_address(c, &a.target, &at) ||
        !rpc_member_u256(c, &a.chain_id, &found[0], v, "chainId") ||
        !rpc_member_u64(c, &a.nonce, &found[1], v, "nonce") ||
        !rpc_member_u64(c, &parity, &found[2], v, "yParity") ||
        !rpc_member_u256(c, &a.r, &found[3], v, "r") ||
        !rpc_member_u256(c, &a.s, &found[4], v, "s")) {
        return false;
    }
    for (u32 i = 0; i < COUNT_OF(found); i++) {
        if (!found[i]) {
            return refuse(c, v, "an authorization has address, chainId, nonce, yParity, r and s");
        }
    }
    a.y_parity = parity > 1 ? 2 : (u8)parity;
    transaction_add_authorization(&o->t, &a);
    return true;
}

static bool read_blob_hashes(struct rpc_call *c, struct rpc_call_object *o, const json_value *v)
{
    json_value list;
    if (!rpc_member(c, &list, &o->has_blobs, v, "blobVersionedHashes") || !o->has_blobs) {
        return c->code == 0;
    }
    if (json_expect(&list, JSON_KIND_LIST) != FAULT_NONE) {
        return rpc_fail_json(c, &list);
    }
    for (usize i = 0; i < json_count(&list); i++) {
        json_value one = json_element(&list, i);
        b256 hash;
        if (!rpc_value_b256(c, &hash, &one)) {
            return false;
        }
        transaction_add_blob(&o->t, &hash);
    }
    return true;
}

static bool read_lists(struct rpc_call *c, struct rpc_call_object *o, const json_value *v)
{
    json_value list;
    if (!rpc_member(c, &list, &o->has_access, v, "accessList") ||
        (o->has_access && !read_access_list(c, o, &list)) || !read_blob_hashes(c, o, v) ||
        !rpc_member(c, &list, &o->has_authorizations, v, "authorizationList")) {
        return false;
    }
    if (o->has_authorizations && json_expect(&list, JSON_KIND_LIST) != FAULT_NONE) {
        return rpc_fail_json(c, &list);
    }
    for (usize i = 0; o->has_authorizations && i < json_count(&list); i++) {
        json_value one = json_element(&list, i);
        if (!read_authorization(c, o, &one)) {
            return false;
        }
    }
    o->t.type = o->has_authorizations ? TX_AUTHORIZATION
                : o->has_blobs        ? TX_BLOB
                : !o->has_gas_price   ? TX_FEE_MARKET
                : o->has_access       ? TX_ACCESS_LIST
                                      : TX_LEGACY;
    return true;
}

// A type that is stated must be the one that follows from the members.
static bool check_type(struct rpc_call *c, const struct rpc_call_object *o, const json_value *v)
{
    u64 type = o->t.type;
    bool found;
    if (!rpc_member_u64(c, &type, &found, v, "type")) {
        return false;
    }
    bool fits = type == o->t.type || (type == TX_ACCESS_LIST && o->t.type == TX_LEGACY);
    return fits || refuse(c, v, "the members are not those of its type");
}

static bool check_chain_id(struct rpc_call *c, struct rpc_call_object *o, const json_value *v)
{
    bool found;
    o->t.chain_id = node_schedule(c->node)->chain_id;
    o->t.has_chain_id = true;
    u256 given = o->t.chain_id;
    if (!rpc_member_u256(c, &given, &found, v, "chainId")) {
        return false;
    }
    return u256_eq(given, o->t.chain_id) || rpc_fail_verdict(c, VERDICT_CHAIN_ID_WRONG);
}

bool rpc_read_call_object(struct rpc_call *c, struct rpc_call_object *o, const json_value *v)
{
    bool found;
    *o = (struct rpc_call_object){.has_from = false};
    if (json_expect(v, JSON_KIND_OBJECT) != FAULT_NONE) {
        return rpc_fail_json(c, v);
    }
    return read_addresses(c, o, v) && read_data(c, o, v) &&
           rpc_member_u64(c, &o->t.gas_limit, &o->has_gas, v, "gas") &&
           rpc_member_u64(c, &o->t.nonce, &o->has_nonce, v, "nonce") &&
           rpc_member_u256(c, &o->t.value, &found, v, "value") && read_fees(c, o, v) &&
           read_lists(c, o, v) && check_type(c, o, v) && check_chain_id(c, o, v);
}
