// SPDX-License-Identifier: MIT
// debug_ methods about what blocks did to the state: accounts that they changed, roots after each
// transaction; and the head (geth, "debug Namespace").
#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/codec/hex.h"
#include "lib/num/u256.h"
#include "node/rpc/hashed.h"
#include "node/rpc/tracing.h"

#define MODIFIED_MAX 1000u // blocks of one request

// ---- what blocks changed

struct modified {
    struct rpc_call *c;
    struct hashed_list l;
    usize taken; // changes of the replay's state so far
};

static bool gather(void *ctx, usize index, const struct chain_receipt *r, struct state *s)
{
    struct modified *m = ctx;
    (void)index;
    (void)r;
    for (; m->taken < state_change_count(s); m->taken++) {
        (void)hashed_add(&m->l, state_change_at(s, m->taken)->account.b, sizeof(address));
    }
    hashed_sort(&m->l); // drops what was there before
    return !m->l.is_full;
}

static bool gather_block(struct modified *m, const struct stored_block *b)
{
    struct node_replay r = {.ctx = m, .after = gather};
    struct block decoded;
    struct withdrawal w;
    bytes raw;
    m->taken = 0;
    enum fault f = b->count > 0 ? node_replay(m->c->node, b, &r) : FAULT_NONE;
    if (f != FAULT_NONE) {
        return rpc_fail_fault(m->c, f);
    }
    if (block_decode(&decoded, buf_bytes(&b->wire))) {
        bytes rest = decoded.withdrawals;
        while (rest.n > 0 && block_next_withdrawal(&w, &raw, &rest)) {
            (void)hashed_add(&m->l, w.at.b, sizeof w.at.b);
        }
    }
    return true;
}

// Whether it is there in one of the states: one that came and went did not change.
static bool is_modified(struct state *x, struct state *y, const address *at)
{
    struct account *a = state_account(x, at);
    struct account *b = state_account(y, at);
    return account_exists(a) || account_exists(b);
}

static bool put_modified(struct rpc_call *c, struct modified *m, const struct stored_block *first,
                         const struct stored_block *last)
{
    struct node_view x;
    struct node_view y;
    enum fault f = node_view_open(&x, c->node, first);
    enum fault g = node_view_open(&y, c->node, last);
    bool ok = f == FAULT_NONE && g == FAULT_NONE;
    if (!ok) {
        (void)rpc_fail_fault(c, f != FAULT_NONE ? f : g);
    }
    json_begin_list(c->out, NULL);
    for (usize i = 0; ok && i < m->l.count; i++) {
        address at;
        copy_bytes(at.b, m->l.item[i].name, sizeof at.b);
        if (is_modified(x.state, y.state, &at)) {
            json_put_address(c->out, NULL, &at);
        }
    }
    json_end(c->out);
    node_view_close(&x);
    node_view_close(&y);
    return ok;
}

// Accounts that blocks after `first` up to `last` changed.
static bool modified_between(struct rpc_call *c, const struct stored_block *first,
                             const struct stored_block *last)
{
    struct modified m = {.c = c};
    u64 from = first->header.number;
    u64 to = last->header.number;
    if (from >= to) {
        return rpc_fail(c, RPC_PARAMS,
                        "start block height (%llu) must be less than end block height (%llu)",
                        (unsigned long long)from, (unsigned long long)to);
    }
    if (to - from > MODIFIED_MAX) {
        return rpc_fail(c, RPC_LIMIT, "more than %u blocks", MODIFIED_MAX);
    }
    bool ok = true;
    for (u64 n = from + 1; ok && n <= to; n++) {
        const struct stored_block *b = blocks_at(node_blocks(c->node), n);
        ok = b == NULL ? rpc_fail(c, RPC_SERVER, "block %llu not found", (unsigned long long)n)
                       : gather_block(&m, b);
    }
    hashed_sort(&m.l);
    ok = ok && hashed_check(c, &m.l) && put_modified(c, &m, first, last);
    mem_free(m.l.item);
    return ok;
}

static bool modified(struct rpc_call *c)
{
    const struct stored_block *first;
    const struct stored_block *last;
    if (!rpc_param_block(c, &first, 0)) {
        return false;
    }
    if (rpc_has_param(c, 1)) {
        return rpc_param_block(c, &last, 1) && modified_between(c, first, last);
    }
    last = first; // of this block alone
    first = blocks_by_hash(node_blocks(c->node), &last->header.parent_hash);
    if (first == NULL) {
        return rpc_fail(c, RPC_SERVER, "block %llu has no parent",
                        (unsigned long long)last->header.number);
    }
    return modified_between(c, first, last);
}

bool rpc_debug_get_modified_by_number(struct rpc_call *c)
{
    return modified(c);
}

bool rpc_debug_get_modified_by_hash(struct rpc_call *c)
{
    return modified(c);
}

// ---- balances that a block changed

static void put_balances(struct rpc_call *c, const struct modified *m, struct state *before,
                         struct state *after)
{
    json_begin_object(c->out, NULL);
    for (usize i = 0; i < m->l.count; i++) {
        address at;
        struct buf name = {0};
        copy_bytes(at.b, m->l.item[i].name, sizeof at.b);
        u256 was = *account_balance(state_account(before, &at));
        u256 is = *account_balance(state_account(after, &at));
        hex_put_data(&name, at.b, sizeof at.b);
        buf_put_u8(&name, 0);
        if (!u256_eq(was, is)) {
            json_put_quantity(c->out, (const char *)name.p, is);
        }
        buf_fini(&name);
    }
    json_end(c->out);
}

// {address: balance after the block}, of those whose balance is another one than before.
bool rpc_reth_balance_changes(struct rpc_call *c)
{
    const struct stored_block *b;
    struct modified m = {.c = c};
    struct node_view before = {.view = NULL};
    struct node_view after = {.view = NULL};
    if (!rpc_param_block(c, &b, 0)) {
        return false;
    }
    const struct stored_block *parent =
        blocks_by_hash(node_blocks(c->node), &b->header.parent_hash);
    if (parent == NULL) {
        return rpc_fail(c, RPC_SERVER, "block %llu has no parent",
                        (unsigned long long)b->header.number);
    }
    (void)hashed_add(&m.l, b->header.coinbase.b, sizeof b->header.coinbase.b);
    bool ok = gather_block(&m, b);
    hashed_sort(&m.l);
    ok = ok && hashed_check(c, &m.l);
    if (ok) {
        enum fault f = node_view_open(&before, c->node, parent);
        enum fault g = node_view_open(&after, c->node, b);
        f = f == FAULT_NONE ? g : f;
        ok = f == FAULT_NONE || rpc_fail_fault(c, f);
        if (ok) {
            put_balances(c, &m, before.state, after.state);
        }
        node_view_close(&before);
        node_view_close(&after);
    }
    mem_free(m.l.item);
    return ok;
}

// ---- roots inside of a block, and the head

struct rooting {
    struct rpc_call *c;
    struct commitment *tries; // of the parent, going along
};

static bool put_root(void *ctx, usize index, const struct chain_receipt *receipt, struct state *s)
{
    struct rooting *r = ctx;
    b256 root;
    (void)index;
    (void)receipt;
    commitment_root(&root, r->tries, s);
    json_put_b256(r->c->out, NULL, &root);
    return true;
}

bool rpc_debug_intermediate_roots(struct rpc_call *c)
{
    const struct stored_block *b;
    struct node_commitment tries;
    if (!rpc_param_block(c, &b, 0)) {
        return false;
    }
    const struct stored_block *parent =
        blocks_by_hash(node_blocks(c->node), &b->header.parent_hash);
    if (parent == NULL) {
        return rpc_fail(c, RPC_SERVER, "genesis is not traceable");
    }
    enum fault f = node_commitment_open(&tries, c->node, parent);
    if (f != FAULT_NONE) {
        return rpc_fail_fault(c, f);
    }
    struct rooting r = {c, tries.tries};
    struct node_replay replay = {.ctx = &r, .after = put_root};
    json_begin_list(c->out, NULL);
    f = b->count > 0 ? node_replay(c->node, b, &replay) : FAULT_NONE;
    json_end(c->out);
    f = f == FAULT_NONE ? commitment_fault(tries.tries) : f;
    node_commitment_close(&tries);
    return f == FAULT_NONE || rpc_fail_fault(c, f);
}

bool rpc_debug_set_head(struct rpc_call *c)
{
    const struct stored_block *b;
    struct node_imported i;
    bool found = false;
    if (!rpc_param_block(c, &b, 0)) {
        return false;
    }
    b256 hash = b->header.hash;
    enum fault f = node_set_head(c->node, &hash, &found, &i);
    if (f != FAULT_NONE) {
        return rpc_fail_fault(c, f);
    }
    json_put_null(c->out, NULL);
    return true;
}
