// SPDX-License-Identifier: MIT
// A case from a seed and a number: accounts with code, storage and balances, and a transaction of
// any type on them, sometimes one that is not valid. Addresses belong to the case, so that cases
// can share a world.
#pragma once

#include "test/evmdiff/case.h"

struct generator {
    u64 seed;
    const struct peer_traits *peer;
};

void generate_case(struct test_case *out, const struct generator *g, enum fork fork, u64 number);
// A block to run cases in; of a peer that has its own block only coinbase counts.
void generate_environment(struct environment *out, const struct generator *g, enum fork fork,
                          u64 number);
