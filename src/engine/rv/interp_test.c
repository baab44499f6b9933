// SPDX-License-Identifier: MIT
// The interpreter: exits, charges, traps, transfers of control, memory rules. What each instruction
// computes is tested by the programs of test/rv; here stands what ABI sections 2 and 4 say beyond
// the manual.
#include "engine/rv/fp.h"
#include "engine/rv/test_asm.h"
#include "lib/base/halt.h"
#include "test/test.h"

#define CODE(t, ...)                                                                               \
    struct test_machine t;                                                                         \
    const u32 t##_words[] = {__VA_ARGS__};                                                         \
    test_machine_code(&t, t##_words, COUNT_OF(t##_words))
#define EXPECT_ECALL(t)                                                                            \
    EXPECT_EQ(test_machine_run(&(t)), RV_EXIT_ECALL);                                              \
    EXPECT_EQ((t).halt, HALT_NONE)
#define EXPECT_HALT(t, why)                                                                        \
    EXPECT_EQ(test_machine_run(&(t)), RV_EXIT_HALT);                                               \
    EXPECT_STR(halt_name((t).halt), why)
#define DATA 0x80310000u

TEST(rv_interp, starts_with_the_registers_of_the_abi)
{
    CODE(t, ASM_ECALL);
    EXPECT_ECALL(t);
    for (u32 i = 0; i < 32; i++) {
        EXPECT_EQ(t.m.x[i], i == SP ? 0x80300000 : i == A0 ? 0x80000000 : 0);
        EXPECT_EQ(t.m.f[i], 0);
    }
    EXPECT_EQ(t.m.fcsr, 0);
    test_machine_fini(&t);
}

TEST(rv_interp, an_ecall_exits_behind_itself_with_exact_counts)
{
    CODE(t, ASM_ADDI(A0, 0, 7), ASM_ADDI(A1, A0, 8), ASM_ECALL, ASM_ADDI(A2, A1, -1), ASM_ECALL);
    EXPECT_ECALL(t);
    EXPECT_EQ(t.m.pc, TEST_TEXT + 12);
    EXPECT_EQ(t.m.x[A1], 15);
    EXPECT_EQ(t.m.cycles, 1000000 - 42);
    EXPECT_EQ(t.m.cycles_used, 42);
    EXPECT_EQ(t.m.instructions, 3);
    t.m.cycles -= 100; // a service's price
    EXPECT_ECALL(t);
    EXPECT_EQ(t.m.pc, TEST_TEXT + 20);
    EXPECT_EQ(t.m.x[A2], 14);
    EXPECT_EQ(t.m.cycles_used, 42 + 41);
    EXPECT_EQ(t.m.cycles, 1000000 - 100 - 42 - 41);
    EXPECT_EQ(t.m.instructions, 5);
    test_machine_fini(&t);
}

// Five rounds of a loop of two instructions (3 cycles) behind one, then an ecall.
TEST(rv_interp, out_of_gas_is_found_at_block_heads_before_anything_happens)
{
    const i64 total = 1 + 5 * 3 + 40;
    for (i64 cycles = 0; cycles <= total; cycles++) {
        CODE(t, ASM_ADDI(A0, 0, 5), ASM_ADDI(A0, A0, -1), ASM_BNE(A0, 0, -4), ASM_ECALL);
        t.m.cycles = cycles;
        if (cycles == total) {
            EXPECT_ECALL(t);
            EXPECT_EQ(t.m.cycles, 0);
        } else {
            EXPECT_HALT(t, "out_of_gas");
            i64 rounds = cycles < 16 ? (cycles - 1) / 3 : 5;
            EXPECT_EQ(t.m.x[A0], rounds == 0 ? 0x80000000 : 5 - rounds);
            EXPECT_EQ(t.m.pc, TEST_TEXT + (rounds == 0 ? 0 : rounds < 5 ? 4 : 12));
            EXPECT_EQ(t.m.cycles, rounds == 0 ? cycles : cycles - 1 - 3 * rounds);
            EXPECT_EQ(t.m.instructions, rounds == 0 ? 0 : 1 + 2 * rounds);
            EXPECT_EQ(t.m.cycles + (i64)t.m.cycles_used, cycles);
        }
        test_machine_fini(&t);
    }
}

TEST(rv_interp, each_even_pc_has_the_charge_of_what_follows_it)
{
    // lui a0, 0x13 then ecall: the upper half of the lui decodes as c.addi x0 (a hint), then ecall
    CODE(t, ASM_LUI(0, 0x00010), ASM_ECALL);
    EXPECT_EQ(t_words[0] >> 16, 0x0001);
    t.m.pc = TEST_TEXT + 2;
    EXPECT_ECALL(t);
    EXPECT_EQ(t.m.cycles_used, 41);
    EXPECT_EQ(t.m.instructions, 2);
    test_machine_fini(&t);
}

TEST(rv_interp, halts_have_their_reason_and_pc)
{
    static const struct {
        u32 word;
        const char *reason;
        u32 cost;
    } rows[] = {
        {ASM_EBREAK, "breakpoint", 1},
        {0x30200073, "illegal_instruction", 1}, // mret
        {0x10500073, "illegal_instruction", 1}, // wfi
        {0x10200073, "illegal_instruction", 1}, // sret
        {0x12000073, "illegal_instruction", 1}, // sfence.vma
        {0x00000000, "illegal_instruction", 1}, // two of 2 bytes
        {0xFFFFFFFF, "illegal_instruction", 1},
        {0x00002003 | A1 << 7, "bad_access", 6 + 40},     // lw a1, 0(x0)
        {0x00002023, "bad_access", 3 + 40},               // sw x0, 0(x0)
        {0xC0002073 | 1 << 15, "illegal_instruction", 1}, // csrrs x0, cycle, x1
        {0x7C002573, "illegal_instruction", 1},           // unknown csr
    };
    for (usize i = 0; i < COUNT_OF(rows); i++) {
        CODE(t, ASM_NOP, rows[i].word, ASM_ECALL);
        EXPECT_HALT(t, rows[i].reason);
        EXPECT_EQ(t.m.pc, TEST_TEXT + 4);
        EXPECT_EQ(t.m.cycles_used, 1 + rows[i].cost);
        EXPECT_EQ(t.m.instructions, 1);
        test_machine_fini(&t);
    }
}

TEST(rv_interp, running_off_the_executable_bytes_is_a_bad_access)
{
    CODE(t, ASM_NOP, ASM_NOP);
    EXPECT_HALT(t, "bad_access");
    EXPECT_EQ(t.m.pc, TEST_TEXT + 8);
    EXPECT_EQ(t.m.cycles_used, 2);
    EXPECT_EQ(t.m.instructions, 2);
    t.m.pc = TEST_TEXT + 8; // arriving there costs nothing
    t.m.cycles = 0;
    EXPECT_HALT(t, "bad_access");
    EXPECT_EQ(t.m.instructions, 2);
    test_machine_fini(&t);
}

static void load_raw(struct test_machine *t, u64 entry, u64 gva, bytes code)
{
    struct buf b = {0};
    test_elf_begin(&b, entry);
    test_elf_segment(&b, TEST_X, gva, code, code.n);
    test_machine_load(t, &b, 1000);
}

TEST(rv_interp, an_instruction_that_is_cut_off_is_illegal)
{
    const u8 code[] = {0x01, 0x00, 0x13, 0x00, 0x00}; // c.nop, three bytes of an addi
    for (u32 n = 3; n <= 5; n++) {
        struct test_machine t;
        load_raw(&t, TEST_TEXT, TEST_TEXT, (bytes){code, n});
        EXPECT_HALT(t, "illegal_instruction");
        EXPECT_EQ(t.m.pc, TEST_TEXT + 2);
        EXPECT_EQ(t.m.cycles_used, 2);
        EXPECT_EQ(t.m.instructions, 1);
        if (n == 5) {
            t.m.pc = TEST_TEXT + 4; // one byte only
            EXPECT_HALT(t, "illegal_instruction");
            EXPECT_EQ(t.m.cycles_used, 3);
            t.m.pc = TEST_TEXT + 6;
            EXPECT_HALT(t, "bad_access");
            EXPECT_EQ(t.m.cycles_used, 3);
        }
        test_machine_fini(&t);
    }
    struct test_machine
        t; // text that begins at an odd address: the even one below is not executable
    const u8 odd[] = {0xFF, 0x01, 0x00, 0x73, 0x00, 0x00, 0x00};
    load_raw(&t, TEST_TEXT + 4, TEST_TEXT + 3, (bytes){odd, 7});
    EXPECT_ECALL(t);
    EXPECT_EQ(t.m.cycles_used, 41);
    t.m.pc = TEST_TEXT + 2;
    EXPECT_HALT(t, "bad_access");
    test_machine_fini(&t);
}

TEST(rv_interp, fetches_outside_executable_bytes_are_bad_accesses)
{
    static const u64 targets[] = {0, DATA, 0x80000000, TEST_TEXT - 2, TEST_TEXT + 16, 0xFFFFFFFE};
    for (usize i = 0; i < COUNT_OF(targets); i++) {
        CODE(t, ASM_JALR(RA, A0, 0), ASM_NOP, ASM_NOP, ASM_ECALL);
        t.m.x[A0] = targets[i] | 0xDEAD00000001; // bit 0 and the upper half are dropped
        EXPECT_HALT(t, "bad_access");
        EXPECT_EQ(t.m.pc, targets[i]);
        EXPECT_EQ(t.m.x[RA], TEST_TEXT + 4); // the jump itself was executed
        EXPECT_EQ(t.m.instructions, 1);
        EXPECT_EQ(t.m.cycles_used, 6);
        test_machine_fini(&t);
    }
    CODE(t, asm_j(RA, -8), ASM_ECALL);
    EXPECT_HALT(t, "bad_access");
    EXPECT_EQ(t.m.pc, TEST_TEXT - 8);
    EXPECT_EQ(t.m.x[RA], TEST_TEXT + 4);
    EXPECT_EQ(t.m.instructions, 1);
    test_machine_fini(&t);
}

TEST(rv_interp, runs_with_gaps_between_them_jump_to_each_other)
{
    // run 1: jal to run 2; run 2: addi, branch back to run 1 + 4; run 1 + 4: jalr to run 3; run 3:
    // ecall
    const u32 first[] = {asm_j(RA, 0x100), ASM_JALR(0, A1, 0)};
    const u32 second[] = {ASM_ADDI(A2, RA, 1), ASM_BNE(A2, 0, -0x100), ASM_EBREAK};
    const u32 third[] = {ASM_ADDI(A2, A2, 1), ASM_ECALL};
    struct buf b = {0};
    test_elf_code(&b, (bytes){(const u8 *)first, sizeof first});
    test_elf_segment(&b, TEST_X, TEST_TEXT + 0x100, (bytes){(const u8 *)second, 12}, 12);
    test_elf_segment(&b, TEST_X, TEST_TEXT + 0x20000, (bytes){(const u8 *)third, 8}, 8);
    struct test_machine t;
    test_machine_load(&t, &b, 1000);
    t.m.x[A1] = TEST_TEXT + 0x20000;
    struct rv_machine start = t.m;
    EXPECT_ECALL(t);
    EXPECT_EQ(t.m.x[A2], TEST_TEXT + 6);
    EXPECT_EQ(t.m.pc, TEST_TEXT + 0x20008);
    EXPECT_EQ(t.m.cycles_used, 2 + 3 + 6 + 41);
    EXPECT_EQ(t.m.instructions, 6);
    static const u32 heads[] = {0, 0x100, 4, 0x20000};
    static const u32 sums[] = {2, 5, 11, 52};
    for (u32 i = 0; i < 4; i++) { // one cycle short of each block
        t.m = start;
        t.m.cycles = sums[i] - 1;
        EXPECT_HALT(t, "out_of_gas");
        EXPECT_EQ(t.m.pc, TEST_TEXT + heads[i]);
    }
    test_machine_fini(&t);
}

TEST(rv_interp, writes_to_x0_vanish)
{
    CODE(t, ASM_ADDI(0, A0, 5), ASM_LUI(0, 7), ASM_AUIPC(0, 7), ASM_LD(0, SP, -8), asm_j(0, 4),
         0x00302073, 0x0005202F | 2 << 27, ASM_JALR(0, A2, 0), ASM_ADD(A1, 0, 0), ASM_ECALL);
    t.m.x[A0] = DATA; // csrrs x0, fcsr; amoadd... above is lr.w x0, (a0)
    t.m.x[A2] = TEST_TEXT + 32;
    EXPECT_ECALL(t);
    EXPECT_EQ(t.m.x[0], 0);
    EXPECT_EQ(t.m.x[A1], 0);
    EXPECT_EQ(t.m.x[32], 0);
    test_machine_fini(&t);
    CODE(u, ASM_LD(0, 0, 0), ASM_ECALL); // a load to x0 still accesses
    EXPECT_HALT(u, "bad_access");
    test_machine_fini(&u);
}

TEST(rv_interp, auipc_adds_to_a_pc_of_32_bits)
{
    CODE(t, ASM_AUIPC(A0, 0x7FFFF), ASM_AUIPC(A1, 0x80000), ASM_AUIPC(A2, 0xFFFFF), ASM_ECALL);
    EXPECT_ECALL(t);
    EXPECT_EQ(t.m.x[A0], 0x80300000ull + 0x7FFFF000);
    EXPECT_EQ(t.m.x[A1], 0x300004);
    EXPECT_EQ(t.m.x[A2], 0x802FF008);
    test_machine_fini(&t);
}

TEST(rv_interp, addresses_are_taken_modulo_2_32)
{
    CODE(t, ASM_SD(A1, A0, 8), ASM_LD(A2, T0, -8), ASM_ECALL);
    t.m.x[A0] = 0xFFFFFFFF00000000 | DATA;
    t.m.x[T0] = 0x1234500000000000 | (DATA + 16);
    t.m.x[A1] = 0x0123456789ABCDEF;
    EXPECT_ECALL(t);
    EXPECT_EQ(t.m.x[A2], 0x0123456789ABCDEF);
    EXPECT_EQ(load_le64(rv_slot_read(t.m.slot, DATA + 8, 8)), 0x0123456789ABCDEF);
    test_machine_fini(&t);
}

TEST(rv_interp, loads_and_stores_may_be_misaligned_and_cross_pages)
{
    CODE(t, ASM_SD(A1, A0, 0), ASM_LD(A2, A0, 0), asm_i(0x2003, T0, A0, 1), ASM_ECALL);
    t.m.x[A0] = 0x802FFFFB - 0x1000 + 2; // across two stack pages
    t.m.x[A1] = 0x8877665544332211;
    EXPECT_ECALL(t);
    EXPECT_EQ(t.m.x[A2], 0x8877665544332211);
    EXPECT_EQ(t.m.x[T0], 0x55443322);
    test_machine_fini(&t);
    for (u32 off = 1; off < 8; off++) { // the last bytes of the data page and what follows it
        CODE(u, ASM_SD(A1, A0, 0), ASM_ECALL);
        u.m.x[A0] = DATA + 4096 - off;
        u.m.x[A1] = ~0ull;
        EXPECT_HALT(u, "bad_access");
        EXPECT_EQ(load_le64(rv_slot_read(u.m.slot, DATA + 4088, 8)), 0);
        test_machine_fini(&u);
    }
    CODE(v, ASM_SD(A1, A0, -4), ASM_ECALL); // the first bytes: the page below has no access
    v.m.x[A0] = DATA;
    v.m.x[A1] = ~0ull;
    EXPECT_HALT(v, "bad_access");
    EXPECT_EQ(*rv_slot_read(v.m.slot, DATA, 1), 0);
    test_machine_fini(&v);
}

TEST(rv_interp, calldata_and_text_are_read_only)
{
    static const u32 places[] = {0x80000000, 0x800EFFF8, TEST_TEXT};
    for (usize i = 0; i < COUNT_OF(places); i++) {
        CODE(t, ASM_LD(A1, A0, 0), ASM_SD(A1, A0, 0), ASM_ECALL);
        t.m.x[A0] = places[i];
        EXPECT_HALT(t, "bad_access");
        EXPECT_EQ(t.m.pc, TEST_TEXT + 4);
        EXPECT_EQ(t.m.instructions, 1);
        test_machine_fini(&t);
    }
}

TEST(rv_interp, a_grown_heap_is_writable)
{
    CODE(t, ASM_ECALL, ASM_SD(SP, A0, 0), ASM_SD(SP, A0, 0), ASM_LD(A1, A0, 0), ASM_ECALL);
    t.m.x[A0] = DATA + 0x1000;
    EXPECT_ECALL(t);
    bool ok = false;
    EXPECT_EQ(rv_slot_grow(t.m.slot, 1, &ok), DATA + 0x1000);
    EXPECT_ECALL(t);
    EXPECT_EQ(t.m.x[A1], 0x80300000);
    test_machine_fini(&t);
}

#define LR_W(rd, rs1) asm_r(0x1000202F, rd, rs1, 0)
#define SC_W(rd, rs1, rs2) asm_r(0x1800202F, rd, rs1, rs2)
#define LR_D(rd, rs1) asm_r(0x1000302F, rd, rs1, 0)
#define SC_D(rd, rs1, rs2) asm_r(0x1800302F, rd, rs1, rs2)
#define AMOADD_W(rd, rs1, rs2) asm_r(0x0000202F, rd, rs1, rs2)

TEST(rv_interp, sc_succeeds_with_a_record_of_the_same_address_and_width)
{
    CODE(t, LR_W(A1, A0), SC_W(A2, A0, SP), SC_W(T0, A0, SP), LR_W(A1, A0), SC_D(T1, A0, SP),
         LR_D(A1, A0), ASM_SD(0, A0, 0), SC_D(T2, A0, SP), ASM_ECALL);
    t.m.x[A0] = DATA | 0x500000000;
    EXPECT_ECALL(t);
    EXPECT_EQ(t.m.x[A2], 0); // done
    EXPECT_EQ(t.m.x[T0], 1); // cleared by the one before
    EXPECT_EQ(t.m.x[T1], 1); // other width
    EXPECT_EQ(t.m.x[T2], 0); // stores do not clear
    EXPECT_EQ(load_le64(rv_slot_read(t.m.slot, DATA, 8)), 0x80300000);
    EXPECT_EQ(t.m.x[A1], 0xFFFFFFFF80300000 & 0x80300000);
    test_machine_fini(&t);
    CODE(u, LR_W(A1, A0), ASM_ECALL, SC_W(A2, A0, SP), LR_W(A1, A0), SC_W(T0, S0, SP), ASM_ECALL);
    u.m.x[A0] = DATA;
    u.m.x[S0] = DATA + 4;
    EXPECT_ECALL(u);
    EXPECT_EQ(u.m.reservation_size, 0);
    EXPECT_ECALL(u);
    EXPECT_EQ(u.m.x[A2], 1); // the ecall cleared it
    EXPECT_EQ(u.m.x[T0], 1); // other address
    test_machine_fini(&u);
}

TEST(rv_interp, atomics_must_be_aligned_and_sc_and_amo_need_write_access)
{
    const struct {
        u32 word;
        u64 gva;
        const char *reason;
    } rows[] = {
        {LR_W(A1, A0), DATA + 2, "misaligned_atomic"},
        {LR_D(A1, A0), DATA + 4, "misaligned_atomic"},
        {SC_W(A1, A0, SP), DATA + 1, "misaligned_atomic"},
        {AMOADD_W(A1, A0, SP), DATA + 3, "misaligned_atomic"},
        {AMOADD_W(A1, A0, SP), 2, "misaligned_atomic"}, // also where there is no access
        {AMOADD_W(A1, A0, SP), 4, "bad_access"},
        {LR_W(A1, A0), 4, "bad_access"},
        {SC_W(A1, A0, SP), TEST_TEXT, "bad_access"}, // though it would fail
        {AMOADD_W(A1, A0, SP), 0x80000000, "bad_access"},
    };
    for (usize i = 0; i < COUNT_OF(rows); i++) {
        CODE(t, rows[i].word, ASM_ECALL);
        t.m.x[A0] = rows[i].gva;
        EXPECT_HALT(t, rows[i].reason);
        test_machine_fini(&t);
    }
    CODE(t, LR_W(A1, A0), AMOADD_W(A2, T0, T1), AMOADD_W(T2, T0, T1), ASM_ECALL);
    t.m.x[A0] = TEST_TEXT; // LR needs to read only
    t.m.x[T0] = DATA;
    t.m.x[T1] = 0xFFFFFFFF80000001;
    EXPECT_ECALL(t);
    EXPECT_EQ(t.m.x[T2], 0xFFFFFFFF80000001); // old value, sign-extended
    EXPECT_EQ(load_le64(rv_slot_read(t.m.slot, DATA, 8)), 2);
    test_machine_fini(&t);
}

#define CSRRW(rd, csr, rs1) asm_i(0x1073, rd, rs1, csr)
#define CSRRS(rd, csr, rs1) asm_i(0x2073, rd, rs1, csr)
#define CSRRSI(rd, csr, uimm) asm_i(0x6073, rd, uimm, csr)

TEST(rv_interp, csrs_are_those_of_the_abi)
{
    static const struct {
        u32 number;
        u64 initial, written; // after a write of ~0
    } rows[] = {
        {0x001, 0, 0x1F},  {0x002, 0, 7},
        {0x003, 0, 0xFF},  {0x300, 0, ~0ull},
        {0x304, 0, ~0ull}, {0x305, 0, ~0ull},
        {0x340, 0, ~0ull}, {0x341, 0, ~0ull},
        {0x342, 0, ~0ull}, {0x343, 0, ~0ull},
        {0x344, 0, ~0ull}, {0xB00, 0, 0},
        {0xB02, 0, 0},     {0x301, 0x800000000000112D, 0x800000000000112D},
    };
    for (usize i = 0; i < COUNT_OF(rows); i++) {
        i32 csr = (i32)rows[i].number;
        CODE(t, CSRRW(A1, csr, T0), CSRRS(A2, csr, 0), ASM_ECALL);
        t.m.x[T0] = ~0ull;
        EXPECT_ECALL(t);
        EXPECT_EQ(t.m.x[A1], rows[i].initial);
        EXPECT_EQ(t.m.x[A2], rows[i].written);
        EXPECT_EQ(t.m.cycles_used, 6 + 6 + 40);
        test_machine_fini(&t);
    }
    static const u32 read_only[] = {0xC00, 0xC01, 0xC02, 0xF11, 0xF12, 0xF13, 0xF14, 0xF15};
    for (usize i = 0; i < COUNT_OF(read_only); i++) {
        i32 csr = (i32)read_only[i];
        CODE(t, CSRRSI(A1, csr, 0), ASM_ECALL);
        t.m.x[A1] = 1;
        EXPECT_ECALL(t);
        EXPECT_EQ(t.m.x[A1], 0);
        test_machine_fini(&t);
        CODE(u, CSRRSI(A1, csr, 1), ASM_ECALL);
        EXPECT_HALT(u, "illegal_instruction");
        test_machine_fini(&u);
    }
}

#define FADD_S(rd, rs1, rs2, rm) (asm_r(0x00000053, rd, rs1, rs2) | (u32)(rm) << 12)
#define FDIV_S(rd, rs1, rs2, rm) (asm_r(0x18000053, rd, rs1, rs2) | (u32)(rm) << 12)

TEST(rv_interp, an_invalid_dynamic_rounding_mode_halts_when_it_is_executed)
{
    for (u32 frm = 0; frm < 8; frm++) {
        CODE(t, FADD_S(1, 2, 3, 0), FADD_S(1, 2, 3, 7), ASM_ECALL);
        t.m.fcsr = frm << 5;
        if (frm <= 4) {
            EXPECT_ECALL(t);
        } else {
            EXPECT_HALT(t, "illegal_instruction");
            EXPECT_EQ(t.m.pc, TEST_TEXT + 4);
            EXPECT_EQ(t.m.instructions, 1);
        }
        EXPECT_EQ(t.m.cycles_used, 8 + 8 + 40); // it ends no block
        test_machine_fini(&t);
    }
}

TEST(rv_interp, floating_point_flags_accumulate_and_values_are_boxed)
{
    CODE(t, FDIV_S(1, 2, 3, 0), CSRRS(A1, 1, 0), FDIV_S(4, 3, 3, 0), CSRRS(A2, 3, 0),
         FADD_S(5, 6, 6, 0), ASM_ECALL);
    t.m.f[2] = fp_box(0x3F800000); // 1 / 0, then 0 / 0
    t.m.f[3] = fp_box(0);
    t.m.f[6] = 0x3F800000; // not boxed: reads as NaN
    EXPECT_ECALL(t);
    EXPECT_EQ(t.m.f[1], 0xFFFFFFFF7F800000);
    EXPECT_EQ(t.m.x[A1], FP_DZ);
    EXPECT_EQ(t.m.f[4], 0xFFFFFFFF7FC00000);
    EXPECT_EQ(t.m.x[A2], FP_DZ | FP_NV);
    EXPECT_EQ(t.m.f[5], 0xFFFFFFFF7FC00000);
    test_machine_fini(&t);
}

TEST(rv_interp, f0_is_an_ordinary_register)
{
    CODE(t, asm_r(0xF2000053, 0, A0, 0), asm_r(0xE2000053, A1, 0, 0), asm_i(0x3007, 0, SP, -8),
         asm_r(0xE2000053, A2, 0, 0), ASM_ECALL); // fmv.d.x f0, a0; fmv.x.d a1, f0; fld f0, -8(sp)
    EXPECT_ECALL(t);
    EXPECT_EQ(t.m.x[A1], 0x80000000);
    EXPECT_EQ(t.m.x[A2], 0);
    test_machine_fini(&t);
}

struct seen {
    u32 blocks, steps;
    u64 cost;
    u32 pc[64];
};

static void see_block(void *ctx, const struct rv_machine *m, u32 cost)
{
    struct seen *s = ctx;
    EXPECT(m->x[0] == 0);
    s->blocks++;
    s->cost += cost;
    EXPECT_EQ(m->cycles_used, s->cost);
}

static void see_step(void *ctx, const struct rv_machine *m)
{
    struct seen *s = ctx;
    EXPECT_EQ(m->instructions, s->steps);
    s->pc[s->steps++] = m->pc;
}

TEST(rv_interp, hooks_see_each_block_and_each_instruction)
{
    CODE(t, ASM_ADDI(A0, 0, 2), ASM_ADDI(A0, A0, -1), ASM_BNE(A0, 0, -4), ASM_ECALL);
    struct seen s = {0};
    struct rv_hooks hooks = {.ctx = &s, .block = see_block, .step = see_step};
    EXPECT_EQ(rv_run_hooked(&t.m, &t.halt, &hooks), RV_EXIT_ECALL);
    static const u32 expected[] = {0, 4, 8, 4, 8, 12};
    EXPECT_EQ(s.steps, 6);
    EXPECT_EQ(s.blocks, 3);
    EXPECT_EQ(s.cost, 4 + 3 + 40);
    for (u32 i = 0; i < 6; i++) {
        EXPECT_EQ(s.pc[i], TEST_TEXT + expected[i]);
    }
    EXPECT_EQ(t.m.instructions, 6);
    test_machine_fini(&t);
}

// ---- fill loops ---------------------------------------------------------------------------------

struct fill_case {
    u32 store, width;
    bool until_equal;
    u64 from, to; // of the loop's two registers
};

static void load_fill(struct test_machine *t, const struct fill_case *c, i64 cycles)
{
    const u32 code[] = {
        c->store | T0 << 15,
        ASM_ADDI(T0, T0, (i32)c->width),
        c->until_equal ? ASM_BNE(T1, T0, -8) : asm_b(0x6063, T0, T1, -8),
        ASM_ECALL,
    };
    struct buf b = {0};
    test_elf_code(&b, (bytes){(const u8 *)code, sizeof code});
    test_elf_segment(&b, TEST_W, 0x80310000, BYTES_NONE, 1500 * 4096);
    test_machine_load(t, &b, cycles);
    for (u32 page = 0; page < 1500; page += 7) {
        __builtin_memset(rv_slot_write(t->m.slot, 0x80310000 + page * 4096, 4096), 0xEE, 4096);
    }
    t->m.x[T0] = c->from;
    t->m.x[T1] = c->to;
}

static void expect_fill(const struct fill_case *c, i64 cycles)
{
    struct test_machine a, b;
    load_fill(&a, c, cycles);
    load_fill(&b, c, cycles);
    const struct rv_hooks none = {0};
    enum rv_exit exit = test_machine_run(&a);
    EXPECT_EQ(exit, rv_run_hooked(&b.m, &b.halt, &none));
    EXPECT_STR(halt_name(a.halt), halt_name(b.halt));
    EXPECT_EQ(a.m.pc, b.m.pc);
    EXPECT_EQ(a.m.x[T0], b.m.x[T0]);
    EXPECT_EQ(a.m.cycles, b.m.cycles);
    EXPECT_EQ(a.m.cycles_used, b.m.cycles_used);
    EXPECT_EQ(a.m.instructions, b.m.instructions);
    EXPECT_BYTES(rv_slot_read(a.m.slot, 0x80310000, 1500 * 4096),
                 rv_slot_read(b.m.slot, 0x80310000, 1500 * 4096), 1500 * 4096);
    test_machine_fini(&a);
    test_machine_fini(&b);
}

TEST(rv_interp, a_fill_loop_is_the_same_as_its_instructions)
{
    enum { SB = 0x23, SH = 0x1023, SW = 0x2023, SD = 0x3023 };
    const u64 lo = 0x80310000, hi = lo + 1500 * 4096;
    const struct fill_case cases[] = {
        {SD, 8, false, lo, hi},
        {SD, 8, true, lo, hi},
        {SD, 8, false, lo + 3, hi - 13},
        {SD, 8, true, lo + 3, hi - 13}, // never equal: runs into the end
        {SW, 4, false, lo, lo + 4096},
        {SH, 2, true, lo + 2, lo + 8192},
        {SB, 1, false, lo, lo + 5000},
        {SD, 8, false, lo, hi + 8}, // the last store has no access
        {SD, 8, false, lo, ~0ull},
        {SD, 8, false, lo - 8, hi}, // nor has the first
        {SD, 8, false, lo, lo},
        {SD, 8, true, lo, lo},
        {SD, 8, false, hi, lo},
        {SD, 8, false, lo | 5ull << 32, (lo + 800) | 5ull << 32},
        {SD, 8, false, lo, lo + 1},
        {SD, 8, false, lo, lo + 80},
        {SD, 8, false, lo, lo + 65},
        {SD, 8, false, lo, lo + 73},
    };
    for (usize i = 0; i < COUNT_OF(cases); i++) {
        expect_fill(&cases[i], 100000000);
        expect_fill(&cases[i], 4001);
    }
    for (i64 cycles = 0; cycles < 260; cycles++) { // 20 rounds of 6 cycles and an ecall
        const struct fill_case c = {SD, 8, cycles % 2 == 0, lo, lo + 160};
        expect_fill(&c, cycles);
    }
    // out of gas in mid-loop, where whole pages are given back to the system
    for (i64 cycles = 6 * 512 * 1200 - 13; cycles < 6 * 512 * 1200 + 13; cycles++) {
        const struct fill_case c = {SD, 8, false, lo + 5, hi};
        expect_fill(&c, cycles);
    }
}
