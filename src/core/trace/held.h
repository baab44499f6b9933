// SPDX-License-Identifier: MIT
// What an EVM instruction cost is known when the next thing happens in its frame; until then its
// line is held back. This is the arithmetic of it, for tracers that write a line a step: each event
// says whether the held line is due, and with what cost.
//
// The cost of CALL and its kin contains the gas forwarded, that of CREATE and CREATE2 does not;
// RETURN and REVERT cost what the memory grows. An instruction that halts shows its static price,
// to which a RETURN or REVERT adds its memory.
#pragma once

#include "core/vm/inspect.h"
#include "lib/base/fork.h"

struct held_step {
    bool held;
    bool charged; // a creation whose frame has not begun: gas_after is known
    u8 op;
    u32 pc, depth;
    u64 gas, gas_after;
    u64 end_cost; // of RETURN and REVERT: memory
    u32 stack_height;
};

struct held_due {
    bool due;
    u64 cost;
    bool halted; // by this instruction
};

// Each returns what is due and, if it is, has let go of the step. held_next: of the step before,
// whose place the new one takes.
struct held_due held_next(struct held_step *h, const struct inspect_step *s);
struct held_due held_enter(struct held_step *h, const struct inspect_frame *f);
struct held_due held_charged(struct held_step *h, u32 depth, u64 gas_left);
struct held_due held_leave(struct held_step *h, const struct inspect_end *e, enum fork fork);
