// SPDX-License-Identifier: MIT
// The code that a constructor returns, among its read-only data: FF, then the runtime's ELF.
    .section .rodata.runtime, "a"
    .globl runtime, runtime_end
runtime:
    .byte 0xFF
    .incbin PROTO_RUNTIME
runtime_end:
