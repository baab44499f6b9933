// SPDX-License-Identifier: MIT
// Blocks, transactions, receipts and logs as JSON, with the members of execution-apis.
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/fork.h"
#include "lib/num/u256.h"
#include "node/rpc/priv.h"

#define GAS_PER_BLOB 131072u // EIP-4844

u256 rpc_effective_price(const struct transaction *t, const struct header *h)
{
    u256 room = u256_lt(t->max_fee, h->base_fee) ? u256_zero() : u256_sub(t->max_fee, h->base_fee);
    u256 tip = u256_lt(t->max_priority, room) ? t->max_priority : room;
    return u256_add(h->base_fee, tip);
}

void rpc_put_access_list(struct json_writer *w, const struct transaction *t)
{
    json_begin_list(w, "accessList");
    for (usize i = 0; i < t->access_count; i++) {
        const struct access_entry *e = &t->access[i];
        json_begin_object(w, NULL);
        json_put_address(w, "address", &e->at);
        json_begin_list(w, "storageKeys");
        for (usize k = 0; k < e->key_count; k++) {
            json_put_b256(w, NULL, &t->keys[e->first_key + k]);
        }
        json_end(w);
        json_end(w);
    }
    json_end(w);
}

static void put_authorizations(struct json_writer *w, const struct transaction *t)
{
    json_begin_list(w, "authorizationList");
    for (usize i = 0; i < t->authorization_count; i++) {
        const struct authorization *a = &t->authorizations[i];
        json_begin_object(w, NULL);
        json_put_quantity(w, "chainId", a->chain_id);
        json_put_address(w, "address", &a->target);
        json_put_quantity_u64(w, "nonce", a->nonce);
        json_put_quantity_u64(w, "yParity", a->y_parity);
        json_put_quantity(w, "r", a->r);
        json_put_quantity(w, "s", a->s);
        json_end(w);
    }
    json_end(w);
}

// Fields that depend on the type. `h`: the block's header, NULL if it waits for one.
static void put_typed(struct json_writer *w, const struct transaction *t, const struct header *h)
{
    json_put_quantity(w, "gasPrice", h == NULL ? t->max_fee : rpc_effective_price(t, h));
    if (t->type >= TX_FEE_MARKET) {
        json_put_quantity(w, "maxFeePerGas", t->max_fee);
        json_put_quantity(w, "maxPriorityFeePerGas", t->max_priority);
    }
    if (t->type >= TX_ACCESS_LIST) {
        rpc_put_access_list(w, t);
    }
    if (t->type == TX_BLOB) {
        json_put_quantity(w, "maxFeePerBlobGas", t->max_blob_fee);
        json_begin_list(w, "blobVersionedHashes");
        for (usize i = 0; i < t->blob_count; i++) {
            json_put_b256(w, NULL, &t->blob_hashes[i]);
        }
        json_end(w);
    }
    if (t->type == TX_AUTHORIZATION) {
        put_authorizations(w, t);
    }
    u256 v = u256_from_u64(t->y_parity);
    if (t->type == TX_LEGACY) { // EIP-155: 35 + 2 id + parity; before it 27 + parity
        u256 twice = u256_add(t->chain_id, t->chain_id);
        v = u256_add(v, t->has_chain_id ? u256_add(twice, u256_from_u64(35)) : u256_from_u64(27));
    }
    if (t->has_chain_id) {
        json_put_quantity(w, "chainId", t->chain_id);
    }
    json_put_quantity(w, "v", v);
    json_put_quantity(w, "r", t->r);
    json_put_quantity(w, "s", t->s);
    if (t->type != TX_LEGACY) {
        json_put_quantity_u64(w, "yParity", t->y_parity);
    }
}

static void put_to(struct json_writer *w, const struct transaction *t)
{
    if (t->is_create) {
        json_put_null(w, "to");
    } else {
        json_put_address(w, "to", &t->to);
    }
}

static void put_common(struct json_writer *w, const struct transaction *t, const address *from,
                       const b256 *hash)
{
    json_put_b256(w, "hash", hash);
    json_put_quantity_u64(w, "type", t->type);
    json_put_address(w, "from", from);
    put_to(w, t);
    json_put_quantity_u64(w, "nonce", t->nonce);
    json_put_quantity(w, "value", t->value);
    json_put_quantity_u64(w, "gas", t->gas_limit);
    json_put_data(w, "input", t->data.p, t->data.n);
}

void rpc_put_transaction(struct json_writer *w, const struct stored_block *b, usize index)
{
    const struct stored_transaction *s = &b->transactions[index];
    struct transaction t = {.nonce = 0};
    CHECK(transaction_decode(&t, s->raw) == VERDICT_VALID);
    json_begin_object(w, NULL);
    json_put_b256(w, "blockHash", &b->header.hash);
    json_put_quantity_u64(w, "blockNumber", b->header.number);
    json_put_quantity_u64(w, "blockTimestamp", b->header.timestamp);
    json_put_quantity_u64(w, "transactionIndex", index);
    put_common(w, &t, &s->sender, &s->hash);
    put_typed(w, &t, &b->header);
    json_end(w);
    transaction_fini(&t);
}

void rpc_put_waiting_as(struct json_writer *w, const char *name, const struct pooled *t)
{
    json_begin_object(w, name);
    json_put_null(w, "blockHash");
    json_put_null(w, "blockNumber");
    json_put_null(w, "blockTimestamp");
    json_put_null(w, "transactionIndex");
    put_common(w, &t->t, &t->sender, &t->hash);
    put_typed(w, &t->t, NULL);
    json_end(w);
}

void rpc_put_waiting(struct json_writer *w, const struct pooled *t)
{
    rpc_put_waiting_as(w, NULL, t);
}

void rpc_nonce_name(char out[24], u64 nonce)
{
    u32 n = 0;
    char digits[24];
    do {
        digits[n++] = (char)('0' + nonce % 10);
        nonce /= 10;
    } while (nonce > 0);
    for (u32 i = 0; i < n; i++) {
        out[i] = digits[n - 1 - i];
    }
    out[n] = 0;
}

// ---- logs and receipts

void rpc_put_log(struct json_writer *w, const struct rpc_log_place *at)
{
    const struct stored_block *b = at->b;
    const struct state_log *l = &b->logs[at->log];
    json_begin_object(w, NULL);
    json_put_address(w, "address", &l->emitter);
    json_begin_list(w, "topics");
    for (u32 i = 0; i < l->topic_count; i++) {
        json_put_b256(w, NULL, &l->topic[i]);
    }
    json_end(w);
    bytes data = bytes_slice(buf_bytes(&b->log_data), l->data_at, l->data_size);
    json_put_data(w, "data", data.p, data.n);
    json_put_b256(w, "blockHash", &b->header.hash);
    json_put_quantity_u64(w, "blockNumber", b->header.number);
    json_put_quantity_u64(w, "blockTimestamp", b->header.timestamp);
    json_put_b256(w, "transactionHash", &b->transactions[at->transaction].hash);
    json_put_quantity_u64(w, "transactionIndex", at->transaction);
    json_put_quantity_u64(w, "logIndex", at->log);
    json_put_bool(w, "removed", at->is_removed);
    json_end(w);
}

void rpc_put_receipt(struct json_writer *w, const struct node *n, const struct stored_block *b,
                     usize index)
{
    const struct stored_transaction *s = &b->transactions[index];
    struct transaction t = {.nonce = 0};
    CHECK(transaction_decode(&t, s->raw) == VERDICT_VALID);
    json_begin_object(w, NULL);
    json_put_b256(w, "transactionHash", &s->hash);
    json_put_quantity_u64(w, "transactionIndex", index);
    json_put_b256(w, "blockHash", &b->header.hash);
    json_put_quantity_u64(w, "blockNumber", b->header.number);
    json_put_address(w, "from", &s->sender);
    put_to(w, &t);
    json_put_quantity_u64(w, "cumulativeGasUsed", s->cumulative_gas);
    json_put_quantity_u64(w, "gasUsed", s->gas_used);
    json_put_quantity(w, "effectiveGasPrice", rpc_effective_price(&t, &b->header));
    if (s->has_created) {
        json_put_address(w, "contractAddress", &s->created);
    } else {
        json_put_null(w, "contractAddress");
    }
    json_begin_list(w, "logs");
    for (usize i = 0; i < s->log_count; i++) {
        struct rpc_log_place at = {b, index, s->first_log + i, false};
        rpc_put_log(w, &at);
    }
    json_end(w);
    json_put_data(w, "logsBloom", s->bloom, sizeof s->bloom);
    if (s->has_root) { // before Byzantium
        json_put_b256(w, "root", &s->pre_byzantium_root);
    } else {
        json_put_quantity_u64(w, "status", s->succeeded);
    }
    json_put_quantity_u64(w, "type", t.type);
    if (t.type == TX_BLOB) {
        struct block_rules r = node_rules_of(n, &b->header);
        u256 price = blob_base_fee(b->header.excess_blob_gas, r.blobs.update_fraction);
        json_put_quantity_u64(w, "blobGasUsed", t.blob_count * GAS_PER_BLOB);
        json_put_quantity(w, "blobGasPrice", price);
    }
    json_end(w);
    transaction_fini(&t);
}

// ---- blocks

static void put_header_tail(struct json_writer *w, const struct header *h)
{
    if (h->tail >= TAIL_BASE_FEE) {
        json_put_quantity(w, "baseFeePerGas", h->base_fee);
    }
    if (h->tail >= TAIL_WITHDRAWALS_ROOT) {
        json_put_b256(w, "withdrawalsRoot", &h->withdrawals_root);
    }
    if (h->tail >= TAIL_EXCESS_BLOB_GAS) {
        json_put_quantity_u64(w, "blobGasUsed", h->blob_gas_used);
        json_put_quantity_u64(w, "excessBlobGas", h->excess_blob_gas);
    }
    if (h->tail >= TAIL_BEACON_ROOT) {
        json_put_b256(w, "parentBeaconBlockRoot", &h->beacon_root);
    }
    if (h->tail >= TAIL_REQUESTS_HASH) {
        json_put_b256(w, "requestsHash", &h->requests_hash);
    }
}

void rpc_put_header_members(struct json_writer *w, const struct header *h)
{
    json_put_b256(w, "hash", &h->hash);
    json_put_b256(w, "parentHash", &h->parent_hash);
    json_put_b256(w, "sha3Uncles", &h->uncles_hash);
    json_put_address(w, "miner", &h->coinbase);
    json_put_b256(w, "stateRoot", &h->state_root);
    json_put_b256(w, "transactionsRoot", &h->transactions_root);
    json_put_b256(w, "receiptsRoot", &h->receipts_root);
    json_put_data(w, "logsBloom", h->bloom, sizeof h->bloom);
    json_put_quantity(w, "difficulty", h->difficulty);
    json_put_quantity_u64(w, "number", h->number);
    json_put_quantity_u64(w, "gasLimit", h->gas_limit);
    json_put_quantity_u64(w, "gasUsed", h->gas_used);
    json_put_quantity_u64(w, "timestamp", h->timestamp);
    json_put_data(w, "extraData", h->extra, h->extra_size);
    json_put_b256(w, "mixHash", &h->mix_hash);
    json_put_data(w, "nonce", h->nonce, sizeof h->nonce);
    put_header_tail(w, h);
}

void rpc_put_header(struct json_writer *w, const struct stored_block *b)
{
    json_begin_object(w, NULL);
    rpc_put_header_members(w, &b->header);
    json_end(w);
}

void rpc_put_withdrawals(struct json_writer *w, const struct stored_block *b)
{
    struct block decoded;
    CHECK(block_decode(&decoded, buf_bytes(&b->wire)));
    bytes rest = decoded.withdrawals;
    bytes raw;
    struct withdrawal one;
    json_begin_list(w, "withdrawals");
    while (rest.n > 0 && block_next_withdrawal(&one, &raw, &rest)) {
        json_begin_object(w, NULL);
        json_put_quantity_u64(w, "index", one.index);
        json_put_quantity_u64(w, "validatorIndex", one.validator);
        json_put_address(w, "address", &one.at);
        json_put_quantity_u64(w, "amount", one.amount_gwei);
        json_end(w);
    }
    json_end(w);
}

static void put_uncles(struct json_writer *w, const struct stored_block *b)
{
    struct block decoded;
    struct header h;
    CHECK(block_decode(&decoded, buf_bytes(&b->wire)));
    bytes rest = decoded.uncles;
    json_begin_list(w, "uncles");
    while (rest.n > 0 && header_decode(&h, &rest)) {
        json_put_b256(w, NULL, &h.hash);
    }
    json_end(w);
}

void rpc_put_block_members(struct json_writer *w, const struct stored_block *b, bool whole)
{
    rpc_put_header_members(w, &b->header);
    json_put_quantity_u64(w, "size", b->wire.n);
    put_uncles(w, b);
    json_begin_list(w, "transactions");
    for (usize i = 0; i < b->count; i++) {
        if (whole) {
            rpc_put_transaction(w, b, i);
        } else {
            json_put_b256(w, NULL, &b->transactions[i].hash);
        }
    }
    json_end(w);
    if (b->header.tail >= TAIL_WITHDRAWALS_ROOT) {
        rpc_put_withdrawals(w, b);
    }
}

void rpc_put_block(struct json_writer *w, const char *name, const struct stored_block *b,
                   bool whole)
{
    json_begin_object(w, name);
    rpc_put_block_members(w, b, whole);
    json_end(w);
}
