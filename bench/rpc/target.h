// SPDX-License-Identifier: MIT
// A node that is measured: a program that serves JSON-RPC on a port of this machine.
#pragma once

#include <sys/types.h>

#include "lib/base/buf.h"
#include "lib/base/cc.h"
#include "lib/base/types.h"

struct target {
    pid_t pid; // 0: it does not run
    u16 port;
    u64 start_ns; // from the start of the program to its first answer
};

// Starts argv, whose first word is a path, with `--port N` behind it, and waits for its first
// answer. False, and a sentence appended to `why`: it ended, or did not answer within ten seconds.
MUST_USE bool target_start(struct target *t, struct buf *why, const char *const *argv);
void target_stop(struct target *t);
u64 target_memory(const struct target *t); // resident bytes; 0 if it is gone
u32 target_files(const struct target *t);  // open files and connections
