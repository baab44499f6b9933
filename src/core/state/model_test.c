// SPDX-License-Identifier: MIT
// The journal against a model that keeps whole copies: random operations on a few accounts,
// checkpoints that nest and are reverted at random, transactions one after the other. After each
// step everything that can be asked of the state must be what the model says; at each end the
// export and the index of changes too.
#include "core/state/state.h"
#include "lib/base/bytes.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/num/u256.h"
#include "test/test.h"

enum { ACCOUNTS = 5, KEYS = 3, CODES = 4, DEPTH = 8, LOGS_MAX = 64 };

struct model_account {
    bool exists, created, destroyed, touched, warm, marked;
    u64 nonce, balance;
    u32 code; // index into CODE_TEXT
    u64 slot[KEYS], transient[KEYS];
    bool slot_warm[KEYS];
};

struct model {
    struct model_account a[ACCOUNTS];
    i64 refund;
    u32 log_count;
    u32 log_size[LOGS_MAX];
};

static const char *const CODE_TEXT[CODES] = {"", "one", "the second", "three of them"};

struct mirror { // what state_take_dirty has told
    bool exists;
    u64 nonce, balance, slot[KEYS];
};

struct run {
    struct state *s;
    struct mirror mirror[ACCOUNTS];
    struct mirror *telling;
    struct model m;
    struct model start; // of the transaction
    struct model saved[DEPTH];
    struct state_checkpoint at[DEPTH];
    u32 depth;
    u64 random;
    u64 transaction;
    usize changes;
};

static address address_of(u32 i)
{
    return (address){{0x40, [5] = (u8)(i * 37 + 1), [19] = (u8)i}};
}

static struct account *account_of(struct run *r, u32 i)
{
    address a = address_of(i);
    return state_account(r->s, &a);
}

static bytes code_of(u32 i)
{
    return (bytes){(const u8 *)CODE_TEXT[i], __builtin_strlen(CODE_TEXT[i])};
}

static bool is_empty(const struct model_account *a)
{
    return a->nonce == 0 && a->balance == 0 && a->code == 0;
}

// ---- one random operation on both

static void change_account(struct run *r, struct account *h, struct model_account *a, u64 x)
{
    u256 amount = u256_from_u64(x >> 32 & 7);
    switch (x % 8) {
    case 0:
        state_set_nonce(r->s, h, x >> 16 & 3);
        a->nonce = x >> 16 & 3;
        a->exists = true;
        break;
    case 1:
        state_set_balance(r->s, h, &amount);
        a->balance = amount.w[0];
        a->exists = true;
        break;
    case 2:
        state_add_balance(r->s, h, &amount);
        a->balance += amount.w[0];
        a->exists = a->touched = true;
        break;
    case 3:
        if (a->balance >= amount.w[0]) {
            state_sub_balance(r->s, h, &amount);
            a->balance -= amount.w[0];
            a->exists = a->touched = true;
        }
        break;
    case 4:
        state_set_code(r->s, h, code_of(x >> 16 & 3));
        a->code = x >> 16 & 3;
        a->exists = true;
        break;
    case 5:
        state_destroy(r->s, h);
        a->destroyed = true;
        break;
    case 6:
        state_touch(r->s, h);
        a->touched = true;
        break;
    default:
        if (a->slot[0] + a->slot[1] + a->slot[2] == 0 && !account_has_storage(r->s, h)) {
            state_create_contract(r->s, h, 1);
            a->created = a->exists = true;
            a->nonce = 1;
        }
        break;
    }
}

static void change_slots(struct run *r, struct account *h, struct model_account *a, u64 x)
{
    u32 k = (u32)(x >> 40) % KEYS;
    u256 key = u256_from_u64(k);
    u256 value = u256_from_u64(x >> 16 & 3);
    switch (x % 6) {
    case 0:
    case 1:
        if (a->exists) {
            state_sstore(r->s, h, &key, &value);
            a->slot[k] = value.w[0];
        }
        break;
    case 2:
        state_tstore(r->s, h, &key, &value);
        a->transient[k] = value.w[0];
        break;
    case 3:
        EXPECT_EQ(state_warm_slot(r->s, h, &key), a->slot_warm[k]);
        a->slot_warm[k] = true;
        break;
    case 4:
        EXPECT_EQ(state_warm_account(r->s, h), a->warm);
        a->warm = true;
        break;
    default:
        EXPECT_EQ(state_mark_code(r->s, h), a->marked);
        a->marked = true;
        break;
    }
}

static void note(struct run *r, u64 x)
{
    if (x % 2 == 0) {
        state_add_refund(r->s, (i64)(x >> 8 & 15) - 7);
        r->m.refund += (i64)(x >> 8 & 15) - 7;
    } else if (r->m.log_count < LOGS_MAX) {
        address emitter = address_of(0);
        b256 topics[4] = {{{1}}, {{2}}, {{3}}, {{4}}};
        u32 size = x >> 8 & 31;
        static const u8 data[32] = {5, 6, 7};
        state_log(r->s, &emitter, (bytes){data, size}, topics, (u32)(x >> 16) % 5);
        r->m.log_size[r->m.log_count++] = size;
    }
}

static void step(struct run *r)
{
    u64 x = test_random(&r->random);
    u32 i = (u32)(x >> 50) % ACCOUNTS;
    u64 rest = test_random(&r->random);
    switch (x % 10) {
    case 0:
        if (r->depth < DEPTH) {
            r->saved[r->depth] = r->m;
            r->at[r->depth++] = state_checkpoint(r->s);
        }
        break;
    case 1: // back to any of those that are open
        if (r->depth > 0) {
            r->depth = (u32)(rest % r->depth);
            state_revert(r->s, r->at[r->depth]);
            r->m = r->saved[r->depth];
        }
        break;
    case 2:
        note(r, rest);
        break;
    case 3: // a frame that succeeded
        r->depth -= r->depth > 0;
        break;
    case 4:
    case 5:
    case 6:
        change_account(r, account_of(r, i), &r->m.a[i], rest);
        break;
    default:
        change_slots(r, account_of(r, i), &r->m.a[i], rest);
        break;
    }
}

// ---- comparison

static void compare_account(struct run *r, u32 i)
{
    struct account *h = account_of(r, i);
    const struct model_account *a = &r->m.a[i];
    EXPECT_EQ(account_exists(h), a->exists);
    EXPECT_EQ(account_nonce(h), a->nonce);
    EXPECT_U256(*account_balance(h), u256_from_u64(a->balance));
    bytes code = account_code(r->s, h);
    EXPECT_EQ(code.n, code_of(a->code).n);
    EXPECT_BYTES(code.p, CODE_TEXT[a->code], code.n);
    EXPECT_EQ(account_is_empty(h), is_empty(a));
    EXPECT_EQ(state_created_now(r->s, h), a->created);
    EXPECT_EQ(state_is_destroyed(r->s, h), a->destroyed);
    EXPECT_EQ(state_account_is_warm(r->s, h), a->warm);
    EXPECT_EQ(state_code_is_marked(r->s, h), a->marked);
    for (u32 k = 0; k < KEYS; k++) {
        u256 key = u256_from_u64(k);
        EXPECT_U256(state_sload(r->s, h, &key), u256_from_u64(a->slot[k]));
        EXPECT_U256(state_sload_original(r->s, h, &key), u256_from_u64(r->start.a[i].slot[k]));
        EXPECT_U256(state_tload(r->s, h, &key), u256_from_u64(a->transient[k]));
    }
}

static void compare(struct run *r)
{
    for (u32 i = 0; i < ACCOUNTS; i++) {
        compare_account(r, i);
    }
    EXPECT_EQ((u64)state_refund(r->s), (u64)r->m.refund);
    EXPECT_EQ(state_log_count(r->s), r->m.log_count);
    for (u32 i = 0; i < r->m.log_count; i++) {
        const struct state_log *l = state_log_at(r->s, i);
        EXPECT_EQ(l->data_size, r->m.log_size[i]);
        EXPECT_BYTES(state_log_data(r->s, l).p, "\5\6\7", l->data_size < 3 ? l->data_size : 3);
    }
}

// ---- ends of transactions

static void expect_change(struct run *r, u32 i, enum state_change_kind kind, u32 key, u256 before,
                          u256 after)
{
    if (u256_eq(before, after)) {
        return;
    }
    EXPECT(r->changes < state_change_count(r->s));
    const struct state_change *c = state_change_at(r->s, r->changes++);
    address a = address_of(i);
    EXPECT_EQ(c->transaction, r->transaction);
    EXPECT_BYTES(&c->account, &a, sizeof a);
    EXPECT_EQ(c->kind, kind);
    EXPECT_U256(c->key, u256_from_u64(key));
    EXPECT_U256(c->before, before);
    EXPECT_U256(c->after, after);
}

static u256 code_hash(u32 code)
{
    b256 hash;
    keccak256(&hash, CODE_TEXT[code], code_of(code).n);
    return u256_from_b256(hash);
}

// Rows of an account that was deleted: of what was written before, and then that it is gone.
static void expect_deleted(struct run *r, u32 i)
{
    const struct model_account *x = &r->start.a[i];
    address a = address_of(i);
    for (; r->changes < state_change_count(r->s); r->changes++) {
        const struct state_change *c = state_change_at(r->s, r->changes);
        if (!address_equal(&c->account, &a) || c->kind == STATE_CHANGE_DELETED) {
            break;
        }
        u256 before[] = {u256_from_u64(x->balance), u256_from_u64(x->nonce), code_hash(x->code),
                         u256_from_u64(x->slot[c->key.w[0] % KEYS])};
        EXPECT_U256(c->before, before[c->kind]);
        EXPECT_U256(c->after, c->kind == STATE_CHANGE_CODE ? code_hash(0) : u256_zero());
    }
    expect_change(r, i, STATE_CHANGE_DELETED, 0, u256_zero(), u256_from_bool(x->exists));
}

// What r->start became.
static void expect_changes(struct run *r, const bool deleted[ACCOUNTS])
{
    for (u32 i = 0; i < ACCOUNTS; i++) {
        const struct model_account *x = &r->start.a[i];
        const struct model_account *y = &r->m.a[i];
        if (deleted[i]) {
            expect_deleted(r, i);
            continue;
        }
        u256 balance[] = {u256_from_u64(x->balance), u256_from_u64(y->balance)};
        u256 nonce[] = {u256_from_u64(x->nonce), u256_from_u64(y->nonce)};
        expect_change(r, i, STATE_CHANGE_BALANCE, 0, balance[0], balance[1]);
        expect_change(r, i, STATE_CHANGE_NONCE, 0, nonce[0], nonce[1]);
        expect_change(r, i, STATE_CHANGE_CODE, 0, code_hash(x->code), code_hash(y->code));
        for (u32 k = 0; k < KEYS; k++) {
            expect_change(r, i, STATE_CHANGE_STORAGE, k, u256_from_u64(x->slot[k]),
                          u256_from_u64(y->slot[k]));
        }
    }
    EXPECT_EQ(r->changes, state_change_count(r->s));
}

static void end_transaction(struct run *r, bool clear_empty)
{
    bool deleted[ACCOUNTS];
    for (u32 i = 0; i < ACCOUNTS; i++) {
        struct model_account *a = &r->m.a[i];
        deleted[i] = a->exists && (a->destroyed || (clear_empty && a->touched && is_empty(a)));
        if (deleted[i]) {
            *a = (struct model_account){0};
        }
    }
    state_end_transaction(r->s, clear_empty);
    expect_changes(r, deleted);
}

static void begin_transaction(struct run *r)
{
    for (u32 i = 0; i < ACCOUNTS; i++) {
        struct model_account *a = &r->m.a[i];
        a->created = a->destroyed = a->touched = a->warm = a->marked = false;
        for (u32 k = 0; k < KEYS; k++) {
            a->slot_warm[k] = false;
            a->transient[k] = 0;
        }
    }
    r->m.refund = 0;
    r->m.log_count = 0;
    r->depth = 0;
    r->start = r->m;
    state_begin_transaction(r->s);
}

// ---- what is dirty

static void on_begin(void *ctx, const struct account *a, bool wiped)
{
    struct run *r = ctx;
    r->telling = &r->mirror[account_address(a)->b[19]];
    r->telling->exists = account_exists(a);
    r->telling->nonce = account_nonce(a);
    r->telling->balance = account_balance(a)->w[0];
    for (u32 k = 0; wiped && k < KEYS; k++) {
        r->telling->slot[k] = 0;
    }
}

static void on_slot(void *ctx, const u256 *key, const u256 *value)
{
    struct run *r = ctx;
    r->telling->slot[key->w[0]] = value->w[0];
}

static void on_end(void *ctx, const struct account *a)
{
    struct run *r = ctx;
    EXPECT(r->telling == &r->mirror[account_address(a)->b[19]]);
}

static void take_dirty(struct run *r)
{
    state_take_dirty(r->s, &(struct state_dirty_visitor){r, on_begin, on_slot, on_end});
    for (u32 i = 0; i < ACCOUNTS; i++) {
        EXPECT_EQ(r->mirror[i].exists, r->m.a[i].exists);
        EXPECT_EQ(r->mirror[i].nonce, r->m.a[i].nonce);
        EXPECT_EQ(r->mirror[i].balance, r->m.a[i].balance);
        EXPECT_BYTES(r->mirror[i].slot, r->m.a[i].slot, sizeof r->m.a[i].slot);
    }
}

// Goes on with a copy.
static void clone(struct run *r)
{
    struct state *copy = state_clone(r->s);
    state_free(r->s);
    r->s = copy;
    r->transaction = 0;
    r->changes = 0;
}

// ---- a source that holds a world of its own

static enum fault source_account(void *ctx, const address *a, struct state_source_account *out)
{
    (void)ctx;
    u32 i = a->b[19];
    *out = (struct state_source_account){.exists = i < 3,
                                         .has_storage = i == 1,
                                         .nonce = i,
                                         .balance = u256_from_u64(i * 2),
                                         .code_hash = u256_to_b256(code_hash(i % 2 == 0 ? 2 : 0))};
    return FAULT_NONE;
}

static enum fault source_storage(void *ctx, const address *a, const u256 *key, u256 *out)
{
    (void)ctx;
    *out = u256_from_u64(a->b[19] == 1 ? key->w[0] + 1 : 0);
    return FAULT_NONE;
}

static enum fault source_code(void *ctx, const b256 *hash, bytes *out)
{
    (void)ctx;
    (void)hash;
    *out = code_of(2);
    return FAULT_NONE;
}

static void model_of_source(struct model *m)
{
    for (u32 i = 0; i < 3; i++) {
        struct model_account *a = &m->a[i];
        *a = (struct model_account){
            .exists = true, .nonce = i, .balance = i * 2, .code = i % 2 == 0 ? 2 : 0};
        for (u32 k = 0; k < KEYS; k++) {
            a->slot[k] = i == 1 ? k + 1 : 0;
        }
    }
}

static void run_model(u64 seed, bool has_source, u32 transactions)
{
    struct state_source source = {NULL, source_account, source_storage, source_code};
    struct run r = {.s = state_new(has_source ? &source : NULL), .random = seed};
    if (has_source) {
        model_of_source(&r.m);
    }
    for (u32 i = 0; i < ACCOUNTS; i++) {
        struct model_account *a = &r.m.a[i];
        r.mirror[i] =
            (struct mirror){.exists = a->exists, .nonce = a->nonce, .balance = a->balance};
        copy_bytes(r.mirror[i].slot, a->slot, sizeof a->slot);
    }
    for (u32 t = 0; t < transactions; t++) {
        begin_transaction(&r);
        u64 steps = test_random(&r.random) % 60;
        for (u64 i = 0; i < steps; i++) {
            step(&r);
            if (i % 4 == 0) {
                compare(&r);
            }
        }
        compare(&r);
        end_transaction(&r, test_random(&r.random) % 3 != 0);
        EXPECT_EQ(state_take_fault(r.s), FAULT_NONE);
        r.transaction++;
        u64 x = test_random(&r.random);
        if (x % 2 == 0) {
            take_dirty(&r);
        }
        if (x % 8 == 0) {
            clone(&r);
        }
    }
    state_free(r.s);
}

TEST(state, reverting_restores_exactly_what_was)
{
    u64 seed = test_seed();
    for (u32 i = 0; i < (test_is_long() ? 20000u : 400u); i++) {
        run_model(test_random(&seed), false, 5);
    }
}

TEST(state, a_source_makes_no_difference)
{
    u64 seed = test_seed();
    for (u32 i = 0; i < (test_is_long() ? 20000u : 400u); i++) {
        run_model(test_random(&seed), true, 5);
    }
}
