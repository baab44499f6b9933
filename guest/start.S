// SPDX-License-Identifier: MIT
// First instructions of the guest. Memory reads as zero and registers may hold anything but 0.
    .section .text.start, "ax", @progbits
    .globl _start
    .type _start, @function
_start:
    lla sp, stack_end
    j main
    .size _start, . - _start
    .section .note.GNU-stack, "", @progbits
