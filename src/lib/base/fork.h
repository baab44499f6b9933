// SPDX-License-Identifier: MIT
// Forks, and the table of prices and rules in force at each. Made from spec/forks.def and
// spec/gas.def; shared by host and guest.
#pragma once

#include "lib/base/types.h"

enum fork {
#define FORK(NAME, test_name, cli_name) FORK_##NAME,
#include "spec/forks.def"
    FORK_COUNT
};
#define FORK_LATEST ((enum fork)(FORK_COUNT - 1))

struct gas_table {
#define GAS(NAME, value, source) u64 NAME;
#include "spec/gas.def"
};

// Fills *t with what is in force at f. The owner of a VM does this once; nothing here is global.
void gas_table_init(struct gas_table *t, enum fork f);
const char *fork_name(enum fork f);                    // as on the command line
bool fork_from_name(enum fork *out, const char *name); // or any other, in any case
