// SPDX-License-Identifier: MIT
// The beginning of a node's chain from a genesis file or a chain that is built in.
#pragma once

#include "lib/base/buf.h"
#include "lib/base/cc.h"
#include "node/node/node.h"

// False: a sentence was appended to `why`.
MUST_USE bool node_genesis_open(struct node_genesis *g, struct buf *why, const char *name);
