// SPDX-License-Identifier: MIT
// Official tests of the bare machine: legacy VM tests (Frontier rules, code without a transaction
// around it), and vectors of opcodes of two operands, whose file's name says which.
#pragma once

#include "app/cli/suite.h"

struct vmtest; // VMs that are kept from file to file

struct vmtest *vmtest_new(const struct suite_options *o);
void vmtest_free(struct vmtest *t);
// Runs the tests of one file's text that tally_take gives.
void vmtest_run(struct vmtest *t, bytes text, struct tally *tally);
