// SPDX-License-Identifier: MIT
// Calls services with arguments from the calldata and returns what they did to registers and
// memory: the tool for tests of the services' door. Calldata, all numbers u64 little-endian:
//     count (at most 16) | n | count times: t0, a0, a1, a2, a3, a4, a5, a6, a7 | payload
// Output: count times the registers x0 to x31 after the service (256 bytes, little-endian), then
// the first n bytes of the buffer. Before each service every register but x0, t0 and a0 to a7 holds
// 0x0101…01 times its number; sp (x2) stands at 0x80300000. Places that arguments may point to: the
// payload, at 0x80000018 + 72 * count, read only; the buffer, 16 KiB of zeros at 0x80302000,
// writable. Services that end the frame give their own output.
#include "hybrid_abi.h"

    .option norelax // gp is among the registers that are set below
    .bss
    .balign 4096
dumps: // at 0x80301000: the first address of the data segment, as code and constants fit one page
    .space 4096
buffer:
    .space 16384
cursor: // the next record, and the next place for registers, while a service runs
    .space 8
place:
    .space 8
left:
    .space 8

    .text
    .globl contract_main
contract_main:
    li t0, HYBRID_CALLDATA
    ld t1, 8(t0)
    li t2, 16
    bgtu t1, t2, too_many
    addi t0, t0, 24
    lla t3, cursor
    lla t2, dumps
    sd t0, 0(t3)
    sd t2, 8(t3)
    sd t1, 16(t3)
next:
    lla t3, cursor
    ld t1, 16(t3)
    beqz t1, finish
    addi t1, t1, -1
    sd t1, 16(t3)
    ld t1, 0(t3)
    addi t2, t1, 72
    sd t2, 0(t3)
    ld t0, 0(t1)
    ld a0, 8(t1)
    ld a1, 16(t1)
    ld a2, 24(t1)
    ld a3, 32(t1)
    ld a4, 40(t1)
    ld a5, 48(t1)
    ld a6, 56(t1)
    ld a7, 64(t1)
    .macro known number
    li x\number, 0x0101010101010101 * \number
    .endm
    .irp number, 1, 3, 4, 6, 7, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    known \number
    .endr
    ecall
    // Two registers are needed to find the place: they go to the stack first.
    sd x6, -8(sp)
    sd x7, -16(sp)
    lla x6, cursor
    ld x7, 8(x6)
    .irp number, 0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19
    sd x\number, 8 * \number(x7)
    .endr
    .irp number, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    sd x\number, 8 * \number(x7)
    .endr
    ld x8, -8(sp)
    sd x8, 48(x7)
    ld x8, -16(sp)
    sd x8, 56(x7)
    addi x7, x7, 256
    sd x7, 8(x6)
    j next

finish: // the dumps are moved to end where the buffer begins
    lla t0, cursor
    ld t1, 8(t0)
    lla a0, buffer
    lla t2, dumps
    mv t3, a0
1:  beq t1, t2, 2f
    addi t1, t1, -8
    addi a0, a0, -8
    ld t4, 0(t1)
    sd t4, 0(a0)
    j 1b
2:  sub a1, t3, a0
    li t0, HYBRID_CALLDATA
    ld t1, 16(t0)
    add a1, a1, t1
    li t0, HYBRID_SERVICE_RETURN
    ecall
too_many:
    li a1, 0
    li t0, HYBRID_SERVICE_REVERT
    ecall
