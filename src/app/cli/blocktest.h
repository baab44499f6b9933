// SPDX-License-Identifier: MIT
// Official blockchain tests: a genesis, blocks that are to be accepted or refused, and the head and
// state that must result.
#pragma once

#include "app/cli/statetest.h"

struct blocktest;

struct blocktest *blocktest_new(const struct statetest_options *o);
void blocktest_free(struct blocktest *t);
// Runs all tests of one file's text, as statetest_run.
void blocktest_run(struct blocktest *t, const char *path, bytes text,
                   struct statetest_tally *tally);
