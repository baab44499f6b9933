// SPDX-License-Identifier: MIT
// Other programs, run to their end with what they print taken in, and where this program lies.
#pragma once

#include "lib/base/buf.h"
#include "lib/base/cc.h"
#include "lib/base/halt.h"
#include "lib/base/types.h"

struct os_command {
    const char *const *argv; // ends with NULL; argv[0] is looked up in PATH
    const char *folder;      // to run in; NULL: this one
    bytes input;             // of standard input
};

// Runs it. *status is its exit status (128 and the signal's number if one ended it); what it wrote
// to standard output and standard error is appended to out and err. FAULT_IO, and a sentence
// appended to `why`: it could not be started.
MUST_USE enum fault os_run_command(u32 *status, struct buf *out, struct buf *err, struct buf *why,
                                   const struct os_command *c);

// Whether PATH has such a program.
bool os_has_program(const char *name);

// Appends the folder of the running program, without a slash at its end, and of this process. False
// if the system does not tell.
MUST_USE bool os_program_folder(struct buf *out);
MUST_USE bool os_current_folder(struct buf *out);
