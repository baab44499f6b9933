// SPDX-License-Identifier: MIT
// Where code is decoded and where not. What records do is tested by running them.
#include "engine/rv/priv.h"
#include "engine/rv/test_asm.h"
#include "lib/base/halt.h"
#include "test/test.h"

static rv_charge charge_at(const struct test_machine *t, u32 pc)
{
    const struct rv_run *run = rv_run_find(t->program, pc);
    return run->charges[(pc - run->first) / 2];
}

// jal over an ecall to addi, ecall; behind them another ecall.
TEST(rv_predecode, code_is_decoded_where_control_arrives_and_nowhere_else)
{
    const u32 words[] = {asm_j(0, 8), ASM_ECALL, ASM_ADDI(A0, A0, 1), ASM_ECALL, ASM_ECALL};
    struct test_machine t;
    test_machine_code(&t, words, COUNT_OF(words));
    for (u32 pc = TEST_TEXT; pc < TEST_TEXT + sizeof words; pc += 2) {
        EXPECT_EQ(charge_at(&t, pc), 0);
    }
    EXPECT_EQ(test_machine_run(&t), RV_EXIT_ECALL);
    EXPECT_EQ(rv_charge_cycles(charge_at(&t, TEST_TEXT)), 2);
    EXPECT_EQ(rv_charge_cycles(charge_at(&t, TEST_TEXT + 8)), 41);
    EXPECT_EQ(rv_charge_instructions(charge_at(&t, TEST_TEXT + 8)), 2);
    EXPECT_EQ(rv_charge_cycles(charge_at(&t, TEST_TEXT + 12)), 40);
    static const u32 never[] = {2, 4, 6, 10, 14, 16, 18};
    for (usize i = 0; i < COUNT_OF(never); i++) {
        EXPECT_EQ(charge_at(&t, TEST_TEXT + never[i]), 0);
    }
    test_machine_fini(&t);
}

TEST(rv_predecode, a_block_that_cannot_be_paid_is_not_decoded)
{
    const u32 words[] = {ASM_NOP, ASM_NOP, ASM_NOP, ASM_ECALL};
    struct test_machine t;
    test_machine_code(&t, words, COUNT_OF(words));
    t.m.cycles = 42;
    EXPECT_EQ(test_machine_run(&t), RV_EXIT_HALT);
    EXPECT_STR(halt_name(t.halt), "out_of_gas");
    EXPECT_EQ(t.m.cycles, 42);
    EXPECT_EQ(t.m.instructions, 0);
    EXPECT_EQ(charge_at(&t, TEST_TEXT), 0);
    t.m.cycles = 43;
    EXPECT_EQ(test_machine_run(&t), RV_EXIT_ECALL);
    EXPECT_EQ(t.m.cycles, 0);
    EXPECT_EQ(rv_charge_cycles(charge_at(&t, TEST_TEXT)), 43);
    test_machine_fini(&t);
}

// A block that runs into one that is decoded takes its charge from there.
TEST(rv_predecode, blocks_share_their_ends)
{
    const u32 words[] = {ASM_NOP, ASM_ADDI(A0, A0, 1), ASM_ADDI(A0, A0, 1), ASM_ECALL};
    struct test_machine t;
    test_machine_code(&t, words, COUNT_OF(words));
    t.m.pc = TEST_TEXT + 8;
    EXPECT_EQ(test_machine_run(&t), RV_EXIT_ECALL);
    EXPECT_EQ(charge_at(&t, TEST_TEXT + 4), 0);
    t.m.pc = TEST_TEXT;
    t.m.cycles = 43;
    t.m.x[A0] = 0;
    EXPECT_EQ(test_machine_run(&t), RV_EXIT_ECALL);
    EXPECT_EQ(t.m.cycles, 0);
    EXPECT_EQ(t.m.x[A0], 2);
    EXPECT_EQ(rv_charge_instructions(charge_at(&t, TEST_TEXT)), 4);
    test_machine_fini(&t);
}

// Sixteen segments over the same 200,000 bytes, 1.6 million pcs: mapped, and looked at nowhere but
// at the entry. All records together would take 38 MiB.
TEST(rv_predecode, bytes_that_are_mapped_many_times_cost_only_where_they_run)
{
    static u32 words[50000];
    for (usize i = 0; i < COUNT_OF(words); i++) {
        words[i] = ASM_ADDI(A0, A0, 1);
    }
    words[1] = ASM_ECALL;
    struct buf b = {0};
    test_elf_begin(&b, TEST_TEXT);
    for (u32 i = 0; i < 16; i++) {
        u64 gva = TEST_TEXT + i * sizeof words;
        bytes data = i == 0 ? (bytes){(const u8 *)words, sizeof words} : BYTES_NONE;
        test_elf_segment(&b, TEST_X, gva, data, sizeof words);
        u8 *h = b.p + TEST_ELF_HEADERS + 56u * i;
        store_le64(h + 8, TEST_ELF_DATA);
        store_le64(h + 32, sizeof words);
    }
    enum hv1_verdict verdict = HV1_OK;
    struct rv_program *p = rv_program_new(buf_bytes(&b), RV_CONTRACT, &verdict);
    EXPECT_EQ(verdict, HV1_OK);
    EXPECT_EQ(p->run_count, 1);
    struct rv_pool *pool = rv_pool_new();
    struct rv_machine m;
    rv_machine_init(&m, p, rv_slot_acquire(pool, p), 1000);
    enum halt halt = HALT_NONE;
    EXPECT_EQ(rv_run(&m, &halt), RV_EXIT_ECALL);
    usize decoded = 0;
    for (u32 i = 0; i < p->runs[0].count; i++) {
        decoded += p->runs[0].charges[i] != 0;
    }
    EXPECT_EQ(decoded, 2);
    rv_slot_release(pool, m.slot);
    rv_pool_free(pool);
    rv_program_unref(p);
    buf_fini(&b);
}
