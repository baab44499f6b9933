// SPDX-License-Identifier: MIT
// Tries whose nodes lie in a store: the same roots as those in memory, whatever is forgotten in
// between, and nothing left in the store that the trie does not need.
#include <stdlib.h>

#include "core/trie/commit.h"
#include "core/trie/root.h"
#include "core/trie/state_root.h"
#include "lib/base/bytes.h"
#include "lib/num/u256.h"
#include "node/kv/kv.h"
#include "test/test.h"

struct shelf { // a store over a table in memory
    struct kv *kv;
    struct kv_txn *txn;
    struct trie_store store;
    bool is_silent; // reading fails
};

struct way_key {
    u8 b[KV_KEY_MAX];
    usize n;
};

static struct way_key key_of(const b256 *owner, bytes nibbles)
{
    struct way_key k = {.n = 1};
    k.b[0] = owner != NULL;
    if (owner != NULL) {
        copy_bytes(k.b + 1, owner->b, sizeof owner->b);
        k.n += sizeof owner->b;
    }
    EXPECT(k.n + nibbles.n <= sizeof k.b);
    copy_bytes(k.b + k.n, nibbles.p, nibbles.n);
    k.n += nibbles.n;
    return k;
}

static enum fault shelf_read(void *ctx, const b256 *owner, bytes nibbles, struct buf *out)
{
    struct shelf *s = ctx;
    struct way_key k = key_of(owner, nibbles);
    bytes value;
    bool found = false;
    TRY(kv_get(s->txn, KV_NODES, (bytes){k.b, k.n}, &value, &found));
    buf_put(out, value.p, value.n);
    return found && !s->is_silent ? FAULT_NONE : FAULT_SOURCE;
}

static enum fault shelf_write(void *ctx, const b256 *owner, bytes nibbles, bytes coded)
{
    struct way_key k = key_of(owner, nibbles);
    return kv_put(((struct shelf *)ctx)->txn, KV_NODES, (bytes){k.b, k.n}, coded);
}

static enum fault shelf_remove(void *ctx, const b256 *owner, bytes nibbles)
{
    struct way_key k = key_of(owner, nibbles);
    return kv_delete(((struct shelf *)ctx)->txn, KV_NODES, (bytes){k.b, k.n});
}

static enum fault shelf_remove_all(void *ctx, const b256 *owner)
{
    struct way_key k = key_of(owner, BYTES_NONE);
    return kv_delete_prefix(((struct shelf *)ctx)->txn, KV_NODES, (bytes){k.b, k.n});
}

static void shelf_open(struct shelf *s)
{
    struct buf why = {0};
    *s = (struct shelf){.kv = kv_open(&(struct kv_options){.folder = NULL}, &why)};
    EXPECT_EQ(kv_begin(s->kv, true, &s->txn), FAULT_NONE);
    s->store = (struct trie_store){s, shelf_read, shelf_write, shelf_remove, shelf_remove_all, 0};
}

static void shelf_close(struct shelf *s)
{
    kv_abort(s->txn);
    kv_close(s->kv);
}

static u64 shelf_count(struct shelf *s)
{
    u64 n = 0;
    EXPECT_EQ(kv_count(s->txn, KV_NODES, &n), FAULT_NONE);
    return n;
}

static void put_number(struct trie *t, u64 key, u64 value, u32 size)
{
    u8 k[8];
    u8 v[40] = {0};
    store_be64(k, key);
    store_be64(v, value);
    trie_put(t, (bytes){k + 6, 2}, (bytes){v, value == 0 ? 0 : size});
}

TEST(trie_store, has_the_root_of_a_trie_in_memory_and_no_node_too_many)
{
    for (u32 size = 8; size <= 40; size += 32) { // small nodes lie in others
        u64 random = test_seed();
        struct shelf s;
        shelf_open(&s);
        struct trie plain = {.top = NULL};
        struct trie stored = {.store = &s.store};
        for (u32 round = 0; round < 200; round++) {
            for (u32 i = 0; i < 6; i++) {
                u64 key = test_random(&random) % 64 * (1 + round % 3 * 1021);
                u64 value = test_random(&random) % 3;
                put_number(&plain, key, value, size);
                put_number(&stored, key, value, size);
            }
            b256 a;
            b256 b;
            trie_hash(&a, &plain);
            trie_hash(&b, &stored);
            EXPECT_BYTES(a.b, b.b, 32);
            EXPECT_EQ(trie_flush(&stored), FAULT_NONE);
            if (round % 3 == 0) {
                trie_forget(&stored);
            } else if (round % 3 == 1) {
                trie_fini(&stored);
                stored = (struct trie){.top = NULL};
                trie_open(&stored, &s.store, NULL, &a);
            }
        }
        struct shelf fresh;
        shelf_open(&fresh);
        struct trie again = {.store = &fresh.store};
        for (u64 key = 0; key < 65536; key++) {
            u8 k[8];
            store_be64(k, key);
            bytes value = trie_get(&stored, (bytes){k + 6, 2});
            if (value.n > 0) {
                put_number(&again, key, load_be64(value.p), size);
            }
        }
        EXPECT_EQ(trie_flush(&again), FAULT_NONE);
        EXPECT_EQ(shelf_count(&s), shelf_count(&fresh));
        trie_fini(&plain);
        trie_fini(&stored);
        trie_fini(&again);
        shelf_close(&fresh);
        shelf_close(&s);
    }
}

TEST(trie_store, a_node_that_cannot_be_read_is_a_fault_and_not_an_empty_place)
{
    struct shelf s;
    b256 root;
    shelf_open(&s);
    struct trie t = {.store = &s.store};
    for (u64 i = 0; i < 300; i++) {
        put_number(&t, i * 211, i + 1, 40);
    }
    trie_hash(&root, &t);
    EXPECT_EQ(trie_flush(&t), FAULT_NONE);
    trie_forget(&t);
    s.is_silent = true;
    put_number(&t, 422, 7, 40);
    put_number(&t, 211, 0, 40);
    EXPECT_EQ(t.fault, FAULT_SOURCE);
    EXPECT_EQ(trie_flush(&t), FAULT_SOURCE);
    trie_fini(&t);
    s.is_silent = false;
    t = (struct trie){.top = NULL};
    trie_open(&t, &s.store, NULL, &root);
    u8 way[2] = {0, 13};
    u8 other[40] = {0xF8};
    EXPECT_EQ(shelf_write(&s, NULL, (bytes){way, 1}, (bytes){other, 40}), FAULT_NONE); // damaged
    put_number(&t, 2, 7, 40);
    EXPECT_EQ(t.fault, FAULT_SOURCE);
    trie_fini(&t);
    shelf_close(&s);
}

static void change(struct state *s, u64 *random)
{
    state_begin_transaction(s);
    for (u32 i = 0; i < 12; i++) {
        address at = {{[19] = (u8)(test_random(random) % 24)}};
        struct account *a = state_account(s, &at);
        u256 key = u256_from_u64(test_random(random) % 8);
        u256 value = u256_from_u64(test_random(random) % 3);
        state_add_balance(s, a, &value);
        state_sstore(s, a, &key, &value);
        if (test_random(random) % 9 == 0) {
            state_destroy(s, a);
        }
    }
    state_end_transaction(s, true);
}

TEST(trie_store, the_tries_of_a_state_go_on_from_their_root)
{
    u64 random = test_seed();
    struct shelf s;
    shelf_open(&s);
    struct state *state = state_new(NULL);
    b256 root = TRIE_EMPTY_ROOT;
    b256 whole;
    struct commitment *c = commitment_open(&s.store, &root);
    for (u32 round = 0; round < 100; round++) {
        change(state, &random);
        commitment_root(&root, c, state);
        state_root(&whole, state);
        EXPECT_BYTES(root.b, whole.b, 32);
        EXPECT_EQ(commitment_flush(c), FAULT_NONE);
        if (round % 7 == 6) {
            commitment_free(c);
            c = commitment_open(&s.store, &root);
        }
    }
    commitment_free(c);
    state_free(state);
    shelf_close(&s);
}
