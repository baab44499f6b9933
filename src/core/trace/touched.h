// SPDX-License-Identifier: MIT
// What a transaction looks at: accounts and slots, gathered while it runs by address and key;
// values are read afterwards from the states before and after it. For tracers of states, which
// begin with struct touched_tracer.
#pragma once

#include "core/state/state.h"
#include "core/trace/priv.h"

struct touched {
    u32 index; // in order of first touch
    bool destroyed;
};

struct touched_slot {
    u32 account; // index
    u256 key;
};

struct touched_sets;

struct touched_tracer {
    struct tracer base;
    struct touched_sets *sets; // owned
    bool is_legacy;            // the coinbase and delegates of the callee are left out
};

void touched_init(struct touched_tracer *t);
void touched_fini(struct touched_tracer *t);
// For struct tracer_kind.
void touched_begin(struct tracer *t);
struct inspector touched_inspect(struct tracer *t);

// ---- afterwards
struct touched_row { // an account, with its slots: view.slots[first .. first + count - 1]
    address at;
    u32 first, count;
    bool destroyed; // by SELFDESTRUCT, at the transaction's end
};

struct touched_view {         // all that was touched, rows by address, slots of each by key
    struct touched_row *rows; // owned, as are the slots
    u32 count;
    struct touched_slot *slots;
};
void touched_open(struct touched_view *v, const struct touched_tracer *t);
void touched_close(struct touched_view *v);
