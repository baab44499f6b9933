// SPDX-License-Identifier: MIT
// Runners of the official tests of single parts. A test is a function from its JSON to a verdict in
// words: an empty buffer means that it passed.
#include "app/cli/unittest.h"

#include "core/chain/transact.h"
#include "core/trie/root.h"
#include "core/trie/trie.h"
#include "lib/base/bytes.h"
#include "lib/codec/hex.h"
#include "lib/codec/json.h"
#include "lib/codec/rlp.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/crypto/sign.h"
#include "lib/num/u256.h"

#include <stdio.h>
#include <string.h>

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

static enum fault judge_fork(const json_value *expected, enum fork f, bytes wire, struct buf *why)
{
    json_value v;
    bool refuses = false;
    TRY(json_find(&v, &refuses, expected, "exception"));
    struct transaction t = {.nonce = 0};
    address sender = {{0}};
    enum verdict verdict = transaction_decode(&t, wire);
    verdict = verdict == VERDICT_VALID ? judge_alone(&t, f, &sender) : verdict;
    if (refuses && verdict == VERDICT_VALID) {
        buf_put_text(why, "accepted, expected a refusal");
    } else if (!refuses && verdict != VERDICT_VALID) {
        buf_printf(why, "refused: %s, expected to be accepted", verdict_name(verdict));
    } else if (!refuses) {
        b256 hash = {{0}};
        b256 got;
        address from = {{0}};
        u64 intrinsic = 0;
        struct gas_table price;
        gas_table_init(&price, f);
        TRY(json_find_b256(&hash, expected, "hash"));
        TRY(json_find_address(&from, expected, "sender"));
        TRY(json_find_u64(&intrinsic, expected, "intrinsicGas"));
        transaction_hash(&got, &t);
        bool ok = b256_equal(&hash, &got) && address_equal(&from, &sender) &&
                  intrinsic == transaction_intrinsic_gas(&price, &t).gas;
        if (!ok) {
            buf_put_text(why, "hash, sender or intrinsic gas differ; ");
        }
    }
    transaction_fini(&t);
    return FAULT_NONE;
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

// ---- tries

// Strings that begin with 0x are hex, all others plain bytes; null is nothing.
static enum fault plain_or_hex(struct buf *out, const json_value *v)
{
    const char *p = NULL;
    usize n = 0;
    if (json_kind_of(v) == JSON_KIND_NULL) {
        return FAULT_NONE;
    }
    TRY(json_get_text(&p, &n, v));
    if (n >= 2 && p[0] == '0' && p[1] == 'x') {
        return json_get_data(out, v);
    }
    buf_put(out, p, n);
    return FAULT_NONE;
}

static enum fault name_or_hex(struct buf *out, const char *name)
{
    usize n = strlen(name);
    if (n < 2 || name[0] != '0' || name[1] != 'x') {
        buf_put(out, name, n);
        return FAULT_NONE;
    }
    hex_error why = {0};
    return hex_decode(out, &why, name, n) ? FAULT_NONE : FAULT_BAD_INPUT;
}

static void put_pair(struct trie *t, bool secure, const struct buf *key, const struct buf *value)
{
    if (secure) {
        b256 hash;
        keccak256(&hash, key->p, key->n);
        trie_put(t, (bytes){hash.b, sizeof hash.b}, buf_bytes(value));
    } else {
        trie_put(t, buf_bytes(key), buf_bytes(value));
    }
}

static enum fault fill_trie(struct trie *t, bool secure, const json_value *in)
{
    bool list = json_kind_of(in) == JSON_KIND_LIST;
    json_value member = {0};
    for (usize i = 0; i < json_count(in); i++) {
        struct buf key = {0};
        struct buf value = {0};
        if (list) {
            json_value pair = json_element(in, i);
            json_value k = json_element(&pair, 0);
            json_value v = json_element(&pair, 1);
            TRY(plain_or_hex(&key, &k));
            TRY(plain_or_hex(&value, &v));
        } else if (json_next_member(&member, in)) {
            TRY(name_or_hex(&key, member.name));
            TRY(plain_or_hex(&value, &member));
        }
        put_pair(t, secure, &key, &value);
        buf_fini(&key);
        buf_fini(&value);
    }
    return FAULT_NONE;
}

// [from, the key before, the key after]: a trie gives the key after; the one before is not asked of
// it.
static enum fault run_order_test(const json_value *test, struct buf *why)
{
    json_value in;
    json_value tests;
    struct trie t = {.top = NULL};
    TRY(json_member(&in, test, "in"));
    TRY(json_member(&tests, test, "tests"));
    for (usize i = 0; i < json_count(&in); i++) {
        json_value key = json_element(&in, i);
        struct buf k = {0};
        TRY(plain_or_hex(&k, &key));
        trie_put(&t, buf_bytes(&k), buf_bytes(&k));
        buf_fini(&k);
    }
    for (usize i = 0; i < json_count(&tests); i++) {
        json_value row = json_element(&tests, i);
        json_value from_v = json_element(&row, 0);
        json_value next_v = json_element(&row, 2);
        struct buf from = {0};
        struct buf next = {0};
        struct buf got = {0};
        bytes value = BYTES_NONE;
        TRY(plain_or_hex(&from, &from_v));
        TRY(plain_or_hex(&next, &next_v));
        buf_put_u8(&from, 0); // strictly after
        bool found = trie_seek(&t, buf_bytes(&from), &got, &value);
        if (found != (next.n > 0) || !equal_bytes(got.p, next.p, got.n)) {
            buf_printf(why, "row %zu: another next key; ", i);
        }
        buf_fini(&from);
        buf_fini(&next);
        buf_fini(&got);
    }
    trie_fini(&t);
    return FAULT_NONE;
}

static enum fault run_trie_test(const char *path, const json_value *test, struct buf *why)
{
    bool secure = strstr(path, "secure") != NULL;
    if (strstr(path, "nextprev") != NULL) {
        return run_order_test(test, why);
    }
    json_value in;
    b256 expected = {{0}};
    b256 got;
    struct trie t = {.top = NULL};
    TRY(json_member(&in, test, "in"));
    TRY(json_find_b256(&expected, test, "root"));
    TRY(fill_trie(&t, secure, &in));
    trie_hash(&got, &t);
    trie_fini(&t);
    if (!b256_equal(&got, &expected)) {
        buf_put_text(why, "root ");
        hex_put_data(why, got.b, sizeof got.b);
        buf_put_text(why, ", expected ");
        hex_put_data(why, expected.b, sizeof expected.b);
    }
    return FAULT_NONE;
}

void trietest_run(bytes text, struct tally *tally)
{
    unittest_each(text, tally, run_trie_test);
}

// ---- RLP

static bool rlp_is_valid(bytes coded, u32 depth)
{
    while (coded.n > 0) {
        rlp_item item;
        if (!rlp_next(&item, &coded)) {
            return false;
        }
        if (item.is_list && (depth > 64 || !rlp_is_valid(item.payload, depth + 1))) {
            return false;
        }
    }
    return true;
}

static enum fault encode_number(struct buf *out, const char *digits)
{
    u8 number[64] = {0}; // big-endian; no test has more
    for (; *digits != 0; digits++) {
        u32 carry = (u32)(*digits - '0');
        if (carry > 9) {
            return FAULT_BAD_INPUT;
        }
        for (usize i = sizeof number; i-- > 0;) {
            carry += number[i] * 10u;
            number[i] = (u8)carry;
            carry >>= 8;
        }
    }
    usize at = 0;
    while (at < sizeof number && number[at] == 0) {
        at++;
    }
    rlp_put_bytes(out, number + at, sizeof number - at);
    return FAULT_NONE;
}

static enum fault encode_value(struct buf *out, const json_value *v)
{
    if (json_kind_of(v) == JSON_KIND_LIST) {
        usize list = rlp_begin_list(out);
        for (usize i = 0; i < json_count(v); i++) {
            json_value item = json_element(v, i);
            TRY(encode_value(out, &item));
        }
        rlp_end_list(out, list);
        return FAULT_NONE;
    }
    if (json_kind_of(v) == JSON_KIND_NUMBER) {
        u64 number = 0;
        TRY(json_get_u64(&number, v));
        rlp_put_u64(out, number);
        return FAULT_NONE;
    }
    bytes text;
    TRY(json_get_text_bytes(&text, v)); // a 0 is behind it
    if (text.n > 0 && text.p[0] == '#') {
        return encode_number(out, (const char *)text.p + 1);
    }
    rlp_put_bytes(out, text.p, text.n);
    return FAULT_NONE;
}

static enum fault run_rlp_test(const char *path, const json_value *test, struct buf *why)
{
    (void)path;
    json_value in;
    struct buf coded = {0};
    TRY(json_member(&in, test, "in"));
    TRY(json_find_data(&coded, test, "out"));
    const char *p = "";
    bytes in_text;
    if (json_kind_of(&in) == JSON_KIND_TEXT) {
        TRY(json_get_text_bytes(&in_text, &in));
        p = (const char *)in_text.p; // a 0 is behind it
    }
    if (strcmp(p, "INVALID") == 0 || strcmp(p, "VALID") == 0) {
        bytes rest = buf_bytes(&coded);
        rlp_item item;
        bool valid = rlp_next(&item, &rest) && rest.n == 0 && rlp_is_valid(buf_bytes(&coded), 0);
        if (valid != (p[0] == 'V')) {
            buf_printf(why, "%s", valid ? "decodes" : "does not decode");
        }
    } else {
        struct buf got = {0};
        TRY(encode_value(&got, &in));
        if (got.n != coded.n || !equal_bytes(got.p, coded.p, got.n)) {
            buf_put_text(why, "coding ");
            hex_put_data(why, got.p, got.n);
            buf_put_text(why, ", expected ");
            hex_put_data(why, coded.p, coded.n);
        }
        buf_fini(&got);
    }
    buf_fini(&coded);
    return FAULT_NONE;
}

void rlptest_run(bytes text, struct tally *tally)
{
    unittest_each(text, tally, run_rlp_test);
}
