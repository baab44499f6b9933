// SPDX-License-Identifier: MIT
// Running official tests of any kind over files, folders and archives, spread over the processors.
// A suite is one row: its runner keeps what is dear to make (VMs) from file to file.
#pragma once

#include "app/cli/suite_files.h"
#include "app/cli/tally.h"

struct suite_options {
    struct tally_options tell;
    bool guest, native;  // forms of the mini-EVM to run; both: they are compared too
    bool riscv;          // hybrid active from genesis
    bool trace;          // EIP-3155 lines to standard error; one process
    bool tells_roots;    // a line with the state root of each case to standard error
    bool compare_traces; // those of both forms must be equal
    u32 jobs;            // processes, at least 1
};

struct suite {
    const char *command, *about, *examples;
    void *(*begin)(const struct suite_options *o); // options are kept
    // Runs all cases of one file's text that tally_take gives it. A file that cannot be read is
    // told by tally_broken.
    void (*run)(void *runner, bytes text, struct tally *tally);
    void (*end)(void *runner);
    bool takes_yaml; // beside .json
};

struct suite_sum {
    u64 passed, failed, broken, faults;
};

// Runs all files. Lines of cases go to standard output as they come; progress to standard error if
// that is a terminal. FAULT_IO if no process could be made.
MUST_USE enum fault suite_run(struct suite_sum *sum, const struct suite *s,
                              const struct suite_options *o, const struct suite_files *files);
// Reads the names of files from standard input, one a line, and runs each at once.
void suite_run_names(struct suite_sum *sum, const struct suite *s, const struct suite_options *o);
