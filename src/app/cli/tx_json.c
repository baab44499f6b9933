// SPDX-License-Identifier: MIT
// Transactions from JSON; see tx_json.h.
#include "app/cli/tx_json.h"

#include "lib/base/bytes.h"
#include "lib/codec/rlp.h"
#include "lib/num/u256.h"

enum fault tx_json_access(struct transaction *t, const json_value *list)
{
    TRY(json_expect(list, JSON_KIND_LIST));
    for (usize i = 0; i < json_count(list); i++) {
        json_value entry = json_element(list, i);
        address at = {{0}};
        json_value keys;
        TRY(json_find_address(&at, &entry, "address"));
        transaction_add_access(t, &at);
        bool has_keys;
        TRY(json_find(&keys, &has_keys, &entry, "storageKeys"));
        TRY(has_keys ? json_expect(&keys, JSON_KIND_LIST) : FAULT_NONE);
        for (usize k = 0; has_keys && k < json_count(&keys); k++) {
            json_value key = json_element(&keys, k);
            u256 word;
            TRY(json_get_u256(&word, &key));
            b256 coded = u256_to_b256(word);
            transaction_add_key(t, &coded);
        }
    }
    return FAULT_NONE;
}

enum fault tx_json_authorizations(struct transaction *t, const json_value *list)
{
    TRY(json_expect(list, JSON_KIND_LIST));
    for (usize i = 0; i < json_count(list); i++) {
        json_value one = json_element(list, i);
        struct authorization a = {.nonce = 0};
        u64 parity = 0;
        TRY(json_find_u256(&a.chain_id, &one, "chainId"));
        TRY(json_find_address(&a.target, &one, "address"));
        TRY(json_find_u64(&a.nonce, &one, "nonce"));
        TRY(json_find_u64(&parity, &one, "v"));
        TRY(json_find_u64(&parity, &one, "yParity"));
        TRY(json_find_u256(&a.r, &one, "r"));
        TRY(json_find_u256(&a.s, &one, "s"));
        a.y_parity = parity > 255 ? 255 : (u8)parity;
        transaction_add_authorization(t, &a);
    }
    return FAULT_NONE;
}

enum fault tx_json_blobs(struct transaction *t, const json_value *list)
{
    TRY(json_expect(list, JSON_KIND_LIST));
    for (usize i = 0; i < json_count(list); i++) {
        json_value one = json_element(list, i);
        b256 hash;
        TRY(json_get_b256(&hash, &one));
        transaction_add_blob(t, &hash);
    }
    return FAULT_NONE;
}

// A list that may be missing.
static enum fault read_list(struct transaction *t, const json_value *object, const char *name,
                            enum fault (*read)(struct transaction *t, const json_value *list))
{
    json_value list;
    bool found;
    TRY(json_find(&list, &found, object, name));
    return found ? read(t, &list) : FAULT_NONE;
}

static enum fault read_type(struct transaction *t, const json_value *object)
{
    static const struct {
        const char *member;
        enum transaction_type type;
    } SIGNS[] = {
        {"accessList", TX_ACCESS_LIST},
        {"maxFeePerGas", TX_FEE_MARKET},
        {"blobVersionedHashes", TX_BLOB},
        {"authorizationList", TX_AUTHORIZATION},
    };
    json_value v;
    bool found;
    TRY(json_find(&v, &found, object, "type"));
    if (found) {
        u64 type;
        TRY(json_get_u64(&type, &v));
        if (type >= TX_TYPE_COUNT) {
            return json_refuse(&v, "%llu is no type of transaction", (unsigned long long)type);
        }
        t->type = (enum transaction_type)type;
        return FAULT_NONE;
    }
    for (u32 i = 0; i < COUNT_OF(SIGNS); i++) {
        TRY(json_find(&v, &found, object, SIGNS[i].member));
        t->type = found ? SIGNS[i].type : t->type;
    }
    return FAULT_NONE;
}

static enum fault read_to_and_data(struct transaction *t, const json_value *object)
{
    json_value v;
    bool found;
    TRY(json_find(&v, &found, object, "to"));
    if (found) {
        const char *text;
        usize n;
        TRY(json_get_text(&text, &n, &v));
        found = n > 2; // an empty text, or 0x, is a creation
    }
    t->is_create = !found;
    if (found) {
        TRY(json_get_address(&t->to, &v));
    }
    TRY(json_find(&v, &found, object, "input"));
    if (!found) {
        TRY(json_find(&v, &found, object, "data"));
    }
    return found ? json_get_data(&t->data, &v) : FAULT_NONE;
}

static enum fault read_fees(struct transaction *t, const json_value *object)
{
    if (t->type < TX_FEE_MARKET) {
        TRY(json_find_u256(&t->max_fee, object, "gasPrice"));
        t->max_priority = t->max_fee;
        return FAULT_NONE;
    }
    TRY(json_find_u256(&t->max_fee, object, "maxFeePerGas"));
    return json_find_u256(&t->max_priority, object, "maxPriorityFeePerGas");
}

// v, r, s as stated: of a legacy transaction v tells the chain too (EIP-155).
static enum fault read_signature(struct transaction *t, const json_value *object)
{
    u256 v = u256_zero();
    TRY(json_find_u256(&t->r, object, "r"));
    TRY(json_find_u256(&t->s, object, "s"));
    TRY(json_find_u256(&v, object, "v"));
    if (t->type != TX_LEGACY) {
        TRY(json_find_u256(&v, object, "yParity"));
        t->y_parity = u256_fits_u64(v) && v.w[0] < 2 ? (u8)v.w[0] : 2;
        return FAULT_NONE;
    }
    u256 first = u256_from_u64(35);
    t->has_chain_id = !u256_lt(v, first);
    if (t->has_chain_id) {
        v = u256_sub(v, first);
        t->chain_id = u256_shr(u256_one(), v);
        t->y_parity = (u8)(v.w[0] & 1);
    } else {
        t->y_parity = v.w[0] == 27 ? 0 : v.w[0] == 28 ? 1 : 2;
    }
    return FAULT_NONE;
}

static enum fault sign(struct transaction *t, const json_value *object, bool legacy_is_protected)
{
    json_value v;
    bool found;
    TRY(json_find(&v, &found, object, "secretKey"));
    bool is_signed = !u256_is_zero(t->r) || !u256_is_zero(t->s);
    if (!found || is_signed) {
        return FAULT_NONE;
    }
    b256 key;
    TRY(json_get_b256(&key, &v));
    if (t->type == TX_LEGACY) {
        bool protected_by_file = true;
        TRY(json_find_bool(&protected_by_file, object, "protected"));
        t->has_chain_id = legacy_is_protected && protected_by_file;
    }
    return transaction_sign(t, &key) ? FAULT_NONE : json_refuse(&v, "is not a private key");
}

enum fault tx_json_read(struct transaction *t, const json_value *object, enum fork fork,
                        const u256 *chain_id)
{
    TRY(json_expect(object, JSON_KIND_OBJECT));
    TRY(read_type(t, object));
    TRY(json_find_u64(&t->nonce, object, "nonce"));
    TRY(json_find_u64(&t->gas_limit, object, "gasLimit"));
    TRY(json_find_u64(&t->gas_limit, object, "gas"));
    TRY(json_find_u256(&t->value, object, "value"));
    TRY(read_to_and_data(t, object));
    TRY(read_fees(t, object));
    if (t->type >= TX_ACCESS_LIST) {
        TRY(read_list(t, object, "accessList", tx_json_access));
    }
    if (t->type == TX_BLOB) {
        TRY(json_find_u256(&t->max_blob_fee, object, "maxFeePerBlobGas"));
        TRY(read_list(t, object, "blobVersionedHashes", tx_json_blobs));
    }
    if (t->type == TX_AUTHORIZATION) {
        TRY(read_list(t, object, "authorizationList", tx_json_authorizations));
    }
    TRY(read_signature(t, object));
    if (t->type != TX_LEGACY || !t->has_chain_id) {
        t->has_chain_id = t->type != TX_LEGACY;
        t->chain_id = *chain_id;
        TRY(json_find_u256(&t->chain_id, object, "chainId"));
    }
    return sign(t, object, fork >= FORK_SPURIOUS);
}

enum fault withdrawals_json_read(struct buf *payload, const json_value *list)
{
    TRY(json_expect(list, JSON_KIND_LIST));
    for (usize i = 0; i < json_count(list); i++) {
        json_value one = json_element(list, i);
        struct withdrawal w = {.index = 0};
        TRY(json_find_u64(&w.index, &one, "index"));
        TRY(json_find_u64(&w.validator, &one, "validatorIndex"));
        TRY(json_find_address(&w.at, &one, "address"));
        TRY(json_find_u64(&w.amount_gwei, &one, "amount"));
        usize at = rlp_begin_list(payload);
        rlp_put_u64(payload, w.index);
        rlp_put_u64(payload, w.validator);
        rlp_put_bytes(payload, w.at.b, sizeof w.at.b);
        rlp_put_u64(payload, w.amount_gwei);
        rlp_end_list(payload, at);
    }
    return FAULT_NONE;
}
