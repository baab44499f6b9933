// SPDX-License-Identifier: MIT
// The guest ELF (the mini-EVM as an RV64 program) inside the host's read-only data. The build makes
// guest.bin first and names its folder to the assembler. Read it through core/vm only:
//   extern const u8 guest_image_begin[], guest_image_end[];   (hidden)
    .section .rodata.guest_image, "a", @progbits
    .globl guest_image_begin, guest_image_end
    .hidden guest_image_begin, guest_image_end
    .balign 64
guest_image_begin:
    .incbin "guest.bin"
guest_image_end:
    .byte 0
    .section .note.GNU-stack, "", @progbits
