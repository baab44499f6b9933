// SPDX-License-Identifier: MIT
// One transaction as `hybrid run` and `hybrid play` execute it: the gas is that of the top frame,
// nothing intrinsic is charged, from, to, its designator's target, precompiles and coinbase are
// warm, a call leaves the sender's nonce. What it gave is copied into an outcome, which does not
// depend on VM or state any more.
#pragma once

#include "app/cli/environment.h"
#include "core/vm/vm.h"

struct session { // what does not change from one transaction to the next
    struct vm *vm;
    struct state *state;
    struct environment environment;
    enum fork fork;
    struct vm_params params;
};

struct outcome_log {
    address emitter;
    u32 topic_count;
    b256 topic[4];
    usize data_at, data_size; // in log_data
};

struct outcome {
    struct vm_result result; // its output is `output`
    bool is_create;
    u64 gas_used; // given less left
    struct buf output;
    struct outcome_log *log; // owned
    usize log_count;
    struct buf log_data;
    u64 time_ns; // of processor time, vm_execute alone
};

void outcome_fini(struct outcome *o);
const char *outcome_status(const struct outcome *o); // success, revert or halt
const char *outcome_halt(const struct outcome *o); // a halt reason's name, NULL if it did not halt
bytes outcome_log_data(const struct outcome *o, const struct outcome_log *l);

// Makes the VM and an empty state, rules given. The environment is to be initialised by the caller.
void session_open(struct session *s, enum vm_form form);
void session_close(struct session *s);
void session_fresh_state(struct session *s); // an empty one in place of the old

// Executes the message as a transaction and ends it. *out is overwritten (and must be {0} or an
// outcome).
MUST_USE enum fault session_execute(struct session *s, struct outcome *out,
                                    const struct vm_message *m);
