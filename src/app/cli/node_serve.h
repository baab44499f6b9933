// SPDX-License-Identifier: MIT
// Serving a node until the process is asked to end.
#pragma once

#include "app/cli/node_plan.h"

// A status of cli.h; `why` has the sentence of one that is not CLI_OK.
MUST_USE int node_serve(struct node *n, const struct node_plan *p, struct buf *why);
