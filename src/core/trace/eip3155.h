// SPDX-License-Identifier: MIT
// Tracer of EVM steps: a JSON object a line as EIP-3155 describes, in the form that go-ethereum's
// `evm run --json` prints, then one line for the top frame. RISC-V frames have no lines; what EVM
// code does inside a call of theirs has. What an instruction cost is known when the next thing
// happens in its frame, so one line is held back until then. Halts have the names of the ABI in the
// member `error`.
//
// gasCost of CALL and its kin contains the gas forwarded, that of CREATE and CREATE2 does not;
// RETURN and REVERT cost what the memory grows. An instruction that halts shows its static price,
// to which a RETURN or REVERT adds its memory.
#pragma once

#include "core/vm/inspect.h"
#include "lib/base/buf.h"
#include "lib/base/fork.h"

struct eip3155 {
    struct buf out;                       // lines not written yet
    void (*write)(void *ctx, bytes text); // NULL: all lines stay in `out`
    void *ctx;
    enum fork fork; // for the instructions' names
    struct {
        struct buf tail; // from memSize to opName, as text
        bool held;
        bool charged; // a creation whose frame has not begun: gas_after is known
        u8 op;
        u32 pc, depth;
        u64 gas, gas_after;
        u64 end_cost; // of RETURN and REVERT: memory
        u32 stack_height;
    } step;
    u64 top_gas;
};

// `write` is called with whole lines whenever some have come together, and by eip3155_flush.
void eip3155_init(struct eip3155 *t, enum fork fork, void (*write)(void *ctx, bytes text),
                  void *ctx);
void eip3155_fini(struct eip3155 *t);
void eip3155_flush(struct eip3155 *t);
struct inspector eip3155_inspector(struct eip3155 *t); // refers to *t
