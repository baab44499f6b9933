// SPDX-License-Identifier: MIT
// What hybrid-node is to do, read from its options once.
#pragma once

#include "app/cli/node_dev.h"
#include "app/cli/node_genesis.h"
#include "app/cli/node_log.h"
#include "app/cli/options.h"
#include "node/net/net.h"

#define NODE_LISTENERS 4u // HTTP, WebSocket, local socket, Engine API

struct node_plan {
    struct node_options node;
    struct node_source source;
    struct node_dev dev;
    bool is_dev;
    struct buf genesis, config, hosts; // owned texts
    const char *state_path;            // NULL: none
    struct net_listen listen[NODE_LISTENERS];
    u32 listen_count;
    b256 secret;
    u32 threads; // of node/rpc/work
    struct node_log log;
    bool is_quiet, has_metrics;
};

extern const struct option_set node_option_set;
bool node_wants_version(const struct options *o);
// False: o->why says what is wrong. Needs node_plan_fini in any case.
MUST_USE bool node_plan_read(struct node_plan *p, struct options *o);
void node_plan_fini(struct node_plan *p);
