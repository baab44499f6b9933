// SPDX-License-Identifier: MIT
// Kernels of Montgomery arithmetic for x86-64 with BMI2 and ADX: the algorithm of mont_scalar.c
// with two chains of carries at once, adcx for the low halves of the products and adox for the high
// ones. One body serves 4 and 6 limbs; macros call themselves over lists of registers. In a list
// the running sum comes lowest limb first; after each row the lowest limb is zero and its register
// becomes the highest. Arguments: rdi result, rsi a, rdx b, rcx modulus (struct mont4, mont6: p,
// then -1 / p). rax and rbx take products, rdx the factor of a row, r15 is b; all else is running
// sum.

#if defined(__x86_64__) && defined(__linux__)

// sum += rdx * number at `offset` of `base`, both chains open. The sum has a limb more than the
// number.
.macro ADD_PRODUCTS base, offset, low, next, rest:vararg
    mulx \offset(\base), %rax, %rbx
    adcx %rax, \low
    adox %rbx, \next
    .ifnb \rest
    ADD_PRODUCTS \base, (\offset+8), \next, \rest
    .endif
.endm

// The same as a row; `clear` is zeroed first: the highest limb if it is new, or rax only for the
// flags.
.macro ADD_ROW clear, top, base, offset, sum:vararg
    xor \clear, \clear
    ADD_PRODUCTS \base, \offset, \sum
    adc $0, \top
.endm

// The first row: sum = rdx * number.
.macro SET_PRODUCTS base, offset, low, next, rest:vararg
    mulx \offset(\base), %rax, \next
    adc %rax, \low
    .ifnb \rest
    SET_PRODUCTS \base, (\offset+8), \next, \rest
    .endif
.endm

.macro SET_ROW top, base, offset, low, next, rest:vararg
    xor %eax, %eax
    mulx \offset(\base), \low, \next
    SET_PRODUCTS \base, (\offset+8), \next, \rest
    adc $0, \top
.endm

// sum += k p for the k that makes the lowest limb zero.
.macro REDUCE_ROW limbs, top, low, next, rest:vararg
    mov 8*\limbs(%rcx), %rdx
    imul \low, %rdx
    xor %eax, %eax
    mulx (%rcx), %rax, %rbx
    adcx \low, %rax
    adox %rbx, \next
    ADD_PRODUCTS %rcx, 8, \next, \rest
    adc $0, \top
.endm

.macro STORE_LIMBS offset, base, limb, rest:vararg
    mov \limb, \offset(\base)
    .ifnb \rest
    STORE_LIMBS (\offset+8), \base, \rest
    .endif
.endm

.macro SUBTRACT_MODULUS offset, limb, rest:vararg
    sbb \offset(%rcx), \limb
    .ifnb \rest
    SUBTRACT_MODULUS (\offset+8), \rest
    .endif
.endm

.macro TAKE_IF_BELOW offset, base, limb, rest:vararg
    cmovc \offset(\base), \limb
    .ifnb \rest
    TAKE_IF_BELOW (\offset+8), \base, \rest
    .endif
.endm

// Stores the sum, less p if it is not below p. Four limbs leave registers enough to do so without
// memory.
.macro FINISH offset, base, limbs:vararg
    STORE_LIMBS \offset, \base, \limbs
    xor %eax, %eax
    SUBTRACT_MODULUS 0, \limbs
    TAKE_IF_BELOW \offset, \base, \limbs
    STORE_LIMBS \offset, \base, \limbs
.endm

.macro FINISH_IN_REGISTERS offset, base, l0, l1, l2, l3
    mov \l0, %rax
    mov \l1, %rbx
    mov \l2, %rdx
    mov \l3, %rbp
    sub (%rcx), %rax
    SUBTRACT_MODULUS 8, %rbx, %rdx, %rbp
    cmovc \l0, %rax
    cmovc \l1, %rbx
    cmovc \l2, %rdx
    cmovc \l3, %rbp
    STORE_LIMBS \offset, \base, %rax, %rbx, %rdx, %rbp
.endm

// The rows of a product from limb `count` before the last of b on, then the result to (rdi).
.macro MUL_ROWS limbs, count, top, low, rest:vararg
    .if \count
    mov 8*(\limbs-\count)(%r15), %rdx
    ADD_ROW \top, \top, %rsi, 0, \low, \rest
    REDUCE_ROW \limbs, \top, \low, \rest
    MUL_ROWS \limbs, (\count-1), \low, \rest, \low
    .else
    FINISH_WITHOUT_TOP 0, %rdi, \top, \low, \rest
    .endif
.endm

// The list of a sum ends with its top, which is zero now.
.macro FINISH_WITHOUT_TOP offset, base, top, l0, l1, l2, l3, l4, l5, l6
    .ifb \l5
    FINISH_IN_REGISTERS \offset, \base, \l0, \l1, \l2, \l3
    .else
    FINISH \offset, \base, \l0, \l1, \l2, \l3, \l4, \l5
    .endif
.endm

// Rows of the sum of two products: limbs of a0 by the number at x, limbs of a1 by that at y.
.macro PAIR_ROWS limbs, count, offset, base, x, x_offset, y, top, low, rest:vararg
    .if \count
    mov 8*(\limbs-\count)(%rsi), %rdx
    ADD_ROW \top, \top, \x, \x_offset, \low, \rest
    mov 8*(2*\limbs-\count)(%rsi), %rdx
    ADD_ROW %eax, \top, \y, 0, \low, \rest
    REDUCE_ROW \limbs, \top, \low, \rest
    PAIR_ROWS \limbs, (\count-1), \offset, \base, \x, \x_offset, \y, \low, \rest, \low
    .else
    FINISH_WITHOUT_TOP \offset, \base, \top, \low, \rest
    .endif
.endm

.macro PAIR_PRODUCT limbs, offset, base, x, x_offset, y, top, low, rest:vararg
    mov (%rsi), %rdx
    SET_ROW \top, \x, \x_offset, \low, \rest
    mov 8*\limbs(%rsi), %rdx
    ADD_ROW %eax, \top, \y, 0, \low, \rest
    REDUCE_ROW \limbs, \top, \low, \rest
    PAIR_ROWS \limbs, (\limbs-1), \offset, \base, \x, \x_offset, \y, \low, \rest, \low
.endm

.macro SAVE register, rest:vararg
    push \register
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset \register, 0
    .ifnb \rest
    SAVE \rest
    .endif
.endm

.macro RESTORE register, rest:vararg
    pop \register
    .cfi_adjust_cfa_offset -8
    .cfi_restore \register
    .ifnb \rest
    RESTORE \rest
    .endif
.endm

.macro BEGIN name
    .globl \name
    .hidden \name
    .type \name, @function
    .p2align 5
\name:
    .cfi_startproc
.endm

.macro END name
    ret
    .cfi_endproc
    .size \name, . - \name
.endm

.macro DEFINE_MUL name, limbs, top, low, rest:vararg
    BEGIN \name
    SAVE %rbx, %rbp, %r12, %r13, %r15
    mov %rdx, %r15
    mov (%r15), %rdx
    SET_ROW \top, %rsi, 0, \low, \rest
    REDUCE_ROW \limbs, \top, \low, \rest
    MUL_ROWS \limbs, (\limbs-1), \low, \rest, \low
    RESTORE %r15, %r13, %r12, %rbp, %rbx
    END \name
.endm

.macro NEGATE limbs, count
    .if \count
    mov 8*(\limbs-\count)(%rcx), %rax
    sbb 8*(2*\limbs-\count)(%r15), %rax
    mov %rax, 8*(\limbs-\count)(%rsp)
    NEGATE \limbs, (\count-1)
    .endif
.endm

.macro COPY_REAL limbs, count
    .if \count
    mov 8*(2*\limbs-\count)(%rsp), %rax
    mov %rax, 8*(\limbs-\count)(%rdi)
    COPY_REAL \limbs, (\count-1)
    .endif
.endm

// On the stack: p - b1, then the real part, which may not go to its place while a and b are read.
.macro DEFINE_MUL_FP2 name, limbs, top, sum:vararg
    BEGIN \name
    SAVE %rbx, %rbp, %r12, %r13, %r15
    sub $16*\limbs, %rsp
    .cfi_adjust_cfa_offset 16*\limbs
    mov %rdx, %r15
    xor %eax, %eax
    NEGATE \limbs, \limbs
    PAIR_PRODUCT \limbs, 8*\limbs, %rsp, %r15, 0, %rsp, \top, \sum
    PAIR_PRODUCT \limbs, 8*\limbs, %rdi, %r15, 8*\limbs, %r15, \top, \sum
    COPY_REAL \limbs, \limbs
    add $16*\limbs, %rsp
    .cfi_adjust_cfa_offset -16*\limbs
    RESTORE %r15, %r13, %r12, %rbp, %rbx
    END \name
.endm

    .text
    DEFINE_MUL mont4_mul_x86, 4, %r12, %r8, %r9, %r10, %r11, %r12
    DEFINE_MUL mont6_mul_x86, 6, %r13, %r8, %r9, %r10, %r11, %r12, %rbp, %r13
    DEFINE_MUL_FP2 mont4_mul_fp2_x86, 4, %r12, %r8, %r9, %r10, %r11, %r12
    DEFINE_MUL_FP2 mont6_mul_fp2_x86, 6, %r13, %r8, %r9, %r10, %r11, %r12, %rbp, %r13
#endif

    .section .note.GNU-stack, "", @progbits
