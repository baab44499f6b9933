// SPDX-License-Identifier: MIT
// Inside of node/kv: what an implementation is. kv.c checks arguments and injects faults, so an
// implementation sees only what is allowed.
#pragma once

#include "node/kv/kv.h"

struct kv_engine {
    void (*close)(void *engine);
    u64 (*size)(void *engine);
    enum fault (*sync)(void *engine, struct buf *why);
    enum fault (*begin)(void *engine, bool writes, void **txn, struct buf *why);
    enum fault (*commit)(void *txn, struct buf *why);
    void (*abort)(void *txn);
    enum fault (*get)(void *txn, enum kv_table table, bytes key, bytes *value, bool *found,
                      struct buf *why);
    enum fault (*seek)(void *txn, enum kv_table table, bytes from, bytes *key, bytes *value,
                       bool *found, struct buf *why); // from empty: the last key
    enum fault (*put)(void *txn, enum kv_table table, bytes key, bytes value, struct buf *why);
    enum fault (*remove)(void *txn, enum kv_table table, bytes key, struct buf *why);
    enum fault (*count)(void *txn, enum kv_table table, u64 *count, struct buf *why);
};

extern const struct kv_engine KV_LMDB, KV_MEMORY;

void *kv_lmdb_open(const struct kv_options *o, struct buf *why); // NULL: why says it
void *kv_memory_open(void);
