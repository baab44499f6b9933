// SPDX-License-Identifier: MIT
// How a frame failed, in the words that go-ethereum's tracers use and others compare with
// (core/vm/errors.go there). Reasons that only RISC-V frames have keep the names of the ABI.
#pragma once

#include "core/vm/inspect.h"
#include "lib/base/buf.h"
#include "lib/base/fork.h"

struct trace_failure {
    u32 status; // 1 to 3, as in struct inspect_end
    enum halt halt;
    bool at_deposit, is_create;
    enum inspect_kind kind;
    u32 depth;
    address code;
    bytes input;   // of a precompile
    bool has_last; // the frame's last EVM instruction is known
    u8 last_op;
    u32 last_height; // of the stack before it
    u64 last_gas;
};

// Whether the words depend on the last instruction.
bool failure_needs_last(const struct trace_failure *f);
void put_failure(struct buf *b, const struct trace_failure *f, enum fork fork);
// What a contract said by reverting, if it is Error(string) or Panic(uint256): appended as raw
// bytes; else false and nothing.
bool put_revert_reason(struct buf *b, bytes output);
// What the code of a Panic(uint256) means.
void put_panic(struct buf *b, u256 code);
