// SPDX-License-Identifier: MIT
// Versions of accounts and slots. Both hang on tables whose entries are never removed, so an index
// into them is a name; reading at a stamp is a binary search among the versions of one entry.
#include "node/store/world.h"

#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/hash.h"
#include "lib/base/mem.h"
#include "lib/base/seed.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/num/u256.h"

struct account_version {
    u64 stamp;
    u64 nonce;
    u256 balance;
    b256 code_hash;
    u64 storage_from; // slots set before this stamp are gone
    u64 slots;        // that are not zero
};

struct account_history {
    struct account_version *version;
    u32 count, cap;
};

struct slot_version {
    u64 stamp;
    u256 value;
};

struct slot_history {
    struct slot_version *version;
    u32 count, cap;
};

struct slot_key {
    u32 account; // index of its entry
    u256 key;
};

#define TABLE_NAME history_table
#define TABLE_KEY address
#define TABLE_VALUE struct account_history
#define TABLE_HASH(key, seed) hash_address(key, seed)
#define TABLE_EQUAL(a, b) address_equal(a, b)
#include "lib/base/table.h"

static inline u64 hash_slot(const struct slot_key *k, u64 seed)
{
    return hash_u256(&k->key, seed ^ hash_u64(k->account, seed));
}

static inline bool same_slot(const struct slot_key *a, const struct slot_key *b)
{
    return a->account == b->account && u256_eq(a->key, b->key);
}

#define TABLE_NAME slots_table
#define TABLE_KEY struct slot_key
#define TABLE_VALUE struct slot_history
#define TABLE_HASH(key, seed) hash_slot(key, seed)
#define TABLE_EQUAL(a, b) same_slot(a, b)
#include "lib/base/table.h"

#define TABLE_NAME codes_table
#define TABLE_KEY b256
#define TABLE_VALUE bytes
#define TABLE_HASH(key, seed) hash_b256(key, seed)
#define TABLE_EQUAL(a, b) b256_equal(a, b)
#include "lib/base/table.h"

struct owner { // of a version
    bool is_slot;
    u32 entry;
};

struct world {
    struct history_table accounts;
    struct slots_table slots;
    struct codes_table codes;
    struct owner *journal;
    u64 stamp, journal_cap;
    b256 no_code; // keccak256 of nothing
};

struct world *world_new(void)
{
    struct world *w = mem_zalloc(sizeof *w);
    u64 seed = seed_for_tables();
    history_table_init(&w->accounts, seed);
    slots_table_init(&w->slots, seed);
    codes_table_init(&w->codes, seed);
    keccak256(&w->no_code, NULL, 0);
    return w;
}

void world_free(struct world *w)
{
    if (w == NULL) {
        return;
    }
    for (u32 i = 0; i < w->accounts.count; i++) {
        mem_free(w->accounts.entries[i].value.version);
    }
    for (u32 i = 0; i < w->slots.count; i++) {
        mem_free(w->slots.entries[i].value.version);
    }
    for (u32 i = 0; i < w->codes.count; i++) {
        mem_free((void *)(uintptr_t)w->codes.entries[i].value.p);
    }
    history_table_fini(&w->accounts);
    slots_table_fini(&w->slots);
    codes_table_fini(&w->codes);
    mem_free(w->journal);
    mem_free(w);
}

u64 world_stamp(const struct world *w)
{
    return w->stamp;
}

// ---- writing

static u64 next_stamp(struct world *w, bool is_slot, u32 entry)
{
    if (w->stamp == w->journal_cap) {
        w->journal_cap = w->journal_cap == 0 ? 256 : w->journal_cap * 2;
        w->journal = mem_realloc(w->journal, w->journal_cap * sizeof *w->journal);
    }
    w->journal[w->stamp++] = (struct owner){is_slot, entry};
    return w->stamp;
}

// The entries of a table lie in the order of their creation; this is the index of one by its value.
static u32 account_entry(struct world *w, const address *at)
{
    const struct account_history *h = history_table_put(&w->accounts, at, NULL);
    usize offset = (usize)((const u8 *)h - (const u8 *)&w->accounts.entries[0].value);
    return (u32)(offset / sizeof w->accounts.entries[0]);
}

static void push_account(struct world *w, u32 entry, struct account_version *v)
{
    struct account_history *h = &w->accounts.entries[entry].value;
    if (h->count == h->cap) {
        h->cap = h->cap == 0 ? 1 : h->cap * 2;
        h->version = mem_realloc(h->version, h->cap * sizeof *h->version);
    }
    v->stamp = next_stamp(w, false, entry);
    h->version[h->count++] = *v;
}

static void push_slot(struct world *w, u32 account, const u256 *key, const u256 *value)
{
    struct slot_key k = {account, *key};
    struct slot_history *h = slots_table_put(&w->slots, &k, NULL);
    if (h->count == h->cap) {
        h->cap = h->cap == 0 ? 1 : h->cap * 2;
        h->version = mem_realloc(h->version, h->cap * sizeof *h->version);
    }
    usize offset = (usize)((const u8 *)h - (const u8 *)&w->slots.entries[0].value);
    u32 entry = (u32)(offset / sizeof w->slots.entries[0]);
    h->version[h->count++] = (struct slot_version){next_stamp(w, true, entry), *value};
}

static void keep_code(struct world *w, struct state *s, const address *at, const b256 *hash)
{
    bool created = false;
    if (b256_equal(hash, &w->no_code)) {
        return;
    }
    bytes *kept = codes_table_put(&w->codes, hash, &created);
    if (created) {
        struct account *a = state_account(s, at);
        CHECK(b256_equal(account_code_hash(a), hash));
        bytes code = account_code(s, a);
        u8 *copy = mem_alloc(code.n);
        copy_bytes(copy, code.p, code.n);
        *kept = (bytes){copy, code.n};
    }
}

static void apply(struct world *w, struct state *s, u32 entry, struct account_version *v,
                  const struct state_change *c)
{
    switch (c->kind) {
    case STATE_CHANGE_BALANCE:
        v->balance = c->after;
        return;
    case STATE_CHANGE_NONCE:
        v->nonce = c->after.w[0];
        return;
    case STATE_CHANGE_CODE:
        v->code_hash = u256_to_b256(c->after);
        keep_code(w, s, &c->account, &v->code_hash);
        return;
    case STATE_CHANGE_STORAGE:
        push_slot(w, entry, &c->key, &c->after);
        v->slots += !u256_is_zero(c->after);
        v->slots -= !u256_is_zero(c->before);
        return;
    case STATE_CHANGE_DELETED:
        *v = (struct account_version){.code_hash = w->no_code, .storage_from = w->stamp + 1};
        return;
    }
    UNREACHABLE();
}

void world_take(struct world *w, struct state *s, usize *taken)
{
    usize n = state_change_count(s);
    while (*taken < n) {
        const struct state_change *first = state_change_at(s, *taken);
        u32 entry = account_entry(w, &first->account);
        const struct account_history *h = &w->accounts.entries[entry].value;
        struct account_version v = {.code_hash = w->no_code};
        if (h->count > 0) {
            v = h->version[h->count - 1];
        }
        for (; *taken < n; (*taken)++) { // changes come sorted by transaction and account
            const struct state_change *c = state_change_at(s, *taken);
            if (c->transaction != first->transaction ||
                !address_equal(&c->account, &first->account)) {
                break;
            }
            apply(w, s, entry, &v, c);
        }
        push_account(w, entry, &v);
    }
}

void world_rewind(struct world *w, u64 stamp)
{
    CHECK(stamp <= w->stamp);
    while (w->stamp > stamp) {
        struct owner o = w->journal[--w->stamp];
        if (o.is_slot) {
            w->slots.entries[o.entry].value.count--;
        } else {
            w->accounts.entries[o.entry].value.count--;
        }
    }
}

// ---- reading

// Index plus one of the last version at or before the stamp; 0 if there is none. A version begins
// with its stamp.
static u32 version_at(const void *versions, usize size, u32 count, u64 stamp)
{
    u32 low = 0;
    u32 high = count;
    while (low < high) {
        u32 middle = low + (high - low) / 2;
        if (*(const u64 *)((const u8 *)versions + middle * size) <= stamp) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static const struct account_version *account_at(const struct account_history *h, u64 stamp)
{
    u32 n = version_at(h->version, sizeof *h->version, h->count, stamp);
    return n == 0 ? NULL : &h->version[n - 1];
}

static const struct slot_version *slot_at(const struct slot_history *h, u64 stamp)
{
    u32 n = version_at(h->version, sizeof *h->version, h->count, stamp);
    return n == 0 ? NULL : &h->version[n - 1];
}

static enum fault read_account(void *ctx, const address *a, struct state_source_account *out)
{
    const struct world_view *view = ctx;
    const struct world *w = view->world;
    const struct account_history *h = history_table_find(&w->accounts, a);
    const struct account_version *v = h == NULL ? NULL : account_at(h, view->stamp);
    *out = (struct state_source_account){.code_hash = w->no_code};
    if (v == NULL) {
        return FAULT_NONE;
    }
    out->nonce = v->nonce;
    out->balance = v->balance;
    out->code_hash = v->code_hash;
    out->has_storage = v->slots > 0;
    out->exists = v->nonce != 0 || !u256_is_zero(v->balance) || v->slots > 0 ||
                  !b256_equal(&v->code_hash, &w->no_code);
    return FAULT_NONE;
}

static enum fault read_slot(void *ctx, const address *a, const u256 *key, u256 *out)
{
    const struct world_view *view = ctx;
    const struct world *w = view->world;
    *out = u256_zero();
    const struct account_history *h = history_table_find(&w->accounts, a);
    const struct account_version *account = h == NULL ? NULL : account_at(h, view->stamp);
    if (account == NULL) {
        return FAULT_NONE;
    }
    usize offset = (usize)((const u8 *)h - (const u8 *)&w->accounts.entries[0].value);
    struct slot_key k = {(u32)(offset / sizeof w->accounts.entries[0]), *key};
    const struct slot_history *slots = slots_table_find(&w->slots, &k);
    const struct slot_version *v = slots == NULL ? NULL : slot_at(slots, view->stamp);
    if (v != NULL && v->stamp >= account->storage_from) {
        *out = v->value;
    }
    return FAULT_NONE;
}

static enum fault read_code(void *ctx, const b256 *hash, bytes *out)
{
    const struct world_view *view = ctx;
    const bytes *code = codes_table_find(&view->world->codes, hash);
    *out = code == NULL ? BYTES_NONE : *code;
    return code == NULL ? FAULT_SOURCE : FAULT_NONE;
}

struct state_source world_source(struct world_view *v)
{
    return (struct state_source){v, read_account, read_slot, read_code};
}
