// SPDX-License-Identifier: MIT
// Bytes as operations on a small pool. After each: queues ascend, counts agree, limits hold, and
// the order of a block has no gaps and descends in what senders' first ones pay.
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"
#include "lib/num/u256.h"
#include "node/pool/pool.h"

int LLVMFuzzerTestOneInput(const u8 *data, usize n);

static const struct pool_limits LIMITS = {
    .transactions = 12, .of_sender = 5, .blobs = 3, .size = 500};

static u64 nonce_of(void *ctx, const address *a)
{
    (void)ctx;
    return a->b[0];
}

static void put(struct pool *p, const u8 op[4], u64 made)
{
    struct pooled *t = mem_zalloc(sizeof *t);
    t->sender.b[0] = op[1] % 5;
    t->t.nonce = op[2] % 8;
    t->t.max_fee = u256_from_u64(op[3] % 64);
    t->t.max_priority = u256_from_u64(op[3] % 16);
    t->t.type = op[1] >= 128 ? TX_BLOB : TX_FEE_MARKET;
    for (u32 i = 0; t->t.type == TX_BLOB && i < 1u + op[2] / 128; i++) {
        transaction_add_blob(&t->t, &t->hash);
    }
    store_be64(t->hash.b, made);
    (void)buf_extend(&t->raw, op[2]);
    if (pool_put(p, t) != POOL_TAKEN) {
        pooled_free(t);
    }
}

static void check(const struct pool *p)
{
    u32 count = 0;
    usize size = 0;
    usize blobs = 0;
    for (u32 i = 0; i < pool_sender_count(p); i++) {
        struct pool_queue q = pool_queue_at(p, i);
        CHECK(q.count > 0 && q.count <= LIMITS.of_sender);
        for (u32 k = 0; k < q.count; k++) {
            CHECK(k == 0 || q.t[k - 1]->t.nonce < q.t[k]->t.nonce);
            CHECK(address_equal(&q.sender, &q.t[k]->sender));
            CHECK(pool_by_hash(p, &q.t[k]->hash) == q.t[k]);
            size += q.t[k]->raw.n;
            blobs += q.t[k]->t.blob_count;
        }
        count += q.count;
    }
    CHECK(count == pool_count(p) && count <= LIMITS.transactions);
    CHECK(size <= LIMITS.size && blobs <= LIMITS.blobs);
    u256 base = u256_from_u64(8);
    u64 next[5] = {0, 1, 2, 3, 4};
    struct pool_order *o = pool_order_new(p, &base, NULL, nonce_of);
    for (const struct pooled *t; (t = pool_order_next(o)) != NULL;) {
        CHECK(t->t.nonce == next[t->sender.b[0]]++);
        CHECK(!u256_lt(t->t.max_fee, base));
    }
    pool_order_free(o);
}

int LLVMFuzzerTestOneInput(const u8 *data, usize n)
{
    struct pool *p = pool_new();
    pool_set_limits(p, &LIMITS);
    for (usize i = 0; i + 4 <= n; i += 4) {
        const u8 *op = data + i;
        address a = {{op[1] % 5}};
        b256 hash = {{0}};
        switch (op[0] % 8) {
        case 5:
            pooled_free(pool_take(p, &a, op[2] % 8));
            break;
        case 6:
            pool_drop_below(p, &a, op[2] % 8);
            break;
        case 7:
            store_be64(hash.b, op[2]);
            pool_drop(p, &hash);
            break;
        default:
            put(p, op, i);
            break;
        }
        check(p);
    }
    pool_free(p);
    return 0;
}
