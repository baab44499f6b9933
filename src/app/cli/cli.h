// SPDX-License-Identifier: MIT
// What the commands of `hybrid` share: exit statuses, the commands themselves, and how errors are
// told. A command gets its own name as argv[0] and returns the program's exit status.
#pragma once

#include "lib/base/buf.h"
#include "lib/base/cc.h"
#include "lib/base/halt.h"

enum cli_status {
    CLI_OK = 0,     // a result was printed
    CLI_FAILED = 1, // it was printed, and something expected of it is not so
    CLI_USAGE = 2,  // an error of use: options, files
    CLI_FAULT = 3,  // the machinery failed
};

int cmd_run(int argc, char **argv);
int cmd_play(int argc, char **argv);
int cmd_suite(int argc, char **argv); // statetest, blocktest … by argv[0]
int cmd_b11r(int argc, char **argv);
int cmd_t8n(int argc, char **argv);
int cmd_genesis(int argc, char **argv);
int cmd_rv_run(int argc, char **argv);
int cmd_rv_test(int argc, char **argv);
int cmd_rv_disasm(int argc, char **argv);

// Prints "hybrid COMMAND: <message>" and where help is to standard error; returns CLI_USAGE.
int cli_refuse(const char *command, const struct buf *message);
// Prints "hybrid COMMAND: fault: …" to standard error; returns CLI_FAULT. `detail` may be "".
int cli_fault(const char *command, enum fault f, const char *detail);
// Writes text to standard output and empties it; CLI_OK, or CLI_FAULT with a message if that
// failed.
int cli_print(const char *command, struct buf *text);
