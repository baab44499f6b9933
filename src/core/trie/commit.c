// SPDX-License-Identifier: MIT
// Carries the changes of a state into its tries.
#include "core/trie/commit.h"

#include "core/trie/root.h"
#include "lib/base/bytes.h"
#include "lib/base/hash.h"
#include "lib/base/mem.h"
#include "lib/base/seed.h"
#include "lib/codec/rlp.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/num/u256.h"

#define TABLE_NAME storage_table
#define TABLE_KEY address
#define TABLE_VALUE struct trie
#define TABLE_HASH(key, seed) hash_address(key, seed)
#define TABLE_EQUAL(a, b) address_equal(a, b)
#include "lib/base/table.h"

struct commitment {
    struct trie accounts;
    struct storage_table storage; // of accounts that have slots
    struct trie *current;         // of the account whose slots come now
};

struct commitment *commitment_new(void)
{
    struct commitment *c = mem_zalloc(sizeof *c);
    storage_table_init(&c->storage, seed_for_tables());
    return c;
}

struct commitment *commitment_clone(const struct commitment *c)
{
    struct commitment *copy = commitment_new();
    copy->accounts = trie_copy(&c->accounts);
    for (u32 i = 0; i < c->storage.count; i++) {
        const struct trie *t = &c->storage.entries[i].value;
        if (t->top != NULL) {
            *storage_table_put(&copy->storage, &c->storage.entries[i].key, NULL) = trie_copy(t);
        }
    }
    return copy;
}

void commitment_free(struct commitment *c)
{
    if (c == NULL) {
        return;
    }
    trie_fini(&c->accounts);
    for (u32 i = 0; i < c->storage.count; i++) {
        trie_fini(&c->storage.entries[i].value);
    }
    storage_table_fini(&c->storage);
    mem_free(c);
}

static void begin_account(void *ctx, const struct account *a, bool wiped)
{
    struct commitment *c = ctx;
    c->current = storage_table_put(&c->storage, account_address(a), NULL);
    if (wiped) {
        trie_fini(c->current);
    }
}

static void take_slot(void *ctx, const u256 *key, const u256 *value)
{
    struct commitment *c = ctx;
    u8 word[32];
    b256 hash;
    u256_to_be_bytes(word, *key);
    keccak256(&hash, word, sizeof word);
    struct buf coded = {0};
    if (!u256_is_zero(*value)) {
        rlp_put_u256(&coded, *value);
    }
    trie_put(c->current, (bytes){hash.b, sizeof hash.b}, buf_bytes(&coded));
    buf_fini(&coded);
}

static void end_account(void *ctx, const struct account *a)
{
    struct commitment *c = ctx;
    b256 key;
    keccak256(&key, account_address(a)->b, sizeof account_address(a)->b);
    struct buf coded = {0};
    if (account_exists(a)) {
        b256 storage;
        trie_hash(&storage, c->current);
        usize list = rlp_begin_list(&coded);
        rlp_put_u64(&coded, account_nonce(a));
        rlp_put_u256(&coded, *account_balance(a));
        rlp_put_bytes(&coded, storage.b, sizeof storage.b);
        rlp_put_bytes(&coded, account_code_hash(a)->b, sizeof account_code_hash(a)->b);
        rlp_end_list(&coded, list);
    }
    trie_put(&c->accounts, (bytes){key.b, sizeof key.b}, buf_bytes(&coded));
    buf_fini(&coded);
    if (c->current->top == NULL) {
        (void)storage_table_remove(&c->storage, account_address(a));
    }
}

void commitment_root(b256 *root, struct commitment *c, struct state *s)
{
    struct state_dirty_visitor v = {c, begin_account, take_slot, end_account};
    state_take_dirty(s, &v);
    trie_hash(root, &c->accounts);
}

struct trie *commitment_accounts(struct commitment *c)
{
    return &c->accounts;
}

struct trie *commitment_slots(struct commitment *c, const address *a)
{
    return storage_table_find(&c->storage, a);
}
