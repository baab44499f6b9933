// SPDX-License-Identifier: MIT
// What the commands of the contract workflow share: how one begins and ends, paths, other programs,
// and the kit's files (headers, templates), which lie in share/hybrid beside the folder of the
// running program, be it installed or in the build tree.
#pragma once

#include "app/cli/cli.h"
#include "app/cli/options.h"
#include "lib/os/process.h"

// Parses the arguments and runs the command. CLI_USAGE with a sentence in o->why, or CLI_FAILED or
// CLI_FAULT with one, are told on standard error.
int work_command(const struct option_set *set, int argc, char **argv,
                 int (*run)(struct options *o));
void work_warn(const char *command, const struct buf *text); // one line on standard error

// Text that ends with 0, in b, which is cleared before; returns it.
PRINTF_LIKE(2, 3) const char *work_text(struct buf *b, const char *format, ...);

bool work_is_file(const char *path);
// "contracts/token.c" to "token"; the text ends with 0.
void work_base_name(struct buf *out, const char *path);
bool work_ends_with(const char *text, const char *end);

// The kit's folder, without a slash at its end, ended by 0: --kit if given (`option` is its value
// or NULL), else the one beside the program. False: why not.
MUST_USE bool work_folder(struct buf *out, struct buf *why, const char *option);

// Runs a program to its end; what it warns of goes to standard error. False: it is missing, or
// ended with another status than 0; *why then has what it printed.
MUST_USE bool work_run(struct buf *out, struct buf *why, const struct os_command *c);
