// SPDX-License-Identifier: MIT
// Commands of hybrid-node beside serving: what is done to a chain on disk while nothing serves it.
#pragma once

#include "app/cli/options.h"
#include "lib/base/types.h"

struct node_command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *text;
};

// NULL: there is no command of that name.
const struct node_command *node_command_find(const char *name);
void node_command_put_all(struct buf *out); // a line each, for help
// "archive" or a number of blocks. False: *why says what is wrong.
MUST_USE bool node_option_history(u64 *out, struct options *o, u32 index);
