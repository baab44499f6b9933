// SPDX-License-Identifier: MIT
// Threads that answer beside the owner of the node what takes long and only reads: calls,
// estimates, traces (RPC_LONG of methods.def). All else the owner answers. A text is one job, whose
// requests are answered in their order, some here and some there.
#pragma once

#include "node/rpc/rpc.h"

#define RPC_THREADS_MAX 64u

struct rpc_work;

// `wake` is called from any thread when rpc_work_next has something; the owner then calls that.
// Threads begin when they are needed. With none of them the owner answers all by himself.
struct rpc_work *rpc_work_new(struct rpc *r, u32 threads, void *ctx, void (*wake)(void *ctx));
void rpc_work_free(struct rpc_work *w); // after rpc_work_end

// Appends the answer to a text, if any, as rpc_answer does; or false, and rpc_work_next will give
// it with `who`.
bool rpc_work_answer(struct rpc_work *w, u32 group, struct net_peer *peer, bytes text, void *who,
                     struct buf *out);
// The next answer that has become complete, appended; false: none has.
bool rpc_work_next(struct rpc_work *w, void **who, struct buf *out);
// Nobody waits for what `who` asked any more: it ends soon. rpc_work_next gives it nonetheless.
void rpc_work_cancel(struct rpc_work *w, const void *who);
// Ends all that is at hand, and the threads. rpc_work_next then gives what is left.
void rpc_work_end(struct rpc_work *w);
