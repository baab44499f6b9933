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

struct rpc *rpc_new(struct node *n); // the node stays the caller's
void rpc_free(struct rpc *r);
// Appends the answer, which is nothing if all requests were notifications. `peer` is who asks, for
// subscriptions; NULL if there is nobody to whom anything can be sent later.
void rpc_handle(struct rpc *r, struct net_peer *peer, bytes text, struct buf *out);
// What a server of node/net asks of it.
struct net_handler rpc_handler(struct rpc *r);
