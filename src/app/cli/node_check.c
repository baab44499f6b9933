// SPDX-License-Identifier: MIT
// The check of a store; see node_check.h.
#include "app/cli/node_check.h"

#include "core/trie/state_root.h"
#include "lib/base/bytes.h"
#include "lib/num/u256.h"

struct copying { // a state into one without a source, whose root is then that of all of it
    struct node_view *v;
    struct state *to;
    struct account *a;
    u64 accounts, slots;
    enum fault fault;
};

static bool copy_slot(void *ctx, const u256 *key, const u256 *value)
{
    struct copying *c = ctx;
    state_sstore(c->to, c->a, key, value);
    c->slots++;
    return true;
}

static bool copy_account(void *ctx, const struct node_account *a)
{
    struct copying *c = ctx;
    u256 first = u256_zero();
    c->a = state_account(c->to, &a->at);
    state_set_balance(c->to, c->a, &a->balance);
    state_set_nonce(c->to, c->a, a->nonce);
    bytes code = account_code(c->v->state, state_account(c->v->state, &a->at));
    if (code.n > 0) {
        state_set_code(c->to, c->a, code);
    }
    c->accounts++;
    c->fault = node_visit_slots(c->v, &a->at, &first, c, copy_slot);
    return c->fault == FAULT_NONE;
}

static enum fault flat_root(struct node *n, const struct stored_block *b, b256 *root,
                            struct copying *c)
{
    struct node_view v;
    address first = {{0}};
    *c = (struct copying){.v = &v, .to = state_new(NULL)};
    enum fault f = node_view_open(&v, n, b);
    state_begin_transaction(c->to);
    f = f == FAULT_NONE ? node_visit_accounts(&v, &first, c, copy_account) : f;
    f = f == FAULT_NONE ? c->fault : f;
    f = f == FAULT_NONE ? state_take_fault(v.state) : f;
    state_end_transaction(c->to, false);
    state_root(root, c->to);
    state_free(c->to);
    node_view_close(&v);
    return f;
}

static bool check_state(struct node *n, u64 number, struct buf *out, struct buf *why)
{
    const struct stored_block *b = blocks_at(node_blocks(n), number);
    struct node_commitment tries = {.view = NULL};
    struct copying c;
    b256 flat;
    b256 of_tries = {{0}};
    enum fault f = flat_root(n, b, &flat, &c);
    f = f == FAULT_NONE ? node_commitment_open(&tries, n, b) : f;
    if (f == FAULT_NONE) {
        commitment_hash(&of_tries, tries.tries);
        f = commitment_fault(tries.tries);
    }
    node_commitment_close(&tries);
    bool by_hand = false;
    f = f == FAULT_NONE ? store_changed_by_hand(node_store(n), number, &by_hand) : f;
    if (f != FAULT_NONE) {
        buf_printf(why, "the state after block %llu cannot be read: %s", (unsigned long long)number,
                   node_fault_detail(n));
        return false;
    }
    if (!b256_equal(&flat, &of_tries) || (!by_hand && !b256_equal(&flat, &b->header.state_root))) {
        buf_printf(why, "the state after block %llu does not have the block's root",
                   (unsigned long long)number);
        return false;
    }
    buf_printf(out, "state after block %llu: %llu accounts, %llu slots, root good\n",
               (unsigned long long)number, (unsigned long long)c.accounts,
               (unsigned long long)c.slots);
    return true;
}

static bool check_block(struct node *n, const struct stored_block *b, const b256 *parent, u64 i)
{
    const struct blocks *blocks = node_blocks(n);
    bool ok = b->header.number == i && b->has_receipts &&
              (i == 0 || b256_equal(&b->header.parent_hash, parent)) &&
              blocks_by_hash(blocks, &b->header.hash) == b;
    for (usize k = 0; ok && k < b->count; k++) {
        usize index = 0;
        ok = blocks_of_transaction(blocks, &b->transactions[k].hash, &index) == b && index == k;
    }
    return ok;
}

bool node_check(struct node *n, struct buf *out, struct buf *why)
{
    const struct blocks *blocks = node_blocks(n);
    u64 count = blocks_count(blocks);
    u64 transactions = 0;
    u64 first = node_first_block(n);
    b256 parent = {{0}};
    for (u64 i = 0; i < count; i++) {
        const struct stored_block *b = blocks_at(blocks, i);
        if (b == NULL || !check_block(n, b, &parent, i)) {
            buf_printf(why, "block %llu is missing, or is not what the indices say",
                       (unsigned long long)i);
            return false;
        }
        parent = b->header.hash;
        transactions += b->count;
        node_trim(n);
        if (i == 0 && first > 1) { // those between are dropped
            parent = blocks_at(blocks, first)->header.parent_hash;
            i = first - 1;
        }
    }
    buf_printf(out, "%llu blocks, %llu transactions\n", (unsigned long long)count,
               (unsigned long long)transactions);
    u64 oldest = node_oldest_state(n);
    return check_state(n, count - 1, out, why) &&
           (oldest == count - 1 || check_state(n, oldest, out, why));
}
