// SPDX-License-Identifier: MIT
// JSON-RPC 2.0 over whole texts: one request or a batch in, the answer out. Which methods there are
// is the table methods.def. Knows nothing of how texts come and go.
#pragma once

#include "node/net/net.h"
#include "node/node/node.h"

#define RPC_BATCH_MAX 1000                // requests
#define RPC_ANSWER_MAX ((usize)128 << 20) // bytes; what would exceed it is refused
#define RPC_LOGS_MAX 100000u              // logs in one answer

struct rpc;

struct rpc_options {
    u64 (*now_ms)(void); // of a clock that never goes back: filters that nobody polls expire
    void *log;           // of set_logging
    void (*set_logging)(void *log, bool on); // NULL: there is no log
};

// The node stays the caller's and must live longer.
struct rpc *rpc_new(struct node *n, const struct rpc_options *o);
void rpc_free(struct rpc *r);

// Ports by what they serve: `group` of a listener (node/net).
enum {
    RPC_GROUP_ALL,    // all but engine_
    RPC_GROUP_ENGINE, // engine_ and eth_, for a consensus client
};

// What a server of node/net asks of it; `rpc` is the struct. Appends the answer, which is nothing
// if all requests were notifications. `peer` is NULL if nothing can be sent later.
void rpc_answer(void *rpc, u32 group, struct net_peer *peer, bytes text, struct buf *out);
void rpc_closed(void *rpc, struct net_peer *peer);
