// SPDX-License-Identifier: MIT
// Transactions and withdrawals from JSON with the names of the JSON-RPC, as geth's tools take them:
// a transaction without a signature is signed with its `secretKey`.
#pragma once

#include "core/eth/block.h"
#include "lib/base/fork.h"
#include "lib/codec/json.h"

// Appends the parts of a transaction that are lists: of {address, storageKeys}, of authorizations,
// of versioned hashes.
MUST_USE enum fault tx_json_access(struct transaction *t, const json_value *list);
MUST_USE enum fault tx_json_authorizations(struct transaction *t, const json_value *list);
MUST_USE enum fault tx_json_blobs(struct transaction *t, const json_value *list);
// *t must be zero and needs transaction_fini in any case. `chain_id` is for those that state none.
// Before EIP-155 and where `protected` is false, legacy transactions are signed without it.
MUST_USE enum fault tx_json_read(struct transaction *t, const json_value *object, enum fork fork,
                                 const u256 *chain_id);
// Appends the coding of each withdrawal of the list.
MUST_USE enum fault withdrawals_json_read(struct buf *payload, const json_value *list);
