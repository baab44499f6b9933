// SPDX-License-Identifier: MIT
// Tracer of EVM steps: a JSON object a line as EIP-3155 describes, in the form that go-ethereum's
// `evm run --json` prints, then one line for the top frame. RISC-V frames have no lines; what EVM
// code does inside a call of theirs has. gasCost is that of held.h. Halts have the names of the ABI
// in the member `error`.
#pragma once

#include "core/trace/held.h"
#include "lib/base/buf.h"
#include "lib/base/fork.h"

struct eip3155 {
    struct buf out;                       // lines not written yet
    void (*write)(void *ctx, bytes text); // NULL: all lines stay in `out`
    void *ctx;
    enum fork fork;  // for the instructions' names
    struct buf tail; // of the held step: from memSize to opName, as text
    struct held_step step;
    u64 top_gas;
};

// `write` is called with whole lines whenever some have come together, and by eip3155_flush.
void eip3155_init(struct eip3155 *t, enum fork fork, void (*write)(void *ctx, bytes text),
                  void *ctx);
void eip3155_fini(struct eip3155 *t);
void eip3155_flush(struct eip3155 *t);
struct inspector eip3155_inspector(struct eip3155 *t); // refers to *t
