// SPDX-License-Identifier: MIT
// Official tests of single parts: transactions, tries, RLP, difficulty, precompiles. Each runs all tests of one
// file's text, as statetest_run does; `path` also tells the fork or precompile where the file does not.
#pragma once

#include "app/cli/statetest.h"

void txtest_run(const char *path, bytes text, struct statetest_tally *tally);
void trietest_run(const char *path, bytes text, struct statetest_tally *tally);
void rlptest_run(const char *path, bytes text, struct statetest_tally *tally);
void difficultytest_run(const char *path, bytes text, struct statetest_tally *tally);
void precompiletest_run(const char *path, bytes text, struct statetest_tally *tally);
