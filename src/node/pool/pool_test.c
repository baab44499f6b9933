// SPDX-License-Identifier: MIT
#include "node/pool/pool.h"

#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/num/u256.h"
#include "test/test.h"

static address who(u8 n)
{
    return (address){{n}};
}

static struct pooled *make(u8 sender, u64 nonce, u64 fee)
{
    static u64 made;
    struct pooled *t = mem_zalloc(sizeof *t);
    t->sender = who(sender);
    t->t.type = TX_FEE_MARKET;
    t->t.nonce = nonce;
    t->t.max_fee = t->t.max_priority = u256_from_u64(fee);
    store_be64(t->hash.b, ++made);
    buf_put(&t->raw, t->hash.b, 32);
    return t;
}

static enum pool_answer put(struct pool *p, u8 sender, u64 nonce, u64 fee)
{
    struct pooled *t = make(sender, nonce, fee);
    enum pool_answer a = pool_put(p, t);
    if (a != POOL_TAKEN) {
        pooled_free(t);
    }
    return a;
}

static u64 nonce_zero(void *ctx, const address *a)
{
    (void)ctx;
    (void)a;
    return 0;
}

TEST(pool, a_replacement_pays_a_tenth_more)
{
    struct pool *p = pool_new();
    EXPECT_EQ(put(p, 1, 0, 1000), POOL_TAKEN);
    EXPECT_EQ(put(p, 1, 0, 1099), POOL_UNDERPRICED);
    EXPECT_EQ(put(p, 1, 0, 1100), POOL_TAKEN);
    EXPECT_EQ(pool_count(p), 1);
    address a = who(1);
    struct pooled *t = pool_take(p, &a, 0);
    EXPECT_U256(t->t.max_fee, u256_from_u64(1100));
    EXPECT_EQ(pool_count(p), 0);
    EXPECT_EQ(pool_put(p, t), POOL_TAKEN);
    EXPECT_EQ(pool_put(p, t), POOL_KNOWN);
    pool_free(p);
}

TEST(pool, a_replacement_with_blobs_pays_twice_as_much_of_each_fee)
{
    struct pool *p = pool_new();
    struct pooled *t = make(1, 0, 100);
    t->t.type = TX_BLOB;
    t->t.max_blob_fee = u256_from_u64(10);
    EXPECT_EQ(pool_put(p, t), POOL_TAKEN);
    struct pooled *u = make(1, 0, 200);
    u->t.type = TX_BLOB;
    u->t.max_blob_fee = u256_from_u64(19);
    EXPECT_EQ(pool_put(p, u), POOL_UNDERPRICED);
    u->t.max_blob_fee = u256_from_u64(20);
    EXPECT_EQ(pool_put(p, u), POOL_TAKEN);
    pool_free(p);
}

TEST(pool, the_next_nonce_stops_at_a_gap)
{
    struct pool *p = pool_new();
    address a = who(1);
    static const u64 nonces[] = {9, 5, 7, 6};
    for (u32 i = 0; i < 4; i++) {
        EXPECT_EQ(put(p, 1, nonces[i], 1), POOL_TAKEN);
    }
    EXPECT_EQ(pool_next_nonce(p, &a, 5), 8);
    EXPECT_EQ(pool_next_nonce(p, &a, 4), 4);
    EXPECT_EQ(pool_next_nonce(p, &a, 9), 10);
    struct pool_queue q = pool_queue_of(p, &a);
    EXPECT_EQ(q.count, 4);
    EXPECT_EQ(q.t[0]->t.nonce, 5);
    EXPECT_EQ(q.t[3]->t.nonce, 9);
    pool_drop_below(p, &a, 7);
    EXPECT_EQ(pool_count(p), 2);
    pool_free(p);
}

TEST(pool, the_last_of_who_pays_least_makes_room)
{
    struct pool *p = pool_new();
    pool_set_limits(
        p, &(struct pool_limits){.transactions = 4, .of_sender = 3, .blobs = 1, .size = 1 << 20});
    EXPECT_EQ(put(p, 1, 0, 5), POOL_TAKEN);
    EXPECT_EQ(put(p, 1, 1, 90), POOL_TAKEN);
    EXPECT_EQ(put(p, 1, 2, 90), POOL_TAKEN);
    EXPECT_EQ(put(p, 1, 3, 90), POOL_SENDER_FULL);
    EXPECT_EQ(put(p, 2, 0, 50), POOL_TAKEN);
    EXPECT_EQ(put(p, 3, 0, 80), POOL_FULL); // 90 of sender 1 would have to go
    EXPECT_EQ(put(p, 3, 0, 100), POOL_TAKEN);
    address a = who(1);
    EXPECT_EQ(pool_queue_of(p, &a).count, 2);
    EXPECT_EQ(pool_next_nonce(p, &a, 0), 2);
    pool_free(p);
}

TEST(pool, bytes_of_all_are_bounded)
{
    struct pool *p = pool_new();
    pool_set_limits(
        p, &(struct pool_limits){.transactions = 9, .of_sender = 9, .blobs = 1, .size = 64});
    EXPECT_EQ(put(p, 1, 0, 5), POOL_TAKEN);
    EXPECT_EQ(put(p, 2, 0, 5), POOL_TAKEN);
    EXPECT_EQ(put(p, 3, 0, 5), POOL_FULL);
    EXPECT_EQ(put(p, 3, 0, 6), POOL_TAKEN);
    EXPECT_EQ(pool_count(p), 2);
    pool_free(p);
}

TEST(pool, a_block_takes_what_pays_most_in_the_order_of_nonces)
{
    struct pool *p = pool_new();
    EXPECT_EQ(put(p, 1, 0, 20), POOL_TAKEN);
    EXPECT_EQ(put(p, 1, 1, 99), POOL_TAKEN);
    EXPECT_EQ(put(p, 1, 3, 99), POOL_TAKEN); // behind a gap
    EXPECT_EQ(put(p, 2, 0, 30), POOL_TAKEN);
    EXPECT_EQ(put(p, 2, 1, 9), POOL_TAKEN); // below the base fee
    EXPECT_EQ(put(p, 3, 1, 99), POOL_TAKEN);
    EXPECT_EQ(put(p, 4, 0, 30), POOL_TAKEN); // later than that of 2
    u256 base = u256_from_u64(10);
    struct pool_order *o = pool_order_new(p, &base, NULL, nonce_zero);
    static const u8 wanted[][2] = {{2, 0}, {4, 0}, {1, 0}, {1, 1}};
    for (u32 i = 0; i < COUNT_OF(wanted); i++) {
        const struct pooled *t = pool_order_next(o);
        EXPECT(t != NULL);
        EXPECT_EQ(t->sender.b[0], wanted[i][0]);
        EXPECT_EQ(t->t.nonce, wanted[i][1]);
    }
    EXPECT(pool_order_next(o) == NULL);
    EXPECT(pool_order_next(o) == NULL);
    pool_order_free(o);
    o = pool_order_new(p, &base, NULL, nonce_zero);
    EXPECT_EQ(pool_order_next(o)->sender.b[0], 2);
    EXPECT_EQ(pool_order_next(o)->sender.b[0], 4);
    EXPECT_EQ(pool_order_next(o)->sender.b[0], 1);
    pool_order_skip(o);
    EXPECT(pool_order_next(o) == NULL);
    pool_order_free(o);
    pool_free(p);
}
