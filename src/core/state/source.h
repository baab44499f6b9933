// SPDX-License-Identifier: MIT
// Where a state reads what it does not hold yet: a database, a fixture, another state. Called at
// most once for an account, a slot or a code hash, and again after it failed; never writes.
#pragma once

#include "lib/base/halt.h"
#include "lib/base/types.h"

struct state_source_account {
    bool exists;
    bool has_storage;
    u64 nonce;
    u256 balance;
    b256 code_hash; // keccak256 of nothing if there is no code
};

struct state_source {
    void *ctx;
    enum fault (*account)(void *ctx, const address *a, struct state_source_account *out);
    enum fault (*storage)(void *ctx, const address *a, const u256 *key, u256 *out);
    enum fault (*code)(void *ctx, const b256 *hash,
                       bytes *out); // borrowed for as long as the source lives
};
