// SPDX-License-Identifier: MIT
// A receipt as text: what happened to a transaction, its events by the contract's ABI.
#pragma once

#include "app/cli/kit/rpc_client.h"
#include "app/cli/kit/sol_abi.h"

struct receipt_view {
    const struct sol_abi *abi;
    b256 hash;
};

bool receipt_succeeded(const json_value *receipt);
// False: it is no receipt; *out is then as it was.
MUST_USE bool receipt_put_text(struct buf *out, bool *success, const json_value *receipt,
                               const struct receipt_view *view);
// An event of the ABI from a log's topics and data: "Transfer(from: 0x…, amount: 5)". False: it is
// none of it.
bool receipt_put_event(struct buf *out, const struct sol_abi *abi, const b256 *topic, u32 count,
                       bytes data);
// The tree of calls of a transaction, as the node traces it; false, and a line that says why not,
// if it does not.
bool receipt_put_calls(struct buf *out, struct rpc_client *node, const b256 *hash,
                       const struct sol_abi *abi);
// Appends why a transaction failed, as the node traces it: ": execution reverted: TooMuch(…)";
// nothing if it does not.
void receipt_put_failure(struct buf *out, struct rpc_client *node, const b256 *hash,
                         const struct sol_abi *abi);
