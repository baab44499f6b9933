// SPDX-License-Identifier: MIT
// The node as a whole, in memory and on disk: blocks are made and read again, older states stay,
// branches compete, everything can be taken back, and after each of these the flat state has the
// root that its head says.
#include "app/cli/node_check.h"
#include "node/node/node.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/cli/node_genesis.h"
#include "core/trie/state_root.h"
#include "lib/base/bytes.h"
#include "lib/num/u256.h"
#include "node/node/dev.h"
#include "test/test.h"

static u64 clock_now;

static u64 test_clock(void)
{
    return clock_now;
}

static struct node_options options(void)
{
    return (struct node_options){.form = VM_EVM_NATIVE, .clock = test_clock, .has_dev_keys = true};
}

static struct node *open_node(const struct node_options *o)
{
    struct node_genesis g;
    struct buf why = {0};
    EXPECT(node_genesis_open(&g, &why, "dev"));
    struct node *n = node_new(o, &g, &why);
    if (n == NULL) {
        test_fail(__FILE__, __LINE__, "%.*s", (int)why.n, (const char *)why.p);
    }
    buf_fini(&why);
    return n;
}

struct sending {
    u32 from; // index of a development account
    u64 nonce;
    const address *to; // NULL: a creation
    u64 value;
    bytes data;
};

static void encode(struct buf *raw, const struct sending *s)
{
    struct transaction t = {
        .type = TX_FEE_MARKET,
        .has_chain_id = true,
        .chain_id = u256_from_u64(DEV_CHAIN_ID),
        .nonce = s->nonce,
        .max_fee = u256_from_u64(10000000000u),
        .max_priority = u256_from_u64(1 + s->from),
        .gas_limit = 300000,
        .is_create = s->to == NULL,
        .value = u256_from_u64(s->value),
    };
    struct dev_account a = dev_account(s->from);
    if (s->to != NULL) {
        t.to = *s->to;
    }
    buf_put(&t.data, s->data.p, s->data.n);
    EXPECT(transaction_sign(&t, &a.key));
    transaction_encode(raw, &t);
    transaction_fini(&t);
}

static struct node_answer send(struct node *n, const struct sending *s)
{
    struct buf raw = {0};
    struct node_answer a;
    encode(&raw, s);
    EXPECT_EQ(node_submit(n, buf_bytes(&raw), &a), FAULT_NONE);
    buf_fini(&raw);
    return a;
}

static void pay(struct node *n, u32 from, u64 nonce, const address *to, u64 value)
{
    struct node_answer a = send(n, &(struct sending){from, nonce, to, value, BYTES_NONE});
    EXPECT_EQ(a.refusal, REFUSAL_NONE);
}

static u64 balance_at(struct node *n, u64 number, const address *a)
{
    struct node_view v;
    EXPECT_EQ(node_view_open(&v, n, blocks_at(node_blocks(n), number)), FAULT_NONE);
    u64 balance = u256_to_u64_saturated(*account_balance(state_account(v.state, a)));
    EXPECT_EQ(state_take_fault(v.state), FAULT_NONE);
    node_view_close(&v);
    return balance;
}

// Copies all of a state and gives its root, without the tries.
struct copying {
    struct node_view *v;
    struct state *to;
    struct account *a;
};

static bool copy_slot(void *ctx, const u256 *key, const u256 *value)
{
    struct copying *c = ctx;
    state_sstore(c->to, c->a, key, value);
    return true;
}

static bool copy_account(void *ctx, const struct node_account *a)
{
    struct copying *c = ctx;
    u256 first = u256_zero();
    c->a = state_account(c->to, &a->at);
    state_set_balance(c->to, c->a, &a->balance);
    state_set_nonce(c->to, c->a, a->nonce);
    state_set_code(c->to, c->a, account_code(c->v->state, state_account(c->v->state, &a->at)));
    EXPECT_EQ(node_visit_slots(c->v, &a->at, &first, c, copy_slot), FAULT_NONE);
    return true;
}

static b256 root_at(struct node *n, const struct stored_block *b)
{
    struct node_view v;
    b256 root;
    address first = {{0}};
    EXPECT_EQ(node_view_open(&v, n, b), FAULT_NONE);
    struct copying c = {&v, state_new(NULL), NULL};
    state_begin_transaction(c.to);
    EXPECT_EQ(node_visit_accounts(&v, &first, &c, copy_account), FAULT_NONE);
    state_end_transaction(c.to, false);
    state_root(&root, c.to);
    state_free(c.to);
    node_view_close(&v);
    return root;
}

// Every kept state has the root of its block, by the flat tables and by the tries.
static void check_roots(struct node *n)
{
    u64 count = blocks_count(node_blocks(n));
    for (u64 i = node_oldest_state(n); i < count; i++) {
        const struct stored_block *b = blocks_at(node_blocks(n), i);
        struct node_commitment c;
        b256 root = root_at(n, b);
        EXPECT_BYTES(root.b, b->header.state_root.b, 32);
        EXPECT_EQ(node_commitment_open(&c, n, b), FAULT_NONE);
        commitment_hash(&root, c.tries);
        EXPECT_BYTES(root.b, b->header.state_root.b, 32);
        node_commitment_close(&c);
    }
}

static const address ALICE = {{0xA1, [19] = 1}};
static const address BOB = {{0xB0, [19] = 2}};

TEST(node, states_of_older_blocks_stay_as_they_were)
{
    struct node_options o = options();
    struct node *n = open_node(&o);
    for (u64 i = 0; i < 20; i++) {
        pay(n, 0, i, i % 3 == 0 ? &BOB : &ALICE, 1000 + i);
    }
    EXPECT_EQ(blocks_count(node_blocks(n)), 21);
    EXPECT_EQ(balance_at(n, 0, &ALICE), 0);
    EXPECT_EQ(balance_at(n, 1, &BOB), 1000);
    EXPECT_EQ(balance_at(n, 2, &BOB), 1000);
    EXPECT_EQ(balance_at(n, 4, &BOB), 2003);
    EXPECT_EQ(balance_at(n, 2, &ALICE), 1001);
    EXPECT_EQ(balance_at(n, 3, &ALICE), 2003);
    check_roots(n);
    node_free(n);
}

TEST(node, a_view_does_not_see_blocks_that_are_made_while_it_is_open)
{
    struct node_options o = options();
    struct node *n = open_node(&o);
    struct node_view v;
    pay(n, 0, 0, &ALICE, 5);
    EXPECT_EQ(node_view_open(&v, n, blocks_last(node_blocks(n))), FAULT_NONE);
    pay(n, 0, 1, &ALICE, 6);
    pay(n, 0, 2, &BOB, 7);
    EXPECT_EQ(u256_to_u64_saturated(*account_balance(state_account(v.state, &ALICE))), 5);
    EXPECT(!account_exists(state_account(v.state, &BOB)));
    node_view_close(&v);
    node_free(n);
}

TEST(node, only_the_history_that_was_asked_for_is_kept)
{
    struct node_options o = options();
    o.history = 5;
    struct node *n = open_node(&o);
    for (u64 i = 0; i < 20; i++) {
        pay(n, 0, i, &ALICE, 1);
    }
    EXPECT_EQ(node_oldest_state(n), 15);
    struct node_view v;
    EXPECT_EQ(node_view_open(&v, n, blocks_at(node_blocks(n), 14)), FAULT_UNSUPPORTED);
    EXPECT(strstr(node_fault_detail(n), "the state after block 14 is not kept") != NULL);
    node_view_close(&v);
    EXPECT_EQ(balance_at(n, 15, &ALICE), 15);
    check_roots(n);
    node_free(n);
}

TEST(node, only_the_blocks_that_were_asked_for_are_kept)
{
    struct node_options o = options();
    o.blocks = NODE_BLOCKS_MIN;
    struct node *n = open_node(&o);
    u64 last = NODE_BLOCKS_MIN + 20;
    for (u64 i = 0; i < last; i++) {
        pay(n, 0, i, &ALICE, 1);
    }
    const struct blocks *blocks = node_blocks(n);
    b256 hash = blocks_at(blocks, 20)->header.parent_hash;
    usize index;
    EXPECT_EQ(node_first_block(n), 20);
    EXPECT_EQ(node_oldest_state(n), 20);
    EXPECT(blocks_at(blocks, 0) != NULL);
    EXPECT(blocks_at(blocks, 1) == NULL);
    EXPECT(blocks_at(blocks, 19) == NULL);
    EXPECT(blocks_by_hash(blocks, &hash) == NULL);
    EXPECT(blocks_of_transaction(blocks, &blocks_at(blocks, 20)->transactions[0].hash, &index) !=
           NULL);
    EXPECT_EQ(balance_at(n, 20, &ALICE), 20);
    struct buf out = {0};
    struct buf why = {0};
    EXPECT(node_check(n, &out, &why));
    buf_fini(&out);
    buf_fini(&why);
    node_free(n);
}

// Deploys code that adds the call's first word to slot 0, stores it under itself too, and logs it.
static const u8 ADDER[] = {0x5f, 0x35, 0x80, 0x5f, 0x54, 0x01, 0x80, 0x5f, 0x55, 0x80,
                           0x82, 0x55, 0x5f, 0x52, 0x60, 0x20, 0x5f, 0xa1, 0x00};

static address deploy_adder(struct node *n, u32 from, u64 nonce)
{
    u8 init[11 + sizeof ADDER] = {0x60, sizeof ADDER, 0x60, 11,   0x5f, 0x39,
                                  0x60, sizeof ADDER, 0x5f, 0xf3, 0x00};
    copy_bytes(init + 11, ADDER, sizeof ADDER);
    struct node_answer a = send(n, &(struct sending){from, nonce, NULL, 0, {init, sizeof init}});
    EXPECT_EQ(a.refusal, REFUSAL_NONE);
    const struct stored_block *b = blocks_last(node_blocks(n));
    EXPECT(b->transactions[0].has_created);
    return b->transactions[0].created;
}

static void call_adder(struct node *n, u32 from, u64 nonce, const address *to, u64 word)
{
    u8 data[32] = {0};
    store_be64(data + 24, word);
    struct node_answer a = send(n, &(struct sending){from, nonce, to, 0, {data, sizeof data}});
    EXPECT_EQ(a.refusal, REFUSAL_NONE);
}

static u64 slot_after(struct node *n, const struct stored_block *b, const address *a, u64 key)
{
    struct node_view v;
    u256 k = u256_from_u64(key);
    EXPECT_EQ(node_view_open(&v, n, b), FAULT_NONE);
    u64 value = u256_to_u64_saturated(state_sload(v.state, state_account(v.state, a), &k));
    EXPECT_EQ(state_take_fault(v.state), FAULT_NONE);
    node_view_close(&v);
    return value;
}

static u64 slot_at(struct node *n, u64 number, const address *a, u64 key)
{
    return slot_after(n, blocks_at(node_blocks(n), number), a, key);
}

static bool count_logs(void *ctx, const struct stored_block *b, usize transaction, usize log)
{
    (void)transaction;
    u64 *sums = ctx;
    sums[0]++;
    sums[1] += load_be64(b->log_data.p + b->logs[log].data_at + 24);
    return true;
}

TEST(node, logs_are_found_by_address_topic_and_range)
{
    struct node_options o = options();
    struct node *n = open_node(&o);
    address first = deploy_adder(n, 0, 0);
    address second = deploy_adder(n, 0, 1);
    for (u64 i = 0; i < 30; i++) {
        call_adder(n, 0, 2 + i, i % 3 == 0 ? &second : &first, i + 1);
    }
    EXPECT_EQ(slot_at(n, 2, &first, 0), 0);
    EXPECT_EQ(slot_at(n, 4, &first, 0), 2);
    EXPECT_EQ(slot_at(n, 5, &first, 0), 5);
    u64 sums[2] = {0, 0};
    struct node_log_filter f = {.first = 0, .last = 32, .addresses = &second, .address_count = 1};
    EXPECT_EQ(node_logs(n, &f, sums, count_logs), FAULT_NONE);
    EXPECT_EQ(sums[0], 10);
    b256 five = {{[31] = 5}}; // the word is the topic: once, in block 7
    f = (struct node_log_filter){.last = 32, .topics = 1, .topic = {&five}, .topic_count = {1}};
    sums[0] = sums[1] = 0;
    EXPECT_EQ(node_logs(n, &f, sums, count_logs), FAULT_NONE);
    EXPECT_EQ(sums[0], 1);
    f.addresses = &first;
    f.address_count = 1;
    EXPECT_EQ(node_logs(n, &f, sums, count_logs), FAULT_NONE);
    EXPECT_EQ(sums[0], 2);
    f.first = 8;
    EXPECT_EQ(node_logs(n, &f, sums, count_logs), FAULT_NONE);
    f.first = 0;
    f.addresses = &second;
    EXPECT_EQ(node_logs(n, &f, sums, count_logs), FAULT_NONE);
    EXPECT_EQ(sums[0], 2);
    f = (struct node_log_filter){.first = 3, .last = 12};
    sums[0] = 0;
    EXPECT_EQ(node_logs(n, &f, sums, count_logs), FAULT_NONE);
    EXPECT_EQ(sums[0], 10);
    check_roots(n);
    node_free(n);
}

TEST(node, a_snapshot_brings_back_blocks_state_and_changes_by_hand)
{
    struct node_options o = options();
    struct node *n = open_node(&o);
    address adder = deploy_adder(n, 0, 0);
    call_adder(n, 0, 1, &adder, 7);
    b256 head = blocks_last(node_blocks(n))->header.hash;
    struct node_slot slots[] = {{u256_from_u64(9), u256_from_u64(99)}};
    struct node_override by_hand = {.at = adder,
                                    .has_balance = true,
                                    .balance = u256_from_u64(12),
                                    .slots = slots,
                                    .slot_count = 1};
    u64 before = node_snapshot(n);
    EXPECT_EQ(node_set_account(n, &by_hand), FAULT_NONE);
    EXPECT_EQ(slot_at(n, 2, &adder, 9), 99);
    EXPECT_EQ(balance_at(n, 2, &adder), 12);
    EXPECT_EQ(balance_at(n, 1, &adder), 0);
    u64 after = node_snapshot(n);
    call_adder(n, 0, 2, &adder, 1);
    by_hand.replaces_storage = true;
    slots[0].value = u256_from_u64(1);
    EXPECT_EQ(node_set_account(n, &by_hand), FAULT_NONE);
    EXPECT_EQ(slot_at(n, 3, &adder, 0), 0);
    EXPECT_EQ(slot_at(n, 2, &adder, 0), 7);
    EXPECT(node_revert(n, after));
    EXPECT(!node_revert(n, after));
    EXPECT_EQ(slot_at(n, 2, &adder, 9), 99);
    EXPECT_EQ(slot_at(n, 2, &adder, 0), 7);
    EXPECT(node_revert(n, before));
    EXPECT_EQ(slot_at(n, 2, &adder, 9), 0);
    EXPECT_EQ(balance_at(n, 2, &adder), 0);
    EXPECT_BYTES(blocks_last(node_blocks(n))->header.hash.b, head.b, 32);
    check_roots(n);
    bool done = false;
    EXPECT_EQ(node_rollback(n, 1, &done), FAULT_NONE);
    EXPECT(done && blocks_count(node_blocks(n)) == 2);
    EXPECT_EQ(node_rollback(n, 2, &done), FAULT_NONE);
    EXPECT(!done);
    check_roots(n);
    node_free(n);
}

struct told {
    u32 blocks, removed, heads, pending;
};

static void listen(void *ctx, const struct node_event *e)
{
    struct told *t = ctx;
    t->blocks += e->kind == NODE_EVENT_BLOCK;
    t->removed += e->kind == NODE_EVENT_REMOVED;
    t->heads += e->kind == NODE_EVENT_HEAD;
    t->pending += e->kind == NODE_EVENT_PENDING;
}

static struct node_imported import(struct node *n, const struct stored_block *b, bool heads)
{
    struct node_imported out;
    EXPECT_EQ(node_import(n, buf_bytes(&b->wire), heads, &out), FAULT_NONE);
    return out;
}

// Two nodes make different chains from one block; a third gets both and changes between them.
TEST(node, the_head_moves_between_branches_and_back)
{
    struct node_options o = options();
    struct node *left = open_node(&o);
    struct node *right = open_node(&o);
    struct node *n = open_node(&o);
    struct told told = {0};
    struct node_imported out;
    bool found = false;
    node_listen(n, &told, listen);
    address adder = deploy_adder(left, 0, 0);
    (void)deploy_adder(right, 0, 0);
    for (u64 i = 0; i < 6; i++) {
        call_adder(left, 0, 1 + i, &adder, i + 1);
        call_adder(right, 1, i, &adder, 10 * i + 5);
        pay(right, 0, 1 + i, i % 2 == 0 ? &BOB : &ALICE, 3);
    }
    for (u64 i = 1; i < blocks_count(node_blocks(left)); i++) {
        EXPECT_EQ(import(n, blocks_at(node_blocks(left), i), true).status, IMPORT_VALID);
    }
    b256 left_head = blocks_last(node_blocks(left))->header.hash;
    b256 right_head = blocks_last(node_blocks(right))->header.hash;
    EXPECT_EQ(told.blocks, 7);
    for (u64 i = 2; i < blocks_count(node_blocks(right)); i++) {
        EXPECT_EQ(import(n, blocks_at(node_blocks(right), i), false).status, IMPORT_VALID);
    }
    EXPECT_BYTES(blocks_last(node_blocks(n))->header.hash.b, left_head.b, 32);
    EXPECT_EQ(told.removed, 0);
    EXPECT_EQ(node_set_head(n, &right_head, &found, &out), FAULT_NONE);
    EXPECT(found && out.status == IMPORT_VALID);
    EXPECT_BYTES(blocks_last(node_blocks(n))->header.hash.b, right_head.b, 32);
    EXPECT_EQ(told.removed, 6);
    EXPECT_EQ(told.blocks, 19);
    check_roots(n);
    EXPECT_EQ(node_set_head(n, &left_head, &found, &out), FAULT_NONE);
    EXPECT_EQ(slot_at(n, 7, &adder, 0), 21);
    EXPECT_EQ(slot_at(n, 3, &adder, 0), 3);
    check_roots(n);
    b256 unknown = {{1}};
    EXPECT_EQ(node_set_head(n, &unknown, &found, &out), FAULT_NONE);
    EXPECT(!found);
    EXPECT_EQ(node_set_safe(n, &left_head, &found), FAULT_NONE);
    EXPECT(found && node_block(n, NODE_SAFE) == blocks_last(node_blocks(n)));
    EXPECT_EQ(node_set_finalized(n, &right_head, &found), FAULT_NONE);
    EXPECT(!found && node_block(n, NODE_FINALIZED) == NULL);
    node_free(left);
    node_free(right);
    node_free(n);
}

// What a consensus client may do: payloads of two branches in any order in which parents come
// first, while the head moves between them. What was executed once is not executed again.
TEST(node, payloads_of_two_long_branches_come_in_any_order)
{
    enum { LENGTH = 10 };
    struct node_options o = options();
    struct node *maker[2] = {open_node(&o), open_node(&o)};
    struct node *n = open_node(&o);
    struct told told = {0};
    struct node_imported out;
    bool found = false;
    address adder = {{0}};
    for (u32 k = 0; k < 2; k++) {
        adder = deploy_adder(maker[k], 0, 0);
        for (u64 i = 1; i < LENGTH; i++) {
            call_adder(maker[k], 0, i, &adder, 100 * k + i);
        }
    }
    node_listen(n, &told, listen);
    u32 random = (u32)test_seed();
    u64 next[2] = {1, 2}; // the first block is the same
    b256 head = {{0}};
    EXPECT_EQ(import(n, blocks_at(node_blocks(maker[0]), next[0]++), false).status, IMPORT_VALID);
    while (next[0] <= LENGTH || next[1] <= LENGTH) {
        random = random * 1664525u + 1013904223u;
        u32 k = next[0] > LENGTH ? 1 : next[1] > LENGTH ? 0 : random >> 31;
        const struct stored_block *b = blocks_at(node_blocks(maker[k]), next[k]++);
        out = import(n, b, false);
        EXPECT_EQ(out.status, IMPORT_VALID);
        EXPECT(!out.was_known);
        const struct stored_block *kept = blocks_by_hash(node_blocks(n), &b->header.hash);
        EXPECT(kept != NULL && kept->has_receipts && kept->count == 1);
        if ((random >> 20) % 3 == 0) {
            head = b->header.hash;
            EXPECT_EQ(node_set_head(n, &head, &found, &out), FAULT_NONE);
            EXPECT(found && out.status == IMPORT_VALID);
            EXPECT_BYTES(blocks_last(node_blocks(n))->header.hash.b, head.b, 32);
            EXPECT_EQ(slot_at(n, b->header.number, &adder, 0),
                      slot_at(maker[k], b->header.number, &adder, 0));
        }
    }
    for (u64 i = 1; i <= LENGTH; i++) { // states of either branch can be read, wherever the head is
        for (u32 k = 0; k < 2; k++) {
            const b256 *hash = &blocks_at(node_blocks(maker[k]), i)->header.hash;
            EXPECT_EQ(slot_after(n, blocks_by_hash(node_blocks(n), hash), &adder, 0),
                      slot_at(maker[k], i, &adder, 0));
        }
    }
    for (u32 k = 0; k < 4; k++) {
        head = blocks_last(node_blocks(maker[k % 2]))->header.hash;
        EXPECT_EQ(node_set_head(n, &head, &found, &out), FAULT_NONE);
        EXPECT(found && out.status == IMPORT_VALID);
        EXPECT_EQ(blocks_count(node_blocks(n)), LENGTH + 1);
        EXPECT_EQ(slot_at(n, LENGTH, &adder, 0), slot_at(maker[k % 2], LENGTH, &adder, 0));
        check_roots(n);
    }
    EXPECT_EQ(node_executed(n), 2 * LENGTH - 1); // each block once
    call_adder(n, 0, LENGTH, &adder, 5);         // the chain goes on from there
    check_roots(n);
    for (u32 k = 0; k < 2; k++) {
        node_free(maker[k]);
    }
    node_free(n);
}

TEST(node, what_is_built_on_a_refused_block_is_refused)
{
    struct node_options o = options();
    struct node *from = open_node(&o);
    struct node *n = open_node(&o);
    pay(from, 0, 0, &ALICE, 5);
    const struct stored_block *good = blocks_at(node_blocks(from), 1);
    struct block decoded;
    struct stored_block wrong = {.header = good->header};
    struct stored_block child = {.header = good->header};
    EXPECT(block_decode(&decoded, buf_bytes(&good->wire)));
    wrong.header.state_root.b[0] ^= 1;
    header_set_hash(&wrong.header);
    block_encode(&wrong.wire, &wrong.header, decoded.transactions, decoded.withdrawals);
    child.header.parent_hash = wrong.header.hash;
    child.header.number++;
    child.header.timestamp++;
    header_set_hash(&child.header);
    block_encode(&child.wire, &child.header, decoded.transactions, decoded.withdrawals);
    EXPECT_EQ(import(n, &child, false).status, IMPORT_ORPHAN);
    EXPECT_EQ(import(n, &wrong, false).status, IMPORT_INVALID);
    struct node_imported out = import(n, &child, false);
    EXPECT_EQ(out.status, IMPORT_INVALID);
    EXPECT_EQ(out.block, BLOCK_STATE_ROOT);
    EXPECT_BYTES(out.latest_valid.b, blocks_last(node_blocks(n))->header.hash.b, 32);
    bool found = false;
    EXPECT_EQ(node_set_head(n, &child.header.hash, &found, &out), FAULT_NONE);
    EXPECT(found && out.status == IMPORT_INVALID);
    EXPECT_EQ(blocks_count(node_blocks(n)), 1);
    EXPECT_EQ(import(n, good, true).status, IMPORT_VALID);
    buf_fini(&wrong.wire);
    buf_fini(&child.wire);
    node_free(from);
    node_free(n);
}

TEST(node, a_block_that_breaks_a_rule_is_refused_and_changes_nothing)
{
    struct node_options o = options();
    struct node *from = open_node(&o);
    struct node *n = open_node(&o);
    pay(from, 0, 0, &ALICE, 5);
    pay(from, 0, 1, &ALICE, 5);
    const struct stored_block *first = blocks_at(node_blocks(from), 1);
    EXPECT_EQ(import(n, blocks_at(node_blocks(from), 2), true).status, IMPORT_ORPHAN);
    struct header h = first->header;
    struct block decoded;
    EXPECT(block_decode(&decoded, buf_bytes(&first->wire)));
    for (u32 i = 0; i < 4; i++) {
        struct stored_block wrong = {.header = h};
        wrong.header.state_root.b[0] ^= i == 0;
        wrong.header.gas_used += i == 1;
        wrong.header.receipts_root.b[5] ^= i == 2;
        wrong.header.timestamp = i == 3 ? 0 : h.timestamp;
        header_set_hash(&wrong.header);
        block_encode(&wrong.wire, &wrong.header, decoded.transactions, decoded.withdrawals);
        struct node_imported out = import(n, &wrong, true);
        EXPECT_EQ(out.status, IMPORT_INVALID);
        static const enum block_verdict EXPECTED[] = {BLOCK_STATE_ROOT, BLOCK_GAS_USED,
                                                      BLOCK_RECEIPTS_ROOT, BLOCK_TIMESTAMP};
        EXPECT_EQ(out.block, EXPECTED[i]);
        buf_fini(&wrong.wire);
    }
    EXPECT_EQ(blocks_count(node_blocks(n)), 1);
    EXPECT_EQ(import(n, first, true).status, IMPORT_VALID);
    EXPECT_EQ(import(n, blocks_at(node_blocks(from), 2), true).status, IMPORT_VALID);
    EXPECT(import(n, first, true).was_known);
    check_roots(n);
    node_free(from);
    node_free(n);
}

static bool count_transactions(void *ctx, usize index, const struct chain_receipt *r,
                               struct state *s)
{
    (void)s;
    u64 *seen = ctx;
    seen[0] += r->gas_used;
    seen[1] = index + 1;
    return seen[1] < seen[2];
}

TEST(node, what_waits_is_mined_by_fee_and_a_block_can_be_executed_again)
{
    struct node_options o = options();
    o.mining = MINING_NONE;
    struct node *n = open_node(&o);
    for (u32 i = 0; i < 5; i++) {
        pay(n, i, 0, &ALICE, 10);
        pay(n, i, 1, &ALICE, 10);
    }
    EXPECT_EQ(pool_count(node_pool(n)), 10);
    const struct stored_block *pending = node_block(n, NODE_PENDING);
    EXPECT(pending->header.number == 1 && pending->count == 10);
    struct node_view v;
    EXPECT_EQ(node_view_open(&v, n, pending), FAULT_NONE);
    EXPECT_EQ(u256_to_u64_saturated(*account_balance(state_account(v.state, &ALICE))), 100);
    node_view_close(&v);
    EXPECT_EQ(node_mine(n), FAULT_NONE);
    EXPECT_EQ(pool_count(node_pool(n)), 0);
    const struct stored_block *b = blocks_last(node_blocks(n));
    EXPECT_EQ(b->count, 10);
    struct dev_account best = dev_account(4);
    EXPECT_BYTES(b->transactions[0].sender.b, best.at.b, 20);
    u64 seen[3] = {0, 0, 100};
    struct node_replay r = {.ctx = seen, .after = count_transactions};
    EXPECT_EQ(node_replay(n, b, &r), FAULT_NONE);
    EXPECT(seen[0] == b->header.gas_used && seen[1] == 10);
    seen[2] = 3;
    EXPECT_EQ(node_replay(n, b, &r), FAULT_NONE);
    EXPECT_EQ(seen[1], 3);
    EXPECT_EQ(node_view_open_inside(&v, n, b, 4), FAULT_NONE);
    EXPECT_EQ(u256_to_u64_saturated(*account_balance(state_account(v.state, &ALICE))), 40);
    node_view_close(&v);
    node_free(n);
}

TEST(node, an_impersonated_account_sends_without_a_key)
{
    struct node_options o = options();
    struct node *n = open_node(&o);
    address adder = deploy_adder(n, 0, 0);
    struct node_override rich = {
        .at = adder, .has_balance = true, .balance = u256_from_u64(1000000000000000000u)};
    EXPECT_EQ(node_set_account(n, &rich), FAULT_NONE);
    node_impersonate(n, &adder, true);
    struct transaction t = {.type = TX_FEE_MARKET,
                            .has_chain_id = true,
                            .chain_id = u256_from_u64(DEV_CHAIN_ID),
                            .nonce = 1,
                            .max_fee = u256_from_u64(10000000000u),
                            .gas_limit = 21000,
                            .to = BOB,
                            .value = u256_from_u64(77)};
    struct node_answer a;
    EXPECT_EQ(node_submit_as(n, &t, &adder, &a), FAULT_NONE);
    EXPECT_EQ(a.refusal, REFUSAL_NONE);
    EXPECT_EQ(balance_at(n, 2, &BOB), 77);
    usize index = 9;
    const struct stored_block *b = blocks_of_transaction(node_blocks(n), &a.hash, &index);
    EXPECT(b != NULL && index == 0 && b->transactions[0].was_impersonated);
    EXPECT_BYTES(b->transactions[0].sender.b, adder.b, 20);
    u64 seen[3] = {0, 0, 9};
    EXPECT_EQ(node_replay(n, b, &(struct node_replay){.ctx = seen, .after = count_transactions}),
              FAULT_NONE);
    EXPECT_EQ(seen[0], 21000);
    node_free(n);
}

static u64 mine_time(struct node *n)
{
    EXPECT_EQ(node_mine(n), FAULT_NONE);
    return blocks_last(node_blocks(n))->header.timestamp;
}

TEST(node, the_clock_goes_on_from_a_time_that_was_set_for_a_block)
{
    struct node_options o = options();
    clock_now = 1000;
    struct node *n = open_node(&o);
    EXPECT_EQ(mine_time(n), 1000);
    EXPECT(node_set_next_time(n, 5000));
    node_add_time(n, 7); // of the clock, so not of that block
    EXPECT_EQ(mine_time(n), 5000);
    clock_now += 10;
    EXPECT_EQ(mine_time(n), 5010);
    node_add_time(n, 100);
    EXPECT_EQ(mine_time(n), 5110);
    EXPECT_EQ(node_mine_many(n, 3, 12), FAULT_NONE); // 5111, 5123, 5135
    EXPECT_EQ(blocks_last(node_blocks(n))->header.timestamp, 5135);
    node_add_time(n, 60);
    EXPECT_EQ(mine_time(n), 5195);
    for (u64 i = 1; i <= 20; i++) {
        EXPECT_EQ(mine_time(n), 5195 + i);
    }
    clock_now++; // less than those blocks took
    node_add_time(n, 3600);
    EXPECT_EQ(mine_time(n), 5215 + 3600);
    node_free(n);
}

TEST(node, a_dump_of_the_state_is_loaded_again)
{
    struct node_options o = options();
    struct node *n = open_node(&o);
    struct node *other = open_node(&o);
    struct buf text = {0};
    struct buf why = {0};
    address adder = deploy_adder(n, 0, 0);
    call_adder(n, 0, 1, &adder, 7);
    EXPECT_EQ(node_dump(n, &text), FAULT_NONE);
    EXPECT_EQ(node_load(other, buf_bytes(&text), &why), FAULT_NONE);
    EXPECT_EQ(slot_at(other, 0, &adder, 7), 7);
    call_adder(other, 0, 2, &adder, 1);
    EXPECT_EQ(slot_at(other, 1, &adder, 0), 8);
    EXPECT_EQ(node_load(other, (bytes){(const u8 *)"{\"accounts\":{\"0x1\":{}}}", 23}, &why),
              FAULT_BAD_INPUT);
    EXPECT(why.n > 0);
    buf_fini(&text);
    buf_fini(&why);
    node_free(n);
    node_free(other);
}

// ---- on disk

static void remove_folder(const char *folder)
{
    static const char *const NAMES[] = {"data.mdb", "lock.mdb", "LOCK"};
    for (u32 i = 0; i < COUNT_OF(NAMES); i++) {
        char path[128];
        (void)snprintf(path, sizeof path, "%s/%s", folder, NAMES[i]);
        unlink(path);
    }
    rmdir(folder);
}

TEST(node, a_chain_on_disk_goes_on_where_it_was)
{
    char folder[] = "build/node-test-XXXXXX";
    EXPECT(mkdtemp(folder) != NULL);
    struct node_options o = options();
    o.datadir = folder;
    struct node *n = open_node(&o);
    address adder = deploy_adder(n, 0, 0);
    for (u64 i = 0; i < 10; i++) {
        call_adder(n, 0, 1 + i, &adder, i + 1);
    }
    b256 head = blocks_last(node_blocks(n))->header.hash;
    node_free(n);
    n = open_node(&o);
    EXPECT(strstr(node_opened_with(n), "The store is at block 11 0x") != NULL);
    EXPECT_BYTES(blocks_last(node_blocks(n))->header.hash.b, head.b, 32);
    call_adder(n, 0, 11, &adder, 3);
    EXPECT_EQ(slot_at(n, 12, &adder, 0), 58);
    check_roots(n);
    node_free(n);
    struct node_genesis g;
    struct buf why = {0};
    EXPECT(node_genesis_open(&g, &why, "dev"));
    g.header.timestamp++;
    header_set_hash(&g.header);
    EXPECT(node_new(&o, &g, &why) == NULL);
    buf_put_u8(&why, 0);
    EXPECT(strstr((const char *)why.p, "holds another chain: its block 0 is 0x") != NULL);
    buf_fini(&why);
    remove_folder(folder);
}

// Fails the i-th write for every i until a block goes through: each time the node stays at a
// complete block and works on.
TEST(node, a_write_that_fails_leaves_a_complete_block)
{
    for (u32 on_disk = 0; on_disk < 2; on_disk++) {
        char folder[] = "build/node-test-XXXXXX";
        EXPECT(mkdtemp(folder) != NULL);
        struct node_options o = options();
        o.datadir = on_disk ? folder : NULL;
        struct node *n = open_node(&o);
        address adder = deploy_adder(n, 0, 0);
        u64 nonce = 1;
        bool failed = true;
        for (u64 i = 1; failed; i++) {
            u8 data[32] = {[31] = 1};
            struct buf raw = {0};
            struct node_answer a;
            encode(&raw, &(struct sending){0, nonce, &adder, 0, {data, sizeof data}});
            kv_fail_write(store_kv(node_store(n)), i);
            enum fault f = node_submit(n, buf_bytes(&raw), &a);
            kv_fail_write(store_kv(node_store(n)), 0);
            failed = f != FAULT_NONE;
            EXPECT(f == FAULT_IO || f == FAULT_NONE);
            nonce += !failed;
            EXPECT_EQ(blocks_count(node_blocks(n)), 1 + nonce);
            b256 root = root_at(n, blocks_last(node_blocks(n)));
            EXPECT_BYTES(root.b, blocks_last(node_blocks(n))->header.state_root.b, 32);
            buf_fini(&raw);
        }
        call_adder(n, 0, nonce, &adder, 2);
        check_roots(n);
        node_free(n);
        remove_folder(folder);
    }
}

// Two branches of four blocks: the head moves from one to the other while the i-th write fails.
static void fail_moves(struct node *n, const b256 *to, const b256 *from)
{
    struct node_imported out;
    bool found = false;
    bool failed = true;
    for (u64 i = 1; failed; i++) {
        kv_fail_write(store_kv(node_store(n)), i);
        enum fault f = node_set_head(n, to, &found, &out);
        kv_fail_write(store_kv(node_store(n)), 0);
        failed = f != FAULT_NONE;
        EXPECT(f == FAULT_IO || f == FAULT_NONE);
        const struct stored_block *last = blocks_last(node_blocks(n));
        EXPECT_BYTES(last->header.hash.b, failed ? from->b : to->b, 32);
        b256 root = root_at(n, last);
        EXPECT_BYTES(root.b, last->header.state_root.b, 32);
    }
    check_roots(n);
}

TEST(node, a_write_that_fails_leaves_the_head_where_it_was)
{
    enum { LENGTH = 4 };
    struct node_options o = options();
    struct node *maker[2] = {open_node(&o), open_node(&o)};
    for (u32 on_disk = 0; on_disk < 2; on_disk++) {
        char folder[] = "build/node-test-XXXXXX";
        EXPECT(mkdtemp(folder) != NULL);
        struct node_options here = options();
        here.datadir = on_disk ? folder : NULL;
        struct node *n = open_node(&here);
        b256 head[2];
        for (u32 k = 0; k < 2; k++) {
            address adder = on_disk == 0 ? deploy_adder(maker[k], k, 0) : ALICE;
            for (u64 i = 1; i <= LENGTH; i++) {
                if (on_disk == 0 && i < LENGTH) {
                    call_adder(maker[k], 0, k == 0 ? i : i - 1, &adder, i);
                }
                const struct stored_block *b = blocks_at(node_blocks(maker[k]), i);
                EXPECT_EQ(import(n, b, false).status, IMPORT_VALID);
            }
            head[k] = blocks_last(node_blocks(maker[k]))->header.hash;
        }
        b256 genesis = blocks_last(node_blocks(n))->header.hash;
        fail_moves(n, &head[1], &genesis);
        fail_moves(n, &head[0], &head[1]);
        EXPECT_EQ(node_executed(n), 2 * LENGTH);
        if (on_disk) { // what is kept in memory is gone: the branch is executed again
            node_free(n);
            n = open_node(&here);
            fail_moves(n, &head[1], &head[0]);
            EXPECT(node_executed(n) >= LENGTH);
        }
        node_free(n);
        remove_folder(folder);
    }
    node_free(maker[0]);
    node_free(maker[1]);
}

TEST(node, a_payload_far_from_the_head_is_not_executed)
{
    struct node_options o = options();
    struct node *from = open_node(&o);
    pay(from, 0, 0, &ALICE, 5);
    pay(from, 0, 1, &ALICE, 5);
    struct node_options short_history = options();
    short_history.history = 2;
    struct node *n[2] = {open_node(&o), open_node(&short_history)};
    u64 length[2] = {NODE_BRANCH_MAX + 2, 5};
    for (u32 k = 0; k < 2; k++) {
        for (u64 i = 0; i < length[k]; i++) {
            pay(n[k], 1, i, &BOB, 1);
        }
        u64 before = node_executed(n[k]);
        EXPECT_EQ(import(n[k], blocks_at(node_blocks(from), 1), false).status, IMPORT_FAR);
        EXPECT_EQ(import(n[k], blocks_at(node_blocks(from), 2), false).status, IMPORT_ORPHAN);
        EXPECT_EQ(node_executed(n[k]), before);
        EXPECT_EQ(blocks_count(node_blocks(n[k])), length[k] + 1);
    }
    struct node *near = open_node(&o);
    for (u64 i = 0; i < NODE_BRANCH_MAX; i++) {
        pay(near, 1, i, &BOB, 1);
    }
    EXPECT_EQ(import(near, blocks_at(node_blocks(from), 1), false).status, IMPORT_VALID);
    node_free(near);
    node_free(n[0]);
    node_free(n[1]);
    node_free(from);
}
