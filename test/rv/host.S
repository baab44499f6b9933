// SPDX-License-Identifier: MIT
// What a program may ask of the host through tohost: to take characters, to write, to end.
#include "case.h"

#define CONSOLE 0x0101000000000000
#define CALL_WRITE 64
#define CALL_EXIT 93

    .pushsection .data
    .balign 64
call: // number, arguments, and the result in place of the number
    .dword 0, 0, 0, 0, 0, 0, 0, 0
message:
    .ascii "hello\n"
    .popsection

    .macro put index, value
    li t0, \value
    sd t0, \index * 8(a0)
    .endm

    begin
    case 1 // the console takes a character at once
    la a1, tohost
    li a2, CONSOLE | 'x'
    sd a2, 0(a1)
    ld a3, 0(a1)
    expect a3, 0
    case 2 // in two stores, too: nothing is asked for until the device is known
    li a2, 0x01010000
    sw a2, 4(a1)
    ld a3, 0(a1)
    expect a3, 0
    case 3 // writing: the result is the length
    la a0, call
    put 0, CALL_WRITE
    put 1, 1
    la t0, message
    sd t0, 16(a0)
    put 3, 6
    la a2, fromhost
    ld a3, 0(a2)
    expect a3, 0
    sd a0, 0(a1)
    ld a3, 0(a2)
    expect a3, 1
    ld a3, 0(a1)
    expect a3, 0
    ld a3, 0(a0)
    expect a3, 6
    sd zero, 0(a2)
    case 4 // the end, status 0
    put 0, CALL_EXIT
    put 1, 0
    sd a0, 0(a1)
    j fail
    end
