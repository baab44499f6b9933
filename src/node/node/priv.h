// SPDX-License-Identifier: MIT
// Inside of node/node.
#pragma once

#include "node/node/node.h"

#define NODE_SNAPSHOTS_MAX 1024u

struct node_point { // a snapshot
    u64 id;
    u64 blocks; // how many there were
    struct commitment *commitment;
    u64 time_offset;
};

struct node {
    struct schedule schedule;
    struct vm *vm;
    struct world *world;
    struct blocks *blocks;
    struct pool *pool;
    struct commitment *commitment; // of the last block's state
    u64 (*clock)(void);
    bool has_dev_keys;
    u64 time_offset;
    u64 next_time; // 0: the clock decides
    struct node_point *points;
    u32 point_count;
    u64 next_point;
};

// Hashes of blocks by number; ctx is the node.
enum fault node_block_hash(void *ctx, u64 number, b256 *out);
