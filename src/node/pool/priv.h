// SPDX-License-Identifier: MIT
// Inside of node/pool.
#pragma once

#include "lib/base/bytes.h"
#include "lib/base/hash.h"
#include "node/pool/pool.h"

struct queue { // of one sender
    struct pooled **t;
    u32 count, cap;
};

#define TABLE_NAME sender_table
#define TABLE_KEY address
#define TABLE_VALUE struct queue
#define TABLE_HASH(key, seed) hash_address(key, seed)
#define TABLE_EQUAL(a, b) address_equal(a, b)
#include "lib/base/table.h"

#define TABLE_NAME hash_table
#define TABLE_KEY b256
#define TABLE_VALUE struct pooled *
#define TABLE_HASH(key, seed) hash_b256(key, seed)
#define TABLE_EQUAL(a, b) b256_equal(a, b)
#include "lib/base/table.h"

struct kept_blobs {
    b256 transaction;
    struct sidecar *sidecar;
};

struct pool {
    struct sender_table senders;
    struct hash_table by_hash; // owns
    struct pool_limits limits;
    usize size; // of all `raw`
    u32 blobs;
    u64 arrivals;
    struct kept_blobs *kept; // oldest first
    u32 kept_count, kept_cap;
    u32 blobs_kept;
};
