// SPDX-License-Identifier: MIT
// Reading of cases; see statetest_case.h.
#include "app/cli/statetest_case.h"

#include "app/cli/tx_json.h"
#include "lib/base/bytes.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/crypto/sign.h"
#include "lib/num/u256.h"

#include <stdio.h>

void state_case_fini(struct state_case *c)
{
    transaction_fini(&c->tx);
    buf_fini(&c->wire);
}

struct indexed { // a member that may be a list, and the element of it that counts
    json_value member, value;
    bool found;
};

static enum fault find_indexed(struct indexed *v, const json_value *tx, const char *name, u64 i)
{
    TRY(json_find(&v->member, &v->found, tx, name));
    if (!v->found || json_kind_of(&v->member) != JSON_KIND_LIST) {
        v->value = v->member;
        return FAULT_NONE;
    }
    if (i >= json_count(&v->member)) {
        return json_refuse(&v->member, "has no element %llu", (unsigned long long)i);
    }
    v->value = json_element(&v->member, i);
    return FAULT_NONE;
}

static enum fault need_indexed(struct indexed *v, const json_value *tx, const char *name, u64 i)
{
    TRY(find_indexed(v, tx, name, i));
    return v->found ? FAULT_NONE : json_refuse(tx, "has no \"%s\"", name);
}

// The type follows from the members that are there.
static enum fault read_typed(struct transaction *t, const json_value *tx, u64 data_index)
{
    json_value v;
    struct indexed access;
    bool found = false;
    TRY(find_indexed(&access, tx, "accessLists", data_index));
    if (access.found && json_kind_of(&access.value) == JSON_KIND_LIST) {
        t->type = TX_ACCESS_LIST;
        TRY(tx_json_access(t, &access.value));
    }
    TRY(json_find(&v, &found, tx, "maxFeePerGas"));
    if (found) {
        t->type = TX_FEE_MARKET;
        TRY(json_get_u256(&t->max_fee, &v));
        TRY(json_find_u256(&t->max_priority, tx, "maxPriorityFeePerGas"));
    } else {
        TRY(json_find_u256(&t->max_fee, tx, "gasPrice"));
        t->max_priority = t->max_fee;
    }
    TRY(json_find(&v, &found, tx, "blobVersionedHashes"));
    if (found) {
        t->type = TX_BLOB;
        TRY(json_find_u256(&t->max_blob_fee, tx, "maxFeePerBlobGas"));
        TRY(tx_json_blobs(t, &v));
    }
    TRY(json_find(&v, &found, tx, "authorizationList"));
    if (found) {
        t->type = TX_AUTHORIZATION;
        TRY(tx_json_authorizations(t, &v));
    }
    return FAULT_NONE;
}

static enum fault read_transaction(struct state_case *c, const json_value *tx)
{
    struct transaction *t = &c->tx;
    struct indexed part;
    json_value v;
    bool found = false;
    struct buf to = {0};
    enum fault f = json_find_data(&to, tx, "to");
    t->is_create = to.n == 0;
    bool fits = to.n == 0 || to.n == sizeof t->to;
    copy_bytes(t->to.b, to.p, to.n == sizeof t->to ? to.n : 0);
    buf_fini(&to);
    TRY(f);
    if (!fits) {
        return json_refuse(tx, "\"to\" is not an address");
    }
    TRY(need_indexed(&part, tx, "data", c->data));
    TRY(json_get_data(&t->data, &part.value));
    TRY(need_indexed(&part, tx, "gasLimit", c->gas));
    TRY(json_get_u64(&t->gas_limit, &part.value));
    TRY(need_indexed(&part, tx, "value", c->value));
    TRY(json_get_u256(&t->value, &part.value));
    TRY(json_find_u64(&t->nonce, tx, "nonce"));
    TRY(json_find(&v, &found, tx, "sender"));
    if (found) {
        TRY(json_get_address(&c->sender, &v));
    } else {
        b256 key = {{0}};
        TRY(json_find_b256(&key, tx, "secretKey"));
        if (!crypto_address_of_key(&c->sender, &key)) {
            return json_refuse(tx, "secretKey is not a key");
        }
    }
    return read_typed(t, tx, c->data);
}

static enum fault hash_of_number(void *ctx, u64 number, b256 *out)
{
    (void)ctx;
    char text[24];
    int n = snprintf(text, sizeof text, "%llu", (unsigned long long)number);
    keccak256(out, text, (usize)n);
    return FAULT_NONE;
}

static enum fault read_blobs(struct blob_schedule *out, const json_value *test, const char *fork)
{
    json_value config;
    json_value schedule;
    json_value row;
    bool found = false;
    TRY(json_find(&config, &found, test, "config"));
    if (found) {
        TRY(json_find(&schedule, &found, &config, "blobSchedule"));
    }
    if (found) {
        TRY(json_find(&row, &found, &schedule, fork));
    }
    if (found) {
        TRY(json_find_u64(&out->target, &row, "target"));
        TRY(json_find_u64(&out->max, &row, "max"));
        TRY(json_find_u64(&out->update_fraction, &row, "baseFeeUpdateFraction"));
    }
    return FAULT_NONE;
}

static enum fault read_block(struct chain_block *b, const json_value *test, const char *fork)
{
    json_value env;
    json_value v;
    bool found = false;
    TRY(json_member(&env, test, "env"));
    b->vm.chain_id = u256_one();
    TRY(json_find_u256(&b->vm.number, &env, "currentNumber"));
    TRY(json_find_u256(&b->vm.timestamp, &env, "currentTimestamp"));
    TRY(json_find_u256(&b->vm.gas_limit, &env, "currentGasLimit"));
    TRY(json_find_address(&b->vm.coinbase, &env, "currentCoinbase"));
    TRY(json_find_u256(&b->vm.difficulty_or_prevrandao, &env, "currentDifficulty"));
    TRY(json_find(&v, &found, &env, "currentRandom"));
    if (found && b->fork >= FORK_PARIS) {
        TRY(json_get_u256(&b->vm.difficulty_or_prevrandao, &v));
    }
    if (b->fork >= FORK_LONDON) {
        b->vm.base_fee = u256_from_u64(10); // as go-ethereum's runner
        TRY(json_find_u256(&b->vm.base_fee, &env, "currentBaseFee"));
    }
    if (b->fork >= FORK_CANCUN) {
        TRY(json_find_u64(&b->excess_blob_gas, &env, "currentExcessBlobGas"));
        b->blobs = blob_schedule_of(b->fork);
        TRY(read_blobs(&b->blobs, test, fork));
    }
    b->blob_gas_left = b->blobs.max * 131072;
    b->gas_left = u256_to_u64_saturated(b->vm.gas_limit);
    b->vm.block_hash = hash_of_number;
    return FAULT_NONE;
}

// What the post entry says of the case.
static enum fault read_entry(struct state_case *c, const json_value *entry)
{
    json_value indexes;
    json_value v;
    usize n;
    TRY(json_member(&indexes, entry, "indexes"));
    TRY(json_find_u64(&c->data, &indexes, "data"));
    TRY(json_find_u64(&c->gas, &indexes, "gas"));
    TRY(json_find_u64(&c->value, &indexes, "value"));
    TRY(json_find(&v, &c->has_wire, entry, "txbytes"));
    if (c->has_wire) {
        TRY(json_get_data(&c->wire, &v));
    }
    TRY(json_find(&v, &c->refuses, entry, "expectException"));
    c->exception = "";
    return c->refuses && json_kind_of(&v) == JSON_KIND_TEXT ? json_get_text(&c->exception, &n, &v)
                                                            : FAULT_NONE;
}

enum fault state_case_read(struct state_case *c, bool *exists, const json_value *test,
                           const json_value *entry, const struct vm_params *params)
{
    json_value tx;
    *exists = true;
    TRY(read_entry(c, entry));
    c->block.fork = c->fork;
    c->block.params = *params;
    TRY(read_block(&c->block, test, c->fork_name));
    TRY(json_member(&tx, test, "transaction"));
    TRY(json_expect(&tx, JSON_KIND_OBJECT));
    enum fault f = read_transaction(c, &tx);
    if (f != FAULT_NONE && c->refuses) {
        buf_clear(&tx.document->error);
        *exists = false;
        return FAULT_NONE;
    }
    return f;
}
