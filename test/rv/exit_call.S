// SPDX-License-Identifier: MIT
// A program without tohost and trap vector: it reports by ecall with a7 = 93 and its result in a0,
// from user mode.
    .section .text.start, "ax"
    .globl _start
_start:
    csrr t0, mtvec
    bnez t0, 2f
    la t0, 1f
    csrw mepc, t0
    li t0, 3 << 11
    csrc mstatus, t0
    mret
1:  li a0, 0
    li a7, 93
    ecall
2:  li a0, 1
    li a7, 93
    ecall
