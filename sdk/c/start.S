// SPDX-License-Identifier: MIT
// Where a contract begins. The machine has set sp to the stack's end, a0 to the calldata window and
// all else to zero, and memory that no file bytes fill reads as zero, so nothing is left to prepare
// but gp. A program is a contract, which ends with empty output when contract_main returns; or,
// with HYBRID_RUNTIME naming the contract's ELF, its constructor, which ends by returning that
// image (FF, then the ELF) as code.
#include "hybrid_abi.h"

    .section .text.start, "ax"
    .globl _start
    .type _start, @function
_start:
    .option push
    .option norelax
    lla gp, __global_pointer$
    .option pop
#ifdef HYBRID_RUNTIME
    call contract_constructor
    lla a0, runtime
    lla a1, runtime_end
    sub a1, a1, a0
#else
    call contract_main
    li a1, 0
#endif
    li t0, HYBRID_SERVICE_RETURN
    ecall
    .size _start, . - _start

#ifdef HYBRID_RUNTIME
    .section .rodata.runtime, "a"
runtime:
    .byte 0xFF
    .incbin HYBRID_RUNTIME
runtime_end:
#endif
