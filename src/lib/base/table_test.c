// SPDX-License-Identifier: MIT
// The hash table against a plain array of all possible keys, with good, bad and constant hashes.
#include "lib/base/hash.h"
#include "test/test.h"

#define TABLE_NAME number_table
#define TABLE_KEY u64
#define TABLE_VALUE u64
#define TABLE_HASH(key, seed) hash_u64(*(key), seed)
#define TABLE_EQUAL(a, b) (*(a) == *(b))
#include "lib/base/table.h"

// All keys share eight homes at the end of the table: long runs that wrap around.
#define TABLE_NAME bad_table
#define TABLE_KEY u64
#define TABLE_VALUE u64
#define TABLE_HASH(key, seed) ((*(key) % 8 + 0xfffffff8u) ^ ((seed)&0))
#define TABLE_EQUAL(a, b) (*(a) == *(b))
#include "lib/base/table.h"

#define TABLE_NAME address_table
#define TABLE_KEY address
#define TABLE_VALUE u32
#define TABLE_HASH(key, seed) hash_address(key, seed)
#define TABLE_EQUAL(a, b) address_equal(a, b)
#include "lib/base/table.h"

enum { KEYS = 500 };

#define MODEL_TEST(table, steps)                                                                   \
    struct table t;                                                                                \
    u64 state = test_seed();                                                                       \
    table##_init(&t, test_random(&state));                                                         \
    u64 model[KEYS] = {0};                                                                         \
    u32 count = 0;                                                                                 \
    for (u32 step = 0; step < (steps); step++) {                                                   \
        u64 key = test_random(&state) % KEYS;                                                      \
        u64 action = test_random(&state) % 1000;                                                   \
        if (action < 500) {                                                                        \
            bool created;                                                                          \
            u64 *value = table##_put(&t, &key, &created);                                          \
            EXPECT_EQ(created, model[key] == 0);                                                   \
            EXPECT_EQ(*value, model[key]);                                                         \
            count += created;                                                                      \
            *value = model[key] = step + 1;                                                        \
        } else if (action < 998) {                                                                 \
            EXPECT_EQ(table##_remove(&t, &key), model[key] != 0);                                  \
            count -= model[key] != 0;                                                              \
            model[key] = 0;                                                                        \
        } else {                                                                                   \
            table##_clear(&t);                                                                     \
            zero_bytes(model, sizeof model);                                                       \
            count = 0;                                                                             \
        }                                                                                          \
        u64 other = test_random(&state) % KEYS;                                                    \
        const u64 *found = table##_find(&t, &other);                                               \
        EXPECT_EQ(found == NULL ? 0 : *found, model[other]);                                       \
        EXPECT_EQ(t.count, count);                                                                 \
    }                                                                                              \
    for (u32 i = 0; i < t.count; i++) {                                                            \
        EXPECT_EQ(t.entries[i].value, model[t.entries[i].key]);                                    \
    }                                                                                              \
    table##_fini(&t)

TEST(table, behaves_like_an_array_of_all_keys)
{
    MODEL_TEST(number_table, 200000);
}

TEST(table, behaves_with_a_bad_hash)
{
    MODEL_TEST(bad_table, 20000);
}

TEST(table, an_empty_one_owns_nothing)
{
    struct address_table t;
    address_table_init(&t, 1);
    address key = {{1}};
    EXPECT(address_table_find(&t, &key) == NULL);
    EXPECT(!address_table_remove(&t, &key));
    address_table_clear(&t);
    EXPECT(t.slots == NULL);
    address_table_fini(&t);
}

TEST(table, entries_lie_in_the_order_of_creation_for_any_seed)
{
    for (u64 seed = 0; seed < 5; seed++) {
        struct number_table t;
        number_table_init(&t, seed);
        for (u64 key = 0; key < 1000; key++) {
            *number_table_put(&t, &key, NULL) = key * 3;
        }
        for (u32 i = 0; i < 1000; i++) {
            EXPECT_EQ(t.entries[i].key, i);
            EXPECT_EQ(t.entries[i].value, i * 3u);
        }
        number_table_fini(&t);
    }
}

TEST(table, a_key_inside_the_table_may_be_put_again)
{
    struct number_table t;
    number_table_init(&t, 7);
    for (u64 key = 0; key < 8; key++) {
        number_table_put(&t, &key, NULL);
    }
    EXPECT_EQ(t.slot_count, 16);
    *number_table_put(&t, &t.entries[3].key, NULL) = 5; // grows, since the table is half full
    u64 key = 3;
    EXPECT_EQ(*number_table_find(&t, &key), 5);
    EXPECT_EQ(t.count, 8);
    number_table_fini(&t);
}

// A clear of few entries must leave a large table empty for every key.
TEST(table, clear_of_a_sparse_table_empties_every_slot)
{
    struct number_table t;
    number_table_init(&t, test_seed());
    for (u64 key = 0; key < 10000; key++) {
        number_table_put(&t, &key, NULL);
    }
    number_table_clear(&t);
    for (u64 key = 0; key < 50; key++) {
        number_table_put(&t, &key, NULL);
    }
    number_table_clear(&t);
    for (u32 i = 0; i < t.slot_count; i++) {
        EXPECT_EQ(t.slots[i].place, 0);
    }
    number_table_fini(&t);
}

TEST(hash, each_bit_of_a_key_changes_about_half_of_the_hash)
{
    u64 state = test_seed();
    u64 seed = test_random(&state);
    u32 total = 0;
    for (u32 round = 0; round < 50; round++) {
        b256 key;
        for (u32 i = 0; i < 4; i++) {
            store_le64(key.b + i * 8, test_random(&state));
        }
        u64 before = hash_b256(&key, seed);
        for (u32 bit = 0; bit < 256; bit++) {
            key.b[bit / 8] ^= (u8)(1 << bit % 8);
            u64 after = hash_b256(&key, seed);
            key.b[bit / 8] ^= (u8)(1 << bit % 8);
            EXPECT_NE(before, after);
            total += (u32)__builtin_popcountll(before ^ after);
        }
    }
    u32 mean_hundredths = total / (50 * 256 / 100);
    EXPECT(mean_hundredths > 2800 && mean_hundredths < 3600);
}

TEST(hash, dense_keys_fill_buckets_evenly)
{
    enum { BUCKETS = 4096 };
    static u32 filled[BUCKETS];
    u64 seed = test_seed();
    u32 used = 0;
    for (u32 i = 0; i < BUCKETS; i++) {
        b256 key = {{0}};
        store_be32(key.b + 28, i);
        u64 h = hash_b256(&key, seed);
        used += filled[(h ^ h >> 32) % BUCKETS]++ == 0;
    }
    EXPECT(used > BUCKETS / 2); // 1 - 1/e of them if random
}

TEST(hash, length_and_seed_matter)
{
    u8 zero[100] = {0};
    EXPECT_NE(hash_bytes(zero, 31, 1), hash_bytes(zero, 32, 1));
    EXPECT_NE(hash_bytes(zero, 64, 1), hash_bytes(zero, 96, 1));
    EXPECT_NE(hash_bytes(zero, 0, 1), hash_bytes(zero, 0, 2));
    EXPECT_NE(hash_20(zero, 1), hash_20(zero, 2));
}
