// SPDX-License-Identifier: MIT
// A whole genesis, accounts included, from JSON or from a chain that is built in.
#pragma once

#include "app/cli/alloc.h"
#include "core/chain/genesis.h"

struct genesis_file {
    struct genesis genesis;
    struct header header; // of block 0
    bool has_alloc;       // else the state root alone is known
    struct alloc alloc;
};

void genesis_file_fini(struct genesis_file *g);
// *g must be zero; needs genesis_file_fini in any case.
MUST_USE enum fault genesis_file_read(struct genesis_file *g, const json_value *root);
// By the name of a chain that is built in, or by path. False: a sentence was appended to `why`.
MUST_USE bool genesis_file_open(struct genesis_file *g, struct buf *why, const char *name);
