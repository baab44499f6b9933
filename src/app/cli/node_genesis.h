// SPDX-License-Identifier: MIT
// The beginning of a node's chain from a genesis file or a chain that is built in, and the node on
// it. A folder with a chain keeps its genesis beside the database, so that it need be named once.
#pragma once

#include "lib/base/buf.h"
#include "lib/base/cc.h"
#include "node/node/node.h"

// False: a sentence was appended to `why`.
MUST_USE bool node_genesis_open(struct node_genesis *g, struct buf *why, const char *name);
MUST_USE bool node_genesis_parse(struct node_genesis *g, struct buf *why, const char *name,
                                 bytes text);

struct node_source {  // where the chain comes from
    const char *name; // of a genesis file or a chain that is built in; NULL: the datadir's, else
                      // `fallback`
    const char *fallback;   // NULL: there is none
    const struct buf *text; // instead of the fallback: a genesis made up by options; NULL: none
};
// Opens the node of *o on that chain, keeps the genesis in a new datadir. NULL: why says it.
struct node *node_source_open(const struct node_source *s, const struct node_options *o,
                              struct buf *why);
