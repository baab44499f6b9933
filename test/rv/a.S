// SPDX-License-Identifier: MIT
// The A extension: atomic operations from test/rv/vectors.c, load-reserved and store-conditional
// here.
#include "case.h"

    begin
#include "a.inc"

    .macro pair width, set
    la a0, cell
    li a1, 0x8765432189abcdef
    sd a1, 0(a0)
    sd a1, 8(a0)
    // sc without a reservation fails and stores nothing.
    case \set + 1
    li a2, 7
    sc.\width a3, a2, (a0)
    expect a3, 1
    ld a4, 0(a0)
    bne a4, a1, fail_\set
    // with one it succeeds, once.
    case \set + 2
    lr.\width a3, (a0)
    l\width a4, 0(a0)
    bne a3, a4, fail_\set
    sc.\width a3, a2, (a0)
    expect a3, 0
    l\width a4, 0(a0)
    expect a4, 7
    case \set + 3
    sc.\width a3, a2, (a0)
    expect a3, 1
    // at another address it fails and takes the reservation away.
    case \set + 4
    lr.\width\().aqrl a3, (a0)
    addi a5, a0, 8
    sc.\width\().rl a3, a2, (a5)
    expect a3, 1
    sc.\width\().aqrl a3, a2, (a0)
    expect a3, 1
    ld a4, 8(a0)
    bne a4, a1, fail_\set
    // rd = rs1, rd = rs2.
    case \set + 5
    mv a5, a0
    lr.\width a5, (a5)
    expect a5, 7
    li a2, 9
    sc.\width a2, a2, (a0)
    expect a2, 0
    l\width a4, 0(a0)
    expect a4, 9
    // the usual loop
    case \set + 6
    li a6, 1000
    sd zero, 0(a0)
1:  lr.\width\().aq a3, (a0)
    add a3, a3, a6
    sc.\width\().rl a4, a3, (a0)
    bnez a4, 1b
    addi a6, a6, -1
    bnez a6, 1b
    l\width a4, 0(a0)
    expect a4, 500500
    j 2f
fail_\set:
    j fail
2:
    .endm

    .pushsection .data
    .dword 0 // behind cell
    .popsection
    pair w, 10
    pair d, 20
#ifndef USER
    case 30 // a reservation of a word is none for a doubleword (a choice that the manual leaves)
    la a0, cell
    lr.w a1, (a0)
    sc.d a1, a0, (a0)
    expect a1, 1
    // misaligned ones trap
    case 31
    addi a0, a0, 4
    trap_to 1f
bad31:
    lr.d a1, (a0)
    j fail
1:  addi a2, a0, 0
    expect s8, CAUSE_LOAD_MISALIGNED
    expect_address s10, bad31
    bne s9, a2, bad
    case 32
    addi a0, a0, -2
    trap_to 1f
    sc.w a1, a0, (a0)
    j fail
1:  expect s8, CAUSE_STORE_MISALIGNED
    case 33
    trap_to 1f
    amoadd.w a1, a0, (a0)
    j fail
1:  expect s8, CAUSE_STORE_MISALIGNED
    bne s9, a0, bad
    end
bad:
    j fail
#endif
    end
