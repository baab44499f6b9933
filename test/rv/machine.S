// SPDX-License-Identifier: MIT
// Machine mode: exceptions with their causes and values, mstatus through trap and return, lower
// modes, software interrupts direct and vectored, counters.
#include "case.h"

#define MIP_SSIP (1 << 1)
#define MIP_STIP (1 << 5)
#define MIP_SEIP (1 << 9)

    .macro mstatus_is mask, value
    csrr t0, mstatus
    li t1, \mask
    and t0, t0, t1
    expect t0, \value
    .endm

    begin
    case 1 // ecall and ebreak
    trap_to 1f
at1:
    ecall
    j fail
1:  expect_trap CAUSE_ECALL_M, 0, at1
    trap_to 1f
at1b:
    ebreak
    j fail
1:  expect s8, CAUSE_BREAKPOINT
    expect_address s9, at1b
    expect_address s10, at1b
    case 2 // undecodable words; the value is the instruction
    trap_to 1f
at2:
    .word 0xffffffff
    j fail
1:  expect_trap CAUSE_ILLEGAL, 0xffffffff, at2
    trap_to 1f
    .insn 0x0000007b // a custom opcode
    j fail
1:  expect s8, CAUSE_ILLEGAL
    expect s9, 0x7b
    case 3 // a jump to nowhere happens, its fetch does not
    li a0, 0x4000000000000000
    li ra, 0
    trap_to 1f
    jalr ra, 2(a0)
link3:
    j fail
1:  expect s8, CAUSE_FETCH_ACCESS
    expect s9, 0x4000000000000002
    expect s10, 0x4000000000000002
    expect_address ra, link3
    case 4 // what a trap does to mstatus, and what mret does
    csrci mstatus, MSTATUS_MIE
    trap_to 1f
    ecall
    j fail
1:  mstatus_is MSTATUS_MPP | MSTATUS_MPIE | MSTATUS_MIE, MSTATUS_MPP
    li a0, MSTATUS_MPIE
    csrs mstatus, a0
    la a0, 1f
    csrw mepc, a0
    mret
    j fail
1:  mstatus_is MSTATUS_MPP | MSTATUS_MPIE | MSTATUS_MIE, MSTATUS_MPIE | MSTATUS_MIE
    trap_to 1f
    ecall
    j fail
1:  mstatus_is MSTATUS_MPP | MSTATUS_MPIE | MSTATUS_MIE, MSTATUS_MPP | MSTATUS_MPIE
    case 5 // to user mode and back
    enter MODE_U, 1f
1:  trap_to 2f
at5:
    ecall
    j fail
2:  expect_trap CAUSE_ECALL_U, 0, at5
    mstatus_is MSTATUS_MPP, 0
    enter MODE_S, 1f
1:  trap_to 2f
    ecall
    j fail
2:  expect s8, CAUSE_ECALL_S
    mstatus_is MSTATUS_MPP, MODE_S << 11
    case 6 // user mode may not
    .macro refused mode, insn:vararg
    enter \mode, 1f
1:  trap_to 2f
    \insn
    j fail
2:  expect s8, CAUSE_ILLEGAL
    .endm
    refused MODE_U, mret
    refused MODE_U, sret
    refused MODE_U, sfence.vma
    refused MODE_U, csrr a0, mstatus
    refused MODE_U, csrr a0, sstatus
    refused MODE_U, csrw sscratch, a0
    refused MODE_S, mret
    refused MODE_S, csrr a0, mscratch
    refused MODE_S, csrr a0, mhartid
    case 7 // traps of the supervisor's instructions
    li a0, MSTATUS_TVM | MSTATUS_TW | MSTATUS_TSR
    csrs mstatus, a0
    refused MODE_S, csrr a0, satp
    refused MODE_S, sfence.vma
    refused MODE_S, wfi
    refused MODE_S, sret
    sfence.vma // but not in machine mode
    csrr a0, satp
    wfi
    li a0, MSTATUS_TVM | MSTATUS_TW | MSTATUS_TSR
    csrc mstatus, a0
    enter MODE_S, 1f
1:  csrr a0, satp
    sfence.vma a0, a1
    wfi
    la a0, 1f
    csrw sepc, a0
    li a0, MSTATUS_SPP
    csrs sstatus, a0
    sret
    j fail
1:  csrr a0, sstatus // still a supervisor
    andi a0, a0, MSTATUS_SPP
    expect a0, 0
    trap_to 1f
    ecall
1:  expect s8, CAUSE_ECALL_S
    case 8 // MPRV lends a mode to loads and stores, and mret to a lower mode ends it
    li a0, MSTATUS_MPRV | MSTATUS_MPP
    csrs mstatus, a0
    la a0, cell
    ld a1, 0(a0)
    enter MODE_U, 1f
1:  trap_to 2f
    ecall
2:  mstatus_is MSTATUS_MPRV, 0
    case 9 // a software interrupt
    csrwi mideleg, 0
    csrwi mie, MIP_SSIP
    csrwi mip, MIP_SSIP
    csrr a0, mip
    expect a0, MIP_SSIP
    wfi
    trap_to 1f
at9:
    csrsi mstatus, MSTATUS_MIE
after9:
    j fail
1:  expect s8, 0x8000000000000001
    expect s9, 0
    expect_address s10, after9
    mstatus_is MSTATUS_MIE | MSTATUS_MPIE, MSTATUS_MPIE
    case 10 // enabled for lower modes whatever mstatus says
    csrci mstatus, MSTATUS_MIE
    li a0, MSTATUS_MPIE
    csrc mstatus, a0
    trap_to 2f
    enter MODE_U, 1f
1:  j fail
2:  expect s8, 0x8000000000000001
    case 11 // the external one first, then software, then timer
    li a0, MIP_SSIP | MIP_STIP | MIP_SEIP
    csrw mie, a0
    csrw mip, a0
    trap_to 1f
    csrsi mstatus, MSTATUS_MIE
    j fail
1:  expect s8, 0x8000000000000009
    li a0, MIP_SEIP
    csrc mip, a0
    trap_to 1f
    csrsi mstatus, MSTATUS_MIE
    j fail
1:  expect s8, 0x8000000000000001
    csrci mip, MIP_SSIP
    trap_to 1f
    csrsi mstatus, MSTATUS_MIE
    j fail
1:  expect s8, 0x8000000000000005
    csrw mip, zero
    csrsi mstatus, MSTATUS_MIE
    nop
    csrci mstatus, MSTATUS_MIE
    case 12 // vectored: interrupts to their place, exceptions to the base
    la a0, vectors + 1
    csrw mtvec, a0
    csrwi mip, MIP_SSIP
    csrsi mstatus, MSTATUS_MIE
    j fail
vectored:
    csrw mip, zero
    csrci mstatus, MSTATUS_MIE
    trap_to 1f
    ecall
    j fail
1:  expect s8, CAUSE_ECALL_M
    la a0, trapped
    csrw mtvec, a0
    case 13 // machine interrupts cannot be written, supervisor's cannot all be cleared by sip
    li a0, -1
    csrw mip, a0
    csrr a1, mip
    expect a1, MIP_SSIP | MIP_STIP | MIP_SEIP
    csrw mip, zero
    csrw mie, a0
    csrr a1, mie
    expect a1, 0xaaa
    csrw mie, zero

    case 20 // counters: a write is what the next instruction reads
    csrwi minstret, 0
    csrr a0, minstret
    csrr a1, minstret
    expect a0, 0
    expect a1, 1
    csrwi mcycle, 5
    nop
    csrr a0, mcycle
    expect a0, 6
    li a0, -1
    csrw minstret, a0
    nop
    csrr a0, minstret
    expect a0, 0
    rdinstret a0
    rdinstret a1
    sub a1, a1, a0
    expect a1, 1
    rdcycle a0
    rdtime a1
    case 21 // inhibited ones stand still
    csrwi mcountinhibit, 4
    csrr a0, minstret
    nop
    csrr a1, minstret
    sub a1, a1, a0
    expect a1, 0
    csrwi mcountinhibit, 0
    case 22 // lower modes need leave
    csrwi mcounteren, 0
    csrwi scounteren, 7
    refused MODE_S, rdcycle a0
    refused MODE_U, rdinstret a0
    csrwi mcounteren, 7
    csrwi scounteren, 2
    enter MODE_S, 1f
1:  rdcycle a0
    rdinstret a0
    rdtime a0
    trap_to 2f
    ecall
2:  expect s8, CAUSE_ECALL_S
    enter MODE_U, 1f
1:  rdtime a0
    trap_to 2f
    rdcycle a0
    j fail
2:  expect s8, CAUSE_ILLEGAL
    csrr a0, mhpmcounter3
    csrr a0, mhpmevent31
    expect a0, 0
    end

    .balign 64
vectors:
    j trapped
    j vectored
    j fail
