// SPDX-License-Identifier: MIT
// The node's life, its views, its snapshots.
#include "node/node/priv.h"

#include "core/chain/build.h"
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"
#include "lib/num/u256.h"

enum fault node_block_hash(void *ctx, u64 number, b256 *out)
{
    const struct node *n = ctx;
    const struct stored_block *b = blocks_at(n->blocks, number);
    if (b == NULL) {
        return FAULT_SOURCE;
    }
    *out = b->header.hash;
    return FAULT_NONE;
}

static void drop_points(struct node *n, u32 count)
{
    while (n->point_count > count) {
        commitment_free(n->points[--n->point_count].commitment);
    }
}

void node_free(struct node *n)
{
    if (n == NULL) {
        return;
    }
    drop_points(n, 0);
    mem_free(n->points);
    commitment_free(n->commitment);
    pool_free(n->pool);
    blocks_free(n->blocks);
    world_free(n->world);
    vm_free(n->vm);
    mem_free(n);
}

// Whether the accounts have the root that the header states.
static bool add_genesis(struct node *n, const struct node_genesis *g)
{
    struct stored_block *b = stored_block_new();
    b256 root;
    usize taken = 0;
    world_take(n->world, g->state, &taken);
    commitment_root(&root, n->commitment, g->state);
    b->header = g->header;
    b->stamp = world_stamp(n->world);
    block_encode(&b->wire, &b->header, BYTES_NONE, BYTES_NONE);
    blocks_add(n->blocks, b);
    return b256_equal(&root, &g->header.state_root);
}

struct node *node_new(const struct node_options *o, struct node_genesis *g, struct buf *why)
{
    struct node *n = mem_zalloc(sizeof *n);
    struct block_rules r =
        schedule_rules(&g->schedule, g->header.number, g->header.timestamp, &g->header.difficulty);
    n->schedule = g->schedule;
    n->vm = vm_new(o->form);
    n->world = world_new();
    n->blocks = blocks_new();
    n->pool = pool_new();
    n->commitment = commitment_new();
    n->clock = o->clock;
    n->has_dev_keys = o->has_dev_keys;
    n->next_point = 1;
    bool ok = false;
    if (r.fork < FORK_PARIS || g->header.number != 0) {
        buf_put_text(why, "the chain does not begin with block 0 and the rules of Paris or later: "
                          "blocks that are sealed "
                          "by work are not made here");
    } else if (!add_genesis(n, g)) {
        buf_put_text(why, "the accounts do not have the state root of the first block's header");
    } else {
        ok = true;
    }
    state_free(g->state);
    g->state = NULL;
    if (!ok) {
        node_free(n);
    }
    return ok ? n : NULL;
}

bool node_has_dev_keys(const struct node *n)
{
    return n->has_dev_keys;
}

const struct blocks *node_blocks(const struct node *n)
{
    return n->blocks;
}

const struct pool *node_pool(const struct node *n)
{
    return n->pool;
}

const struct schedule *node_schedule(const struct node *n)
{
    return &n->schedule;
}

struct block_rules node_rules_of(const struct node *n, const struct header *h)
{
    u256 difficulty = u256_zero(); // chains that mined by work are not run here
    return schedule_rules(&n->schedule, h->number, h->timestamp, &difficulty);
}

u256 node_next_base_fee(const struct node *n)
{
    return header_base_fee(&blocks_last(n->blocks)->header);
}

u64 node_next_excess_blob_gas(const struct node *n)
{
    const struct header *last = &blocks_last(n->blocks)->header;
    struct block_rules r = node_rules_of(n, last);
    return header_excess_blob_gas(&r, last);
}

const char *node_fault_detail(const struct node *n)
{
    return vm_fault_detail(n->vm);
}

// ---- views

void node_view_open(struct node_view *v, const struct node *n, const struct stored_block *at)
{
    v->world = (struct world_view){n->world, at->stamp};
    struct state_source source = world_source(&v->world);
    v->state = state_new(&source);
}

void node_view_close(struct node_view *v)
{
    state_free(v->state);
    v->state = NULL;
}

// ---- time

bool node_set_next_time(struct node *n, u64 timestamp)
{
    if (timestamp <= blocks_last(n->blocks)->header.timestamp) {
        return false;
    }
    n->next_time = timestamp;
    return true;
}

void node_add_time(struct node *n, u64 seconds)
{
    n->time_offset += seconds;
}

u64 node_time_offset(const struct node *n)
{
    return n->time_offset;
}

// ---- snapshots

u64 node_snapshot(struct node *n)
{
    if (n->points == NULL) {
        n->points = mem_alloc(NODE_SNAPSHOTS_MAX * sizeof *n->points);
    }
    if (n->point_count == NODE_SNAPSHOTS_MAX) { // the oldest goes
        commitment_free(n->points[0].commitment);
        n->point_count--;
        for (u32 i = 0; i < n->point_count; i++) {
            n->points[i] = n->points[i + 1];
        }
    }
    n->points[n->point_count++] = (struct node_point){
        .id = n->next_point,
        .blocks = blocks_count(n->blocks),
        .commitment = commitment_clone(n->commitment),
        .time_offset = n->time_offset,
    };
    return n->next_point++;
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
    struct node_point *p = &n->points[i];
    blocks_truncate(n->blocks, p->blocks);
    world_rewind(n->world, blocks_last(n->blocks)->stamp);
    pool_clear(n->pool);
    commitment_free(n->commitment);
    n->commitment = p->commitment;
    p->commitment = NULL;
    n->time_offset = p->time_offset;
    n->next_time = 0;
    drop_points(n, i);
    return true;
}
