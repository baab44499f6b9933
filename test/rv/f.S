// SPDX-License-Identifier: MIT
// The F extension: arithmetic from test/rv/vectors_fp.c; moves, memory and NaN boxing here.
#include "case.h"

    begin
#include "f.inc"

    case 1 // moves: sign extension one way, boxing the other
    li a0, 0x1234567880000001
    fmv.w.x ft0, a0
    fmv.x.w a1, ft0
    expect a1, 0xffffffff80000001
    fmv.x.d a1, ft0
    expect a1, 0xffffffff80000001
    li a0, 0x3f800000
    fmv.w.x ft0, a0
    fmv.x.w a1, ft0
    expect a1, 0x3f800000
    fmv.x.d a1, ft0
    expect a1, 0xffffffff3f800000
    case 2 // moves and stores take the lower half, boxed or not, also of a signaling NaN
    li a0, 0x000000007f800001
    fmv.d.x ft0, a0
    fmv.x.w a1, ft0
    expect a1, 0x7f800001
    la a2, cell
    sd zero, 0(a2)
    fsw ft0, 0(a2)
    ld a1, 0(a2)
    expect a1, 0x7f800001
    case 3 // loads box
    flw ft1, 0(a2)
    fmv.x.d a1, ft1
    expect a1, 0xffffffff7f800001
    fsw ft1, 3(a2) // misaligned
    ld a1, 0(a2)
    expect a1, 0x007f800001800001
    case 4 // what is not boxed reads as the canonical NaN, quietly
    csrwi fflags, 0
    li a0, 0xfffffffe3f800000
    fmv.d.x ft0, a0
    li a0, 0x3f800000
    fmv.w.x ft1, a0
    fadd.s ft2, ft0, ft1
    fmv.x.d a1, ft2
    expect a1, 0xffffffff7fc00000
    fclass.s a1, ft0
    expect a1, 0x200
    feq.s a1, ft0, ft0
    expect a1, 0
    fsgnj.s ft2, ft0, ft0
    fmv.x.w a1, ft2
    expect a1, 0x7fc00000
    fmin.s ft2, ft0, ft1
    fmv.x.w a1, ft2
    expect a1, 0x3f800000
    fcvt.w.s a1, ft1, rtz
    expect a1, 1
    csrr a1, fflags
    expect a1, 0
    fcvt.w.s a1, ft0, rtz
    expect a1, 0x7fffffff
    csrr a1, fflags
    expect a1, 0x10
    case 5 // the three CSRs are one
    li a0, 0xfff
    csrw fcsr, a0
    csrr a1, fcsr
    expect a1, 0xff
    csrr a1, frm
    expect a1, 7
    csrr a1, fflags
    expect a1, 0x1f
    csrwi frm, 0
    csrrwi a1, fflags, 3
    expect a1, 0x1f
    csrr a1, fcsr
    expect a1, 3
    csrrwi a1, fcsr, 0
#ifndef USER
    case 6 // a dynamic mode that does not exist, and static ones that do not
    fmv.w.x ft0, zero
    csrwi frm, 5
    trap_to 1f
bad6: fadd.s ft0, ft0, ft0, dyn
    j fail
1:  expect s8, CAUSE_ILLEGAL
    expect_address s10, bad6
    fadd.s ft0, ft0, ft0, rne // a static one does not look at frm
    fsgnj.s ft0, ft0, ft0
    csrwi frm, 0
    trap_to 1f
    .insn 0x00005053 // fadd.s with rm = 5
    j fail
1:  expect s8, CAUSE_ILLEGAL
    expect s9, 0x00005053
    trap_to 1f
    .insn 0x00006053 // rm = 6
    j fail
1:  expect s8, CAUSE_ILLEGAL
    case 7 // nothing of it works while mstatus.FS is off, and using it makes the state dirty
    li a0, MSTATUS_FS
    csrc mstatus, a0
    trap_to 1f
    flw ft0, 0(a2)
    j fail
1:  expect s8, CAUSE_ILLEGAL
    trap_to 1f
    fsw ft0, 0(a2)
    j fail
1:  expect s8, CAUSE_ILLEGAL
    trap_to 1f
    fmv.x.w a1, ft0
    j fail
1:  expect s8, CAUSE_ILLEGAL
    trap_to 1f
    csrr a1, fcsr
    j fail
1:  expect s8, CAUSE_ILLEGAL
    li a0, 1 << 13
    csrs mstatus, a0
    csrr a1, mstatus
    bgez a1, 1f
    j fail
1:  fmv.w.x ft0, zero
    csrr a1, mstatus
    bltz a1, 1f
    j fail
1:
#endif
    end
