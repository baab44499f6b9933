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
    RPC_PRUNED = 4444,      // of execution-apis: what was asked for is not kept any more
    RPC_REVERTED = 3,       // with the output as data
};

struct method;
struct rpc_filter;
struct rpc_subscription;

struct rpc {
    struct node *node;
    struct rpc_options options;
    const struct method **methods; // by hash of the name
    struct rpc_filter *filters;
    struct rpc_subscription *subscriptions;
    u64 next_id;
    u32 filter_count;
    struct engine *engine; // payloads that were made; NULL until the first
    b256 instance;         // differs from run to run
};

// A text on its way. Some requests are for the owner of the node, long readings for helpers;
// whoever is at it goes on as far as his reach.
struct rpc_job {
    struct rpc *rpc;
    u32 group;
    struct net_peer *peer;
    struct json document;
    bool is_json;
    usize next;        // request of a batch
    u64 trial_left;    // what the owner may do of its calls, in cycles
    struct buf answer; // so far
};
enum rpc_who {
    RPC_ALONE, // who answers everything
    RPC_OWNER,
    RPC_HELPER,
};
void rpc_job_init(struct rpc_job *j, struct rpc *r, u32 group, struct net_peer *peer, bytes text);
bool rpc_job_go_on(struct rpc_job *j, enum rpc_who who); // true: all is answered
bool rpc_job_wants_helper(struct rpc_job *j);            // to go on
void rpc_job_give_up(struct rpc_job *j);                 // an error is all of its answer
void rpc_job_fini(struct rpc_job *j);

struct rpc_call {
    struct rpc *rpc;
    struct node *node;
    u32 group;             // of the listener
    struct net_peer *peer; // NULL: nobody to whom anything can be sent later
    json_value params;     // a list, if count > 0
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
    bool has_from, has_gas, has_nonce, has_gas_price, has_max_fee, has_priority, has_blob_fee;
    bool has_blobs, has_access, has_authorizations;
    json_value blobs; // the member `blobs`, if has_blobs
};
void rpc_call_object_fini(struct rpc_call_object *o);
MUST_USE bool rpc_read_call_object(struct rpc_call *c, struct rpc_call_object *o,
                                   const json_value *v);

// ---- what a call finds changed: `stateOverrides` and `blockOverrides` of execution-apis
struct rpc_overrides { // all zero: nothing
    struct node_override *of;
    usize count, cap;
    struct buf moves, rules; // struct vm_precompile_rule: movePrecompileToAddress; all of them
};
void rpc_overrides_fini(struct rpc_overrides *o);
MUST_USE bool rpc_read_overrides(struct rpc_call *c, struct rpc_overrides *o, const json_value *v);
// Lets the VM see precompiles as the overrides have them, until vm_set_precompiles(vm, NULL, 0).
MUST_USE bool rpc_set_precompiles(struct rpc_call *c, struct rpc_overrides *o, enum fork f);

struct rpc_block_override { // all zero: nothing
    bool has_number, has_time, has_gas_limit, has_coinbase, has_prev_randao, has_base_fee;
    bool has_blob_base_fee, has_difficulty, has_beacon_root, has_withdrawals;
    u64 number, time, gas_limit;
    address coinbase;
    b256 prev_randao, beacon_root;
    u256 base_fee, blob_base_fee, difficulty;
    struct buf withdrawals; // payload of their list
};
void rpc_block_override_fini(struct rpc_block_override *o);
MUST_USE bool rpc_read_block_override(struct rpc_call *c, struct rpc_block_override *o,
                                      const json_value *v);
void rpc_override_header(struct header *h, const struct rpc_block_override *o);

// A call with all that it needs, read from params[0] (call), [1] (block), [2] and [3] (overrides).
struct rpc_prepared {
    struct node *node;
    struct rpc_call_object object;
    struct rpc_overrides overrides;
    struct rpc_block_override block;
    struct header header;
    struct node_call call;
};
MUST_USE bool rpc_prepare(struct rpc_call *c, struct rpc_prepared *p);
void rpc_prepared_fini(struct rpc_prepared *p);

// Fails as what a call or transaction did or why it is refused.
bool rpc_fail_verdict(struct rpc_call *c, enum verdict v);
bool rpc_fail_outcome(struct rpc_call *c, const struct node_outcome *o);
const char *rpc_verdict_phrase(enum verdict v); // as other nodes call it
const char *rpc_halt_phrase(enum halt h);
// The sentence of a revert with its reason, appended.
void rpc_put_revert(struct buf *out, bytes output);

// ---- results
void rpc_put_block(struct json_writer *w, const char *name, const struct stored_block *b,
                   bool whole);
void rpc_put_header_members(struct json_writer *w, const struct header *h);
void rpc_put_withdrawals(struct json_writer *w, const struct stored_block *b);
void rpc_put_block_members(struct json_writer *w, const struct stored_block *b, bool whole);
void rpc_put_transaction(struct json_writer *w, const struct stored_block *b, usize index);
void rpc_put_waiting(struct json_writer *w, const struct pooled *t);
void rpc_put_waiting_as(struct json_writer *w, const char *name, const struct pooled *t);
void rpc_nonce_name(char out[24], u64 nonce); // decimal digits and a 0
// False, and the error of a pruned block: blocks from `first` on are wanted, and some are dropped.
MUST_USE bool rpc_check_kept(struct rpc_call *c, u64 first);
u256 rpc_next_blob_base_fee(const struct node *n);
// The transaction of an account with that nonce.
MUST_USE bool rpc_find_by_nonce(struct rpc_call *c, const address *a, u64 nonce,
                                const struct stored_block **b, usize *index);
MUST_USE bool rpc_estimate(struct rpc_call *c, struct node_call *call, u64 *limit);
MUST_USE bool rpc_value_slot(struct rpc_call *c, u256 *key, bool *is_word, const json_value *v);
MUST_USE bool rpc_value_withdrawals(struct rpc_call *c, struct buf *out, const json_value *list);
// As development tools send numbers: JSON numbers, quantities, and what has leading zeros.
MUST_USE bool rpc_value_loose(struct rpc_call *c, u64 *out, const json_value *v);
void rpc_put_receipt(struct json_writer *w, const struct node *n, const struct stored_block *b,
                     usize index);
struct rpc_log_place {
    const struct stored_block *b;
    usize transaction, log; // both count in the block
    bool is_removed;        // of a block that left the chain
};
void rpc_put_log(struct json_writer *w, const struct rpc_log_place *at);
void rpc_put_header(struct json_writer *w, const struct stored_block *b); // as newHeads has it
void rpc_put_access_list(struct json_writer *w, const struct transaction *t);

// ---- logs by filter
struct rpc_log_filter { // owns what *of points to
    struct node_log_filter of;
    struct buf addresses, topic[4];
    u64 last; // the last block that is asked for; NODE_HISTORY_ALL: no end
};
void rpc_log_filter_fini(struct rpc_log_filter *f);
// `is_live`: for filters and subscriptions, whose range may lie ahead.
MUST_USE bool rpc_read_log_filter(struct rpc_call *c, struct rpc_log_filter *f, const json_value *v,
                                  bool is_live);
MUST_USE bool rpc_put_logs(struct rpc_call *c, const struct node_log_filter *f);

void rpc_engine_free(struct rpc *r);

// ---- what is told later (filter.c, subscribe.c)
void rpc_filters_event(struct rpc *r, const struct node_event *e);
void rpc_filters_free(struct rpc *r);
void rpc_subscriptions_event(struct rpc *r, const struct node_event *e);
void rpc_subscriptions_drop(struct rpc *r, const struct net_peer *p); // NULL: all
// What a transaction pays a gas in a block.
u256 rpc_effective_price(const struct transaction *t, const struct header *h);

#ifndef HYBRID_VERSION
#define HYBRID_VERSION "unknown"
#endif
#define RPC_TIP 1000000000u   // wei a gas that the node proposes
#define RPC_GAS_MAX 50000000u // of calls on blocks whose limit is less

#define RPC_METHOD(name, handler, least, most, parameters, text) bool handler(struct rpc_call *c);
#include "node/rpc/methods.def"
