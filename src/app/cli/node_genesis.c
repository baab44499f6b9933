// SPDX-License-Identifier: MIT
// Genesis files as a node takes them; see node_genesis.h.
#include "app/cli/node_genesis.h"

#include "app/cli/genesis_file.h"

bool node_genesis_open(struct node_genesis *g, struct buf *why, const char *name)
{
    struct genesis_file file = {.has_alloc = false};
    bool ok = genesis_file_open(&file, why, name);
    if (ok && (!file.has_alloc || !file.genesis.has_config)) {
        buf_printf(why, "%s: a node needs the members config and alloc", name);
        ok = false;
    }
    if (ok) {
        *g = (struct node_genesis){.header = file.header, .state = state_new(NULL)};
        config_schedule(&g->schedule, &file.genesis.config);
        g->config = file.genesis.config;
        alloc_give(&file.alloc, g->state);
    }
    genesis_file_fini(&file);
    return ok;
}
