// SPDX-License-Identifier: MIT
// A chain's configuration as a geth-style genesis states it: which fork is in force at a block, and
// the `hybrid` section (ABI section 8), which is read strictly. Other members of `config` are not
// looked at.
#pragma once

#include "core/vm/vm.h"
#include "lib/codec/json.h"

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

// Reads one object of hybrid parameters into *params, which holds what is to be in force without
// the members; `time` (may be NULL: not allowed as a member) receives the entry's time.
MUST_USE enum fault hybrid_params_read(struct vm_params *params, u64 *time,
                                       const json_value *object);
