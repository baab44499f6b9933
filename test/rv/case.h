// SPDX-License-Identifier: MIT
// Frame of the instruction tests. A program begins with `begin`, runs its cases with the number of
// the present one in s11, and ends with `end`, which reports success; `j fail` reports the case in
// s11. It starts in machine mode with floating point on. Compiled with -DUSER a program of plain
// instructions runs in user mode instead and reports by its exit status, so that another emulator
// can confirm the expected values.
//
// Traps: `trap_to LABEL` names the place to go on, in machine mode, after a trap; cause, value and
// place are then in s8, s9 and s10. A trap that nobody expects fails the test.

.option norvc // compressed forms are written out where they are meant
    .option arch, +zba, +zbb, +zbc, +zbs

#define CAUSE_FETCH_ACCESS 1
#define CAUSE_ILLEGAL 2
#define CAUSE_BREAKPOINT 3
#define CAUSE_LOAD_MISALIGNED 4
#define CAUSE_LOAD_ACCESS 5
#define CAUSE_STORE_MISALIGNED 6
#define CAUSE_STORE_ACCESS 7
#define CAUSE_ECALL_U 8
#define CAUSE_ECALL_S 9
#define CAUSE_ECALL_M 11
#define CAUSE_FETCH_PAGE 12
#define CAUSE_LOAD_PAGE 13
#define CAUSE_STORE_PAGE 15

#define MODE_U 0
#define MODE_S 1
#define MODE_M 3

#define MSTATUS_SIE (1 << 1)
#define MSTATUS_MIE (1 << 3)
#define MSTATUS_SPIE (1 << 5)
#define MSTATUS_MPIE (1 << 7)
#define MSTATUS_SPP (1 << 8)
#define MSTATUS_MPP (3 << 11)
#define MSTATUS_FS (3 << 13)
#define MSTATUS_MPRV (1 << 17)
#define MSTATUS_SUM (1 << 18)
#define MSTATUS_MXR (1 << 19)
#define MSTATUS_TVM (1 << 20)
#define MSTATUS_TW (1 << 21)
#define MSTATUS_TSR (1 << 22)

    .macro begin
    .section .text.start, "ax"
    .globl _start
_start:
    li s7, 0
    li s11, 0
#ifndef USER
    la t0, trapped
    csrw mtvec, t0
    li t0, MSTATUS_FS
    csrs mstatus, t0
#endif
    csrw fcsr, zero
    j main

#ifndef USER
    .balign 4
trapped:
    csrr s8, mcause
    csrr s9, mtval
    csrr s10, mepc
    beqz s7, fail
    mv t6, s7
    li s7, 0
    jr t6
#endif

    .globl fail
fail:
#ifdef USER
    li t0, 1000
    remu a0, s11, t0
    divu a1, s11, t0
    li a7, 93
    ecall
#else
    slli t0, s11, 1
    ori t0, t0, 1
    la t1, tohost
    sd t0, 0(t1)
#endif
    j fail

passed:
#ifdef USER
    li a0, 0
    li a7, 93
    ecall
#else
    la t1, tohost
    li t0, 1
    sd t0, 0(t1)
#endif
    j passed

    .pushsection .tohost, "aw"
    .balign 64
    .globl tohost, fromhost
tohost: // sized, and with its counterpart, as other emulators want it
    .dword 0
    .size tohost, 8
    .balign 64
fromhost:
    .dword 0
    .size fromhost, 8
    .popsection
    .pushsection .data
    .balign 64
cell: // eight bytes for atomics and stores
    .dword 0
    .popsection

    .text
main:
    .endm

    .macro end
    j passed
    .endm

    .macro case number
    li s11, \number
    .endm

    .macro expect register, value
    li t6, \value
    beq \register, t6, expect\@
    j fail
expect\@:
    .endm

    .macro expect_address register, label
    la t6, \label
    beq \register, t6, expect\@
    j fail
expect\@:
    .endm

    .macro trap_to label
    la s7, \label
    .endm

    .macro expect_trap cause, value, at
    expect s8, \cause
    expect_address s10, \at
    expect s9, \value
    .endm

    // Goes on at the label in a lower mode, with the rest of mstatus as it is.
    .macro enter mode, label
    li t0, MSTATUS_MPP
    csrc mstatus, t0
    li t0, \mode << 11
    csrs mstatus, t0
    la t0, \label
    csrw mepc, t0
    mret
    .endm
