// SPDX-License-Identifier: MIT
// Block and transaction environment as `hybrid run --env` and play files state it: a JSON object
// with the members number, timestamp, coinbase, prevrandao, gaslimit, basefee, gasprice, chainid,
// blobbasefee, blobhashes, blockhashes; all may be missing.
#pragma once

#include "core/vm/vm.h"
#include "lib/codec/json.h"

struct block_hash {
    u64 number;
    b256 hash;
};

struct environment {
    struct vm_block block; // ctx and block_hash are set by environment_give
    u256 gas_price;
    bool has_chain_id; // it was stated
    b256 *blob_hash;   // owned
    u32 blob_hash_count;
    struct block_hash *block_hash; // owned, of ancestors
    u32 block_hash_count;
};

void environment_init(
    struct environment *e); // number 1, timestamp 1, gas limit 60,000,000, chain 1, blob fee 1
void environment_fini(struct environment *e);
// Changes the members that `object` states; refuses unknown ones. blobhashes is a list of hashes;
// blockhashes an object
// {"number": hash}, or a list: the parent's, its parent's, and so on.
MUST_USE enum fault environment_read(struct environment *e, const json_value *object);
// Gives it to a VM as the environment of what is executed next; `e` stays where it is.
void environment_give(struct environment *e, struct vm *vm, const address *origin);
