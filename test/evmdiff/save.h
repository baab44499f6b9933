// SPDX-License-Identifier: MIT
// Writes a case as a state test, in the form of the official ones, which `hybrid statetest` runs.
// Block hashes are not part of that form.
#pragma once

#include "test/evmdiff/engine.h"

struct saved { // what is expected
    b256 root, logs;
    bool refused;
};

// From what the peer told of a world of one case; a fault if that is not in form.
MUST_USE enum fault save_expected(struct saved *out, const struct world *w,
                                  const struct world_result *theirs);
void save_case(struct buf *out, const char *name, const struct world *world, const struct saved *s);
