// SPDX-License-Identifier: MIT
// Instruction words by format, for tests that need a handful of instructions, and a machine to run
// them.
#pragma once

#include "engine/rv/rv.h"
#include "engine/rv/test_image.h"

enum { T0 = 5, T1 = 6, T2 = 7, S0 = 8, A0 = 10, A1 = 11, A2 = 12, SP = 2, RA = 1 };

static inline u32 asm_r(u32 match, u32 rd, u32 rs1, u32 rs2)
{
    return match | rd << 7 | rs1 << 15 | rs2 << 20;
}

static inline u32 asm_i(u32 match, u32 rd, u32 rs1, i32 imm)
{
    return match | rd << 7 | rs1 << 15 | (u32)imm << 20;
}

static inline u32 asm_s(u32 match, u32 rs2, u32 rs1, i32 imm)
{
    return match | rs1 << 15 | rs2 << 20 | ((u32)imm & 0x1F) << 7 | ((u32)imm >> 5 & 0x7F) << 25;
}

static inline u32 asm_b(u32 match, u32 rs1, u32 rs2, i32 offset)
{
    u32 o = (u32)offset;
    return match | rs1 << 15 | rs2 << 20 | (o >> 11 & 1) << 7 | (o >> 1 & 15) << 8 |
           (o >> 5 & 63) << 25 | (o >> 12 & 1) << 31;
}

static inline u32 asm_j(u32 rd, i32 offset)
{
    u32 o = (u32)offset;
    return 0x6F | rd << 7 | (o & 0xFF000) | (o >> 11 & 1) << 20 | (o >> 1 & 0x3FF) << 21 |
           (o >> 20 & 1) << 31;
}

#define ASM_NOP 0x00000013u
#define ASM_ECALL 0x00000073u
#define ASM_EBREAK 0x00100073u
#define ASM_ADDI(rd, rs1, imm) asm_i(0x13, rd, rs1, imm)
#define ASM_ADD(rd, rs1, rs2) asm_r(0x33, rd, rs1, rs2)
#define ASM_LUI(rd, upper) ((u32)(upper) << 12 | (rd) << 7 | 0x37u)
#define ASM_AUIPC(rd, upper) ((u32)(upper) << 12 | (rd) << 7 | 0x17u)
#define ASM_JALR(rd, rs1, imm) asm_i(0x67, rd, rs1, imm)
#define ASM_LD(rd, rs1, imm) asm_i(0x3003, rd, rs1, imm)
#define ASM_SD(rs2, rs1, imm) asm_s(0x3023, rs2, rs1, imm)
#define ASM_BNE(rs1, rs2, offset) asm_b(0x1063, rs1, rs2, offset)

struct test_machine {
    struct rv_machine m;
    struct rv_pool *pool;
    struct rv_program *program;
    enum halt halt;
};

// A machine at the entry of an image, with calldata of no bytes. Ends the process if it is not
// valid.
static inline void test_machine_load(struct test_machine *t, struct buf *elf, i64 cycles)
{
    enum hv1_verdict verdict = HV1_OK;
    *t = (struct test_machine){.pool = rv_pool_new()};
    t->program = rv_program_new(buf_bytes(elf), RV_CONTRACT, &verdict);
    buf_fini(elf);
    if (t->program == NULL) {
        __builtin_trap();
    }
    struct rv_slot *slot = rv_slot_acquire(t->pool, t->program);
    rv_slot_set_calldata(slot, BYTES_NONE);
    rv_machine_init(&t->m, t->program, slot, cycles);
}

// The words at 0x80300000, and a page of data at 0x80310000.
static inline void test_machine_code(struct test_machine *t, const u32 *words, usize count)
{
    struct buf b = {0};
    test_elf_code(&b, (bytes){(const u8 *)words, count * 4});
    test_elf_segment(&b, TEST_W, 0x80310000, BYTES_NONE, 4096);
    test_machine_load(t, &b, 1000000);
}

static inline enum rv_exit test_machine_run(struct test_machine *t)
{
    return rv_run(&t->m, &t->halt);
}

static inline void test_machine_fini(struct test_machine *t)
{
    rv_slot_release(t->pool, t->m.slot);
    rv_pool_free(t->pool);
    rv_program_unref(t->program);
}
