// SPDX-License-Identifier: MIT
// Making a block: its header from its parent's, transactions one by one, then roots, coding and
// hash. What comes out is what block_execute accepts.
#pragma once

#include "core/chain/execute.h"

struct block_attributes { // what its maker chooses
    u64 timestamp;        // above the parent's
    u64 gas_limit;
    address coinbase;
    b256 prev_randao, beacon_root;
    bytes extra;       // up to HEADER_EXTRA_MAX
    bytes withdrawals; // payload of their list
};

// The child of `parent` before anything is in it: fields that follow from the rules and the
// attributes. Since Paris only.
void header_begin(struct header *h, const struct block_rules *r, const struct header *parent,
                  const struct block_attributes *a);

void header_set_hash(struct header *h); // of its coding
// Appends the coding of a block without uncles: the header, the payloads of its lists.
void block_encode(struct buf *out, const struct header *h, bytes transactions, bytes withdrawals);

struct block_builder;

// `c` must stay as it is as long as the builder lives. The header is one of header_begin.
struct block_builder *block_builder_new(const struct block_context *c, const struct header *h,
                                        bytes withdrawals);
void block_builder_free(struct block_builder *b);
// System calls that come first. After a fault of this or a function below the state is spoilt.
MUST_USE enum fault block_builder_begin(struct block_builder *b);
// Executes a transaction and, if it is valid here, takes it in; else the state is as before. `raw`
// is its coding as it is hashed.
MUST_USE enum fault block_builder_add(struct block_builder *b, const struct transaction *t,
                                      const address *sender, bytes raw, enum verdict *verdict,
                                      struct chain_receipt *receipt);
// What transactions see of the block: who simulates may change it before each of them.
struct chain_block *block_builder_env(struct block_builder *b);
// The transactions that are added from now on may be of senders with code.
void block_builder_allow_any_sender(struct block_builder *b, bool on);
// After the end: data of the requests of a type (EIP-7685), without the type's byte.
bytes block_builder_requests(const struct block_builder *b, u32 type);
u64 block_builder_gas_used(const struct block_builder *b);
// What comes last, then the header with all its fields, and the coding of the whole block appended
// to *wire. On a verdict other than BLOCK_VALID there is no block and the state is spoilt.
MUST_USE enum fault block_builder_finish(struct block_builder *b, struct header *h,
                                         struct buf *wire, enum block_verdict *verdict);
