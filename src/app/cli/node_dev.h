// SPDX-License-Identifier: MIT
// The development chain as options change it: its accounts and their keys, its genesis.
#pragma once

#include "lib/base/buf.h"
#include "lib/base/cc.h"
#include "node/node/node.h"

struct node_dev {
    const char *mnemonic; // of the keys
    u32 accounts;         // up to WALLET_ACCOUNTS_MAX
    u256 balance;         // wei of each
    u64 chain_id, gas_limit, timestamp;
    struct node_key *keys; // owned: made by node_dev_keys
};

extern const char NODE_DEV_MNEMONIC[];

void node_dev_init(struct node_dev *d); // as it is without options
void node_dev_fini(struct node_dev *d);
MUST_USE bool node_dev_keys(struct node_dev *d); // false: the words lead to no key
// Appends the genesis of the chain with these accounts.
void node_dev_genesis(struct buf *out, const struct node_dev *d);
