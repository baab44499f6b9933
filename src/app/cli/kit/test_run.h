// SPDX-License-Identifier: MIT
// One test of `hybrid test`: messages in a row on a fresh state, each a transaction of the test
// contract's or to it; what it cost, and what contracts said meanwhile.
#pragma once

#include "app/cli/execute.h"
#include "lib/base/buf.h"

struct test_params {
    enum vm_form form;
    u64 gas;
    const char *match; // NULL: all
    bool calls, verbose;
};

struct test_run {
    struct test_params params;
    struct session session;
    u32 passed, failed;
    struct buf out; // printed text
    struct buf why; // after a fault
};

void test_run_init(struct test_run *t, const struct test_params *params);
void test_run_fini(struct test_run *t);

// What a test is: a contract that is there by its code, or is created of init code; then a call for
// each input, of which the last is the test and those before it prepare it.
struct test_case {
    const char *name;
    bytes code;      // RISC-V image or byte code that the contract has; or
    bytes init_code; // what it is created of
    bytes input[3];
    u32 input_count;
};

// Whether tests of this name are wanted.
bool test_wanted(const struct test_run *t, const char *name);
// Runs it and appends its line, and those of its contracts, to out. A fault: of the machinery.
MUST_USE enum fault test_run_case(struct test_run *t, const struct test_case *c);
// A test that is a play file. False: the file is wrong, *why says where.
MUST_USE bool test_run_play(struct test_run *t, const char *path);
// Notes one test that could not begin, with a reason that may have several lines.
void test_run_broken(struct test_run *t, const char *name, bytes reason);
