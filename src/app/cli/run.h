// SPDX-License-Identifier: MIT
// What `hybrid run` and `hybrid rv run` do once their options are read: a plan is executed on a
// fresh state, any number of times, and reported.
#pragma once

#include "app/cli/alloc.h"
#include "app/cli/execute.h"
#include "app/cli/options.h"

#define RUN_REPEAT_MAX 10000000u
#define RUN_GAS_MAX (~(u64)0 >> 1) // what a frame can count

enum run_kind {
    RUN_CALL,   // of `to`, whose code is `code` if has_code
    RUN_CREATE, // `code` is init code
    RUN_DEPLOY, // the same, then a call of what was created
};

struct run_plan {
    const char *command; // for messages
    enum run_kind kind;
    bool has_code;
    struct buf code, input;
    u256 value;
    u64 gas;
    address from, to;
    bool has_alloc; // else the sender has plenty
    struct alloc alloc;
    struct session session; // fork, params, environment are given
    enum vm_form form;
    const char *trace_path; // "-": standard output; NULL: none
    bool trace_rv;          // the trace is of RISC-V instructions, not of EVM steps
    bool calls, json;
    u64 repeat;
};

void run_plan_init(struct run_plan *p, const char *command);
void run_plan_fini(struct run_plan *p);
// Executes and prints. Returns the exit status.
int run_plan_execute(struct run_plan *p);
