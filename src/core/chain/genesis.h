// SPDX-License-Identifier: MIT
// Block 0 of a chain, from a geth-style genesis file: its header. The accounts are read by whoever
// keeps the state, and come here as their root.
#pragma once

#include "core/chain/config.h"
#include "core/chain/header_rules.h"

struct genesis {
    struct config config;
    bool has_config;
    struct header header; // what the file states; roots are left out
    bool has_base_fee;
    bool has_difficulty;
    bool has_state_root; // `stateHash`: stands for an allocation that is not there
};

// Reads a genesis; `alloc` is not looked at. A configuration that contradicts itself is refused.
MUST_USE enum fault genesis_read(struct genesis *g, const json_value *root);
// The header with this state root: fields of the forks in force at block 0, and its hash.
void genesis_header(struct header *out, const struct genesis *g, const b256 *state_root);
