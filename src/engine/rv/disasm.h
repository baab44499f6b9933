// SPDX-License-Identifier: MIT
// The text of one instruction, from the rows of spec/rv64.def, in the form of GNU objdump:
// mnemonic, a tab, operands, and for direct jumps the address that they go to. Branch targets have
// no symbol names; the caller who has symbols puts them behind (rv_branch_target).
#pragma once

#include "lib/base/types.h"

#define RV_DISASM_MAX 80u // bytes that any text fits in, with its ending 0

enum rv_disasm_flag {
    RV_DISASM_NUMERIC = 1, // x10, f10 instead of a0, fa0
    RV_DISASM_ALIASES =
        2, // mv, ret, beqz ... where one says the same; else the mnemonic of the row
    RV_DISASM_ALL = 3,
};

// Writes the text of the instruction whose first 16 bits are the low half of `bits`, at address pc,
// and returns its length, which is that of the whole text also if `cap` cuts it. What is
// undecodable is written as data: ".2byte\t0x…" or ".4byte\t0x…".
usize rv_disasm(char *out, usize cap, u32 bits, u64 pc, u32 flags);

// Whether it is a direct jump or branch; *target is then where to.
bool rv_branch_target(u64 *target, u32 bits, u64 pc);
