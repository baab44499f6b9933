// SPDX-License-Identifier: MIT
// Single rules of the state: the end of a transaction, faults of the source, what is loaded when,
// sorted exports. Reverting is proven against a model in model_test.c.
#include "core/state/state.h"
#include "lib/base/bytes.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/num/u256.h"
#include "test/test.h"

static address numbered(u8 n)
{
    return (address){{[0] = 0x77, [19] = n}};
}

static struct account *account(struct state *s, u8 n)
{
    address a = numbered(n);
    return state_account(s, &a);
}

static u256 number(u64 n)
{
    return u256_from_u64(n);
}

// ---- ends of transactions

TEST(state_end, touched_empty_accounts_are_cleared_only_if_asked)
{
    for (u32 clear = 0; clear < 2; clear++) {
        struct state *s = state_new(NULL);
        u256 zero = u256_zero();
        state_begin_transaction(s);
        state_add_balance(s, account(s, 1), &zero);
        EXPECT(account_exists(account(s, 1)));
        state_end_transaction(s, clear != 0);
        EXPECT_EQ(account_exists(account(s, 1)), !clear);
        state_free(s);
    }
}

TEST(state_end, empty_accounts_that_are_not_touched_stay)
{
    struct state *s = state_new(NULL);
    u256 zero = u256_zero();
    state_begin_transaction(s);
    state_add_balance(s, account(s, 1), &zero);
    state_end_transaction(s, false);
    state_begin_transaction(s);
    (void)state_warm_account(s, account(s, 1));
    state_end_transaction(s, true);
    EXPECT(account_exists(account(s, 1)));
    state_begin_transaction(s);
    state_touch(s, account(s, 1));
    state_end_transaction(s, true);
    EXPECT(!account_exists(account(s, 1)));
    state_free(s);
}

TEST(state_end, a_touch_that_was_reverted_does_not_clear)
{
    struct state *s = state_new(NULL);
    u256 zero = u256_zero();
    state_begin_transaction(s);
    state_add_balance(s, account(s, 1), &zero);
    state_end_transaction(s, false);
    state_begin_transaction(s);
    struct state_checkpoint c = state_checkpoint(s);
    state_touch(s, account(s, 1));
    state_revert(s, c);
    state_end_transaction(s, true);
    EXPECT(account_exists(account(s, 1)));
    state_free(s);
}

TEST(state_end, a_reverted_touch_of_ripemd_160_clears)
{
    address three = {{[19] = 3}};
    struct state *s = state_new(NULL);
    u256 zero = u256_zero();
    state_begin_transaction(s);
    state_add_balance(s, state_account(s, &three), &zero);
    state_end_transaction(s, false);
    state_begin_transaction(s);
    struct state_checkpoint c = state_checkpoint(s);
    state_touch(s, state_account(s, &three));
    state_revert(s, c);
    state_end_transaction(s, true);
    EXPECT(!account_exists(state_account(s, &three)));
    state_free(s);
}

TEST(state_end, a_destroyed_account_is_there_until_the_end_and_then_gone_with_all_it_had)
{
    struct state *s = state_new(NULL);
    struct account *a = account(s, 1);
    u256 key = number(4);
    u256 value = number(5);
    state_begin_transaction(s);
    state_set_balance(s, a, &value);
    state_set_code(s, a, (bytes){(const u8 *)"code", 4});
    state_sstore(s, a, &key, &value);
    state_end_transaction(s, true);
    state_begin_transaction(s);
    state_destroy(s, a);
    EXPECT(account_exists(a));
    EXPECT_U256(state_sload(s, a, &key), value);
    state_end_transaction(s, true);
    EXPECT(!account_exists(a));
    EXPECT(account_is_empty(a));
    EXPECT(!account_has_storage(s, a));
    EXPECT_EQ(account_code_size(s, a), 0);
    EXPECT_U256(state_sload(s, a, &key), u256_zero());
    state_free(s);
}

TEST(state_end, a_transaction_forgets_marks_refund_logs_and_transient_storage)
{
    struct state *s = state_new(NULL);
    struct account *a = account(s, 1);
    u256 key = number(4);
    state_begin_transaction(s);
    (void)state_warm_account(s, a);
    (void)state_warm_slot(s, a, &key);
    (void)state_mark_code(s, a);
    state_create_contract(s, a, 1);
    state_tstore(s, a, &key, &key);
    state_add_refund(s, 5);
    address emitter = numbered(1);
    state_log(s, &emitter, (bytes){(const u8 *)"x", 1}, NULL, 0);
    state_end_transaction(s, true);
    EXPECT_EQ(state_log_count(s), 1); // to be read by who writes the receipt
    EXPECT_EQ((u64)state_refund(s), 5);
    state_begin_transaction(s);
    EXPECT(!state_account_is_warm(s, a));
    EXPECT(!state_warm_slot(s, a, &key));
    EXPECT(!state_code_is_marked(s, a));
    EXPECT(!state_created_now(s, a));
    EXPECT_U256(state_tload(s, a, &key), u256_zero());
    EXPECT_EQ(state_log_count(s), 0);
    EXPECT_EQ((u64)state_refund(s), 0);
    state_free(s);
}

TEST(state_end, original_values_are_those_of_the_transactions_start)
{
    struct state *s = state_new(NULL);
    struct account *a = account(s, 1);
    u256 key = number(4);
    for (u64 i = 1; i < 4; i++) {
        state_begin_transaction(s);
        for (u64 j = 0; j < 3; j++) {
            u256 value = number(10 * i + j);
            state_sstore(s, a, &key, &value);
            EXPECT_U256(state_sload_original(s, a, &key), number(i == 1 ? 0 : 10 * (i - 1) + 2));
        }
        state_set_nonce(s, a, i);
        state_end_transaction(s, true);
    }
    state_free(s);
}

// ---- the source

struct world {
    u32 accounts, slots, codes; // questions asked
    enum fault fails;           // from now on
};

static const char CODE[] = "some code";

static enum fault world_account(void *ctx, const address *a, struct state_source_account *out)
{
    struct world *w = ctx;
    w->accounts++;
    out->exists = true;
    out->nonce = a->b[19];
    out->balance = number(1000);
    keccak256(&out->code_hash, CODE, sizeof CODE);
    out->has_storage = a->b[19] % 2 != 0;
    return w->fails;
}

static enum fault world_storage(void *ctx, const address *a, const u256 *key, u256 *out)
{
    struct world *w = ctx;
    w->slots++;
    *out = number(a->b[19] % 2 != 0 ? key->w[0] : 0);
    return w->fails;
}

static enum fault world_code(void *ctx, const b256 *hash, bytes *out)
{
    struct world *w = ctx;
    (void)hash;
    w->codes++;
    *out = (bytes){(const u8 *)CODE, sizeof CODE};
    return w->fails;
}

static struct state *state_of(struct world *w)
{
    struct state_source source = {w, world_account, world_storage, world_code};
    return state_new(&source);
}

TEST(state_source, is_asked_once_for_each_thing_and_only_when_it_is_needed)
{
    struct world w = {0};
    struct state *s = state_of(&w);
    for (u32 i = 0; i < 3; i++) {
        state_begin_transaction(s);
        struct account *a = account(s, 7);
        EXPECT_EQ(account_nonce(a), 7);
        EXPECT_EQ(w.accounts, 1);
        EXPECT_EQ(w.codes, i > 0);
        EXPECT_EQ(account_code_size(s, a), sizeof CODE);
        EXPECT_EQ(w.codes, 1);
        u256 key = number(5);
        EXPECT_U256(state_sload(s, a, &key), number(5));
        EXPECT_U256(state_sload_original(s, a, &key), number(5));
        EXPECT_EQ(w.slots, 1);
        state_end_transaction(s, true);
    }
    state_free(s);
}

TEST(state_source, tells_whether_an_account_has_storage)
{
    struct world w = {0};
    struct state *s = state_of(&w);
    state_begin_transaction(s);
    EXPECT(account_has_storage(s, account(s, 7)));
    EXPECT(!account_has_storage(s, account(s, 8)));
    state_free(s);
}

TEST(state_source, is_not_asked_for_the_slots_of_new_and_deleted_accounts)
{
    struct world w = {0};
    struct state *s = state_of(&w);
    u256 key = number(5);
    state_begin_transaction(s);
    state_create_contract(s, account(s, 8), 1);
    EXPECT_U256(state_sload(s, account(s, 8), &key), u256_zero());
    EXPECT_EQ(w.slots, 0);
    state_destroy(s, account(s, 7));
    state_end_transaction(s, true);
    state_begin_transaction(s);
    EXPECT_U256(state_sload(s, account(s, 7), &key), u256_zero());
    EXPECT(!account_has_storage(s, account(s, 7)));
    EXPECT_EQ(w.slots, 0);
    state_free(s);
}

TEST(state_source, a_reverted_creation_asks_again)
{
    struct world w = {0};
    struct state *s = state_of(&w);
    u256 key = number(5);
    state_begin_transaction(s);
    struct state_checkpoint c = state_checkpoint(s);
    state_create_contract(s, account(s, 8), 1);
    state_revert(s, c);
    EXPECT_U256(state_sload(s, account(s, 8), &key), u256_zero());
    EXPECT_EQ(w.slots, 1);
    EXPECT_EQ(account_nonce(account(s, 8)), 8);
    state_free(s);
}

TEST(state_source, a_fault_is_kept_until_it_is_taken_and_reads_give_zeros)
{
    struct world w = {.fails = FAULT_SOURCE};
    struct state *s = state_of(&w);
    u256 key = number(5);
    state_begin_transaction(s);
    EXPECT(!account_exists(account(s, 7)));
    EXPECT_EQ(state_take_fault(s), FAULT_SOURCE);
    EXPECT_EQ(state_take_fault(s), FAULT_NONE);
    w.fails = FAULT_NONE;
    struct account *a = account(s, 9);
    w.fails = FAULT_IO;
    EXPECT_U256(state_sload(s, a, &key), u256_zero());
    w.fails = FAULT_SOURCE;
    EXPECT_EQ(account_code_size(s, a), 0);
    EXPECT_EQ(state_take_fault(s), FAULT_IO); // the first
    EXPECT_EQ(state_take_fault(s), FAULT_NONE);
    state_free(s);
}

TEST(state_source, what_failed_is_asked_again)
{
    struct world w = {.fails = FAULT_SOURCE};
    struct state *s = state_of(&w);
    u256 key = number(5);
    state_begin_transaction(s);
    struct account *a = account(s, 7);
    EXPECT(!account_exists(a));
    w.fails = FAULT_NONE;
    EXPECT(account(s, 7) == a && account_exists(a));
    w.fails = FAULT_SOURCE;
    EXPECT_U256(state_sload_original(s, a, &key), u256_zero());
    EXPECT_EQ(account_code_size(s, a), 0);
    w.fails = FAULT_NONE;
    EXPECT_U256(state_sload(s, a, &key), key);
    EXPECT_U256(state_sload_original(s, a, &key), key);
    EXPECT_EQ(account_code_size(s, a), sizeof CODE);
    EXPECT_EQ(state_take_fault(s), FAULT_SOURCE);
    state_free(s);
}

// ---- exports

struct visited {
    u8 order[300];
    u32 accounts, slots;
    u256 last_key;
};

static void on_account(void *ctx, const struct account *a, bytes code)
{
    struct visited *v = ctx;
    v->order[v->accounts++] = account_address(a)->b[19];
    EXPECT_EQ(code.n, 0);
    v->last_key = u256_zero();
}

static void on_slot(void *ctx, const u256 *key, const u256 *value)
{
    struct visited *v = ctx;
    EXPECT(u256_lt(v->last_key, *key));
    EXPECT(!u256_is_zero(*value));
    v->last_key = *key;
    v->slots++;
}

TEST(state_export, visits_accounts_and_slots_in_order)
{
    struct state *s = state_new(NULL);
    u64 seed = test_seed();
    u32 slots = 0;
    state_begin_transaction(s);
    for (u32 i = 0; i < 200; i++) {
        u8 n = (u8)(i * 77 + 1); // 77 is odd: all different
        state_set_nonce(s, account(s, n), 1);
        for (u32 j = 0; j < 5; j++) {
            u256 key = {{test_random(&seed), 0, 0, test_random(&seed) | 1}};
            u256 value = number(j);
            state_sstore(s, account(s, n), &key, &value);
            slots += j > 0;
        }
    }
    (void)account(s, 0); // does not exist
    state_end_transaction(s, true);
    struct visited v = {0};
    state_visit(s, &(struct state_visitor){&v, on_account, on_slot});
    EXPECT_EQ(v.accounts, 200);
    EXPECT_EQ(v.slots, slots);
    for (u32 i = 1; i < v.accounts; i++) {
        EXPECT(v.order[i - 1] < v.order[i]);
    }
    state_free(s);
}

TEST(state_export, net_changes_are_indexed_and_others_are_not)
{
    struct state *s = state_new(NULL);
    struct account *a = account(s, 1);
    u256 key = number(9);
    u256 five = number(5);
    u256 zero = u256_zero();
    state_begin_transaction(s);
    state_set_balance(s, a, &five);
    state_sstore(s, a, &key, &five);
    state_sstore(s, a, &key, &zero);
    state_set_nonce(s, a, 3);
    state_set_nonce(s, a, 4);
    state_end_transaction(s, true);
    state_begin_transaction(s);
    struct state_checkpoint c = state_checkpoint(s);
    state_set_nonce(s, a, 5);
    state_revert(s, c);
    state_sstore(s, a, &key, &five);
    state_end_transaction(s, true);
    EXPECT_EQ(state_change_count(s), 3);
    EXPECT_EQ(state_change_at(s, 0)->kind, STATE_CHANGE_BALANCE);
    EXPECT_EQ(state_change_at(s, 1)->kind, STATE_CHANGE_NONCE);
    EXPECT_U256(state_change_at(s, 1)->before, zero);
    EXPECT_U256(state_change_at(s, 1)->after, number(4));
    EXPECT_EQ(state_change_at(s, 2)->transaction, 1);
    EXPECT_EQ(state_change_at(s, 2)->kind, STATE_CHANGE_STORAGE);
    EXPECT_U256(state_change_at(s, 2)->key, key);
    state_free(s);
}

TEST(state_export, an_account_that_came_and_went_in_one_transaction_is_no_change)
{
    struct state *s = state_new(NULL);
    state_begin_transaction(s);
    u256 five = number(5);
    state_set_balance(s, account(s, 1), &five);
    state_destroy(s, account(s, 1));
    state_end_transaction(s, true);
    EXPECT_EQ(state_change_count(s), 0);
    state_free(s);
}

// ---- misuse

static void subtract_too_much(void *ctx)
{
    u256 one = u256_one();
    state_sub_balance(ctx, account(ctx, 1), &one);
}

TEST(state, a_balance_below_zero_is_a_defect_of_the_caller)
{
    struct state *s = state_new(NULL);
    state_begin_transaction(s);
    EXPECT_DIES(subtract_too_much, s);
    state_free(s);
}
