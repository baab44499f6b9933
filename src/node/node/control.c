// SPDX-License-Identifier: MIT
// What only a development chain allows: blocks by the clock, time by hand, accounts changed by
// hand, senders without keys, and going back.
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"
#include "lib/num/u256.h"
#include "node/node/priv.h"

// ---- mining

enum node_mining node_mining(const struct node *n)
{
    return n->options.mining;
}

u64 node_block_time_ms(const struct node *n)
{
    return n->options.block_time_ms;
}

void node_set_mining(struct node *n, enum node_mining mining, u64 block_time_ms)
{
    n->options.mining = mining;
    n->options.block_time_ms = block_time_ms;
    n->mine_is_due = false;
}

enum fault node_tick(struct node *n, u64 now_ms, u64 *next_ms)
{
    bool by_clock = n->options.mining == MINING_INTERVAL || n->options.mining == MINING_MIXED;
    *next_ms = 0;
    if (!by_clock || n->options.block_time_ms == 0) {
        return FAULT_NONE;
    }
    if (!n->mine_is_due) {
        n->mine_is_due = true;
        n->next_mine_ms = now_ms + n->options.block_time_ms;
    }
    enum fault f = FAULT_NONE;
    if (now_ms >= n->next_mine_ms) {
        f = node_mine(n);
        n->next_mine_ms += n->options.block_time_ms;
        if (n->next_mine_ms <= now_ms) { // blocks that were missed are not made up for
            n->next_mine_ms = now_ms + n->options.block_time_ms;
        }
    }
    *next_ms = n->next_mine_ms - now_ms;
    return f;
}

// ---- time

bool node_set_next_time(struct node *n, u64 timestamp)
{
    if (timestamp <= blocks_last(node_blocks(n))->header.timestamp) {
        return false;
    }
    n->next_time = timestamp;
    return true;
}

void node_set_time(struct node *n, u64 timestamp)
{
    n->time_offset = timestamp - n->options.clock(); // may wrap: it is added with the same wrap
}

void node_add_time(struct node *n, u64 seconds)
{
    u64 last = blocks_last(node_blocks(n))->header.timestamp;
    if (n->options.clock() + n->time_offset < last) {
        node_set_time(n, last);
    }
    n->time_offset += seconds;
}

u64 node_time_offset(const struct node *n)
{
    return n->time_offset;
}

void node_set_time_step(struct node *n, u64 seconds)
{
    n->time_step = seconds;
}

void node_set_next_base_fee(struct node *n, const u256 *fee)
{
    n->has_base_fee = fee != NULL;
    n->base_fee = fee != NULL ? *fee : u256_zero();
}

void node_set_coinbase(struct node *n, const address *a)
{
    n->has_coinbase = a != NULL;
    n->coinbase = a != NULL ? *a : (address){{0}};
}

void node_set_next_prev_randao(struct node *n, const b256 *v)
{
    n->has_randao = v != NULL;
    n->randao = v != NULL ? *v : (b256){{0}};
}

void node_set_gas_limit(struct node *n, const u64 *limit)
{
    n->has_gas_limit = limit != NULL;
    n->gas_limit = limit != NULL ? *limit : 0;
}

void node_set_extra(struct node *n, bytes extra)
{
    CHECK(extra.n <= sizeof n->extra);
    n->has_extra = true;
    n->extra_size = extra.n;
    copy_bytes(n->extra, extra.p, extra.n);
}

bool node_set_chain_id(struct node *n, const u256 *id)
{
    bool is_read = node_oldest_reading(n) != ~(u64)0; // by calls, which see the schedule
    if (is_read || n->options.datadir != NULL || blocks_last(node_blocks(n))->header.number > 0) {
        return false;
    }
    pool_clear(n->pool);
    n->pool_version++;
    n->schedule.chain_id = n->config.chain_id = *id;
    n->config.has_chain_id = true;
    return true;
}

// ---- accounts

static enum fault change_accounts(struct node *n, const struct node_override *o, usize count)
{
    struct node_move m;
    TRY(node_move_begin(&m, n));
    struct store_point at = store_txn_point(m.txn);
    struct state_source source = store_txn_source(m.txn);
    struct node_view v = {.view = NULL, .state = state_new(&source)};
    struct state_dirty_visitor also = store_changes_visitor(m.txn, v.state);
    b256 root;
    store_begin_changes(m.txn, at.number, at.sequence + 1);
    commitment_watch(n->commitment, &also);
    for (usize i = 0; i < count; i++) {
        node_view_override(&v, &o[i]);
    }
    commitment_root(&root, n->commitment, v.state);
    enum fault f = state_take_fault(v.state);
    f = f == FAULT_NONE ? commitment_fault(n->commitment) : f;
    f = f == FAULT_NONE ? store_end_changes(m.txn, &at.hash, &root) : f;
    state_free(v.state);
    if (f != FAULT_NONE) {
        node_move_abort(&m);
        return f;
    }
    n->pool_version++; // what waits may be valid now, or no more
    return node_move_commit(&m);
}

enum fault node_set_account(struct node *n, const struct node_override *o)
{
    return change_accounts(n, o, 1);
}

enum fault node_set_accounts(struct node *n, const struct node_override *o, usize count)
{
    return change_accounts(n, o, count);
}

static u32 find_impersonated(const struct node *n, const address *a)
{
    u32 i = 0;
    while (i < n->impersonated_count && !address_equal(&n->impersonated[i], a)) {
        i++;
    }
    return i;
}

void node_impersonate(struct node *n, const address *a, bool on)
{
    u32 i = find_impersonated(n, a);
    bool there = i < n->impersonated_count;
    if (there && !on) {
        n->impersonated[i] = n->impersonated[--n->impersonated_count];
    } else if (!there && on) {
        if (n->impersonated_count == n->impersonated_cap) {
            n->impersonated_cap = n->impersonated_cap == 0 ? 8 : n->impersonated_cap * 2;
            n->impersonated =
                mem_realloc(n->impersonated, n->impersonated_cap * sizeof *n->impersonated);
        }
        n->impersonated[n->impersonated_count++] = *a;
    }
}

void node_impersonate_all(struct node *n, bool on)
{
    n->impersonates_all = on;
}

bool node_is_impersonated(const struct node *n, const address *a)
{
    return n->impersonates_all || find_impersonated(n, a) < n->impersonated_count;
}

// ---- going back

u64 node_snapshot(struct node *n)
{
    if (n->points == NULL) {
        n->points = mem_alloc(NODE_SNAPSHOTS_MAX * sizeof *n->points);
    }
    if (n->point_count == NODE_SNAPSHOTS_MAX) { // the oldest goes
        n->point_count--;
        move_bytes(n->points, n->points + 1, n->point_count * sizeof *n->points);
    }
    n->points[n->point_count++] = (struct node_point){
        .id = n->next_point,
        .at = store_head(n->store),
        .time_offset = n->time_offset,
    };
    return n->next_point++;
}

// The blocks that were taken back are not kept aside: nobody will ask for them again.
static enum fault go_back(struct node *n, const struct store_point *to)
{
    struct node_move m;
    TRY(node_move_begin(&m, n));
    enum fault f = node_move_back(&m, to);
    for (usize i = 0; f == FAULT_NONE && i < m.removed_count; i++) {
        f = store_delete_block(m.txn, m.removed[i]);
    }
    if (f != FAULT_NONE) {
        node_move_abort(&m);
        return f;
    }
    return node_move_commit(&m);
}

bool node_revert(struct node *n, u64 id)
{
    u32 i = 0;
    while (i < n->point_count && n->points[i].id != id) {
        i++;
    }
    if (i == n->point_count) {
        return false;
    }
    struct node_point p = n->points[i];
    b256 hash;
    bool found = false;
    bool there = store_canonical_hash(n->store, p.at.number, &hash, &found) == FAULT_NONE &&
                 found && b256_equal(&hash, &p.at.hash);
    n->point_count = i;
    if (!there || go_back(n, &p.at) != FAULT_NONE) {
        return false; // the chain has left that block, or its states are gone
    }
    pool_clear(n->pool);
    n->pool_version++;
    n->time_offset = p.time_offset;
    n->next_time = 0;
    return true;
}

enum fault node_rollback(struct node *n, u64 count, bool *done)
{
    struct store_point head = store_head(n->store);
    *done = count <= head.number && head.number - count >= store_oldest_state(n->store);
    if (!*done || count == 0) {
        return FAULT_NONE;
    }
    struct store_point to = {.number = head.number - count, .sequence = ~(u32)0};
    return go_back(n, &to);
}
