// SPDX-License-Identifier: MIT
// Supervisor mode: delegated exceptions and interrupts, the views sstatus, sie and sip, sret.
#include "case.h"

#define SSIP (1 << 1)

    // Back to machine mode from anywhere: ecall from supervisor mode is not delegated here.
    .macro leave
    trap_to left\@
    ecall
    j fail
left\@:
    .endm

    begin
    la a0, supervisor_trapped
    csrw stvec, a0
    case 1 // which can be delegated
    li a0, -1
    csrw medeleg, a0
    csrr a0, medeleg
    expect a0, 0xb3ff
    li a0, -1
    csrw mideleg, a0
    csrr a0, mideleg
    expect a0, 0x222
    csrwi mideleg, 0
    li a0, (1 << CAUSE_ECALL_U) | (1 << CAUSE_BREAKPOINT)
    li a1, (1 << CAUSE_ILLEGAL) | (1 << CAUSE_LOAD_ACCESS)
    or a0, a0, a1
    csrw medeleg, a0

    case 2 // a delegated ecall of a user
    enter MODE_U, 1f
1:  la s6, 2f
at2:
    ecall
    j fail
2:  expect s8, CAUSE_ECALL_U
    expect s9, 0
    expect_address s10, at2
    csrr a0, sstatus
    andi a0, a0, MSTATUS_SPP
    expect a0, 0
    case 3 // a delegated fault of the supervisor itself
    li a0, MSTATUS_SIE
    csrs sstatus, a0
    li a1, 0x4000000000000000
    la s6, 3f
at3:
    lb a0, 0(a1)
    j fail
3:  expect s8, CAUSE_LOAD_ACCESS
    expect s9, 0x4000000000000000
    expect_address s10, at3
    csrr a0, sstatus
    andi a0, a0, MSTATUS_SPP | MSTATUS_SPIE | MSTATUS_SIE
    expect a0, MSTATUS_SPP | MSTATUS_SPIE
    la s6, 4f
    csrr a0, mscratch
    j fail
4:  expect s8, CAUSE_ILLEGAL
    case 4 // sret to user mode; then traps come back with SPP clear
    li a0, MSTATUS_SPP
    csrc sstatus, a0
    li a0, MSTATUS_SPIE
    csrs sstatus, a0
    la a0, 1f
    csrw sepc, a0
    sret
1:  la s6, 2f
    ebreak
    j fail
2:  expect s8, CAUSE_BREAKPOINT
    csrr a0, sstatus
    andi a0, a0, MSTATUS_SPP | MSTATUS_SPIE | MSTATUS_SIE
    expect a0, MSTATUS_SPIE // sret had enabled interrupts again
    case 5 // what is not delegated goes to machine mode
    leave
    expect s8, CAUSE_ECALL_S
    la s6, 0
    trap_to 2f
    ebreak // and nothing of machine mode is
    j fail
2:  expect s8, CAUSE_BREAKPOINT

    case 6 // sstatus is a view of mstatus
    li a0, MSTATUS_SUM | MSTATUS_MXR | MSTATUS_FS | MSTATUS_SPP | MSTATUS_SPIE | MSTATUS_SIE
    csrs sstatus, a0
    csrr a1, mstatus
    and a1, a1, a0
    expect a1, MSTATUS_SUM | MSTATUS_MXR | MSTATUS_FS | MSTATUS_SPP | MSTATUS_SPIE | MSTATUS_SIE
    csrr a1, sstatus
    expect a1, 0x80000002000c6122
    li a1, MSTATUS_MIE | MSTATUS_MPIE | MSTATUS_MPRV | MSTATUS_TVM
    csrc mstatus, a1
    csrs sstatus, a1
    csrr a2, mstatus
    and a2, a2, a1
    expect a2, 0
    li a0, MSTATUS_SUM | MSTATUS_MXR | MSTATUS_SPIE | MSTATUS_SIE
    csrc sstatus, a0
    case 7 // sie and sip show what is delegated
    li a0, 0xaaa
    csrw mie, a0
    csrr a1, sie
    expect a1, 0
    csrwi mideleg, SSIP
    csrr a1, sie
    expect a1, SSIP
    csrw sie, zero
    csrr a1, mie
    expect a1, 0xaa8
    csrwi sip, SSIP
    csrr a1, mip
    expect a1, SSIP
    csrwi sip, 0
    csrr a1, mip
    expect a1, 0
    li a1, 0x222
    csrw mip, a1
    csrw sip, zero
    csrr a1, mip
    expect a1, 0x220
    csrw mip, zero
    csrw mie, zero

    case 8 // a delegated interrupt waits for SIE in supervisor mode, for nothing in user mode
    csrwi mideleg, SSIP
    csrwi sie, SSIP
    csrwi sip, SSIP
    csrsi mstatus, MSTATUS_MIE // in machine mode it never comes
    nop
    csrci mstatus, MSTATUS_MIE
    enter MODE_S, 1f
1:  nop
    wfi
    la s6, 2f
    csrsi sstatus, MSTATUS_SIE
    j fail
2:  expect s8, 0x8000000000000001
    csrr a0, sstatus
    andi a0, a0, MSTATUS_SIE
    expect a0, 0
    leave
    la s6, 2f
    enter MODE_U, 1f
1:  j fail
2:  expect s8, 0x8000000000000001
    csrw sip, zero
    case 9 // vectored
    leave
    la a0, vectors + 1
    csrw stvec, a0
    csrwi sip, SSIP
    enter MODE_U, 1f
1:  j fail
vectored:
    csrr a0, scause
    expect a0, 0x8000000000000001
    csrw sip, zero
    leave
    end

    .balign 64
vectors:
    j fail
    j vectored
    j fail

supervisor_trapped:
    csrr s8, scause
    csrr s9, stval
    csrr s10, sepc
    beqz s6, fail
    mv t6, s6
    li s6, 0
    jr t6
