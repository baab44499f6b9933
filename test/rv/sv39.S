// SPDX-License-Identifier: MIT
// Paging: Sv39 tables with pages of all three sizes, every permission, SUM and MXR, A and D bits,
// what makes an entry invalid, faults across page ends, MPRV, and one look at Sv48 and Sv57.
#include "case.h"

#define PTE_V 1
#define PTE_R 2
#define PTE_W 4
#define PTE_X 8
#define PTE_U 16
#define PTE_A 64
#define PTE_D 128
#define KERNEL (PTE_V | PTE_R | PTE_W | PTE_X | PTE_A | PTE_D)

// Virtual addresses: the image where it is (a gigapage), and windows of 4 KiB at WINDOW, whose
// tables are below.
#define WINDOW 0x40000000
#define MEGA 0x40200000

    .pushsection .data
    .balign 4096
root:
    .zero 4096
middle:
    .zero 4096
leaf:
    .zero 4096
high: // roots of the larger forms
    .zero 4096
higher:
    .zero 4096
target:
    .dword 0x1111111111111111
    .zero 4080
    .dword 0x2222222222222222
other:
    .dword 0x3333333333333333
    .zero 4088
code:
    .word 0x00008067 // ret
    .zero 4092
    .popsection

    // leaf[index] = page of `label` with these flags, any of bits 9-0 or 63-54
    .macro map index, label, flags
    la t0, \label
    srli t0, t0, 2
    li t1, \flags
    or t0, t0, t1
    la t1, leaf
    sd t0, \index * 8(t1)
    .endm

    .macro entry table, index, label, flags
    la t0, \label
    srli t0, t0, 2
    li t1, \flags
    or t0, t0, t1
    la t1, \table
    li t2, \index * 8
    add t1, t1, t2
    sd t0, 0(t1)
    .endm

    // Tries `insn` on the address in a0 in mode `mode`; expects a trap whose value is a0.
    .macro faults mode, cause, insn:vararg
    enter \mode, 1f
1:  trap_to 2f
    \insn
    j fail
2:  expect s8, \cause
    beq s9, a0, 3f
    j fail
3:
    .endm

    .macro works mode, insn:vararg
    enter \mode, 1f
1:  \insn
    trap_to 2f
    ecall
    j fail
2:  expect s8, CAUSE_ECALL_U + \mode
    .endm

    .macro leaf_bits index, value
    la t1, leaf
    ld t0, \index * 8(t1)
    andi t0, t0, 0xff
    expect t0, \value
    .endm

    begin
    case 1 // other modes of satp are not there
    li a0, 0x1000000000000005
    csrw satp, a0
    csrr a1, satp
    expect a1, 0
    entry root, 0, root, 0 // no entry: nothing below 1 GiB
    entry root, 1, middle, PTE_V
    li a0, (0x80000000 >> 2) | KERNEL
    la t1, root
    sd a0, 16(t1)
    li a0, (0x80000000 >> 2) | KERNEL | PTE_U // the image for users: 2 GiB further up
    sd a0, 32(t1)
    entry middle, 0, leaf, PTE_V
    li a0, (0x80000000 >> 2) | KERNEL
    la t1, middle
    sd a0, 8(t1) // MEGA
    la a0, root
    srli a0, a0, 12
    li a1, 8 << 60
    or a0, a0, a1
    csrw satp, a0
    sfence.vma
    csrr a1, satp
    beq a0, a1, 1f
    j fail
1:
    map 0, target, KERNEL
    li a0, WINDOW
    case 2 // machine mode has no paging
    trap_to 1f
    ld a1, 0(a0)
    j fail
1:  expect s8, CAUSE_LOAD_ACCESS
    case 3 // pages of 4 KiB, 2 MiB and 1 GiB
    works MODE_S, ld a1, 0(a0)
    expect a1, 0x1111111111111111
    la a2, target
    li a3, MEGA - 0x80000000
    add a2, a2, a3
    works MODE_S, ld a1, 0(a2)
    expect a1, 0x1111111111111111
    la a2, target
    works MODE_S, ld a1, 0(a2)
    expect a1, 0x1111111111111111
    case 4 // nothing there: no entry at any level, an address that is not canonical
    li a0, 0x1000
    faults MODE_S, CAUSE_LOAD_PAGE, ld a1, 0(a0)
    li a0, WINDOW + 0x1000
    faults MODE_S, CAUSE_STORE_PAGE, sd a1, 0(a0)
    li a0, MEGA + 0x200000
    faults MODE_S, CAUSE_LOAD_PAGE, lb a1, 0(a0)
    li a0, 0x4000000000 // bit 38 without those above
    faults MODE_S, CAUSE_LOAD_PAGE, lb a1, 0(a0)
    li a0, 0x8000000080000000
    faults MODE_S, CAUSE_LOAD_PAGE, lb a1, 0(a0)
    case 5 // kinds of access
    li a0, WINDOW
    map 0, target, PTE_V | PTE_R | PTE_A | PTE_D
    works MODE_S, ld a1, 0(a0)
    faults MODE_S, CAUSE_STORE_PAGE, sd a1, 0(a0)
    faults MODE_S, CAUSE_STORE_PAGE, amoadd.d a1, a1, (a0)
    faults MODE_S, CAUSE_STORE_PAGE, sc.d a1, a1, (a0)
    faults MODE_S, CAUSE_FETCH_PAGE, jr a0
    map 0, code, PTE_V | PTE_X | PTE_A
    works MODE_S, jalr a0
    faults MODE_S, CAUSE_LOAD_PAGE, ld a1, 0(a0)
    faults MODE_S, CAUSE_LOAD_PAGE, lr.d a1, (a0)
    li a2, MSTATUS_MXR
    csrs mstatus, a2
    works MODE_S, lw a1, 0(a0)
    expect a1, 0x8067
    faults MODE_S, CAUSE_STORE_PAGE, sw a1, 0(a0)
    csrc mstatus, a2
    case 6 // users' pages and the supervisor's
    map 0, target, KERNEL | PTE_U
    li a0, WINDOW
    faults MODE_S, CAUSE_LOAD_PAGE, ld a1, 0(a0)
    li a2, MSTATUS_SUM
    csrs mstatus, a2
    works MODE_S, ld a1, 0(a0)
    works MODE_S, sd a1, 0(a0)
    faults MODE_S, CAUSE_FETCH_PAGE, jr a0
    csrc mstatus, a2
    case 7 // a user: runs in its window of the image, 2 GiB above
    la a1, user7
    li a2, 0x80000000
    add a1, a1, a2
    li a3, MSTATUS_MPP
    csrc mstatus, a3
    csrw mepc, a1
    trap_to 2f
    mret
user7:
    ld a1, 0(a0)
    li a2, 0x5555
    sd a2, 0(a0)
    ecall
    j fail
2:  expect s8, CAUSE_ECALL_U
    expect a1, 0x1111111111111111
    ld a1, target
    expect a1, 0x5555
    li a1, 0x1111111111111111
    la a2, target
    sd a1, 0(a2)
    map 0, target, KERNEL
    la a1, user7
    li a2, 0x80000000
    add a1, a1, a2
    csrc mstatus, a3
    csrw mepc, a1
    trap_to 2f
    mret
2:  expect s8, CAUSE_LOAD_PAGE
    expect s9, WINDOW
    la a0, 1f // and the supervisor's image is not its
    csrw mepc, a0
    csrc mstatus, a3
    trap_to 2f
    mret
1:  j fail
2:  expect s8, CAUSE_FETCH_PAGE
    case 8 // entries that are invalid
    li a0, WINDOW
    map 0, target, KERNEL & ~PTE_V
    faults MODE_S, CAUSE_LOAD_PAGE, ld a1, 0(a0)
    map 0, target, PTE_V | PTE_W | PTE_A | PTE_D
    faults MODE_S, CAUSE_STORE_PAGE, sd a1, 0(a0)
    map 0, target, PTE_V | PTE_W | PTE_X | PTE_A | PTE_D
    faults MODE_S, CAUSE_STORE_PAGE, sd a1, 0(a0)
    map 0, target, PTE_V // a pointer at the last level
    faults MODE_S, CAUSE_LOAD_PAGE, ld a1, 0(a0)
    map 0, target, KERNEL | (1 << 54)
    faults MODE_S, CAUSE_LOAD_PAGE, ld a1, 0(a0)
    map 0, target, KERNEL | (1 << 61)
    faults MODE_S, CAUSE_LOAD_PAGE, ld a1, 0(a0)
    map 0, target, KERNEL | (1 << 63)
    faults MODE_S, CAUSE_LOAD_PAGE, ld a1, 0(a0)
    map 0, target, KERNEL | (3 << 8) // bits for software are free
    works MODE_S, ld a1, 0(a0)
    la a1, middle // a large page that is not aligned
    li a2, (0x80001000 >> 2) | KERNEL
    sd a2, 16(a1)
    li a0, MEGA + 0x200000
    faults MODE_S, CAUSE_LOAD_PAGE, ld a1, 0(a0)
    entry middle, 2, leaf, PTE_V | PTE_A // a pointer with bits of a leaf
    faults MODE_S, CAUSE_LOAD_PAGE, ld a1, 0(a0)
    entry middle, 2, leaf, PTE_V | PTE_U
    faults MODE_S, CAUSE_LOAD_PAGE, ld a1, 0(a0)
    la a1, middle // a table where no memory is
    li a2, (0x4000000000 >> 2) | PTE_V
    sd a2, 16(a1)
    faults MODE_S, CAUSE_LOAD_ACCESS, ld a1, 0(a0)
    sd zero, 16(a1)
    case 9 // A and D are set as they are needed
    li a0, WINDOW
    map 0, target, PTE_V | PTE_R | PTE_W
    works MODE_S, ld a1, 0(a0)
    leaf_bits 0, PTE_V | PTE_R | PTE_W | PTE_A
    works MODE_S, sd a1, 0(a0)
    leaf_bits 0, PTE_V | PTE_R | PTE_W | PTE_A | PTE_D
    map 0, target, PTE_V | PTE_R
    faults MODE_S, CAUSE_STORE_PAGE, sd a1, 0(a0) // a refused access sets nothing
    leaf_bits 0, PTE_V | PTE_R
    map 0, code, PTE_V | PTE_X
    works MODE_S, jalr a0
    leaf_bits 0, PTE_V | PTE_X | PTE_A
    case 10 // across the end of a page
    map 0, target, KERNEL
    map 1, other, KERNEL
    li a0, WINDOW + 4092
    works MODE_S, ld a1, 0(a0)
    expect a1, 0x3333333322222222
    li a1, 0x0123456789abcdef
    works MODE_S, sd a1, 0(a0)
    ld a1, target + 4088
    expect a1, 0x89abcdef22222222
    ld a1, other
    expect a1, 0x3333333301234567
    map 1, other, KERNEL & ~PTE_V
    enter MODE_S, 1f
1:  trap_to 2f
    li a1, -1
    sd a1, 0(a0)
    j fail
2:  expect s8, CAUSE_STORE_PAGE
    expect s9, WINDOW + 4096 // the part that failed; the other is not stored
    ld a1, target + 4088
    expect a1, 0x89abcdef22222222
    case 11 // an instruction whose second half is not there
    la a2, target + 4094
    li a1, 0x0113 // first half of a long one
    sh a1, 0(a2)
    map 0, target, KERNEL
    li a0, WINDOW + 4094
    enter MODE_S, 1f
1:  trap_to 2f
    jr a0
2:  expect s8, CAUSE_FETCH_PAGE
    expect s9, WINDOW + 4096
    expect s10, WINDOW + 4094
    case 12 // MPRV: machine mode's loads through the tables, its fetches not
    li a0, WINDOW
    li a1, MSTATUS_MPP
    csrc mstatus, a1
    li a1, (MODE_S << 11) | MSTATUS_MPRV
    csrs mstatus, a1
    ld a2, 0(a0)
    li a1, MSTATUS_MPRV
    csrc mstatus, a1
    expect a2, 0x1111111111111111
    csrs mstatus, a1
    li a3, 0x1000
    trap_to 1f
    ld a2, 0(a3)
    j fail
1:  li a1, MSTATUS_MPRV
    csrc mstatus, a1
    expect s8, CAUSE_LOAD_PAGE
    case 13 // a changed mapping is seen at once
    map 0, other, KERNEL
    sfence.vma
    works MODE_S, ld a1, 0(a0)
    expect a1, 0x3333333301234567
    case 14 // Sv48 and Sv57: one and two levels more
    entry high, 0, root, PTE_V
    la a1, high
    srli a1, a1, 12
    li a2, 9 << 60
    or a1, a1, a2
    csrw satp, a1
    works MODE_S, ld a1, 0(a0)
    expect a1, 0x3333333301234567
    entry higher, 0, high, PTE_V
    la a1, higher
    srli a1, a1, 12
    li a2, 10 << 60
    or a1, a1, a2
    csrw satp, a1
    works MODE_S, ld a1, 0(a0)
    expect a1, 0x3333333301234567
    li a0, 0x8000000000 // the next entry of `high`
    faults MODE_S, CAUSE_LOAD_PAGE, ld a1, 0(a0)
    csrw satp, zero
    end
