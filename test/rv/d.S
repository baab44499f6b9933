// SPDX-License-Identifier: MIT
// The D extension: arithmetic and conversions from test/rv/vectors_fp.c; moves and memory here.
#include "case.h"

    begin
#include "d.inc"

    case 1
    li a0, 0x8123456789abcdef
    fmv.d.x ft0, a0
    fmv.x.d a1, ft0
    expect a1, 0x8123456789abcdef
    fmv.x.w a1, ft0
    expect a1, 0xffffffff89abcdef
    case 2
    la a2, cell
    fsd ft0, 0(a2)
    ld a1, 0(a2)
    expect a1, 0x8123456789abcdef
    fld ft1, 0(a2)
    fmv.x.d a1, ft1
    expect a1, 0x8123456789abcdef
    case 3 // misaligned, with an offset
    addi a3, a2, 2047
    fsd ft0, -2044(a3)
    fld ft2, 3(a2)
    fmv.x.d a1, ft2
    expect a1, 0x8123456789abcdef
    case 4 // a boxed value as a double is a NaN
    csrwi fflags, 0
    li a0, 0x3f800000
    fmv.w.x ft0, a0
    fclass.d a1, ft0
    expect a1, 0x200
    case 5 // an unboxed one widens to the canonical NaN, quietly
    li a0, 0x3ff0000000000000
    fmv.d.x ft0, a0
    fcvt.d.s ft1, ft0
    fmv.x.d a1, ft1
    expect a1, 0x7ff8000000000000
    csrr a1, fflags
    expect a1, 0
    case 6 // all 32 registers are there
    .macro each f, n
    li a0, \n
    fcvt.d.l \f, a0
    .endm
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    each f\n, 1 + \n
    .endr
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    fcvt.l.d a0, f\n, rtz
    expect a0, 1 + \n
    .endr
    end
