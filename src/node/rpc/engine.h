// SPDX-License-Identifier: MIT
// Inside of node/rpc: payloads that a consensus client has asked for. They are made when they are
// fetched, of what the pool has then.
#pragma once

#include "lib/base/buf.h"
#include "lib/base/cc.h"
#include "lib/base/types.h"
#include "node/rpc/priv.h"

#define ENGINE_PAYLOADS 16u // remembered; older ones are forgotten

enum { // execution-apis, src/engine/common.md
    ENGINE_NO_PAYLOAD = -38001,
    ENGINE_CHOICE = -38002,
    ENGINE_ATTRIBUTES = -38003,
    ENGINE_TOO_LARGE = -38004,
    ENGINE_FORK = -38005,
};

struct engine_payload {
    u64 id;
    u64 version; // of the call that asked for it
    b256 parent;
    u64 timestamp;
    b256 prev_randao, beacon_root;
    address coinbase;
    bool has_withdrawals, has_beacon_root;
    struct buf withdrawals; // payload of their list
};

struct engine {
    struct engine_payload payload[ENGINE_PAYLOADS];
    u64 made;
};

MUST_USE bool rpc_engine_read_attributes(struct rpc_call *c, struct engine_payload *p,
                                         const json_value *v);
