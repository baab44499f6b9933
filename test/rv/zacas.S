// SPDX-License-Identifier: MIT
// Compare and swap: match and mismatch of each size, pairs with x0, order bits, what is reserved,
// alignment, and that a swap which does not happen still needs leave to write.
#include "case.h"

// The assembler does not know these: funct5 00101, aq and rl in bits 26 and 25.
    .macro amocas width, rd, rs2, rs1, order=0
    .insn r 0x2f, \width, 0x14 + \order, \rd, \rs1, \rs2
    .endm
#define W 2
#define D 3
#define Q 4

    .pushsection .data
    .balign 16
place:
    .dword 0, 0
    .popsection

    .macro fill low, high
    la a0, place
    li t0, \low
    sd t0, 0(a0)
    li t0, \high
    sd t0, 8(a0)
    .endm

    .macro memory_is low, high
    ld t0, 0(a0)
    expect t0, \low
    ld t0, 8(a0)
    expect t0, \high
    .endm

    .macro refused cause, value, insn:vararg
    trap_to 1f
at\@:
    \insn
    j fail
1:  expect s8, \cause
    expect_address s10, at\@
    expect s9, \value
    .endm

    begin
    case 1 // a word: only the low halves count, the result is sign-extended
    fill 0x1111111180000001, 2
    li a1, 0x7777777780000001
    li a2, 0x5555555544444444
    amocas W, a1, a2, a0
    expect a1, 0xffffffff80000001
    memory_is 0x1111111144444444, 2
    case 2 // it does not match
    li a1, 0x44444445
    amocas W, a1, zero, a0
    expect a1, 0x44444444
    memory_is 0x1111111144444444, 2
    case 3 // a doubleword
    fill 0x8000000000000000, 2
    li a1, 0x8000000000000000
    li a2, 3
    amocas D, a1, a2, a0
    expect a1, 0x8000000000000000
    memory_is 3, 2
    li a1, 0x100000003
    amocas D, a1, zero, a0
    expect a1, 3
    memory_is 3, 2
    case 4 // x0 expects zero and drops the result; the last register is no pair
    fill 0, 2
    li t6, 7
    amocas D, zero, t6, a0
    expect zero, 0
    li t6, 7
    li a1, 9
    amocas D, t6, a1, a0
    mv a2, t6
    expect a2, 7
    memory_is 9, 2
    case 5 // the place, what is expected and what is stored may be one register
    la a0, place
    sd a0, 0(a0)
    mv a1, a0
    amocas D, a1, a1, a1
    expect_address a1, place
    case 6 // a pair
    fill 5, 6
    li a2, 5
    li a3, 6
    li a4, 0x123456789abcdef0
    li a5, -8
    amocas Q, a2, a4, a0
    expect a2, 5
    expect a3, 6
    memory_is 0x123456789abcdef0, -8
    case 7 // one half differs: either
    li a2, 0x123456789abcdef0
    li a3, -7
    amocas Q, a2, zero, a0
    expect a2, 0x123456789abcdef0
    expect a3, -8
    li a2, 1
    amocas Q, a2, zero, a0
    expect a2, 0x123456789abcdef0
    expect a3, -8
    memory_is 0x123456789abcdef0, -8
    case 8 // the pair of x0 is zero, whatever x1 is
    li ra, 1
    li a2, 0x123456789abcdef0
    li a3, -8
    amocas Q, a2, zero, a0
    memory_is 0, 0
    li a4, 10
    li a5, 11
    amocas Q, zero, a4, a0
    memory_is 10, 11
    expect ra, 1
    case 9 // order bits change nothing
    fill 1, 2
    li a1, 1
    li a2, 2
    amocas W, a1, a2, a0, 1
    li a1, 2
    li a2, 3
    amocas D, a1, a2, a0, 2
    li a2, 3
    li a3, 2
    li a4, 4
    li a5, 5
    amocas Q, a2, a4, a0, 3
    memory_is 4, 5
    case 10 // reserved: odd pairs, other widths
    refused CAUSE_ILLEGAL, 0x28e540af, .word 0x28e540af // amocas.q ra, a4, (a0)
    refused CAUSE_ILLEGAL, 0x2815402f, .word 0x2815402f // amocas.q zero, ra, (a0)
    refused CAUSE_ILLEGAL, 0x28b5562f, .word 0x28b5562f
    refused CAUSE_ILLEGAL, 0x28b5762f, .word 0x28b5762f
    case 11 // alignment is natural
    la a0, place
    addi a1, a0, 2
    trap_to 1f
    amocas W, zero, zero, a1
    j fail
1:  expect s8, CAUSE_STORE_MISALIGNED
    addi a1, a0, 4
    trap_to 1f
    amocas D, zero, zero, a1
    j fail
1:  expect s8, CAUSE_STORE_MISALIGNED
    addi a1, a0, 8
    trap_to 1f
    amocas Q, zero, zero, a1
    j fail
1:  expect s8, CAUSE_STORE_MISALIGNED
    sub s9, s9, a0
    expect s9, 8
    case 12 // nothing there to write
    li a0, 0x4000000000000000
    refused CAUSE_STORE_ACCESS, 0x4000000000000000, amocas D, a1, a1, a0
    case 13 // a swap that does not happen needs leave to write all the same
    la a0, place
    srli a1, a0, 2
    ori a1, a1, 1
    csrw pmpaddr0, a1 // these 16 bytes: reading
    li a1, -1
    csrw pmpaddr1, a1 // the rest: all
    li a1, 0x1f19
    csrw pmpcfg0, a1
    enter MODE_U, 1f
1:  ld a1, 0(a0)
    addi a2, a1, 1
    trap_to 2f
at13:
    amocas D, a2, a1, a0
    j fail
2:  expect s8, CAUSE_STORE_ACCESS
    expect_address s9, place
    expect_address s10, at13
    addi a1, a1, 1
    bne a1, a2, fail // and leaves the register alone
    end
