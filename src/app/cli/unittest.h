// SPDX-License-Identifier: MIT
// Official tests of single parts: transactions, tries, RLP, difficulty, genesis, precompiles. Each
// runs all tests of one file's text, as statetest_run does; `path` also tells the fork or
// precompile where the file does not.
#pragma once

#include "app/cli/statetest.h"
#include "lib/codec/json.h"

// Judges one test: what it finds wrong is appended to `why`.
typedef enum fault test_function(const char *path, const json_value *test, struct buf *why);
// Calls the function for each member (or element) of the file's top and counts.
void unittest_each(const char *path, bytes text, struct statetest_tally *tally, test_function *run);

void txtest_run(const char *path, bytes text, struct statetest_tally *tally);
void trietest_run(const char *path, bytes text, struct statetest_tally *tally);
void rlptest_run(const char *path, bytes text, struct statetest_tally *tally);
void difficultytest_run(const char *path, bytes text, struct statetest_tally *tally);
void genesistest_run(const char *path, bytes text, struct statetest_tally *tally);
void precompiletest_run(const char *path, bytes text, struct statetest_tally *tally);
