// SPDX-License-Identifier: MIT
// A seam over an embedded database: tables of byte strings in byte order, transactions that happen
// as a whole or not at all, and readers that keep seeing what was when they began. Two
// implementations, LMDB on disk and a tree in memory, behave alike (kv_test.c). Knows no Ethereum.
//
// One writer at a time; any number of readers beside it, also while it writes. Everything belongs
// to one thread. Each function that can fail leaves a sentence in kv_fault_detail.
#pragma once

#include "lib/base/buf.h"
#include "lib/base/cc.h"
#include "lib/base/halt.h"
#include "lib/base/types.h"

#define KV_KEY_MAX 128u                 // bytes; at least 1
#define KV_VALUE_MAX ((usize)256 << 20) // bytes
#define KV_MAP_DEFAULT ((usize)1 << 40) // of address space, not of memory or disk
#define KV_MAP_LEAST ((usize)1 << 20)

enum kv_table {
#define KV_TABLE(NAME, name, key, value) KV_##NAME,
#include "node/kv/tables.def"
    KV_TABLE_COUNT
};

const char *kv_table_name(enum kv_table t);

struct kv;
struct kv_txn;

struct kv_options {
    const char *folder; // made if it is not there; NULL: in memory
    usize map_size;     // most bytes that the file may have at first; 0: KV_MAP_DEFAULT
    bool is_durable;    // a commit is on disk when it returns; else soon after: the end of the
                        // process harms nothing, that of the machine may cost the last commits
};

// NULL, and a sentence appended to `why`: the folder, what is wrong, what to do. A folder belongs
// to one process at a time.
struct kv *kv_open(const struct kv_options *o, struct buf *why);
void kv_close(struct kv *kv); // no transaction may be open
const char *kv_fault_detail(const struct kv *kv);
// Bytes in use, of memory or of the file.
u64 kv_size(const struct kv *kv);
// Brings to disk what commits have left.
MUST_USE enum fault kv_sync(struct kv *kv);

// ---- transactions
MUST_USE enum fault kv_begin(struct kv *kv, bool writes, struct kv_txn **out);
MUST_USE enum fault
kv_commit(struct kv_txn *t);     // ends it in any case; after a fault nothing is done
void kv_abort(struct kv_txn *t); // ends it; t may be NULL

// What is lent is valid until the transaction's next write or its end.
MUST_USE enum fault kv_get(struct kv_txn *t, enum kv_table table, bytes key, bytes *value,
                           bool *found);
// The first key at or after `from`.
MUST_USE enum fault kv_seek(struct kv_txn *t, enum kv_table table, bytes from, bytes *key,
                            bytes *value, bool *found);
// The last key of a table.
MUST_USE enum fault kv_last(struct kv_txn *t, enum kv_table table, bytes *key, bytes *value,
                            bool *found);
MUST_USE enum fault kv_put(struct kv_txn *t, enum kv_table table, bytes key, bytes value);
MUST_USE enum fault kv_delete(struct kv_txn *t, enum kv_table table, bytes key); // if it is there
MUST_USE enum fault kv_delete_prefix(struct kv_txn *t, enum kv_table table, bytes prefix);
// Until the transaction's end, or NULL: what is put and deleted is also appended to `log` (kept).
void kv_log_writes(struct kv_txn *t, struct buf *log);
// Does again what such a log has. On the tables that the log was begun on they become the same.
// FAULT_BAD_INPUT: it is not a log.
MUST_USE enum fault kv_apply(struct kv_txn *t, bytes log);
// How many entries a table has.
MUST_USE enum fault kv_count(struct kv_txn *t, enum kv_table table, u64 *count);

// For tests: the n-th write from now on (put, delete or commit; 1 is the next) fails with FAULT_IO,
// and so do all behind it until the transaction has ended; 0: none.
void kv_fail_write(struct kv *kv, u64 n);
u64 kv_writes(const struct kv *kv); // so far
