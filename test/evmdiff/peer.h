// SPDX-License-Identifier: MIT
// The other side: a process that executes worlds, over two pipes.
#pragma once

#include "lib/codec/json_write.h"
#include "test/evmdiff/engine.h"

struct peer;
// Starts it for one fork; NULL if there is no pipe to be had.
struct peer *peer_start(const struct peer_traits *traits, enum fork evm_fork);
void peer_stop(struct peer *p);

// Executes w->cases. What the peer alone knows is put into the world: order (owned by the peer
// until its next call), before, and its own block's environment. False: it has ended, or what it
// says makes no sense; `why` tells.
MUST_USE bool peer_run(struct peer *p, struct world_result *out, struct world *w, struct buf *why);
void world_fini(struct world *w); // before and hashes

// Members of an object that is open: each account by its address.
void json_put_alloc(struct json_writer *w, const struct alloc *list);
