// SPDX-License-Identifier: MIT
// Headers and blocks as values, with their coding and hashes (yellow paper, 4.4; EIP-1559, 4895,
// 4844, 4788, 7685). Decoding checks form only; rules are core/chain's.
#pragma once

#include "core/eth/transaction.h"

// Fields that forks added at the header's end; a header has the first `tail` of them.
enum header_tail {
    TAIL_NONE,
    TAIL_BASE_FEE,         // London
    TAIL_WITHDRAWALS_ROOT, // Shanghai
    TAIL_BLOB_GAS_USED,    // Cancun, with the two that follow
    TAIL_EXCESS_BLOB_GAS,
    TAIL_BEACON_ROOT,
    TAIL_REQUESTS_HASH, // Prague
};

#define HEADER_EXTRA_MAX 32u

struct header {
    b256 parent_hash, uncles_hash;
    address coinbase;
    b256 state_root, transactions_root, receipts_root;
    u8 bloom[256];
    u256 difficulty;
    u64 number, gas_limit, gas_used, timestamp;
    u8 extra[HEADER_EXTRA_MAX];
    u32 extra_size; // more than HEADER_EXTRA_MAX: too long, contents not kept
    b256 mix_hash;  // PREVRANDAO since Paris
    u8 nonce[8];
    u32 tail; // enum header_tail: the last one that is there
    u256 base_fee;
    b256 withdrawals_root;
    u64 blob_gas_used, excess_blob_gas;
    b256 beacon_root, requests_hash;
    b256 hash; // of the header's coding
};

struct withdrawal { // EIP-4895
    u64 index, validator;
    address at;
    u64 amount_gwei;
};

// Refers to the bytes it was decoded from.
struct block {
    struct header header;
    bytes transactions; // payload of the list
    bytes uncles;       // payload of the list
    bytes uncles_list;  // the list with its head, as it is hashed
    bytes withdrawals;  // payload of the list
    bool has_withdrawals;
    usize size; // bytes of the whole block
};

extern const b256 UNCLES_NONE_HASH; // keccak256 of the empty list's coding

// From the coding of one header, which is taken off *rest. False if it is not one.
MUST_USE bool header_decode(struct header *h, bytes *rest);
void header_encode(struct buf *out, const struct header *h);
// Hash of the coding without mix hash and nonce: what proof of work seals.
void header_seal_hash(b256 *out, const struct header *h);
// From the coding of one block. False if it is not one.
MUST_USE bool block_decode(struct block *b, bytes wire);
// The next transaction as it is hashed and signed (type byte and list, or list), off *rest, the
// payload of the block's list. False at a malformed item; `raw` is as in the trie of transactions.
MUST_USE bool block_next_transaction(bytes *raw, bytes *rest);
MUST_USE bool block_next_withdrawal(struct withdrawal *w, bytes *raw, bytes *rest);

// Adds an emitter or topic to a bloom filter (yellow paper, 4.4.1).
void bloom_add(u8 bloom[256], const void *p, usize n);
