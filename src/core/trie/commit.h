// SPDX-License-Identifier: MIT
// The tries of a state, kept from root to root: a new root costs what has changed since the last
// one (yellow paper, section 4.1: accounts by hash of address, slots by hash of key).
#pragma once

#include "core/state/state.h"
#include "core/trie/trie.h"

struct commitment; // belongs to one state from its creation on

struct commitment *commitment_new(void);
struct commitment *commitment_clone(const struct commitment *c); // shares nodes, costs the accounts
void commitment_free(struct commitment *c);
// Takes what is dirty in `s` and gives the root of all of it.
void commitment_root(b256 *root, struct commitment *c, struct state *s);
// For proofs: the trie of accounts, and of an account's slots (NULL if it has none).
struct trie *commitment_accounts(struct commitment *c);
struct trie *commitment_slots(struct commitment *c, const address *a);
