// SPDX-License-Identifier: MIT
// A Merkle-Patricia trie in memory (yellow paper, appendix D). Nodes remember their hash until
// something below them changes, so a root costs what has changed since the last one. Nodes are
// shared: a copy of a trie costs nothing and stays as it is while the other goes on.
#pragma once

#include "lib/base/buf.h"
#include "lib/base/cc.h"
#include "lib/base/types.h"

#define TRIE_KEY_MAX 64u // bytes

struct trie_node;

struct trie {
    struct trie_node *top; // NULL: empty
};

void trie_fini(struct trie *t);
struct trie trie_copy(const struct trie *t);
// Puts a copy of the value; an empty value deletes. Keys of up to TRIE_KEY_MAX bytes; one may be
// the beginning of another.
void trie_put(struct trie *t, bytes key, bytes value);
// The value, or nothing; valid until the trie changes.
bytes trie_get(const struct trie *t, bytes key);
void trie_hash(b256 *root, struct trie *t);
// Appends the nodes from the top to the key, each as its RLP, for a proof that the key has its
// value or none (EIP-1186): `each` is called with the coding of a node. Nodes inside of others are
// not given.
void trie_prove(struct trie *t, bytes key, void (*each)(void *ctx, bytes node), void *ctx);
// The first key at or after `from` in byte order, appended to *key with its value; false if there
// is none.
MUST_USE bool trie_seek(const struct trie *t, bytes from, struct buf *key, bytes *value);
