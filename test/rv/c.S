// SPDX-License-Identifier: MIT
// The C extension: every form with its least and greatest operands, and the encodings that are
// reserved.
#include "case.h"

    .pushsection .data
    .balign 16
data:
    .dword 0xfedcba9876543210, 0x0123456789abcdef
    .zero 1024
    .popsection

    .macro c_expect register, value
    .option norvc
    expect \register, \value
    .option rvc
    .endm

    .macro reserved number, bits
    case \number
    trap_to reserved_end\@
    .2byte \bits
reserved_at\@:
    j fail
reserved_end\@:
    expect s8, CAUSE_ILLEGAL
    expect s9, \bits
    expect_address s10, reserved_at\@ - 2
    .endm

    begin
    .option rvc
    case 1
    li sp, 0x12340
    c.addi4spn a0, sp, 4
    c_expect a0, 0x12344
    c.addi4spn s1, sp, 1020
    c_expect s1, 0x1273c
    case 2
    c.addi16sp sp, 496
    c_expect sp, 0x12530
    c.addi16sp sp, -512
    c_expect sp, 0x12330
    case 3
    li a0, 1
    c.addi a0, -32
    c_expect a0, -31
    c.addi a0, 31
    c_expect a0, 0
    c.nop
    .2byte 0x0005 // c.nop with an immediate: a hint
    .2byte 0x0081 // c.addi x1, 0: a hint
    case 4
    li t3, 0x7fffffff
    c.addiw t3, 1
    c_expect t3, 0xffffffff80000000
    c.addiw t3, -32
    c_expect t3, 0x7fffffe0
    li t3, 0x1234567890
    c.addiw t3, 0 // sext.w
    c_expect t3, 0x34567890
    case 5
    c.li t4, -32
    c_expect t4, -32
    c.li t4, 31
    c_expect t4, 31
    c.lui t4, 1
    c_expect t4, 0x1000
    c.lui t4, 0xfffe0
    c_expect t4, 0xfffffffffffe0000
    c.lui t4, 31
    c_expect t4, 0x1f000
    case 6
    li s0, -16
    c.srli s0, 1
    c_expect s0, 0x7ffffffffffffff8
    c.srli s0, 32
    c_expect s0, 0x7fffffff
    li s0, -16
    c.srai s0, 2
    c_expect s0, -4
    c.srai s0, 63
    c_expect s0, -1
    c.srli s0, 63
    c_expect s0, 1
    c.slli s0, 63
    c_expect s0, 0x8000000000000000
    li t5, 3
    c.slli t5, 33
    c_expect t5, 0x600000000
    case 7
    li a5, 0xff
    c.andi a5, -2
    c_expect a5, 0xfe
    c.andi a5, 31
    c_expect a5, 30
    case 8
    li a4, 20
    li a5, 6
    c.sub a4, a5
    c_expect a4, 14
    c.xor a4, a5
    c_expect a4, 8
    c.or a4, a5
    c_expect a4, 14
    c.and a4, a5
    c_expect a4, 6
    li a4, 0x80000000
    c.subw a4, a5
    c_expect a4, 0x7ffffffa
    c.addw a4, a5
    c_expect a4, 0xffffffff80000000
    c.mv t0, a4
    c_expect t0, 0xffffffff80000000
    c.add t0, a5
    c_expect t0, 0xffffffff80000006
    case 9 // memory through a register, least and greatest offset
    la a0, data
    c.lw a1, 0(a0)
    c_expect a1, 0x76543210
    c.lw a1, 4(a0)
    c_expect a1, 0xfffffffffedcba98
    c.ld a1, 8(a0)
    c_expect a1, 0x0123456789abcdef
    c.sd a1, 248(a0)
    ld a2, 248(a0)
    c_expect a2, 0x0123456789abcdef
    c.ld a3, 248(a0)
    c_expect a3, 0x0123456789abcdef
    c.sw a1, 124(a0)
    c.lw a3, 124(a0)
    c_expect a3, 0xffffffff89abcdef
    lw a3, 128(a0)
    c_expect a3, 0
    c.fld fs0, 8(a0)
    c.fsd fs0, 240(a0)
    c.fld fa5, 240(a0)
    fmv.x.d a2, fa5
    c_expect a2, 0x0123456789abcdef
    case 10 // memory through the stack pointer
    la sp, data
    c.lwsp t1, 4(sp)
    c_expect t1, 0xfffffffffedcba98
    c.ldsp t1, 8(sp)
    c_expect t1, 0x0123456789abcdef
    c.sdsp t1, 504(sp)
    c.ldsp t2, 504(sp)
    c_expect t2, 0x0123456789abcdef
    c.swsp t1, 252(sp)
    c.lwsp t2, 252(sp)
    c_expect t2, 0xffffffff89abcdef
    c.fldsp ft8, 8(sp)
    c.fsdsp ft8, 496(sp)
    ld t2, 496(sp)
    c_expect t2, 0x0123456789abcdef
    c.fldsp ft0, 496(sp)
    fmv.x.d t2, ft0
    c_expect t2, 0x0123456789abcdef
    case 11 // jumps
    c.j 2f
1:  c.j 3f
    .option norvc
    j fail
    .option rvc
2:  c.j 1b
    .option norvc
    j fail
    .option rvc
3:  la t0, 1f
    c.jr t0
    .option norvc
    j fail
    .option rvc
1:  la t0, 1f
    c.jalr t0
link11:
    .option norvc
    j fail
1:  expect_address ra, link11
    .option rvc
    la ra, 1f // its target is read before the link is written
    c.jalr ra
link12:
    .option norvc
    j fail
1:  expect_address ra, link12
    .option rvc
    case 12 // branches
    li s0, 0
    li s1, 1
    c.bnez s0, 3f
    c.beqz s1, 3f
    c.beqz s0, 2f
    c.j 3f
1:  c.bnez s1, 4f
    c.j 3f
2:  c.bnez s1, 1b
3:  .option norvc
    j fail
    .option rvc
4:  c.nop
    .option norvc
    case 13 // a long instruction across a page boundary
    li a0, 1
    j 1f
    .balign 4096
    .skip 4094
1:  addi a0, a0, 5
    .2byte 0x0001
    expect a0, 6
#ifndef USER
    case 14
    trap_to 1f
bad14:
    .2byte 0x9002 // c.ebreak
    .2byte 0x0001
    j fail
1:  expect s8, CAUSE_BREAKPOINT
    expect_address s10, bad14
    expect_address s9, bad14
    reserved 20, 0x0000
    reserved 21, 0x0004 // c.addi4spn a0 without an immediate
    reserved 22, 0x8000 // quadrant 0, funct3 4
    reserved 23, 0x2001 // c.addiw x0
    reserved 24, 0x6101 // c.addi16sp 0
    reserved 25, 0x6081 // c.lui x1, 0
    reserved 26, 0x9c41
    reserved 27, 0x9c61
    reserved 28, 0x4002 // c.lwsp x0
    reserved 29, 0x6002 // c.ldsp x0
    reserved 30, 0x8002 // c.jr x0
#endif
    end
