// SPDX-License-Identifier: MIT
// Loads and stores of integers: every width, sign, offset, alignment, and what a store leaves
// alone.
#include "case.h"

    .pushsection .data
    .balign 4096
page:
    .zero 4080
data: // crosses into the next page at data + 16
    .dword 0x8786858483828180
    .dword 0x7f7e7d7c7b7a7978
    .dword 0xf7f6f5f4f3f2f1f0
    .dword 0x0706050403020100
    .popsection

    .macro load number, insn, offset, value
    case \number
    la a0, data
    \insn a1, \offset(a0)
    expect a1, \value
    // through a large negative offset and into its own base register
    addi a0, a0, 2044
    \insn a0, \offset - 2044(a0)
    expect a0, \value
    .endm

    // Stores a pattern, loads the sixteen bytes around it, restores them.
    .macro store number, insn, offset, low, high
    case \number
    la a0, data + 8
    li a1, 0x1122334455667788
    ld s2, 0(a0)
    ld s3, 8(a0)
    \insn a1, \offset(a0)
    ld a2, 0(a0)
    ld a3, 8(a0)
    sd s2, 0(a0)
    sd s3, 8(a0)
    expect a2, \low
    expect a3, \high
    .endm

    begin
    load 1, lb, 0, -128
    load 2, lb, 15, 127
    load 3, lbu, 0, 0x80
    load 4, lbu, 16, 0xf0
    load 5, lh, 0, 0xffffffffffff8180
    load 6, lh, 14, 0x7f7e
    load 7, lhu, 2, 0x8382
    load 8, lw, 4, 0xffffffff87868584
    load 9, lw, 8, 0x7b7a7978
    load 10, lwu, 4, 0x87868584
    load 11, ld, 0, 0x8786858483828180
    load 12, ld, 24, 0x0706050403020100
    // misaligned, within a page and across its end
    load 20, lh, 1, 0xffffffffffff8281
    load 21, lhu, 3, 0x8483
    load 22, lh, 15, 0xfffffffffffff07f
    load 23, lhu, 15, 0xf07f
    load 24, lw, 1, 0xffffffff84838281
    load 25, lw, 6, 0x79788786
    load 26, lw, 13, 0xfffffffff07f7e7d
    load 27, lwu, 14, 0xf1f07f7e
    load 28, lw, 15, 0xfffffffff2f1f07f
    load 30, ld, 1, 0x7887868584838281
    load 31, ld, 4, 0x7b7a797887868584
    load 32, ld, 9, 0xf07f7e7d7c7b7a79
    load 33, ld, 12, 0xf3f2f1f07f7e7d7c
    load 34, ld, 15, 0xf6f5f4f3f2f1f07f

    store 40, sb, 0, 0x7f7e7d7c7b7a7988, 0xf7f6f5f4f3f2f1f0
    store 41, sb, 7, 0x887e7d7c7b7a7978, 0xf7f6f5f4f3f2f1f0
    store 42, sh, 2, 0x7f7e7d7c77887978, 0xf7f6f5f4f3f2f1f0
    store 43, sw, 4, 0x556677887b7a7978, 0xf7f6f5f4f3f2f1f0
    store 44, sd, 0, 0x1122334455667788, 0xf7f6f5f4f3f2f1f0
    store 45, sd, 8, 0x7f7e7d7c7b7a7978, 0x1122334455667788
    store 50, sh, 1, 0x7f7e7d7c7b778878, 0xf7f6f5f4f3f2f1f0
    store 51, sh, 7, 0x887e7d7c7b7a7978, 0xf7f6f5f4f3f2f177
    store 52, sw, 3, 0x7f556677887a7978, 0xf7f6f5f4f3f2f1f0
    store 53, sw, 5, 0x6677887c7b7a7978, 0xf7f6f5f4f3f2f155
    store 54, sd, 1, 0x2233445566778878, 0xf7f6f5f4f3f2f111
    store 55, sd, 4, 0x556677887b7a7978, 0xf7f6f5f411223344
    store 56, sd, 7, 0x887e7d7c7b7a7978, 0xf711223344556677

    case 60 // into x0, and of x0
    la a0, data
    ld x0, 0(a0)
    expect x0, 0
    sd x0, 0(a0)
    ld a1, 0(a0)
    expect a1, 0
    case 61 // store, then load, of one address through different widths
    li a1, -2
    sw a1, 0(a0)
    sb zero, 1(a0)
    lhu a2, 0(a0)
    expect a2, 0xfe
    ld a2, 0(a0)
    expect a2, 0xffff00fe
#ifndef USER
    case 70 // nothing is there: nothing is loaded, nothing changes
    li a0, 0x4000000000000000
    li a1, 5
    trap_to 1f
bad70:
    ld a1, 8(a0)
    j fail
1:  expect_trap CAUSE_LOAD_ACCESS, 0x4000000000000008, bad70
    expect a1, 5
    case 71
    trap_to 1f
bad71:
    sb a1, -1(a0)
    j fail
1:  expect_trap CAUSE_STORE_ACCESS, 0x3fffffffffffffff, bad71
    case 72
    trap_to 1f
bad72:
    amoadd.d a1, a1, (a0)
    j fail
1:  expect_trap CAUSE_STORE_ACCESS, 0x4000000000000000, bad72
    case 73
    trap_to 1f
bad73:
    lr.w a1, (a0)
    j fail
1:  expect_trap CAUSE_LOAD_ACCESS, 0x4000000000000000, bad73
#endif
    end
