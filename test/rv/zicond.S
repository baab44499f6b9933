// SPDX-License-Identifier: MIT
// The Zicond extension. The assembler in use does not know it yet. Tables and loops come from
// test/rv/vectors.c.
#include "case.h"

    .macro czero.eqz rd, rs1, rs2
    .insn r 0x33, 5, 7, \rd, \rs1, \rs2
    .endm
    .macro czero.nez rd, rs1, rs2
    .insn r 0x33, 7, 7, \rd, \rs1, \rs2
    .endm

    begin
#include "zicond.inc"
    end
