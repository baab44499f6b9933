// SPDX-License-Identifier: MIT
// The integer instructions of RV64I between registers, and with immediates; lui and auipc. Tables
// and loops come from test/rv/vectors.c.
#include "case.h"

    begin
#include "alu.inc"

// ---- lui, auipc: what they put where ----
    case 1
    lui a0, 0
    expect a0, 0
    case 2
    lui a0, 0x7ffff
    expect a0, 0x7ffff000
    case 3
    lui a0, 0x80000
    expect a0, 0xffffffff80000000
    case 4
    lui a0, 0xfffff
    expect a0, 0xfffffffffffff000
    case 5
here5:
    auipc a0, 0
    expect_address a0, here5
    case 6
here6:
    auipc a0, 0x12345
    la a1, here6
    sub a0, a0, a1
    expect a0, 0x12345000
    case 7
here7:
    auipc a0, 0x80000 // minus 2 GiB
    la a1, here7
    sub a0, a0, a1
    expect a0, 0xffffffff80000000
    case 8
    lui x0, 0x12345
    expect x0, 0
    case 9 // hints and fences do nothing
    fence
    fence rw, w
    fence.tso
    .insn 0x0100000f // pause
    .insn 0x00100013 // addi x0, x0, 1
    expect x0, 0
    end
