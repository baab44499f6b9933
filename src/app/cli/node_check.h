// SPDX-License-Identifier: MIT
// A check of all that a store has: the canonical chain is without a hole, every transaction and
// block is found by its hash, and the kept states at both ends have the roots of their blocks, by
// the flat tables and by the tries.
#pragma once

#include "node/node/node.h"

// What was checked is told in *out; false: `why` has what is wrong first.
MUST_USE bool node_check(struct node *n, struct buf *out, struct buf *why);
