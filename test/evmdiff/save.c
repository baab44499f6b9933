// SPDX-License-Identifier: MIT
// See save.h.
#include "test/evmdiff/save.h"

#include "core/trie/state_root.h"
#include "lib/base/bytes.h"
#include "lib/codec/json_write.h"
#include "lib/codec/rlp.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/num/u256.h"
#include "test/evmdiff/peer.h"

// ---- what is expected ---------------------------------------------------------------------------

static enum fault read_logs(struct buf *rlp, const json_value *logs)
{
    for (usize i = 0; i < json_count(logs); i++) {
        json_value log = json_element(logs, i);
        usize parts = json_count(&log);
        usize list = rlp_begin_list(rlp);
        usize topics = 0;
        for (usize k = 0; k < parts; k++) {
            json_value part = json_element(&log, k);
            struct buf data = {0};
            TRY(json_get_data(&data, &part));
            if (k == 1) {
                topics = rlp_begin_list(rlp);
            }
            if (k == parts - 1) {
                rlp_end_list(rlp, topics);
            }
            rlp_put_bytes(rlp, data.p, data.n);
            buf_fini(&data);
        }
        rlp_end_list(rlp, list);
    }
    return FAULT_NONE;
}

// The hash of the logs of an outcome as state tests have it; of no logs if it was refused.
static enum fault logs_hash(b256 *out, const struct buf *outcome)
{
    struct json j;
    struct buf rlp = {0};
    usize list = rlp_begin_list(&rlp);
    enum fault f = json_parse(&j, buf_bytes(outcome));
    json_value root = json_root(&j);
    json_value logs;
    if (f == FAULT_NONE && json_kind_of(&root) == JSON_KIND_OBJECT) {
        f = json_member(&logs, &root, "logs");
        f = f == FAULT_NONE ? read_logs(&rlp, &logs) : f;
    }
    json_fini(&j);
    rlp_end_list(&rlp, list);
    keccak256(out, rlp.p, rlp.n);
    buf_fini(&rlp);
    return f;
}

static enum fault root_of_accounts(b256 *out, const struct buf *text)
{
    struct json j;
    struct alloc accounts = {0};
    struct state *s = state_new(NULL);
    enum fault f = json_parse(&j, buf_bytes(text));
    if (f == FAULT_NONE) {
        json_value root = json_root(&j);
        f = alloc_read(&accounts, &root);
    }
    if (f == FAULT_NONE) {
        alloc_give(&accounts, s);
    }
    state_root(out, s);
    state_free(s);
    alloc_fini(&accounts);
    json_fini(&j);
    return f;
}

enum fault save_expected(struct saved *out, const struct world *w,
                         const struct world_result *theirs)
{
    *out = (struct saved){.root = theirs->root, .refused = world_is_refused(theirs)};
    TRY(logs_hash(&out->logs, &theirs->text[0]));
    return w->peer->has_root ? FAULT_NONE : root_of_accounts(&out->root, &theirs->accounts);
}

// ---- the case -----------------------------------------------------------------------------------

static void put_environment(struct json_writer *w, const struct environment *e, enum fork fork)
{
    b256 random = u256_to_b256(e->random);
    json_begin_object(w, "env");
    json_put_address(w, "currentCoinbase", &e->coinbase);
    json_put_quantity(w, "currentDifficulty", e->difficulty);
    json_put_quantity_u64(w, "currentGasLimit", e->gas_limit);
    json_put_quantity_u64(w, "currentNumber", e->number);
    json_put_quantity_u64(w, "currentTimestamp", e->timestamp);
    if (fork >= FORK_LONDON) {
        json_put_quantity(w, "currentBaseFee", e->base_fee);
    }
    if (fork >= FORK_PARIS) {
        json_put_b256(w, "currentRandom", &random);
    }
    if (fork >= FORK_CANCUN) {
        json_put_quantity_u64(w, "currentExcessBlobGas", e->excess_blob_gas);
    }
    json_end(w);
}

static void put_access(struct json_writer *w, const struct transaction *t)
{
    json_begin_list(w, "accessLists");
    json_begin_list(w, NULL);
    for (usize i = 0; i < t->access_count; i++) {
        json_begin_object(w, NULL);
        json_put_address(w, "address", &t->access[i].at);
        json_begin_list(w, "storageKeys");
        for (usize k = 0; k < t->access[i].key_count; k++) {
            json_put_b256(w, NULL, &t->keys[t->access[i].first_key + k]);
        }
        json_end(w);
        json_end(w);
    }
    json_end(w);
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
        json_put_quantity_u64(w, "v", a->y_parity);
        json_put_quantity(w, "r", a->r);
        json_put_quantity(w, "s", a->s);
        json_end(w);
    }
    json_end(w);
}

static void put_transaction(struct json_writer *w, const struct test_case *c)
{
    const struct transaction *t = &c->tx;
    json_begin_object(w, "transaction");
    json_begin_list(w, "data");
    json_put_data(w, NULL, t->data.p, t->data.n);
    json_end(w);
    json_begin_list(w, "gasLimit");
    json_put_quantity_u64(w, NULL, t->gas_limit);
    json_end(w);
    json_begin_list(w, "value");
    json_put_quantity(w, NULL, t->value);
    json_end(w);
    json_put_quantity_u64(w, "nonce", t->nonce);
    json_put_b256(w, "secretKey", &c->key);
    json_put_address(w, "sender", &c->sender);
    if (t->is_create) {
        json_put_text(w, "to", "");
    } else {
        json_put_address(w, "to", &t->to);
    }
    if (t->type >= TX_FEE_MARKET) {
        json_put_quantity(w, "maxFeePerGas", t->max_fee);
        json_put_quantity(w, "maxPriorityFeePerGas", t->max_priority);
    } else {
        json_put_quantity(w, "gasPrice", t->max_fee);
    }
    if (t->type != TX_LEGACY) {
        put_access(w, t);
    }
    if (t->type == TX_AUTHORIZATION) {
        put_authorizations(w, t);
    }
    if (t->type == TX_BLOB) {
        json_put_quantity(w, "maxFeePerBlobGas", t->max_blob_fee);
        json_begin_list(w, "blobVersionedHashes");
        for (usize i = 0; i < t->blob_count; i++) {
            json_put_b256(w, NULL, &t->blob_hashes[i]);
        }
        json_end(w);
    }
    json_end(w);
}

static void put_post(struct json_writer *w, const char *fork, const struct saved *s)
{
    static const char *const INDEXES[] = {"data", "gas", "value"};
    json_begin_object(w, "post");
    json_begin_list(w, fork);
    json_begin_object(w, NULL);
    json_put_b256(w, "hash", &s->root);
    json_put_b256(w, "logs", &s->logs);
    json_begin_object(w, "indexes");
    for (u32 i = 0; i < COUNT_OF(INDEXES); i++) {
        json_put_number(w, INDEXES[i], 0);
    }
    json_end(w);
    if (s->refused) {
        json_put_text(w, "expectException", "refused");
    }
    json_end(w);
    json_end(w);
    json_end(w);
}

// State tests pay no reward: the coinbase has it from the start.
static void put_before(struct json_writer *w, const struct world *world)
{
    const struct environment *e = &world->env;
    struct alloc_account coinbase = {.address = e->coinbase, .balance = e->reward};
    for (u32 i = 0; i < world->before.count; i++) {
        struct alloc_account *a = &world->before.account[i];
        if (address_equal(&a->address, &e->coinbase)) {
            coinbase.balance = u256_add(a->balance, e->reward);
        } else {
            json_put_alloc(w, &(struct alloc){.account = a, .count = 1});
        }
    }
    if (!u256_is_zero(coinbase.balance)) {
        json_put_alloc(w, &(struct alloc){.account = &coinbase, .count = 1});
    }
}

void save_case(struct buf *out, const char *name, const struct world *world, const struct saved *s)
{
    const struct test_case *c = world->cases[0];
    struct json_writer w;
    json_write_init(&w, out, 1);
    json_begin_object(&w, NULL);
    json_begin_object(&w, name);
    put_environment(&w, &world->env, c->fork);
    json_begin_object(&w, "pre");
    put_before(&w, world);
    json_put_alloc(&w, &c->alloc);
    json_end(&w);
    put_transaction(&w, c);
    put_post(&w, fork_name(c->fork), s);
    json_end(&w);
    json_end(&w);
    buf_put_u8(out, '\n');
}
