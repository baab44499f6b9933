// SPDX-License-Identifier: MIT
// Logs of simulated calls, and on demand transfers of ether as if they were logs of an ERC-20 token
// at 0xeeee…ee (execution-apis, eth_simulateV1). Those of reverted frames are dropped, but have
// used their index.
#pragma once

#include "core/eth/block.h"
#include "core/vm/inspect.h"
#include "lib/base/buf.h"
#include "lib/codec/json_write.h"

struct sim_log {
    address emitter;
    b256 topic[4];
    u32 topic_count;
    u32 index; // in the block
    usize data_at, data_size;
};

#define SIM_DEPTH_MAX 1026u

struct sim_logs { // all zero: empty
    bool traces_transfers;
    struct state *state; // for what SELFDESTRUCT moves
    struct sim_log *of;
    u32 count, cap;
    u32 indices; // used so far
    struct buf data;
    u32 depth;
    u32 at_enter[SIM_DEPTH_MAX]; // count when a frame began
    address self[SIM_DEPTH_MAX];
};

void sim_logs_fini(struct sim_logs *l);
struct inspector sim_logs_inspector(struct sim_logs *l);

struct sim_log_place {
    const struct header *block;
    const b256 *transaction;
    u32 transaction_index;
};
void sim_logs_put(struct json_writer *w, const struct sim_logs *l, u32 i,
                  const struct sim_log_place *at);
