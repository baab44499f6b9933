// SPDX-License-Identifier: MIT
// Blocks as objects, and the cache from which they are lent.
#include "node/store/blocks.h"

#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/hash.h"
#include "lib/base/mem.h"
#include "lib/base/seed.h"
#include "lib/crypto/hash/keccak.h"
#include "node/store/priv.h"

#define LENT_MAX 512u // blocks in the cache after a trim
#define LENT_BYTES_MAX ((usize)16 << 20)

#define TABLE_NAME lent_table
#define TABLE_KEY b256
#define TABLE_VALUE struct stored_block *
#define TABLE_HASH(key, seed) hash_b256(key, seed)
#define TABLE_EQUAL(a, b) b256_equal(a, b)
#include "lib/base/table.h"

struct stale {
    struct stored_block *block;
    u64 epoch; // the last in which it could be found
};

struct blocks {
    struct store *s;
    struct lent_table lent;
    usize bytes;         // about, of those lent
    u64 epoch;           // of trims
    struct stale *stale; // lent, and not to be found any more, in order of epochs
    usize stale_count, stale_cap;
};

// ---- one block

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

void stored_block_put_log(struct stored_block *b, const struct state_log *l)
{
    if (b->log_count == b->log_cap) {
        b->log_cap = b->log_cap == 0 ? 8 : b->log_cap * 2;
        b->logs = mem_realloc(b->logs, b->log_cap * sizeof *b->logs);
    }
    b->logs[b->log_count++] = *l;
}

void stored_block_put_transaction(struct stored_block *b, const struct stored_transaction *t)
{
    if (b->count == b->cap) {
        b->cap = b->cap == 0 ? 1 : b->cap * 2;
        b->transactions = mem_realloc(b->transactions, b->cap * sizeof *b->transactions);
    }
    b->transactions[b->count++] = *t;
}

void stored_block_add(struct stored_block *b, const struct stored_transaction *t, struct state *s)
{
    struct stored_transaction kept = *t;
    kept.first_log = b->log_count;
    kept.log_count = state_log_count(s);
    for (usize i = 0; i < kept.log_count; i++) {
        const struct state_log *from = state_log_at(s, i);
        bytes data = state_log_data(s, from);
        struct state_log l = *from;
        l.data_at = b->log_data.n;
        buf_put(&b->log_data, data.p, data.n);
        stored_block_put_log(b, &l);
    }
    stored_block_put_transaction(b, &kept);
}

static void settle_transaction(struct stored_block *b, usize i)
{
    struct stored_transaction *t = &b->transactions[i];
    keccak256(&t->hash, t->raw.p, t->raw.n);
    t->cumulative_gas = t->gas_used + (i > 0 ? t[-1].cumulative_gas : 0);
    zero_bytes(t->bloom, sizeof t->bloom);
    for (usize k = t->first_log; k < t->first_log + t->log_count; k++) {
        const struct state_log *l = &b->logs[k];
        bloom_add(t->bloom, l->emitter.b, sizeof l->emitter.b);
        for (u32 n = 0; n < l->topic_count; n++) {
            bloom_add(t->bloom, l->topic[n].b, sizeof l->topic[n].b);
        }
    }
}

bool stored_block_settle(struct stored_block *b)
{
    struct block decoded;
    if (!block_decode(&decoded, buf_bytes(&b->wire))) {
        return false;
    }
    bytes rest = decoded.transactions;
    for (usize i = 0; i < b->count; i++) {
        if (!block_next_transaction(&b->transactions[i].raw, &rest)) {
            return false;
        }
        settle_transaction(b, i);
    }
    return rest.n == 0;
}

// ---- lending

struct blocks *blocks_new(struct store *s)
{
    struct blocks *b = mem_zalloc(sizeof *b);
    b->s = s;
    lent_table_init(&b->lent, seed_for_tables());
    return b;
}

void blocks_retire(struct blocks *b, struct stored_block *one)
{
    if (one == NULL) {
        return;
    }
    if (b->stale_count == b->stale_cap) {
        b->stale_cap = b->stale_cap == 0 ? 16 : b->stale_cap * 2;
        b->stale = mem_realloc(b->stale, b->stale_cap * sizeof *b->stale);
    }
    b->stale[b->stale_count++] = (struct stale){one, b->epoch};
}

static void retire_all(struct blocks *b)
{
    for (u32 i = 0; i < b->lent.count; i++) {
        blocks_retire(b, b->lent.entries[i].value);
    }
    lent_table_clear(&b->lent);
    b->bytes = 0;
}

// Those that nobody can have whose reading began at `oldest` or later.
static void free_stale(struct blocks *b, u64 oldest)
{
    usize gone = 0;
    while (gone < b->stale_count && b->stale[gone].epoch < oldest) {
        stored_block_free(b->stale[gone++].block);
    }
    b->stale_count -= gone;
    if (gone > 0) {
        move_bytes(b->stale, b->stale + gone, b->stale_count * sizeof *b->stale);
    }
}

void blocks_free(struct blocks *b)
{
    if (b != NULL) {
        retire_all(b);
        free_stale(b, ~(u64)0);
        mem_free(b->stale);
        lent_table_fini(&b->lent);
        mem_free(b);
    }
}

u64 blocks_epoch(const struct blocks *b)
{
    return b->epoch;
}

void blocks_trim(struct blocks *b, u64 oldest)
{
    if (b->lent.count > LENT_MAX || b->bytes > LENT_BYTES_MAX) {
        retire_all(b);
    }
    if (b->stale_count > 0) {
        b->epoch++;
        free_stale(b, oldest);
    }
}

void blocks_refresh(struct blocks *b)
{
    for (u32 i = b->lent.count; i > 0; i--) {
        struct stored_block *s = b->lent.entries[i - 1].value;
        if (!s->has_receipts) {
            b256 hash = s->header.hash;
            blocks_retire(b, s);
            (void)lent_table_remove(&b->lent, &hash);
        }
    }
}

// What is not there and what cannot be read is NULL; the store keeps the fault of the second.
static const struct stored_block *lend(const struct blocks *shared, enum fault f,
                                       struct stored_block *loaded)
{
    struct blocks *b = shared->s->blocks; // the same, to be changed
    if (f != FAULT_NONE) {
        b->s->fault = b->s->fault == FAULT_NONE ? f : b->s->fault;
        return NULL;
    }
    if (loaded != NULL) {
        b->bytes += sizeof *loaded + loaded->wire.n + loaded->log_data.n +
                    loaded->count * sizeof *loaded->transactions +
                    loaded->log_count * sizeof *loaded->logs;
        *lent_table_put(&b->lent, &loaded->header.hash, NULL) = loaded;
    }
    return loaded;
}

static const struct stored_block *find(const struct blocks *b, u64 number, const b256 *hash)
{
    struct stored_block *const *lent = lent_table_find(&b->lent, hash);
    if (lent != NULL) {
        return *lent;
    }
    struct stored_block *loaded = NULL;
    enum fault f = store_load(b->s, number, hash, &loaded);
    return lend(b, f, loaded);
}

u64 blocks_count(const struct blocks *b)
{
    return b->s->is_empty ? 0 : b->s->head.number + 1;
}

const struct stored_block *blocks_last(const struct blocks *b)
{
    const struct stored_block *last = find(b, b->s->head.number, &b->s->head.hash);
    CHECK(last != NULL); // read when the store was opened, and written whole since
    return last;
}

const struct stored_block *blocks_at(const struct blocks *b, u64 number)
{
    struct store_key k = store_key_number(number);
    bytes v;
    bool found = false;
    b256 hash;
    if (b->s->is_empty || number > b->s->head.number) {
        return NULL;
    }
    enum fault f = kv_get(b->s->reader, KV_CANON, store_key_bytes(&k), &v, &found);
    if (f != FAULT_NONE || !found || v.n != sizeof hash.b) {
        return lend(b, f, NULL);
    }
    copy_bytes(hash.b, v.p, v.n);
    return find(b, number, &hash);
}

const struct stored_block *blocks_by_hash(const struct blocks *b, const b256 *hash)
{
    bytes v;
    bool found = false;
    enum fault f = kv_get(b->s->reader, KV_NUMBERS, (bytes){hash->b, sizeof hash->b}, &v, &found);
    if (f != FAULT_NONE || !found || v.n != 8) {
        return lend(b, f, NULL);
    }
    return find(b, load_be64(v.p), hash);
}

const struct stored_block *blocks_of_transaction(const struct blocks *b, const b256 *hash,
                                                 usize *index)
{
    bytes v;
    bool found = false;
    enum fault f =
        kv_get(b->s->reader, KV_TRANSACTIONS, (bytes){hash->b, sizeof hash->b}, &v, &found);
    if (f != FAULT_NONE || !found || v.n != 12) {
        return lend(b, f, NULL);
    }
    *index = load_be32(v.p + 8);
    const struct stored_block *block = blocks_at(b, load_be64(v.p));
    return block != NULL && *index < block->count ? block : NULL;
}
