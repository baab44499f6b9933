// SPDX-License-Identifier: MIT
// Start-up code as run-time packages for bare RISC-V bring it: interrupts off, a trap vector, a
// look at the hart's number, the stack pointer, bss zeroed word by word, then the program. The trap
// handler and the loop for other harts are never reached. The words between them are data among
// code.
    .option norelax
    .section .text.start, "ax"
    .globl _start
_start:
    csrw mie, zero
    csrw mip, zero
    li x1, 0
    li x2, 0
    li x3, 0
    li x4, 0
    lla t0, trap
    csrw mtvec, t0
    csrr t2, mhartid
    bnez t2, other_hart
    lla sp, __stack_end
    lla t0, __bss_start
    lla t2, __bss_end
1:  bgeu t0, t2, 2f
    sd zero, 0(t0)
    addi t0, t0, 8
    j 1b
2:  li a0, 0x80000000
    call contract
    j other_hart

    .balign 4
    .globl code_table
code_table: // no instructions: all of it undecodable or worse
    .word 0x00000000, 0xFFFFFFFF, 0x0000006F, 0x73737373
    .ascii "data among code\0"

other_hart:
    wfi
    j other_hart

    .balign 4
trap:
    addi sp, sp, -16
    sd ra, 0(sp)
    csrr ra, mepc
    csrw mepc, ra
    ld ra, 0(sp)
    addi sp, sp, 16
    mret
