// SPDX-License-Identifier: MIT
// Blocks in an array by number, with two tables over them.
#include "node/store/blocks.h"

#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/hash.h"
#include "lib/base/mem.h"
#include "lib/base/seed.h"

struct place {
    u64 number;
    usize index;
};

#define TABLE_NAME place_table
#define TABLE_KEY b256
#define TABLE_VALUE struct place
#define TABLE_HASH(key, seed) hash_b256(key, seed)
#define TABLE_EQUAL(a, b) b256_equal(a, b)
#include "lib/base/table.h"

struct blocks {
    struct stored_block **block; // by number
    u64 count, cap;
    struct place_table by_hash, by_transaction;
};

struct stored_block *stored_block_new(void)
{
    return mem_zalloc(sizeof(struct stored_block));
}

void stored_block_free(struct stored_block *b)
{
    if (b == NULL) {
        return;
    }
    buf_fini(&b->wire);
    buf_fini(&b->log_data);
    mem_free(b->transactions);
    mem_free(b->logs);
    mem_free(b);
}

static void add_log(struct stored_block *b, struct state *s, const struct state_log *from)
{
    if (b->log_count == b->log_cap) {
        b->log_cap = b->log_cap == 0 ? 8 : b->log_cap * 2;
        b->logs = mem_realloc(b->logs, b->log_cap * sizeof *b->logs);
    }
    struct state_log *l = &b->logs[b->log_count++];
    bytes data = state_log_data(s, from);
    *l = *from;
    l->data_at = b->log_data.n;
    buf_put(&b->log_data, data.p, data.n);
}

void stored_block_add(struct stored_block *b, const struct stored_transaction *t, struct state *s)
{
    if (b->count == b->cap) {
        b->cap = b->cap == 0 ? 1 : b->cap * 2;
        b->transactions = mem_realloc(b->transactions, b->cap * sizeof *b->transactions);
    }
    struct stored_transaction *kept = &b->transactions[b->count];
    *kept = *t;
    kept->cumulative_gas = t->gas_used + (b->count > 0 ? kept[-1].cumulative_gas : 0);
    kept->first_log = b->log_count;
    kept->log_count = state_log_count(s);
    zero_bytes(kept->bloom, sizeof kept->bloom);
    for (usize i = 0; i < kept->log_count; i++) {
        const struct state_log *l = state_log_at(s, i);
        bloom_add(kept->bloom, l->emitter.b, sizeof l->emitter.b);
        for (u32 k = 0; k < l->topic_count; k++) {
            bloom_add(kept->bloom, l->topic[k].b, sizeof l->topic[k].b);
        }
        add_log(b, s, l);
    }
    b->count++;
}

// ---- the chain

struct blocks *blocks_new(void)
{
    struct blocks *b = mem_zalloc(sizeof *b);
    u64 seed = seed_for_tables();
    place_table_init(&b->by_hash, seed);
    place_table_init(&b->by_transaction, seed);
    return b;
}

void blocks_free(struct blocks *b)
{
    if (b == NULL) {
        return;
    }
    for (u64 i = 0; i < b->count; i++) {
        stored_block_free(b->block[i]);
    }
    place_table_fini(&b->by_hash);
    place_table_fini(&b->by_transaction);
    mem_free(b->block);
    mem_free(b);
}

static void refer_to_wire(struct stored_block *added)
{
    struct block decoded;
    CHECK(block_decode(&decoded, buf_bytes(&added->wire)));
    bytes rest = decoded.transactions;
    for (usize i = 0; i < added->count; i++) {
        CHECK(block_next_transaction(&added->transactions[i].raw, &rest));
    }
    CHECK(rest.n == 0);
}

void blocks_add(struct blocks *b, struct stored_block *added)
{
    CHECK(added->header.number == b->count);
    refer_to_wire(added);
    if (b->count == b->cap) {
        b->cap = b->cap == 0 ? 64 : b->cap * 2;
        b->block = mem_realloc(b->block, b->cap * sizeof(struct stored_block *));
    }
    *place_table_put(&b->by_hash, &added->header.hash, NULL) = (struct place){b->count, 0};
    for (usize i = 0; i < added->count; i++) {
        const b256 *hash = &added->transactions[i].hash;
        *place_table_put(&b->by_transaction, hash, NULL) = (struct place){b->count, i};
    }
    b->block[b->count++] = added;
}

void blocks_truncate(struct blocks *b, u64 count)
{
    while (b->count > count) {
        struct stored_block *last = b->block[--b->count];
        (void)place_table_remove(&b->by_hash, &last->header.hash);
        for (usize i = 0; i < last->count; i++) {
            (void)place_table_remove(&b->by_transaction, &last->transactions[i].hash);
        }
        stored_block_free(last);
    }
}

u64 blocks_count(const struct blocks *b)
{
    return b->count;
}

const struct stored_block *blocks_at(const struct blocks *b, u64 number)
{
    return number < b->count ? b->block[number] : NULL;
}

const struct stored_block *blocks_last(const struct blocks *b)
{
    CHECK(b->count > 0);
    return b->block[b->count - 1];
}

const struct stored_block *blocks_by_hash(const struct blocks *b, const b256 *hash)
{
    const struct place *p = place_table_find(&b->by_hash, hash);
    return p == NULL ? NULL : b->block[p->number];
}

const struct stored_block *blocks_of_transaction(const struct blocks *b, const b256 *hash,
                                                 usize *index)
{
    const struct place *p = place_table_find(&b->by_transaction, hash);
    if (p == NULL) {
        return NULL;
    }
    *index = p->index;
    return b->block[p->number];
}
