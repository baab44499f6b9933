// SPDX-License-Identifier: MIT
// Execution payloads of the Engine API (execution-apis, engine_newPayloadV1 to V4) as blocks: form
// and versions are checked here, the block's rules by who imports it.
#pragma once

#include "core/chain/header_rules.h"
#include "lib/codec/json.h"

enum payload_verdict {
    PAYLOAD_BLOCK,       // there is a block
    PAYLOAD_PARAMS,      // error -32602: a parameter is missing, too many, or malformed
    PAYLOAD_FORK,        // error -38005: the version is not that of the fork
    PAYLOAD_HASH,        // INVALID: the block's hash is not the one stated
    PAYLOAD_BLOB_HASHES, // INVALID: the versioned hashes are not those of the transactions
    PAYLOAD_TRANSACTION, // INVALID: a transaction is not the coding of one
};

const char *payload_verdict_text(enum payload_verdict v);
// The code of the JSON-RPC error that answers the call; 0 if it is answered with a status.
i32 payload_error_code(enum payload_verdict v);
// The parameters of a call of that version; the coding of the block is appended to *wire. What is
// malformed gives PAYLOAD_PARAMS, and the document says what.
enum payload_verdict payload_to_block(struct buf *wire, const json_value *params, u64 version,
                                      const struct schedule *s);
