// SPDX-License-Identifier: MIT
// The Zifencei extension: instructions that were just stored are executed after fence.i.
#include "case.h"

    begin
    la a0, patch
    la a2, source
    li a3, 0
    li a4, 2
again:
    fence.i
patch:
    addi a3, a3, 1
    lw a1, 0(a2)
    sw a1, 0(a0)
    .insn 0xfff5100f // fence.i with its unused fields set
    addi a4, a4, -1
    bnez a4, again
    case 1
    expect a3, 101
    case 2 // code made anew in data
    la a0, room
    li a1, 0x02a00513 // li a0, 42
    sw a1, 0(a0)
    li a1, 0x00008067 // ret
    sw a1, 4(a0)
    fence.i
    jalr a0
    expect a0, 42
    end
source:
    addi a3, a3, 100

    .pushsection .data
    .balign 8
room:
    .zero 8
    .popsection
