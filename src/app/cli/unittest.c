// SPDX-License-Identifier: MIT
// Walks files of tests of single parts, and runs those of transactions. A test is a function from
// its JSON to a verdict in words: an empty buffer means that it passed.
#include "app/cli/unittest.h"

#include "core/chain/transact.h"
#include "lib/base/bytes.h"
#include "lib/codec/hex.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/crypto/sign.h"
#include "lib/num/u256.h"

#include <stdio.h>

static enum fault run_each(const json_value *root, struct tally *tally, test_function *run)
{
    bool is_list = json_kind_of(root) == JSON_KIND_LIST;
    json_value test = {0};
    usize count = json_count(root);
    enum fault f = is_list ? FAULT_NONE : json_expect(root, JSON_KIND_OBJECT);
    for (usize i = 0; f == FAULT_NONE && i < count; i++) {
        char number[24];
        (void)snprintf(number, sizeof number, "[%zu]", i);
        if (is_list) {
            test = json_element(root, i);
        } else if (!json_next_member(&test, root)) {
            break;
        }
        struct tally_case c = {.test = is_list ? number : test.name};
        if (tally_take(tally, c.test)) {
            f = run(tally->path, &test, &c.why);
            if (f == FAULT_NONE) {
                tally_tell(tally, &c);
            }
        }
        tally_case_fini(&c);
    }
    return f;
}

void unittest_each(bytes text, struct tally *tally, test_function *run)
{
    struct json j;
    enum fault f = json_parse(&j, text);
    if (f == FAULT_NONE) {
        json_value root = json_root(&j);
        f = run_each(&root, tally, run);
    }
    if (f != FAULT_NONE) {
        tally_broken(tally, buf_bytes(&j.error));
    }
    json_fini(&j);
}

// ---- transactions

// What a transaction is judged by alone, without a state.
static enum verdict judge_alone(const struct transaction *t, enum fork f, address *sender)
{
    struct gas_table price;
    gas_table_init(&price, f);
    bool replay_protected = t->type != TX_LEGACY || t->has_chain_id;
    if (t->type > price.TX_TYPE_MAX) {
        return VERDICT_TYPE_UNKNOWN;
    }
    if (replay_protected && (f < FORK_SPURIOUS || !u256_eq(t->chain_id, u256_one()))) {
        return VERDICT_CHAIN_ID_WRONG;
    }
    if (t->nonce == ~(u64)0) {
        return VERDICT_NONCE_IS_MAX;
    }
    if (u256_lt(t->max_fee, t->max_priority)) {
        return VERDICT_PRIORITY_OVER_FEE;
    }
    u256 product = u256_mul(t->max_fee, u256_from_u64(t->gas_limit));
    if (t->gas_limit != 0 && !u256_eq(u256_div(product, u256_from_u64(t->gas_limit)), t->max_fee)) {
        return VERDICT_FEE_OVERFLOWS;
    }
    struct intrinsic_gas need = transaction_intrinsic_gas(&price, t);
    if (t->gas_limit < need.gas || t->gas_limit < need.floor) {
        return VERDICT_INTRINSIC_TOO_LOW;
    }
    if (t->is_create && t->data.n > price.INITCODE_SIZE_MAX) {
        return VERDICT_INITCODE_TOO_LARGE;
    }
    if (t->type == TX_AUTHORIZATION) {
        if (t->authorization_count == 0) {
            return VERDICT_AUTHORIZATIONS_NONE;
        }
        if (t->is_create) {
            return VERDICT_AUTHORIZATIONS_CREATE;
        }
    }
    return transaction_signer(sender, t, price.RULE_LOW_S);
}

static void expect_address(struct buf *why, const char *what, const address *got,
                           const address *expected)
{
    if (!address_equal(got, expected)) {
        buf_printf(why, "%s ", what);
        hex_put_data(why, got->b, sizeof got->b);
        buf_put_text(why, ", expected ");
        hex_put_data(why, expected->b, sizeof expected->b);
        buf_put_text(why, "; ");
    }
}

// What a transaction that is valid at a fork has: hash, sender, gas before it runs.
static enum fault judge_valid(const json_value *expected, enum fork f, const struct transaction *t,
                              const address *sender, struct buf *why)
{
    b256 hash = {{0}};
    b256 got;
    address from = {{0}};
    u64 intrinsic = 0;
    struct gas_table price;
    gas_table_init(&price, f);
    TRY(json_find_b256(&hash, expected, "hash"));
    TRY(json_find_address(&from, expected, "sender"));
    TRY(json_find_u64(&intrinsic, expected, "intrinsicGas"));
    transaction_hash(&got, t);
    u64 needed = transaction_intrinsic_gas(&price, t).gas;
    if (!b256_equal(&hash, &got)) {
        buf_put_text(why, "hash ");
        hex_put_data(why, got.b, sizeof got.b);
        buf_put_text(why, ", expected ");
        hex_put_data(why, hash.b, sizeof hash.b);
        buf_put_text(why, "; ");
    }
    expect_address(why, "sender", sender, &from);
    if (needed != intrinsic) {
        buf_printf(why, "intrinsic gas %llu, expected %llu; ", (unsigned long long)needed,
                   (unsigned long long)intrinsic);
    }
    return FAULT_NONE;
}

static enum fault judge_fork(const json_value *expected, enum fork f, bytes wire, struct buf *why)
{
    json_value v;
    bool refuses = false;
    TRY(json_find(&v, &refuses, expected, "exception"));
    struct transaction t = {.nonce = 0};
    address sender = {{0}};
    enum fault fault = FAULT_NONE;
    enum verdict verdict = transaction_decode(&t, wire);
    verdict = verdict == VERDICT_VALID ? judge_alone(&t, f, &sender) : verdict;
    if (refuses && verdict == VERDICT_VALID) {
        buf_put_text(why, "accepted, expected a refusal");
    } else if (!refuses && verdict != VERDICT_VALID) {
        buf_printf(why, "refused: %s, expected to be accepted", verdict_name(verdict));
    } else if (!refuses) {
        fault = judge_valid(expected, f, &t, &sender, why);
    }
    transaction_fini(&t);
    return fault;
}

// One case for each fork.
static enum fault judge_forks(struct tally *tally, const json_value *test)
{
    json_value result;
    json_value of_fork = {0};
    struct buf wire = {0};
    TRY(json_member(&result, test, "result"));
    TRY(json_expect(&result, JSON_KIND_OBJECT));
    enum fault fault = json_find_data(&wire, test, "txbytes");
    while (fault == FAULT_NONE && json_next_member(&of_fork, &result)) {
        enum fork f = FORK_FRONTIER;
        struct tally_case c = {.test = test->name, .fork = of_fork.name};
        if (!fork_from_name(&f, of_fork.name)) {
            fault = json_refuse(&of_fork, "no fork has this name");
        } else if (tally_take(tally, c.test)) {
            fault = judge_fork(&of_fork, f, buf_bytes(&wire), &c.why);
            if (fault == FAULT_NONE) {
                tally_tell(tally, &c);
            }
        }
        tally_case_fini(&c);
    }
    buf_fini(&wire);
    return fault;
}

// BasicTests/keyaddrtest: a key, which is the hash of its seed, and its address. (The signature
// beside them does not say of what hash it is, and is of none that is in use.)
static enum fault judge_key(const json_value *test, struct buf *why)
{
    json_value v;
    bytes seed;
    b256 key = {{0}};
    b256 hash;
    address expected = {{0}};
    address got = {{0}};
    TRY(json_member(&v, test, "seed"));
    TRY(json_get_text_bytes(&seed, &v));
    TRY(json_find_b256(&key, test, "key"));
    TRY(json_find_address(&expected, test, "addr"));
    keccak256(&hash, seed.p, seed.n);
    if (!b256_equal(&hash, &key) || !crypto_address_of_key(&got, &key)) {
        buf_put_text(why, "the key is not that of its seed; ");
    }
    expect_address(why, "address", &got, &expected);
    return FAULT_NONE;
}

// BasicTests/txtest: the members of a transaction, and what the key has made of them.
static enum fault judge_signed(const json_value *test, struct buf *why)
{
    b256 key = {{0}};
    u64 nonce = 0;
    u64 limit = 0;
    u256 price = u256_zero();
    u256 value = u256_zero();
    struct buf wire = {0};
    struct transaction t = {.nonce = 0};
    address signer = {{0}};
    address expected = {{0}};
    TRY(json_find_b256(&key, test, "key"));
    TRY(json_find_u64(&nonce, test, "nonce"));
    TRY(json_find_u64(&limit, test, "startgas"));
    TRY(json_find_u256(&price, test, "gasprice"));
    TRY(json_find_u256(&value, test, "value"));
    enum fault f = json_find_data(&wire, test, "signed");
    enum verdict v = transaction_decode(&t, buf_bytes(&wire));
    v = v == VERDICT_VALID ? transaction_signer(&signer, &t, false) : v;
    if (v != VERDICT_VALID || !crypto_address_of_key(&expected, &key)) {
        buf_printf(why, "%s; ", verdict_name(v));
    }
    expect_address(why, "signer", &signer, &expected);
    if (t.nonce != nonce || t.gas_limit != limit || !u256_eq(t.max_fee, price) ||
        !u256_eq(t.value, value)) {
        buf_put_text(why, "its members are not those of the coding; ");
    }
    transaction_fini(&t);
    buf_fini(&wire);
    return f;
}

static enum fault run_basic_test(const char *path, const json_value *test, struct buf *why)
{
    (void)path;
    json_value v;
    bool is_key;
    TRY(json_find(&v, &is_key, test, "seed"));
    return is_key ? judge_key(test, why) : judge_signed(test, why);
}

void txtest_run(bytes text, struct tally *tally)
{
    struct json j;
    enum fault f = json_parse(&j, text);
    if (f == FAULT_NONE) {
        json_value root = json_root(&j);
        json_value test = {0};
        bool is_basic = json_kind_of(&root) == JSON_KIND_LIST;
        f = is_basic ? run_each(&root, tally, run_basic_test)
                     : json_expect(&root, JSON_KIND_OBJECT);
        while (f == FAULT_NONE && !is_basic && json_next_member(&test, &root)) {
            f = judge_forks(tally, &test);
        }
    }
    if (f != FAULT_NONE) {
        tally_broken(tally, buf_bytes(&j.error));
    }
    json_fini(&j);
}
