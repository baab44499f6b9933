// SPDX-License-Identifier: MIT
// Accounts and the life of a transaction. Accounts are allocated one by one and never move, so
// handles stay valid; the table only finds them by address.
#include "core/state/priv.h"

#include "lib/base/seed.h"
#include "lib/crypto/hash/keccak.h"

// keccak256 of the empty string (yellow paper, section 4.1).
const b256 STATE_EMPTY_CODE_HASH = {{0xc5, 0xd2, 0x46, 0x01, 0x86, 0xf7, 0x23, 0x3c,
                                     0x92, 0x7e, 0x7d, 0xb2, 0xdc, 0xc7, 0x03, 0xc0,
                                     0xe5, 0x00, 0xb6, 0x53, 0xca, 0x82, 0x27, 0x3b,
                                     0x7b, 0xfa, 0xd8, 0x04, 0x5d, 0x85, 0xa4, 0x70}};

struct state *state_new(const struct state_source *source)
{
    struct state *s = mem_zalloc(sizeof *s);
    if (source != NULL) {
        s->source = *source;
        s->has_source = true;
    }
    s->epoch = 1;
    s->seed = seed_for_tables();
    account_table_init(&s->accounts, s->seed);
    code_table_init(&s->codes, s->seed);
    transient_table_init(&s->transient, s->seed);
    return s;
}

void state_free(struct state *s)
{
    if (s == NULL) {
        return;
    }
    for (u32 i = 0; i < s->accounts.count; i++) {
        struct account *a = s->accounts.entries[i].value;
        slot_table_fini(&a->slots);
        mem_free(a->dirty_keys);
        mem_free(a);
    }
    for (u32 i = 0; i < s->codes.count; i++) {
        mem_free((void *)(uintptr_t)s->codes.entries[i].value.p);
    }
    account_table_fini(&s->accounts);
    code_table_fini(&s->codes);
    transient_table_fini(&s->transient);
    buf_fini(&s->log_data);
    mem_free(s->journal);
    mem_free(s->logs);
    mem_free(s->changes);
    mem_free(s->dirty);
    mem_free(s);
}

enum fault state_take_fault(struct state *s)
{
    enum fault f = s->fault;
    s->fault = FAULT_NONE;
    return f;
}

// ---- transactions

void state_begin_transaction(struct state *s)
{
    s->epoch++;
    s->journal_count = 0;
    s->log_count = 0;
    buf_clear(&s->log_data);
    s->refund = 0;
    s->ripemd_touched = false;
    transient_table_clear(&s->transient);
}

static void delete_account(struct account *a)
{
    a->exists = false;
    a->nonce = 0;
    a->balance = u256_zero();
    a->code_hash = STATE_EMPTY_CODE_HASH;
    a->code = BYTES_NONE;
    a->code_loaded = true;
    state_wipe_storage(a);
}

void state_end_transaction(struct state *s, bool clear_empty)
{
    // By journal: only what this transaction did can be here, so the cost is that of the
    // transaction.
    for (usize i = 0; i < s->journal_count; i++) {
        struct journal_entry *e = &s->journal[i];
        bool destroyed = e->kind == JOURNAL_DESTROYED;
        bool cleared =
            clear_empty && e->kind == JOURNAL_TOUCHED && e->a->exists && account_is_empty(e->a);
        if (destroyed || cleared) {
            e->a->destroyed_epoch = s->epoch; // for the index of changes
        }
    }
    if (clear_empty && s->ripemd_touched) {
        address three = {{[19] = 3}};
        struct account *a = state_account(s, &three);
        if (a->exists && account_is_empty(a)) {
            state_journal(s, JOURNAL_TOUCHED, a);
            a->destroyed_epoch = s->epoch;
        }
    }
    state_index_changes(s);
    for (usize i = 0; i < s->journal_count; i++) {
        struct account *a = s->journal[i].a;
        if (a->destroyed_epoch == s->epoch && a->exists) {
            delete_account(a);
        }
    }
    s->journal_count = 0;
}

// ---- accounts

static void load_account(struct state *s, struct account *a)
{
    a->code_hash = STATE_EMPTY_CODE_HASH;
    a->storage_known = !s->has_source;
    a->code_loaded = true;
    if (!s->has_source) {
        return;
    }
    struct state_source_account from = {0};
    enum fault f = s->source.account(s->source.ctx, &a->at, &from);
    a->unknown = f != FAULT_NONE;
    if (a->unknown) {
        s->fault = s->fault != FAULT_NONE ? s->fault : f;
        return;
    }
    if (!from.exists) {
        a->storage_known = true;
        return;
    }
    a->exists = true;
    a->nonce = from.nonce;
    a->balance = from.balance;
    a->code_hash = from.code_hash;
    a->code_loaded = b256_equal(&from.code_hash, &STATE_EMPTY_CODE_HASH);
    a->source_storage = from.has_storage;
}

struct account *state_account(struct state *s, const address *at)
{
    struct account **found = account_table_find(&s->accounts, at);
    if (LIKELY(found != NULL)) {
        if (UNLIKELY((*found)->unknown)) {
            load_account(s, *found);
        }
        return *found;
    }
    struct account *a = mem_zalloc(sizeof *a);
    a->at = *at;
    slot_table_init(&a->slots, s->seed);
    load_account(s, a);
    *account_table_put(&s->accounts, at, NULL) = a;
    return a;
}

const address *account_address(const struct account *a)
{
    return &a->at;
}

bool account_exists(const struct account *a)
{
    return a->exists;
}

bool account_is_empty(const struct account *a)
{
    return a->nonce == 0 && u256_is_zero(a->balance) &&
           b256_equal(&a->code_hash, &STATE_EMPTY_CODE_HASH);
}

u64 account_nonce(const struct account *a)
{
    return a->nonce;
}

const u256 *account_balance(const struct account *a)
{
    return &a->balance;
}

const b256 *account_code_hash(const struct account *a)
{
    return &a->code_hash;
}

bytes account_code(struct state *s, struct account *a)
{
    if (!a->code_loaded) {
        bytes code = BYTES_NONE;
        enum fault f = s->source.code(s->source.ctx, &a->code_hash, &code);
        if (f != FAULT_NONE) {
            s->fault = s->fault != FAULT_NONE ? s->fault : f;
            return BYTES_NONE;
        }
        a->code = code;
        a->code_loaded = true;
    }
    return a->code;
}

u64 account_code_size(struct state *s, struct account *a)
{
    return account_code(s, a).n;
}

bool account_has_storage(struct state *s, struct account *a)
{
    (void)s;
    for (u32 i = 0; i < a->slots.count; i++) {
        if (!u256_is_zero(a->slots.entries[i].value.value)) {
            return true;
        }
    }
    return !a->storage_known && a->source_storage;
}

// ---- changes

static void make_exist(struct state *s, struct account *a)
{
    if (!a->exists) {
        state_journal(s, JOURNAL_EXISTS, a);
        a->exists = true;
        a->born_epoch = s->epoch;
    }
}

void state_set_nonce(struct state *s, struct account *a, u64 nonce)
{
    make_exist(s, a);
    state_journal(s, JOURNAL_NONCE, a)->old = u256_from_u64(a->nonce);
    a->nonce = nonce;
}

void state_set_balance(struct state *s, struct account *a, const u256 *balance)
{
    make_exist(s, a);
    state_journal(s, JOURNAL_BALANCE, a)->old = a->balance;
    a->balance = *balance;
}

void state_add_balance(struct state *s, struct account *a, const u256 *amount)
{
    u256 sum = u256_add(a->balance, *amount);
    state_set_balance(s, a, &sum);
    state_touch(s, a);
}

void state_sub_balance(struct state *s, struct account *a, const u256 *amount)
{
    CHECK(!u256_lt(a->balance, *amount));
    u256 rest = u256_sub(a->balance, *amount);
    state_set_balance(s, a, &rest);
    state_touch(s, a);
}

void state_set_code(struct state *s, struct account *a, bytes code)
{
    b256 hash = STATE_EMPTY_CODE_HASH;
    bytes kept = BYTES_NONE;
    if (code.n > 0) {
        keccak256(&hash, code.p, code.n);
        bool created = false;
        bytes *entry = code_table_put(&s->codes, &hash, &created);
        if (created) {
            u8 *copy = mem_alloc(code.n);
            copy_bytes(copy, code.p, code.n);
            *entry = (bytes){copy, code.n};
        }
        kept = *entry;
    }
    make_exist(s, a);
    (void)account_code(s, a); // so that a revert finds the old code loaded or empty
    struct journal_entry *e = state_journal(s, JOURNAL_CODE, a);
    e->old = u256_from_b256(a->code_hash);
    e->key.w[0] = (u64)(uintptr_t)a->code.p;
    e->key.w[1] = a->code.n;
    a->code_hash = hash;
    a->code = kept;
    a->code_loaded = true;
}

void state_create_contract(struct state *s, struct account *a, u64 nonce)
{
    make_exist(s, a);
    if (a->created_epoch != s->epoch) {
        state_journal(s, JOURNAL_CREATED, a)->old.w[0] = a->storage_known;
        a->created_epoch = s->epoch;
        a->storage_known = true; // its storage is empty, or this would be a collision (EIP-7610)
    }
    if (a->nonce != nonce) {
        state_set_nonce(s, a, nonce);
    }
}

bool state_created_now(const struct state *s, const struct account *a)
{
    return a->created_epoch == s->epoch;
}

void state_destroy(struct state *s, struct account *a)
{
    if (a->destroyed_epoch != s->epoch) {
        state_journal(s, JOURNAL_DESTROYED, a);
        a->destroyed_epoch = s->epoch;
    }
}

bool state_is_destroyed(const struct state *s, const struct account *a)
{
    return a->destroyed_epoch == s->epoch;
}
