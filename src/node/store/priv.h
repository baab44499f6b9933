// SPDX-License-Identifier: MIT
// Inside of node/store.
#pragma once

#include "node/store/store.h"

struct store {
    struct kv *kv;
    struct kv_txn *reader; // sees the last commit
    struct store_txn *writing;
    struct store_options options;
    struct store_point head;
    bool is_empty;
    u64 oldest, first;
    bool has_mark[2];
    b256 mark[2];
    struct blocks *blocks;
    struct trie_store tries;
    enum fault fault; // of a lookup
    struct buf why;   // a sentence of our own about the last fault; else kv's
};

struct store_txn {
    struct store *s;
    struct kv_txn *kv;
    struct store_point point;
    u64 oldest, first;
    bool has_mark[2];
    b256 mark[2];
    // of the change record under way
    u64 number;
    u32 sequence;
    struct buf changes;
    struct state *state;      // whose dirty accounts are visited
    struct store_account was; // the account under way
    bool existed;
    u64 slots;
    bool slots_changed;
    address at;
    enum fault fault; // first one of the visitor, which cannot return it
    u8 **codes;       // lent
    usize code_count, code_cap;
};

struct blocks *blocks_new(struct store *s);
void blocks_free(struct blocks *b);
// Those that were lent without receipts are loaded anew when they are asked for next.
void blocks_refresh(struct blocks *b);
PRINTF_LIKE(2, 3) enum fault store_damaged(struct store *s, const char *format, ...);
MUST_USE enum fault store_load_from(struct store *s, struct kv_txn *t, u64 number, const b256 *hash,
                                    struct stored_block **out);
// Reads the record of an account; *found false: it is absent.
MUST_USE enum fault store_get_account(struct store *s, struct kv_txn *t, const address *a,
                                      struct store_account *out, bool *found);
MUST_USE enum fault store_get_slot(struct store *s, struct kv_txn *t, const address *a,
                                   const u256 *key, u256 *out);
enum fault store_node_read(struct store *s, struct kv_txn *t, const b256 *owner, bytes nibbles,
                           struct buf *out);
void store_fill_account(struct state_source_account *out, const struct store_account *a,
                        bool found);
