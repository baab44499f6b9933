// SPDX-License-Identifier: MIT
// All states of a chain in memory, from its first block to its last: each account and slot with the
// values it had, in order. A point of time is a stamp, the number of changes before it; the state
// at any stamp can be read through a state_source, and the last changes can be taken back. Belongs
// to one thread.
//
// Invariants: (1) the versions of an account or slot are in order of stamps, which are all
// different; (2) the journal names the owner of version i + 1 at i, so its length is the current
// stamp.
#pragma once

#include "core/state/state.h"

struct world;

struct world *world_new(void);
void world_free(struct world *w);
// Takes over what ended transactions of `s` changed, from change *taken on, which is then behind
// the last. To be called after each transaction that may set code.
void world_take(struct world *w, struct state *s, usize *taken);
u64 world_stamp(const struct world *w);
void world_rewind(struct world *w, u64 stamp); // takes all later changes back

struct world_view {
    const struct world *world;
    u64 stamp; // its changes and all before it are seen
};
// Reads through *v, which must live as long as the source; the code it lends lives as long as the
// world.
struct state_source world_source(struct world_view *v);
