// SPDX-License-Identifier: MIT
// Accounts to begin with, as geth's genesis `alloc` states them: {address: {balance, nonce, code,
// storage}}. Read once and checked, then put into any number of fresh states.
#pragma once

#include "core/state/state.h"
#include "lib/codec/json.h"

struct alloc_slot {
    u256 key, value;
};

struct alloc_account {
    address address;
    u256 balance;
    u64 nonce;
    struct buf code;
    struct alloc_slot *slot; // owned, ascending by key
    u32 slot_count;
};

struct alloc {
    struct alloc_account *account; // owned, ascending by address
    u32 count;
};

void alloc_fini(struct alloc *a);
// Reads the object of accounts, or the member `alloc` of an object that has one (a whole genesis).
MUST_USE enum fault alloc_read(struct alloc *a, const json_value *root);
// Puts all accounts into the state, as a transaction of its own.
void alloc_give(const struct alloc *a, struct state *s);
