// SPDX-License-Identifier: MIT
// Runners of the official tests of single parts. A test is a function from its JSON to a verdict in
// words: an empty buffer means that it passed.
#include "app/cli/unittest.h"

#include "core/chain/header_rules.h"
#include "core/eth/transaction.h"
#include "core/precompile/precompile.h"
#include "core/trie/root.h"
#include "core/trie/trie.h"
#include "lib/base/bytes.h"
#include "lib/codec/hex.h"
#include "lib/codec/json.h"
#include "lib/codec/rlp.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/num/u256.h"

#include <stdio.h>
#include <string.h>

static void tell(struct statetest_tally *tally, const char *path, const char *name, struct buf *why)
{
    if (why->n == 0) {
        tally->passed++;
        return;
    }
    tally->failed++;
    buf_printf(&tally->failures, "FAIL %s %s: %.*s\n", path, name, (int)why->n,
               (const char *)why->p);
    buf_clear(why);
}

static void broken_file(struct statetest_tally *tally, const char *path, const struct json *j)
{
    tally->failed++;
    buf_printf(&tally->failures, "FAIL %s: %.*s\n", path, (int)j->error.n,
               (const char *)j->error.p);
}

void unittest_each(const char *path, bytes text, struct statetest_tally *tally, test_function *run)
{
    struct json j;
    struct buf why = {0};
    enum fault f = json_parse(&j, text);
    if (f == FAULT_NONE) {
        json_value root = json_root(&j);
        bool list = json_kind_of(&root) == JSON_KIND_LIST;
        json_value test = {0};
        usize count = json_count(&root);
        for (usize i = 0; f == FAULT_NONE && i < count; i++) {
            if (list) {
                test = json_element(&root, i);
            } else if (!json_next_member(&test, &root)) {
                break;
            }
            f = run(path, &test, &why);
            char number[24];
            (void)snprintf(number, sizeof number, "[%zu]", i);
            if (f == FAULT_NONE) {
                tell(tally, path, list ? number : test.name, &why);
            }
        }
    }
    if (f != FAULT_NONE) {
        broken_file(tally, path, &j);
    }
    json_fini(&j);
    buf_fini(&why);
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
    if (refuses != (verdict != VERDICT_VALID)) {
        buf_printf(why, "%s: %s; ", fork_name(f), refuses ? "accepted" : verdict_name(verdict));
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
            buf_printf(why, "%s: hash, sender or intrinsic gas differ; ", fork_name(f));
        }
    }
    transaction_fini(&t);
    return FAULT_NONE;
}

static enum fault run_transaction_test(const char *path, const json_value *test, struct buf *why)
{
    (void)path;
    json_value result;
    json_value of_fork = {0};
    struct buf wire = {0};
    TRY(json_member(&result, test, "result"));
    TRY(json_find_data(&wire, test, "txbytes"));
    enum fault fault = FAULT_NONE;
    while (fault == FAULT_NONE && json_next_member(&of_fork, &result)) {
        enum fork f = FORK_FRONTIER;
        if (!fork_from_name(&f, of_fork.name)) {
            buf_printf(why, "unknown fork %s; ", of_fork.name);
            continue;
        }
        fault = judge_fork(&of_fork, f, buf_bytes(&wire), why);
    }
    buf_fini(&wire);
    return fault;
}

void txtest_run(const char *path, bytes text, struct statetest_tally *tally)
{
    unittest_each(path, text, tally, run_transaction_test);
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
    struct trie t = {NULL};
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
    struct trie t = {NULL};
    TRY(json_member(&in, test, "in"));
    TRY(json_find_b256(&expected, test, "root"));
    TRY(fill_trie(&t, secure, &in));
    trie_hash(&got, &t);
    trie_fini(&t);
    if (!b256_equal(&got, &expected)) {
        buf_printf(why, "another root");
    }
    return FAULT_NONE;
}

void trietest_run(const char *path, bytes text, struct statetest_tally *tally)
{
    unittest_each(path, text, tally, run_trie_test);
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
            buf_printf(why, "another coding");
        }
        buf_fini(&got);
    }
    buf_fini(&coded);
    return FAULT_NONE;
}

void rlptest_run(const char *path, bytes text, struct statetest_tally *tally)
{
    unittest_each(path, text, tally, run_rlp_test);
}

// ---- difficulty

static bool difficulty_rules(struct block_rules *r, const char *name)
{
    struct schedule s;
    if (!schedule_from_test_name(&s, name)) {
        return false;
    }
    u256 nothing = u256_zero();
    *r = schedule_rules(&s, 1, 0, &nothing);
    return true;
}

// The fork that a file of the older form means, by its name.
static const char *fork_of_path(const char *path)
{
    static const char *const NAMES[][2] = {
        {"Byzantium", "Byzantium"},       {"Constantinople", "Constantinople"},
        {"EIP2384", "Istanbul"},          {"Frontier", "Frontier"},
        {"CustomHomestead", "Homestead"}, {"Homestead", "Homestead"},
    };
    for (u32 i = 0; i < COUNT_OF(NAMES); i++) {
        if (strstr(path, NAMES[i][0]) != NULL) {
            return NAMES[i][1];
        }
    }
    return NULL; // a chain
}

// Difficulty rules of the main network and of Ropsten by block number (EIP-606, 609, 2384).
static const char *fork_of_chain(const char *path, u64 number)
{
    static const struct {
        u64 main, ropsten;
        const char *fork;
    } STEPS[] = {
        {9200000, 7117117, "Istanbul"},
        {7280000, 4230000, "Constantinople"},
        {4370000, 1700000, "Byzantium"},
        {1150000, 0, "Homestead"},
    };
    bool ropsten = strstr(path, "Ropsten") != NULL;
    for (u32 i = 0; i < COUNT_OF(STEPS); i++) {
        if (number >= (ropsten ? STEPS[i].ropsten : STEPS[i].main)) {
            return STEPS[i].fork;
        }
    }
    return "Frontier";
}

static enum fault run_difficulty_case(const char *fork, const json_value *test, struct buf *why)
{
    struct header parent = {.number = 0, .uncles_hash = UNCLES_NONE_HASH};
    u64 number = 0;
    u64 timestamp = 0;
    u256 expected = u256_zero();
    u256 uncles = u256_zero();
    struct block_rules r;
    TRY(json_find_u64(&parent.timestamp, test, "parentTimestamp"));
    TRY(json_find_u256(&parent.difficulty, test, "parentDifficulty"));
    TRY(json_find_u256(&uncles, test, "parentUncles"));
    TRY(json_find_u64(&timestamp, test, "currentTimestamp"));
    TRY(json_find_u64(&number, test, "currentBlockNumber"));
    TRY(json_find_u256(&expected, test, "currentDifficulty"));
    u256 none = u256_from_b256(UNCLES_NONE_HASH);
    if (!u256_is_zero(uncles) && !u256_eq(uncles, none)) {
        parent.uncles_hash = (b256){{1}};
    }
    parent.number = number - 1;
    if (!difficulty_rules(&r, fork)) {
        return json_refuse(test, "unknown fork %s", fork);
    }
    u256 got = header_difficulty(&r, timestamp, &parent);
    if (!u256_eq(got, expected)) {
        buf_printf(why, "another difficulty");
    }
    return FAULT_NONE;
}

struct difficulty_walk {
    const char *path;
    struct statetest_tally *tally;
    struct buf why;
};

// fork -> case -> numbers, or the same one level flatter.
static enum fault walk_difficulty(struct difficulty_walk *w, const char *fork, const json_value *v)
{
    json_value found_v;
    bool is_case = false;
    TRY(json_find(&found_v, &is_case, v, "currentDifficulty"));
    if (is_case) {
        u64 number = 0;
        TRY(json_find_u64(&number, v, "currentBlockNumber"));
        const char *of_path = fork_of_path(w->path);
        const char *by_number = fork_of_chain(w->path, number);
        const char *of_file = of_path != NULL ? of_path : by_number;
        TRY(run_difficulty_case(fork != NULL ? fork : of_file, v, &w->why));
        tell(w->tally, w->path, v->name, &w->why);
        return FAULT_NONE;
    }
    json_value member = {0};
    while (json_next_member(&member, v)) {
        struct block_rules r;
        if (strcmp(member.name, "_info") == 0) {
            continue;
        }
        TRY(walk_difficulty(w, difficulty_rules(&r, member.name) ? member.name : fork, &member));
    }
    return FAULT_NONE;
}

void difficultytest_run(const char *path, bytes text, struct statetest_tally *tally)
{
    struct json j;
    struct difficulty_walk w = {path, tally, {0}};
    enum fault f = json_parse(&j, text);
    if (f == FAULT_NONE) {
        json_value root = json_root(&j);
        f = walk_difficulty(&w, NULL, &root);
    }
    if (f != FAULT_NONE) {
        broken_file(tally, path, &j);
    }
    json_fini(&j);
    buf_fini(&w.why);
}

// ---- precompiles

struct named_precompile {
    const char *file;
    u32 number;
    enum fork fork;
};

static const struct named_precompile PRECOMPILES[] = {
    {"ecRecover", 0x01, FORK_OSAKA},        {"modexp_eip2565", 0x05, FORK_BERLIN},
    {"modexp_eip7883", 0x05, FORK_OSAKA},   {"modexp", 0x05, FORK_BYZANTIUM},
    {"bn256Add", 0x06, FORK_ISTANBUL},      {"bn256ScalarMul", 0x07, FORK_ISTANBUL},
    {"bn256Pairing", 0x08, FORK_ISTANBUL},  {"lake2", 0x09, FORK_ISTANBUL},
    {"pointEvaluation", 0x0a, FORK_CANCUN}, {"blsG1Add", 0x0b, FORK_PRAGUE},
    {"blsG1M", 0x0c, FORK_PRAGUE},          {"blsG2Add", 0x0d, FORK_PRAGUE},
    {"blsG2M", 0x0e, FORK_PRAGUE},          {"blsPairing", 0x0f, FORK_PRAGUE},
    {"blsMapG1", 0x10, FORK_PRAGUE},        {"blsMapG2", 0x11, FORK_PRAGUE},
    {"p256Verify", 0x100, FORK_OSAKA},
};

static const struct named_precompile *precompile_of_path(const char *path)
{
    for (u32 i = 0; i < COUNT_OF(PRECOMPILES); i++) {
        if (strstr(path, PRECOMPILES[i].file) != NULL) {
            return &PRECOMPILES[i];
        }
    }
    return NULL;
}

static enum fault run_precompile_test(const char *path, const json_value *test, struct buf *why)
{
    const struct named_precompile *named = precompile_of_path(path);
    if (named == NULL) {
        return json_refuse(test, "the file's name is not that of a precompile");
    }
    address a = {{0}};
    store_be16(a.b + 18, (u16)named->number);
    const struct precompile *p = precompile_find(named->fork, &a);
    struct buf input = {0};
    struct buf expected = {0};
    struct buf got = {0};
    u64 price = 0;
    bool refuses = false;
    json_value v;
    TRY(json_find_data(&input, test, "Input"));
    TRY(json_find_data(&expected, test, "Expected"));
    TRY(json_find_u64(&price, test, "Gas"));
    TRY(json_find(&v, &refuses, test, "ExpectedError"));
    if (p == NULL || !precompile_available(p)) {
        buf_printf(why, "not part of this build");
    } else {
        bool ok = precompile_run(p, buf_bytes(&input), &got);
        u64 asked = precompile_price(p, named->fork, buf_bytes(&input));
        if (ok == refuses) {
            buf_printf(why, "%s", ok ? "accepted" : "refused");
        } else if (ok && (got.n != expected.n || !equal_bytes(got.p, expected.p, got.n))) {
            buf_printf(why, "another output");
        } else if (ok && asked != price) {
            buf_printf(why, "costs %llu, expected %llu", (unsigned long long)asked,
                       (unsigned long long)price);
        }
    }
    buf_fini(&input);
    buf_fini(&expected);
    buf_fini(&got);
    return FAULT_NONE;
}

void precompiletest_run(const char *path, bytes text, struct statetest_tally *tally)
{
    unittest_each(path, text, tally, run_precompile_test);
}
