// SPDX-License-Identifier: MIT
// Official blockchain tests: a genesis, blocks that are to be accepted or refused, and the head and
// state that must result. The same for tests of the Engine API, whose blocks come as payloads.
#pragma once

#include "app/cli/suite.h"

struct blocktest;

struct blocktest *blocktest_new(const struct suite_options *o);
void blocktest_free(struct blocktest *t);
// Runs the tests of one file's text that tally_take gives.
void blocktest_run(struct blocktest *t, bytes text, struct tally *tally);
