// SPDX-License-Identifier: MIT
// Inside of core/state: what an account and a journal entry are made of.
#pragma once

#include "core/state/state.h"
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/hash.h"
#include "lib/base/mem.h"
#include "lib/num/u256.h"

struct slot {
    u256 value;
    u256 original; // at the start of the transaction `original_epoch`
    u64 original_epoch;
    u64 warm_epoch;
    bool dirty;   // in the account's list of dirty keys
    bool unknown; // the source failed to tell it; asked again when it is needed again
};

static inline bool state_same_word(const u256 *a, const u256 *b)
{
    return u256_eq(*a, *b);
}

#define TABLE_NAME slot_table
#define TABLE_KEY u256
#define TABLE_VALUE struct slot
#define TABLE_HASH(key, seed) hash_u256(key, seed)
#define TABLE_EQUAL(a, b) state_same_word(a, b)
#include "lib/base/table.h"

struct account {
    address at;
    bool exists;
    bool unknown;        // the source failed to tell; asked again when it is needed again
    bool storage_known;  // the source holds no slot of it that is not here (new, deleted, or no
                         // source)
    bool source_storage; // the source said that it has storage
    bool code_loaded;
    u64 nonce;
    u256 balance;
    b256 code_hash;
    bytes code; // owned by the state's table of codes, or by the source
    // marks: equal to the state's epoch means "in this transaction"
    u64 warm_epoch, mark_epoch, created_epoch, destroyed_epoch, touched_epoch;
    u64 born_epoch; // it did not exist at this transaction's start
    struct slot_table slots;
    // since the last state_take_dirty
    bool dirty; // in the state's list
    bool wiped; // storage was deleted as a whole
    u256 *dirty_keys;
    usize dirty_count, dirty_cap;
};

enum journal_kind {
    JOURNAL_WARM_ACCOUNT,
    JOURNAL_WARM_SLOT,
    JOURNAL_MARK_CODE,
    JOURNAL_BALANCE,
    JOURNAL_NONCE,
    JOURNAL_CODE,
    JOURNAL_STORAGE,
    JOURNAL_TRANSIENT,
    JOURNAL_EXISTS,
    JOURNAL_CREATED,
    JOURNAL_DESTROYED,
    JOURNAL_TOUCHED,
};

struct journal_entry {
    enum journal_kind kind;
    struct account *a;
    u256 key; // of a slot
    u256 old; // what it was before
};

struct transient_key {
    struct account *a;
    u256 key;
};

static inline u64 state_hash_transient(const struct transient_key *k, u64 seed)
{
    return hash_u256(&k->key, seed ^ (u64)(uintptr_t)k->a);
}

static inline bool state_same_transient(const struct transient_key *x,
                                        const struct transient_key *y)
{
    return x->a == y->a && u256_eq(x->key, y->key);
}

#define TABLE_NAME transient_table
#define TABLE_KEY struct transient_key
#define TABLE_VALUE u256
#define TABLE_HASH(key, seed) state_hash_transient(key, seed)
#define TABLE_EQUAL(x, y) state_same_transient(x, y)
#include "lib/base/table.h"

#define TABLE_NAME account_table
#define TABLE_KEY address
#define TABLE_VALUE struct account *
#define TABLE_HASH(key, seed) hash_address(key, seed)
#define TABLE_EQUAL(x, y) address_equal(x, y)
#include "lib/base/table.h"

#define TABLE_NAME code_table
#define TABLE_KEY b256
#define TABLE_VALUE bytes
#define TABLE_HASH(key, seed) hash_b256(key, seed)
#define TABLE_EQUAL(x, y) b256_equal(x, y)
#include "lib/base/table.h"

struct state {
    struct state_source source;
    bool has_source;
    enum fault fault;
    u64 epoch; // number of the transaction, from 1
    u64 seed;
    bool ripemd_touched; // see journal.c
    struct account_table accounts;
    struct code_table codes; // values are owned
    struct transient_table transient;
    struct journal_entry *journal;
    usize journal_count, journal_cap;
    struct state_log *logs;
    usize log_count, log_cap;
    struct buf log_data;
    i64 refund;
    struct account **dirty;
    usize dirty_count, dirty_cap;
    struct state_change *changes;
    usize change_count, change_cap;
};

extern const b256 STATE_EMPTY_CODE_HASH; // keccak256 of nothing

// Appends an entry; cold fields zero.
struct journal_entry *state_journal(struct state *s, enum journal_kind kind, struct account *a);
// Notes that the account may differ from what was taken by state_take_dirty last.
void state_mark_dirty(struct state *s, struct account *a);
// The slot of a key, read from the source if need be, with `original` up to date. Valid until the
// next slot of the account is looked up.
struct slot *state_slot(struct state *s, struct account *a, const u256 *key);
// Forgets all slots, the source's included.
void state_wipe_storage(struct account *a);
void state_index_changes(struct state *s);
