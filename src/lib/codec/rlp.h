// SPDX-License-Identifier: MIT
// RLP, the byte coding of Ethereum (yellow paper, appendix B): an item is a byte string or a list
// of items. The encoder appends to a buffer; the decoder is strict and accepts only what the
// encoder would have made, without recursion.
#pragma once

#include "lib/base/buf.h"
#include "lib/base/cc.h"
#include "lib/base/types.h"

void rlp_put_bytes(struct buf *out, const void *p, usize n);
void rlp_put_u64(struct buf *out, u64 v); // big-endian without leading zeros
void rlp_put_u256(struct buf *out, u256 v);

// A list: what is put between begin and end is its content. `at` is what begin returned.
usize rlp_begin_list(const struct buf *out);
void rlp_end_list(struct buf *out, usize at);

typedef struct {
    bytes payload; // the string, or the encoded items of the list
    bool is_list;
} rlp_item;

// Takes the next item off the front of *rest. False if there is none or it is not well-formed;
// *rest is then unchanged.
MUST_USE bool rlp_next(rlp_item *out, bytes *rest);

// The same for an item that must be of a kind, or a number of at most 64 or 256 bits.
MUST_USE bool rlp_next_bytes(bytes *out, bytes *rest);
MUST_USE bool rlp_next_list(bytes *out, bytes *rest);
MUST_USE bool rlp_next_exact(u8 *out, usize size, bytes *rest);
MUST_USE bool rlp_next_u64(u64 *out, bytes *rest);
MUST_USE bool rlp_next_u256(u256 *out, bytes *rest);
