// SPDX-License-Identifier: MIT
// Roots of Merkle-Patricia tries that are given whole (yellow paper, appendix D): transactions,
// receipts, withdrawals, and state where all of it is at hand. Linear in the bytes of the items but
// for sorting.
#pragma once

#include "lib/base/types.h"

struct trie_item {
    bytes key;   // distinct; none may be empty in a trie of several
    bytes value; // not empty
};

// keccak256 of the empty string's RLP: the root of a trie without items.
extern const b256 TRIE_EMPTY_ROOT;

// The root of a trie of these items, in any order; the array is sorted in place.
void trie_root(b256 *out, struct trie_item *items, usize count);
