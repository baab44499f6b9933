// SPDX-License-Identifier: MIT
// The tries of a state, kept from root to root: a new root costs what has changed since the last
// one (yellow paper, section 4.1: accounts by hash of address, slots by hash of key).
#pragma once

#include "core/state/state.h"
#include "core/trie/trie.h"

struct commitment; // belongs to one state from its creation on

struct commitment *commitment_new(void);
// The tries of the state with this root, whose nodes lie in a store, which is kept.
struct commitment *commitment_open(struct trie_store *store, const b256 *root);
struct commitment *commitment_clone(const struct commitment *c); // shares nodes, costs the accounts
void commitment_free(struct commitment *c);
// What is dirty is told to this visitor too, each time that a root is asked for; copied.
void commitment_watch(struct commitment *c, const struct state_dirty_visitor *also);
// Takes what is dirty in `s` and gives the root of all of it. Of no use if commitment_fault is one.
void commitment_root(b256 *root, struct commitment *c, struct state *s);
void commitment_hash(b256 *root, struct commitment *c); // of what it has been told so far
// For proofs: the trie of accounts, and of an account's slots (NULL if it has none).
struct trie *commitment_accounts(struct commitment *c);
struct trie *commitment_slots(struct commitment *c, const address *a);
// Changes by hand, for who has no state: a whole account and a slot of it, as they are to be. The
// slots of an account come before the account; zero: there is none.
struct commitment_account {
    bool exists;
    u64 nonce;
    u256 balance;
    b256 code_hash;
};
void commitment_put_slot(struct commitment *c, const address *a, const u256 *key,
                         const u256 *value);
void commitment_put_account(struct commitment *c, const address *a,
                            const struct commitment_account *to);

// ---- in a store
MUST_USE enum fault commitment_fault(const struct commitment *c); // first one of the store
// Writes what has changed since it was opened or flushed, and forgets nodes when they are many.
MUST_USE enum fault commitment_flush(struct commitment *c);
