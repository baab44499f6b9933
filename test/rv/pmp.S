// SPDX-License-Identifier: MIT
// Physical memory protection: registers and their legal values, matching by range, by four bytes
// and by powers of two, priority, locks, and accesses that an entry matches in part.
#include "case.h"

#define R 1
#define W 2
#define X 4
#define TOR (1 << 3)
#define NA4 (2 << 3)
#define NAPOT (3 << 3)
#define L 0x80

    .pushsection .data
    .balign 4096
area:
    .zero 4096
    .popsection

    .macro faults mode, cause, insn:vararg
    enter \mode, 1f
1:  trap_to 2f
    \insn
    j fail
2:  expect s8, \cause
    .endm

    .macro works mode, insn:vararg
    enter \mode, 1f
1:  \insn
    trap_to 2f
    ecall
    j fail
2:  expect s8, CAUSE_ECALL_U + \mode
    .endm

    begin
    case 1 // without entries all is open
    la a0, area
    works MODE_U, sd zero, 0(a0)
    case 2 // registers
    li a1, -1
    csrw pmpaddr0, a1
    csrr a2, pmpaddr0
    expect a2, 0x3fffffffffffff
    csrw pmpaddr0, zero
    li a1, 0x6060606060606000
    csrw pmpcfg0, a1
    csrr a2, pmpcfg0
    expect a2, 0
    li a1, 0x0200 // W without R
    csrw pmpcfg0, a1
    csrr a2, pmpcfg0
    expect a2, 0
    csrr a2, pmpcfg2
    expect a2, 0
    trap_to 1f
    csrr a2, 0x3a1 // pmpcfg1 is RV32's
    j fail
1:  expect s8, CAUSE_ILLEGAL
    csrr a2, 0x3ef // pmpaddr63
    expect a2, 0
    case 3 // entries: 15 opens everything, 1 is `area` for reading only
    li a1, -1
    csrw pmpaddr15, a1
    li a1, (NAPOT | R | W | X) << 56
    csrw pmpcfg2, a1
    la a0, area
    srli a1, a0, 2
    ori a1, a1, 511 // 4 KiB
    csrw pmpaddr1, a1
    li a1, (NAPOT | R) << 8
    csrw pmpcfg0, a1
    works MODE_U, ld a1, 0(a0)
    faults MODE_U, CAUSE_STORE_ACCESS, sd a1, 0(a0)
    beq s9, a0, 1f
    j fail
1:  faults MODE_S, CAUSE_STORE_ACCESS, amoadd.w a1, a1, (a0)
    faults MODE_S, CAUSE_FETCH_ACCESS, jr a0
    sd zero, 0(a0) // machine mode is not bound
    li a2, 4096
    add a3, a0, a2
    works MODE_U, sd zero, 0(a3)
    case 4 // MPRV binds its loads and stores
    li a1, MSTATUS_MPP
    csrc mstatus, a1
    li a1, MSTATUS_MPRV
    csrs mstatus, a1
    trap_to 1f
    sd zero, 0(a0)
    j fail
1:  li a1, MSTATUS_MPRV
    csrc mstatus, a1
    expect s8, CAUSE_STORE_ACCESS
    case 5 // the lowest entry decides: 0 opens four bytes of it
    addi a1, a0, 16
    srli a1, a1, 2
    csrw pmpaddr0, a1
    li a1, ((NAPOT | R) << 8) | NA4 | R | W
    csrw pmpcfg0, a1
    works MODE_U, sw zero, 16(a0)
    faults MODE_U, CAUSE_STORE_ACCESS, sw zero, 20(a0)
    faults MODE_U, CAUSE_STORE_ACCESS, sd zero, 16(a0) // matched in part
    faults MODE_U, CAUSE_LOAD_ACCESS, ld a1, 16(a0)
    faults MODE_U, CAUSE_LOAD_ACCESS, lw a1, 14(a0)
    case 6 // a range: from the entry below to this one
    addi a1, a0, 64
    srli a1, a1, 2
    csrw pmpaddr0, a1
    addi a1, a0, 128
    srli a1, a1, 2
    csrw pmpaddr1, a1
    li a1, TOR << 8 // no access at all
    csrw pmpcfg0, a1
    works MODE_U, ld a1, 56(a0)
    faults MODE_U, CAUSE_LOAD_ACCESS, ld a1, 64(a0)
    faults MODE_U, CAUSE_LOAD_ACCESS, lb a1, 127(a0)
    works MODE_U, ld a1, 128(a0)
    works MODE_U, sd zero, 56(a0)
    ld a1, 64(a0)
    csrw pmpaddr1, zero // an empty range matches nothing
    works MODE_U, ld a1, 64(a0)
    case 7 // without a match, users are refused and machine mode is not
    csrw pmpcfg2, zero
    li a1, NA4 << 8
    csrw pmpcfg0, a1
    trap_to 2f
    enter MODE_U, 1f
1:  j fail
2:  expect s8, CAUSE_FETCH_ACCESS
    expect_address s10, 1b
    ld a1, 0(a0)
    li a1, (NAPOT | R | W | X) << 56
    csrw pmpcfg2, a1
    case 8 // a lock binds machine mode and holds
    srli a1, a0, 2
    ori a1, a1, 511
    csrw pmpaddr0, a1
    li a1, NAPOT | R | L
    csrw pmpcfg0, a1
    ld a1, 0(a0)
    trap_to 1f
    sd zero, 0(a0)
    j fail
1:  expect s8, CAUSE_STORE_ACCESS
    csrw pmpcfg0, zero
    csrr a1, pmpcfg0
    expect a1, NAPOT | R | L
    csrr a2, pmpaddr0
    csrw pmpaddr0, zero
    csrr a1, pmpaddr0
    beq a1, a2, 1f
    j fail
1:
    case 9 // a locked range locks its base too
    csrw pmpaddr2, zero
    csrw pmpaddr3, zero
    li a1, (TOR | L) << 24
    csrs pmpcfg0, a1
    csrwi pmpaddr2, 5
    csrr a1, pmpaddr2
    expect a1, 0
    case 10 // the supervisor's own entries (a draft), behind siselect
    li a1, 0x100
    csrw 0x150, a1
    la a0, area
    li a2, 4096
    add a0, a0, a2
    srli a1, a0, 2
    csrw 0x151, a1
    li a1, 0x300 | NA4 | R // shared, for reading
    csrw 0x152, a1
    csrr a2, 0x152
    expect a2, 0x300 | NA4 | R
    li a1, 0x101
    csrw 0x150, a1
    li a1, -1
    csrw 0x151, a1
    li a1, 0x300 | NAPOT | R | W | X
    csrw 0x152, a1
    works MODE_S, lw a1, 0(a0)
    faults MODE_S, CAUSE_STORE_ACCESS, sw a1, 0(a0)
    faults MODE_U, CAUSE_STORE_ACCESS, sw a1, 0(a0)
    works MODE_U, sw a1, 4(a0)
    sw a1, 0(a0)
    li a1, 0x140
    csrw 0x150, a1
    trap_to 1f
    csrr a1, 0x151 // nothing is selected
    j fail
1:  expect s8, CAUSE_ILLEGAL
    end
