// SPDX-License-Identifier: MIT
// Accounts or slots in the order of their hashes, gathered in any order.
#pragma once

#include "node/rpc/priv.h"

#define HASHED_MAX 4000000u // that one request goes through

struct hashed {
    b256 hash;
    u8 name[32]; // a key, or an address in its first 20 bytes
};

struct hashed_list {
    struct hashed *item; // owned: mem_free
    usize count, cap;
    bool is_full;
};

bool hashed_add(struct hashed_list *l, const void *name, usize n); // false: there are too many
void hashed_sort(struct hashed_list *l);                           // and drops what is there twice
usize hashed_find(const struct hashed_list *l, const b256 *from);  // the first one at or after it
// Fails if there were too many.
MUST_USE bool hashed_check(struct rpc_call *c, const struct hashed_list *l);
