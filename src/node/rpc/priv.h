// SPDX-License-Identifier: MIT
// Inside of node/rpc: a call of a method, its parameters, its result or error. A handler reads its
// parameters, then writes exactly one value with name NULL to `out` and returns true, or fails and
// returns false; what it had written is then dropped.
#pragma once

#include "lib/codec/json.h"
#include "lib/codec/json_write.h"
#include "node/rpc/rpc.h"

enum rpc_code {
    RPC_PARSE = -32700,
    RPC_REQUEST = -32600,
    RPC_NO_METHOD = -32601,
    RPC_PARAMS = -32602,
    RPC_INTERNAL = -32603,
    RPC_SERVER = -32000,    // refused by the node
    RPC_NOT_FOUND = -32001, // EIP-1474
    RPC_LIMIT = -32005,     // EIP-1474
    RPC_REVERTED = 3,       // with the output as data
};

struct rpc {
    struct node *node;
};

struct rpc_call {
    struct rpc *rpc;
    struct node *node;
    json_value params; // a list, if count > 0
    usize count;
    struct json_writer *out;
    i32 code; // of the error
    struct buf message, data;
    bool has_data;
};

// Says why, if nothing has been said yet; returns false.
PRINTF_LIKE(3, 4) bool rpc_fail(struct rpc_call *c, i32 code, const char *format, ...);
bool rpc_fail_fault(struct rpc_call *c, enum fault f);
// After a refusal by lib/codec/json: RPC_PARAMS with its sentence.
bool rpc_fail_json(struct rpc_call *c, const json_value *v);

// ---- values: quantities are texts of hexadecimal digits after 0x without leading zeros, data is
// 0x and pairs of digits; all else is RPC_PARAMS
MUST_USE bool rpc_value_u256(struct rpc_call *c, u256 *out, const json_value *v);
MUST_USE bool rpc_value_u64(struct rpc_call *c, u64 *out, const json_value *v);
MUST_USE bool rpc_value_data(struct rpc_call *c, struct buf *out, const json_value *v);
MUST_USE bool rpc_value_address(struct rpc_call *c, address *out, const json_value *v);
MUST_USE bool rpc_value_b256(struct rpc_call *c, b256 *out, const json_value *v);
// A block by tag, number, hash, or object of EIP-1898; RPC_SERVER if there is none.
MUST_USE bool rpc_value_block(struct rpc_call *c, const struct stored_block **out,
                              const json_value *v);
// Members of an object that may be missing or null.
MUST_USE bool rpc_member(struct rpc_call *c, json_value *out, bool *found, const json_value *object,
                         const char *name);
MUST_USE bool rpc_member_u256(struct rpc_call *c, u256 *out, bool *found, const json_value *object,
                              const char *name);
MUST_USE bool rpc_member_u64(struct rpc_call *c, u64 *out, bool *found, const json_value *object,
                             const char *name);

// ---- parameters: missing ones at the end and null are not there
bool rpc_has_param(const struct rpc_call *c, usize i);
MUST_USE bool rpc_param(struct rpc_call *c, json_value *out, usize i); // must be there
MUST_USE bool rpc_param_block(struct rpc_call *c, const struct stored_block **out,
                              usize i);                 // else the last block
bool rpc_param_is_pending(struct rpc_call *c, usize i); // the text "pending"

// ---- a call or transaction as an object
struct rpc_call_object {
    struct transaction t;
    address from;
    bool has_from, has_gas, has_nonce, has_gas_price, has_max_fee, has_priority;
};
void rpc_call_object_fini(struct rpc_call_object *o);
MUST_USE bool rpc_read_call_object(struct rpc_call *c, struct rpc_call_object *o,
                                   const json_value *v);
// Fails as what a call or transaction did or why it is refused.
bool rpc_fail_verdict(struct rpc_call *c, enum verdict v);
bool rpc_fail_outcome(struct rpc_call *c, const struct node_outcome *o);

// ---- results
void rpc_put_block(struct json_writer *w, const char *name, const struct stored_block *b,
                   bool whole);
void rpc_put_transaction(struct json_writer *w, const struct stored_block *b, usize index);
void rpc_put_waiting(struct json_writer *w, const struct pooled *t);
void rpc_put_receipt(struct json_writer *w, const struct node *n, const struct stored_block *b,
                     usize index);
void rpc_put_log(struct json_writer *w, const struct stored_block *b, usize transaction, usize log);
// What a transaction pays a gas in a block.
u256 rpc_effective_price(const struct transaction *t, const struct header *h);

#define RPC_TIP 1000000000u // wei a gas that the node proposes

#define RPC_METHOD(name, handler, least, most, parameters, text) bool handler(struct rpc_call *c);
#include "node/rpc/methods.def"
