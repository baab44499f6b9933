// SPDX-License-Identifier: MIT
// Official state tests: one transaction on a given state, judged by the root of the state and the
// hash of the logs that result. A file holds tests, a test has cases: one for each fork and
// combination of data, gas, value.
#pragma once

#include "app/cli/suite.h"

struct statetest; // VMs that are kept from file to file

struct statetest *statetest_new(const struct suite_options *o);
void statetest_free(struct statetest *t);
// Runs the cases of one file's text that tally_take gives.
void statetest_run(struct statetest *t, bytes text, struct tally *tally);
