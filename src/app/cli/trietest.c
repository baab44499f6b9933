// SPDX-License-Identifier: MIT
// Runner of official trie tests: roots of pairs in any order or in the order given, of hashed keys,
// and neighbours of keys.
#include "core/trie/trie.h"
#include "app/cli/unittest.h"
#include "lib/base/bytes.h"
#include "lib/codec/hex.h"
#include "lib/crypto/hash/keccak.h"

#include <string.h>

struct pair {
    struct buf key, value;
};

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

static bool name_or_hex(struct buf *out, const char *name)
{
    usize n = strlen(name);
    if (n < 2 || name[0] != '0' || name[1] != 'x') {
        buf_put(out, name, n);
        return true;
    }
    hex_error why = {0};
    return hex_decode(out, &why, name, n);
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

// In a key one byte is kept for what comes strictly after it.
static enum fault read_key(struct buf *out, const json_value *v)
{
    TRY(plain_or_hex(out, v));
    return out->n < TRIE_KEY_MAX ? FAULT_NONE
                                 : json_refuse(v, "is longer than %u bytes", TRIE_KEY_MAX - 1);
}

static enum fault read_pair(struct pair *p, const json_value *list, usize i, json_value *member)
{
    if (json_kind_of(list) != JSON_KIND_LIST) {
        (void)json_next_member(member, list); // there is one: i is below the count
        if (!name_or_hex(&p->key, member->name) || p->key.n >= TRIE_KEY_MAX) {
            return json_refuse(member, "its name is not hexadecimal, or too long for a key");
        }
        return plain_or_hex(&p->value, member);
    }
    json_value pair = json_element(list, i);
    TRY(json_expect(&pair, JSON_KIND_LIST));
    if (json_count(&pair) != 2) {
        return json_refuse(&pair, "is not a pair");
    }
    json_value k = json_element(&pair, 0);
    json_value v = json_element(&pair, 1);
    TRY(read_key(&p->key, &k));
    return plain_or_hex(&p->value, &v);
}

static enum fault fill_trie(struct trie *t, bool secure, const json_value *in)
{
    json_value member = {0};
    enum fault f = FAULT_NONE;
    usize count = json_count(in);
    for (usize i = 0; f == FAULT_NONE && i < count; i++) {
        struct pair p = {{0}, {0}};
        f = read_pair(&p, in, i, &member);
        if (f == FAULT_NONE) {
            put_pair(t, secure, &p.key, &p.value);
        }
        buf_fini(&p.key);
        buf_fini(&p.value);
    }
    return f;
}

// [from, the key before, the key after]: a trie gives the key after; the one before is not asked of
// it.
static enum fault judge_row(struct trie *t, const json_value *row, struct pair *p, struct buf *why)
{
    TRY(json_expect(row, JSON_KIND_LIST));
    if (json_count(row) != 3) {
        return json_refuse(row, "is not three keys");
    }
    json_value from = json_element(row, 0);
    json_value next = json_element(row, 2);
    struct buf got = {0};
    bytes value = BYTES_NONE;
    TRY(read_key(&p->key, &from));
    TRY(plain_or_hex(&p->value, &next));
    buf_put_u8(&p->key, 0); // strictly after
    bool found = trie_seek(t, buf_bytes(&p->key), &got, &value);
    if (found != (p->value.n > 0) || got.n != p->value.n ||
        !equal_bytes(got.p, p->value.p, got.n)) {
        buf_printf(why, "row %zu: the next key is %.*s, expected %.*s; ", row->index, (int)got.n,
                   (const char *)got.p, (int)p->value.n, (const char *)p->value.p);
    }
    buf_fini(&got);
    return FAULT_NONE;
}

static enum fault judge_order(struct trie *t, const json_value *test, struct buf *why)
{
    json_value in;
    json_value tests;
    TRY(json_member(&in, test, "in"));
    TRY(json_member(&tests, test, "tests"));
    TRY(json_expect(&in, JSON_KIND_LIST));
    TRY(json_expect(&tests, JSON_KIND_LIST));
    enum fault f = FAULT_NONE;
    for (usize i = 0; f == FAULT_NONE && i < json_count(&in); i++) {
        json_value key = json_element(&in, i);
        struct buf k = {0};
        f = read_key(&k, &key);
        if (f == FAULT_NONE) {
            trie_put(t, buf_bytes(&k), buf_bytes(&k));
        }
        buf_fini(&k);
    }
    for (usize i = 0; f == FAULT_NONE && i < json_count(&tests); i++) {
        json_value row = json_element(&tests, i);
        struct pair p = {{0}, {0}};
        f = judge_row(t, &row, &p, why);
        buf_fini(&p.key);
        buf_fini(&p.value);
    }
    return f;
}

static enum fault judge_root(struct trie *t, bool secure, const json_value *test, struct buf *why)
{
    json_value in;
    b256 expected = {{0}};
    b256 got;
    TRY(json_member(&in, test, "in"));
    TRY(json_find_b256(&expected, test, "root"));
    TRY(fill_trie(t, secure, &in));
    trie_hash(&got, t);
    if (!b256_equal(&got, &expected)) {
        buf_put_text(why, "root ");
        hex_put_data(why, got.b, sizeof got.b);
        buf_put_text(why, ", expected ");
        hex_put_data(why, expected.b, sizeof expected.b);
    }
    return FAULT_NONE;
}

static enum fault run_trie_test(const char *path, const json_value *test, struct buf *why)
{
    struct trie t = {NULL};
    enum fault f = strstr(path, "nextprev") != NULL
                       ? judge_order(&t, test, why)
                       : judge_root(&t, strstr(path, "secure") != NULL, test, why);
    trie_fini(&t);
    return f;
}

void trietest_run(bytes text, struct tally *tally)
{
    unittest_each(text, tally, run_trie_test);
}
