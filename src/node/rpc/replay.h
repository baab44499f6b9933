// SPDX-License-Identifier: MIT
// Inside of node/rpc: looking on while one transaction of a block is executed again.
#pragma once

#include "node/rpc/priv.h"

// Finds the transaction of params[0]; *b is NULL if no block has it.
MUST_USE bool rpc_param_transaction(struct rpc_call *c, const struct stored_block **b,
                                    usize *index);
// Executes the block up to and with the transaction, which the inspector sees.
MUST_USE bool rpc_replay(struct rpc_call *c, const struct stored_block *b, usize index,
                         const struct inspector *look);
