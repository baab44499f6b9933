// SPDX-License-Identifier: MIT
// A Merkle-Patricia trie (yellow paper, appendix D). Nodes remember their hash until something
// below them changes, so a root costs what has changed since the last one. Nodes are shared: a copy
// of a trie costs nothing and stays as it is while the other goes on.
//
// A trie may lie in a store: then its nodes are read when they are first needed, each by the way of
// nibbles to it and checked against its hash, and trie_flush writes those that have changed since.
#pragma once

#include "lib/base/buf.h"
#include "lib/base/cc.h"
#include "lib/base/halt.h"
#include "lib/base/types.h"

#define TRIE_KEY_MAX 64u // bytes

struct trie_node;

// Where nodes lie. An owner names one of many tries of a store (NULL: the one that has none).
struct trie_store {
    void *ctx;
    // Appends the coding of a node; FAULT_SOURCE: there is none.
    enum fault (*read)(void *ctx, const b256 *owner, bytes nibbles, struct buf *out);
    enum fault (*write)(void *ctx, const b256 *owner, bytes nibbles, bytes coded);
    enum fault (*remove)(void *ctx, const b256 *owner, bytes nibbles); // if it is there
    enum fault (*remove_all)(void *ctx, const b256 *owner);
    u64 nodes; // read and written so far, for who bounds what is kept in memory
};

struct trie {
    struct trie_node *top;    // NULL: empty
    struct trie_store *store; // NULL: all of it is in memory
    bool has_owner;
    b256 owner;
    bool was_cleared; // what the store has of it is to go
    struct buf gone;  // ways to nodes that are no more: length, nibbles
    enum fault fault; // first one of the store; what was done since is not to be used
};

void trie_fini(struct trie *t);
struct trie trie_copy(const struct trie *t); // without what is to be flushed
// Puts a copy of the value; an empty value deletes. Keys of up to TRIE_KEY_MAX bytes; one may be
// the beginning of another.
void trie_put(struct trie *t, bytes key, bytes value);
// The value, or nothing; valid until the trie changes.
bytes trie_get(struct trie *t, bytes key);
void trie_hash(b256 *root, struct trie *t);
// Appends the nodes from the top to the key, each as its RLP, for a proof that the key has its
// value or none (EIP-1186): `each` is called with the coding of a node. Nodes inside of others are
// not given.
void trie_prove(struct trie *t, bytes key, void (*each)(void *ctx, bytes node), void *ctx);
// The first key at or after `from` in byte order, appended to *key with its value; false if there
// is none.
MUST_USE bool trie_seek(struct trie *t, bytes from, struct buf *key, bytes *value);

// ---- tries in a store
// The trie that has this root there; *t must be zero. The store is kept.
void trie_open(struct trie *t, struct trie_store *store, const b256 *owner, const b256 *root);
void trie_clear(struct trie *t); // removes all keys
// Writes what has changed since it was opened or flushed.
MUST_USE enum fault trie_flush(struct trie *t);
void trie_forget(struct trie *t); // keeps nothing of it in memory; it must have been flushed
