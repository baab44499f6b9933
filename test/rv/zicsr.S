// SPDX-License-Identifier: MIT
// The Zicsr extension: the six instructions and when they read and write, on mscratch; read-only
// and absent CSRs.
#include "case.h"

    begin
    case 1
    csrwi mscratch, 3
    csrr a0, mscratch
    expect a0, 3
    csrrci a0, mscratch, 1
    expect a0, 3
    csrrsi a0, mscratch, 4
    expect a0, 2
    csrrwi a0, mscratch, 31
    expect a0, 6
    li a1, 0x8000000000000001
    csrrw a0, mscratch, a1
    expect a0, 31
    li a1, 0x10
    csrrs a0, mscratch, a1
    expect a0, 0x8000000000000001
    li a1, 1
    csrrc a0, mscratch, a1
    expect a0, 0x8000000000000011
    csrr a0, mscratch
    expect a0, 0x8000000000000010
    case 2 // rd = rs1 swaps
    li a0, 77
    csrrw a0, mscratch, a0
    expect a0, 0x8000000000000010
    csrrs a0, mscratch, zero
    expect a0, 77
    li a0, 2
    csrrc a0, mscratch, a0
    expect a0, 77
    csrr a0, mscratch
    expect a0, 77
    li a0, 4
    csrrc a0, mscratch, a0
    csrr a0, mscratch
    expect a0, 73
    case 3 // without a destination
    li a0, 9
    csrrw x0, mscratch, a0
    csrrs x0, mscratch, a0
    csrr a0, mscratch
    expect a0, 9
    expect x0, 0
    case 4 // reading forms write nothing: allowed for read-only CSRs
    csrrs a0, mhartid, x0
    expect a0, 0
    csrrc a0, mvendorid, x0
    csrrsi a0, marchid, 0
    csrrci a0, mimpid, 0
    case 5 // writing forms are not, also of a register that holds 0
    li a1, 0
    trap_to 1f
bad5:
    csrrs a0, mhartid, a1
    j fail
1:  expect s8, CAUSE_ILLEGAL
    expect_address s10, bad5
    lw a0, bad5
    slli a1, s9, 32
    srai a1, a1, 32
    beq a0, a1, 1f // mtval is the instruction
    j fail
1:  srli a1, s9, 32
    expect a1, 0
    trap_to 1f
    csrrw x0, cycle, x0
    j fail
1:  expect s8, CAUSE_ILLEGAL
    trap_to 1f
    csrrwi x0, mhartid, 0
    j fail
1:  expect s8, CAUSE_ILLEGAL
    trap_to 1f
    csrrsi a0, mhartid, 1
    j fail
1:  expect s8, CAUSE_ILLEGAL
    case 6 // there is no such CSR
    li a0, 5
    trap_to 1f
    csrr a0, 0x800
    j fail
1:  expect s8, CAUSE_ILLEGAL
    expect a0, 5
    trap_to 1f
    csrw 0x7b0, a0 // dcsr: only debuggers
    j fail
1:  expect s8, CAUSE_ILLEGAL
    case 7 // misa: RV64 with ABCDFIMSU, fixed
    csrr a0, misa
    srli a1, a0, 62
    expect a1, 2
    slli a0, a0, 2
    srli a0, a0, 2
    expect a0, 0x14112f
    csrw misa, zero
    csrr a0, misa
    bltz a0, 1f
    j fail
1:
    case 8 // fields that take no other value
    csrw mtvec, zero
    li a0, -1
    csrw mepc, a0
    csrr a1, mepc
    expect a1, -2
    csrr a2, mtvec
    csrw mtvec, a0
    csrr a1, mtvec
    la t0, trapped
    csrw mtvec, t0
    expect a1, -3 // two bits of mode, of which one is kept
    csrr a1, mstatus
    srli a1, a1, 32
    andi a1, a1, 15
    expect a1, 10 // SXL and UXL are 2
    case 9 // MPP takes U, S, M and nothing else
    li a0, MSTATUS_MPP
    li a1, 2 << 11
    csrc mstatus, a0
    csrs mstatus, a1
    csrr a2, mstatus
    and a2, a2, a0
    expect a2, 0
    li a1, 1 << 11
    csrs mstatus, a1
    csrr a2, mstatus
    and a2, a2, a0
    expect a2, 1 << 11
    case 10 // triggers: there are none
    li a0, -1
    csrw tselect, a0
    csrr a1, tselect
    expect a1, 0
    csrr a1, tdata1
    expect a1, 0
    end
