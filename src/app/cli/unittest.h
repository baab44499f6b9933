// SPDX-License-Identifier: MIT
// Official tests of single parts: transactions, tries, RLP, difficulty, genesis, precompiles. Each
// runs the tests of one file's text that tally_take gives; the file's path also tells the fork or
// the precompile where the file does not.
#pragma once

#include "app/cli/tally.h"
#include "lib/codec/json.h"

// Judges one test: what it finds wrong is appended to `why`, with what was expected.
typedef enum fault test_function(const char *path, const json_value *test, struct buf *why);
// Calls the function for each member (or element) of the file's top and tells.
void unittest_each(bytes text, struct tally *tally, test_function *run);

void txtest_run(bytes text, struct tally *tally);
void trietest_run(bytes text, struct tally *tally);
void rlptest_run(bytes text, struct tally *tally);
void difficultytest_run(bytes text, struct tally *tally);
void genesistest_run(bytes text, struct tally *tally);
void precompiletest_run(bytes text, struct tally *tally);
