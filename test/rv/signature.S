// SPDX-License-Identifier: MIT
// Leaves a signature, as the architecture tests do, and ends through tohost.
#include "case.h"

    .pushsection .data
    .balign 16
    .globl begin_signature
begin_signature:
    .dword 0x1122334455667788
result:
    .word 0, 0
    .globl end_signature
end_signature:
    .popsection

    begin
    la a0, result
    li a1, 42
    sw a1, 0(a0)
    li a1, 1
    sw a1, 4(a0)
    end
