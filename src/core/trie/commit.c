// SPDX-License-Identifier: MIT
// Carries the changes of a state into its tries. The trie of an account's slots is opened by the
// root that the account's leaf names, when a slot of it is first needed.
#include "core/trie/commit.h"

#include "core/trie/root.h"
#include "lib/base/bytes.h"
#include "lib/base/hash.h"
#include "lib/base/mem.h"
#include "lib/base/seed.h"
#include "lib/codec/rlp.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/num/u256.h"

#define NODES_KEPT 200000u // read or written before those in memory are forgotten
#define TRIES_KEPT 4096u   // of slots

#define TABLE_NAME storage_table
#define TABLE_KEY address
#define TABLE_VALUE struct trie
#define TABLE_HASH(key, seed) hash_address(key, seed)
#define TABLE_EQUAL(a, b) address_equal(a, b)
#include "lib/base/table.h"

struct commitment {
    struct trie accounts;
    struct storage_table storage; // of accounts that have slots; with a store, those opened so far
    struct trie *current;         // of the account whose slots come now
    struct trie_store *store;
    u64 nodes; // of the store when nodes were forgotten last
    bool is_watched;
    struct state_dirty_visitor also;
    enum fault fault;
};

struct commitment *commitment_new(void)
{
    struct commitment *c = mem_zalloc(sizeof *c);
    storage_table_init(&c->storage, seed_for_tables());
    return c;
}

struct commitment *commitment_open(struct trie_store *store, const b256 *root)
{
    struct commitment *c = commitment_new();
    c->store = store;
    c->nodes = store->nodes;
    trie_open(&c->accounts, store, NULL, root);
    return c;
}

struct commitment *commitment_clone(const struct commitment *c)
{
    struct commitment *copy = commitment_new();
    copy->accounts = trie_copy(&c->accounts);
    copy->store = c->store;
    copy->nodes = c->nodes;
    for (u32 i = 0; i < c->storage.count; i++) {
        const struct trie *t = &c->storage.entries[i].value;
        if (t->top != NULL) {
            *storage_table_put(&copy->storage, &c->storage.entries[i].key, NULL) = trie_copy(t);
        }
    }
    return copy;
}

static void drop_storage(struct commitment *c)
{
    for (u32 i = 0; i < c->storage.count; i++) {
        trie_fini(&c->storage.entries[i].value);
    }
    storage_table_clear(&c->storage);
}

void commitment_free(struct commitment *c)
{
    if (c == NULL) {
        return;
    }
    drop_storage(c);
    trie_fini(&c->accounts);
    storage_table_fini(&c->storage);
    mem_free(c);
}

void commitment_watch(struct commitment *c, const struct state_dirty_visitor *also)
{
    c->is_watched = true;
    c->also = *also;
}

// ---- slots

static void keep_fault(struct commitment *c, enum fault f)
{
    c->fault = c->fault == FAULT_NONE ? f : c->fault;
}

static b256 hash_of_address(const address *a)
{
    b256 hash;
    keccak256(&hash, a->b, sizeof a->b);
    return hash;
}

// The root of an account's slots, as its leaf says (yellow paper, 4.1: nonce, balance, root, code).
static b256 root_of_slots(struct commitment *c, const b256 *owner)
{
    b256 root = TRIE_EMPTY_ROOT;
    bytes leaf = trie_get(&c->accounts, (bytes){owner->b, sizeof owner->b});
    keep_fault(c, c->accounts.fault);
    if (leaf.n == 0) {
        return root;
    }
    bytes rest;
    bytes skipped;
    bool ok = rlp_next_list(&rest, &leaf) && rlp_next_bytes(&skipped, &rest) &&
              rlp_next_bytes(&skipped, &rest) && rlp_next_exact(root.b, sizeof root.b, &rest);
    keep_fault(c, ok ? FAULT_NONE : FAULT_SOURCE);
    return root;
}

static struct trie *slots_of(struct commitment *c, const address *a)
{
    bool created = false;
    struct trie *t = storage_table_put(&c->storage, a, &created);
    if (created && c->store != NULL) {
        b256 owner = hash_of_address(a);
        b256 root = root_of_slots(c, &owner);
        trie_open(t, c->store, &owner, &root);
    }
    return t;
}

static void put_slot(struct commitment *c, struct trie *t, const u256 *key, const u256 *value)
{
    u8 word[32];
    b256 hash;
    u256_to_be_bytes(word, *key);
    keccak256(&hash, word, sizeof word);
    struct buf coded = {0};
    if (!u256_is_zero(*value)) {
        rlp_put_u256(&coded, *value);
    }
    trie_put(t, (bytes){hash.b, sizeof hash.b}, buf_bytes(&coded));
    keep_fault(c, t->fault);
    buf_fini(&coded);
}

// ---- accounts

static void put_account(struct commitment *c, const address *a, struct trie *slots,
                        const struct commitment_account *to)
{
    b256 key = hash_of_address(a);
    struct buf coded = {0};
    if (to->exists) {
        b256 storage;
        trie_hash(&storage, slots);
        usize list = rlp_begin_list(&coded);
        rlp_put_u64(&coded, to->nonce);
        rlp_put_u256(&coded, to->balance);
        rlp_put_bytes(&coded, storage.b, sizeof storage.b);
        rlp_put_bytes(&coded, to->code_hash.b, sizeof to->code_hash.b);
        rlp_end_list(&coded, list);
    }
    trie_put(&c->accounts, (bytes){key.b, sizeof key.b}, buf_bytes(&coded));
    keep_fault(c, c->accounts.fault);
    buf_fini(&coded);
    if (slots->top == NULL && c->store == NULL) {
        (void)storage_table_remove(&c->storage, a);
    }
}

static void begin_account(void *ctx, const struct account *a, bool wiped)
{
    struct commitment *c = ctx;
    c->current = slots_of(c, account_address(a));
    if (wiped) {
        trie_clear(c->current);
    }
    if (c->is_watched) {
        c->also.begin(c->also.ctx, a, wiped);
    }
}

static void take_slot(void *ctx, const u256 *key, const u256 *value)
{
    struct commitment *c = ctx;
    put_slot(c, c->current, key, value);
    if (c->is_watched) {
        c->also.slot(c->also.ctx, key, value);
    }
}

static void end_account(void *ctx, const struct account *a)
{
    struct commitment *c = ctx;
    struct commitment_account to = {
        .exists = account_exists(a),
        .nonce = account_nonce(a),
        .balance = *account_balance(a),
        .code_hash = *account_code_hash(a),
    };
    put_account(c, account_address(a), c->current, &to);
    if (c->is_watched) {
        c->also.end(c->also.ctx, a);
    }
}

void commitment_root(b256 *root, struct commitment *c, struct state *s)
{
    struct state_dirty_visitor v = {c, begin_account, take_slot, end_account};
    state_take_dirty(s, &v);
    trie_hash(root, &c->accounts);
}

void commitment_put_slot(struct commitment *c, const address *a, const u256 *key, const u256 *value)
{
    put_slot(c, slots_of(c, a), key, value);
}

void commitment_put_account(struct commitment *c, const address *a,
                            const struct commitment_account *to)
{
    put_account(c, a, slots_of(c, a), to);
}

void commitment_hash(b256 *root, struct commitment *c)
{
    trie_hash(root, &c->accounts);
}

struct trie *commitment_accounts(struct commitment *c)
{
    return &c->accounts;
}

struct trie *commitment_slots(struct commitment *c, const address *a)
{
    if (c->store == NULL) {
        return storage_table_find(&c->storage, a);
    }
    struct trie *t = slots_of(c, a);
    return t->top == NULL ? NULL : t;
}

// ---- in a store

enum fault commitment_fault(const struct commitment *c)
{
    return c->fault;
}

enum fault commitment_flush(struct commitment *c)
{
    TRY(c->fault);
    TRY(trie_flush(&c->accounts));
    for (u32 i = 0; i < c->storage.count; i++) {
        TRY(trie_flush(&c->storage.entries[i].value));
    }
    if (c->store->nodes - c->nodes > NODES_KEPT || c->storage.count > TRIES_KEPT) {
        drop_storage(c);
        trie_forget(&c->accounts);
        c->nodes = c->store->nodes;
    }
    return FAULT_NONE;
}
