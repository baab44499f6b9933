// SPDX-License-Identifier: MIT
// The records of a store as bytes (docs/store.md has the format): coding, and strict decoding that
// takes any bytes, for a file may be damaged. A record that is refused is FAULT_BAD_INPUT, never an
// empty one.
#pragma once

#include "core/state/source.h"
#include "node/kv/kv.h"
#include "node/store/blocks.h"

// ---- keys
struct store_key {
    u8 b[KV_KEY_MAX];
    usize n;
};
static inline bytes store_key_bytes(const struct store_key *k)
{
    return (bytes){k->b, k->n};
}
struct store_key store_key_number(u64 number);
struct store_key store_key_block(u64 number, const b256 *hash);
struct store_key store_key_slot(const address *a, const u256 *key);
struct store_key store_key_record(u64 number, u32 sequence);
// Behind an account's or slot's key: which change it was before.
struct store_key store_key_history(const struct store_key *of, u64 number, u32 sequence);
struct store_key store_key_node(const b256 *owner, bytes nibbles);
// Of the index of logs: kind 0 an emitter, 1 to 4 a topic by position, 5 any log.
#define STORE_LOG_ANY 5u
struct store_key store_key_log(u32 kind, bytes value, u64 number);

// ---- accounts and slots
extern const b256 STORE_NO_CODE; // keccak256 of nothing
struct store_account {
    u64 nonce;
    u256 balance;
    b256 code_hash;
    u64 slots; // that are not zero
};
void store_put_account(struct buf *out, const struct store_account *a);
MUST_USE enum fault store_read_account(struct store_account *a, bytes record);
void store_put_word(struct buf *out, const u256 *v); // without leading zeros; nothing for 0
MUST_USE enum fault store_read_word(u256 *v, bytes record);

// ---- blocks and receipts
void store_put_block_record(struct buf *out, const struct stored_block *b);
// Fills total difficulty, header and wire.
MUST_USE enum fault store_read_block_record(struct stored_block *b, bytes record);
void store_put_receipts(struct buf *out, const struct stored_block *b);
// For a block whose wire is there: fills transactions and logs.
MUST_USE enum fault store_read_receipts(struct stored_block *b, bytes record);

// ---- changes: which accounts and slots a block changed
struct store_change {
    bool is_slot;
    address at;
    u256 key; // of a slot
};
void store_put_change(struct buf *out, const struct store_change *c);
// Takes one off the front of *rest.
MUST_USE enum fault store_next_change(struct store_change *c, bytes *rest);

// ---- where the state of the flat tables stands
struct store_point {
    u64 number;
    u32 sequence; // changes by hand since the block
    b256 hash;    // of the block
    b256 root;    // of the state: the block's, unless there were changes by hand
};
void store_put_point(struct buf *out, const struct store_point *p);
MUST_USE enum fault store_read_point(struct store_point *p, bytes record);
