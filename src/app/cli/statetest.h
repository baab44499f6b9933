// SPDX-License-Identifier: MIT
// Official state tests: one transaction on a given state, judged by the root of the state and the
// hash of the logs that result. A file holds tests, a test has cases: one for each fork and
// combination of data, gas, value.
#pragma once

#include "core/vm/vm.h"
#include "lib/base/buf.h"

struct statetest_options {
    bool guest, native; // forms to run; both: they are compared too
    bool riscv;         // hybrid active from genesis
    const char *filter; // only tests whose name contains it; NULL: all
};

struct statetest_tally {
    u64 passed, failed;
    struct buf failures; // a line each
};

struct statetest; // VMs that are kept from file to file

struct statetest *statetest_new(const struct statetest_options *o);
void statetest_free(struct statetest *t);
// Runs all cases of one file's text; `path` is for messages. A broken file counts as one failure.
void statetest_run(struct statetest *t, const char *path, bytes text,
                   struct statetest_tally *tally);
