// SPDX-License-Identifier: MIT
// JSON-RPC 2.0 over HTTP, as a client: one request after the other, each over a connection of its
// own. https is not spoken.
#pragma once

#include "lib/base/buf.h"
#include "lib/base/cc.h"
#include "lib/codec/json.h"

#define RPC_URL_DEFAULT "http://127.0.0.1:8545"

struct rpc_client {
    struct buf host, path; // each ends with 0
    u16 port;
    struct json answer;
    bool has_answer;
    u64 id;
    // After a refusal of the node (is_refusal): its code and the data of a revert.
    bool is_refusal;
    i64 code;
    struct buf data;
};

// False: the URL is none, *why says why.
MUST_USE bool rpc_client_open(struct rpc_client *c, struct buf *why, const char *url);
void rpc_client_close(struct rpc_client *c);
// Calls a method with parameters as JSON text, "[…]". *result is valid until the next call. False:
// a sentence in *why; c->is_refusal tells a node that refused from one that cannot be asked.
MUST_USE bool rpc_client_call(struct rpc_client *c, json_value *result, struct buf *why,
                              const char *method, const char *parameters);
