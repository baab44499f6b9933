// SPDX-License-Identifier: MIT
// What of a chain's configuration (core/chain/config.h) holds at one block: for commands that
// execute on a block without a chain.
#pragma once

#include "core/chain/config.h"

struct chain_config {
    bool has_chain_id;
    u256 chain_id;
    bool has_fork;           // some activation is stated; else the fork is the caller's choice
    enum fork fork;          // in force at the block asked for
    struct vm_params params; // of the entry in force; riscv is false if there is none
};

// Reads a genesis ({"config": {…}, …}) or a bare config for a block. FAULT_BAD_INPUT: the document
// says why not.
MUST_USE enum fault chain_config_read(struct chain_config *c, const json_value *root, u256 number,
                                      u256 timestamp);

// Reads one object of hybrid parameters, all of them but `time`, over the defaults.
MUST_USE enum fault hybrid_params_read(struct vm_params *params, const json_value *object);
