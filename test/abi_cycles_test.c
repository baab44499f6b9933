// SPDX-License-Identifier: MIT
// ABI section 4, cycles: what a block costs and when it is charged, the price of each class of
// instructions, the rates, the cap of 2^48, and the boundary between enough gas and too little.
#include "test/kit.h"

// ---- classes of instructions

struct class_row {
    const char *name;
    u32 cost;
    u32 words[12]; // of 4 bytes; a word whose low bits are not 11 stands for two bytes
};

#define OPERANDS (T3 << 7 | T4 << 15 | T5 << 20) // rd, rs1, rs2
#define UNARY (T3 << 7 | T4 << 15)
#define AT_T1 (T3 << 7 | T1 << 15) // address in t1
#define STORE_T1 (T3 << 20 | T1 << 15)
#define DYNAMIC (7u << 12)

static const struct class_row CLASSES[] = {
    {"integer",
     1,
     {0x33 | OPERANDS, 0x13 | UNARY, 0x3B | OPERANDS, 0x1B | UNARY, 0x1033 | OPERANDS,
      0x40005013 | UNARY, 0x3033 | OPERANDS, 0x2013 | UNARY}},
    {"lui, auipc", 1, {0x37 | T3 << 7, 0x17 | T3 << 7}},
    {"bit manipulation",
     1,
     {0x60001013 | UNARY, 0x40007033 | OPERANDS, 0x20002033 | OPERANDS, 0x28001033 | OPERANDS,
      0x60005033 | OPERANDS, 0x0A006033 | OPERANDS, 0x0800003B | OPERANDS, 0x60201013 | UNARY}},
    {"conditional zero", 1, {0x0E005033 | OPERANDS, 0x0E007033 | OPERANDS}},
    {"hint", 1, {0x00100013, 0x00000037, 0x33 | T4 << 15, 0x0005}},
    {"fence", 1, {0x0FF0000F, 0x0330000F, 0x8330000F, 0x0FF0000F | T3 << 7, 0x0100000F}},
    {"fence.i", 1, {0x0000100F, 0x0010100F | T3 << 7}},
    {"compressed integer", 1, {0x4E05, 0x8E76, 0x9E76}}, // c.li t3,1; c.mv t3,t4; c.add t3,t4
    {"jal", 2, {0x004000EF, 0x0040006F, 0xA009}},        // c.j to the next instruction
    {"branch", 2, {0x263 | T4 << 15, 0x1263 | T4 << 15, 0x4263, 0x5263, 0x6263, 0x7263, 0xC111}},
    {"load",
     6,
     {0x03 | AT_T1, 0x1003 | AT_T1, 0x2003 | AT_T1, 0x3003 | AT_T1, 0x4003 | AT_T1, 0x5003 | AT_T1,
      0x6003 | AT_T1, 0x2007 | AT_T1, 0x3007 | AT_T1}},
    {"compressed load", 6, {0x4502, 0x6502, 0x2502}}, // c.lwsp, c.ldsp, c.fldsp
    {"store",
     3,
     {0x23 | STORE_T1, 0x1023 | STORE_T1, 0x2023 | STORE_T1, 0x3023 | STORE_T1, 0x2027 | STORE_T1,
      0x3027 | STORE_T1}},
    {"compressed store", 3, {0xC002, 0xE002, 0xA002}}, // c.swsp, c.sdsp, c.fsdsp
    {"mul, clmul",
     3,
     {0x02000033 | OPERANDS, 0x02001033 | OPERANDS, 0x02002033 | OPERANDS, 0x02003033 | OPERANDS,
      0x0200003B | OPERANDS, 0x0A001033 | OPERANDS, 0x0A002033 | OPERANDS, 0x0A003033 | OPERANDS}},
    {"div, rem",
     24,
     {0x02004033 | OPERANDS, 0x02005033 | OPERANDS, 0x02006033 | OPERANDS, 0x02007033 | OPERANDS,
      0x0200403B | OPERANDS, 0x0200503B | OPERANDS, 0x0200603B | OPERANDS, 0x0200703B | OPERANDS}},
    {"atomic",
     8,
     {0x1000302F | AT_T1, 0x1800302F | AT_T1 | T4 << 20, 0x0000302F | AT_T1 | T4 << 20,
      0x0000202F | AT_T1 | T4 << 20, 0x1000202F | AT_T1, 0x1800202F | AT_T1, 0x0800302F | AT_T1,
      0xE000202F | AT_T1, 0x0600302F | AT_T1}},
    {"csr",
     6,
     {0x34001073, 0x34002073 | T3 << 7, 0x34005073, 0xF1402073 | T3 << 7, 0xC0002073 | T3 << 7,
      0x00302073 | T3 << 7, 0x0032F073, 0x30045073}},
    {"fp move and compare",
     2,
     {0x22000053, 0x20001053, 0x2A000053, 0x28001053, 0xA2002053, 0xA0000053, 0xE2001053,
      0xE0001053, 0xF2000053, 0xE2000053, 0xE0000053, 0xF0000053}},
    {"fp add, mul, convert",
     8,
     {0x02000053, 0x00007053, 0x0A000053, 0x12000053, 0x10000053, 0x40100053, 0x42000053,
      0xC2000053, 0xD2000053, 0xC2200053, 0xD0300053, 0xC0100053}},
    {"fp fused", 12, {0x02000043, 0x00000043, 0x02000047, 0x0200004B, 0x0200004F, 0x0000704F}},
    {"fp div, sqrt", 40, {0x1A000053, 0x18000053, 0x5A000053, 0x58000053}},
};

static void put_instruction(struct buf *code, u32 word)
{
    if ((word & 3) == 3) {
        rv_put(code, word);
    } else {
        rv_put16(code, word);
        rv_put16(code, 0x0001); // c.nop keeps alignment; 1 cycle
    }
}

// Block charges of a contract that executes `word` once, if it is not 0.
static u64 cycles_with(struct kit *k, u32 word)
{
    struct buf code = {0};
    rv_li(&code, T1, RV_SCRATCH + 64);
    rv_li(&code, SP, RV_SCRATCH + 128);
    if (word != 0) {
        put_instruction(&code, word);
    }
    rv_end(&code);
    kit_rv_run(k, &code);
    EXPECT_SUCCESS(k);
    return k->r.cycles;
}

TEST(abi_cycles, each_class_of_instructions_has_its_cost)
{
    struct kit *k = kit_new();
    u64 without = cycles_with(k, 0);
    for (usize i = 0; i < COUNT_OF(CLASSES); i++) {
        const struct class_row *row = &CLASSES[i];
        for (usize j = 0; j < COUNT_OF(row->words) && row->words[j] != 0; j++) {
            u32 padding = (row->words[j] & 3) != 3;
            u64 cost = cycles_with(k, row->words[j]) - without - padding;
            if (cost != row->cost) {
                FAIL("%s: %08x costs %llu, not %u", row->name, row->words[j],
                     (unsigned long long)cost, row->cost);
            }
        }
    }
    kit_free(k);
}

TEST(abi_cycles, jalr_costs_6_and_an_ecall_40)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    rv_put(&code, 0x17 | T1 << 7);   // auipc t1, 0: this pc
    rv_i(&code, RV_JALR, RA, T1, 8); // to the next instruction
    rv_end(&code);                   // li, li, ecall
    kit_rv_run(k, &code);
    EXPECT_SUCCESS(k);
    EXPECT_EQ(k->r.cycles, 1 + 6 + 1 + 1 + 40);
    EXPECT_EQ(k->r.instructions, 5);
    EXPECT_EQ(k->r.gas_used, RV_START_GAS + (49 + 3) / 4);
    kit_free(k);
}

TEST(abi_cycles, the_pieces_of_a_loop_add_up)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    rv_li(&code, T1, 10);
    usize loop = code.n;
    rv_i(&code, RV_ADDI, T1, T1, -1);
    rv_branch_back(&code, RV_BNE, T1, ZERO, loop);
    rv_end(&code);
    kit_rv_run(k, &code);
    // The first block holds li and the first turn; then nine turns; then the end.
    EXPECT_EQ(k->r.cycles, 1 + 10 * (1 + 2) + 42);
    EXPECT_EQ(k->r.instructions, 1 + 20 + 3);
    kit_free(k);
}

// ---- when a block is charged

TEST(abi_cycles, a_block_is_charged_from_the_pc_of_arrival)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    rv_jal(&code, ZERO, 4 + 4 * 24); // over 24 divisions
    for (u32 i = 0; i < 24; i++) {
        rv_r(&code, RV_DIVU, T1, T1, T1);
    }
    rv_end(&code);
    kit_rv_run(k, &code);
    EXPECT_EQ(k->r.cycles, 2 + 42);
    kit_free(k);
}

TEST(abi_cycles, arrival_in_the_middle_of_an_instruction_charges_what_is_decoded_there)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    rv_jal(&code, ZERO, 6);
    rv_lui(&code, T1, 0x00010); // 0x00010337: its upper half is c.nop's 0x0001
    rv_end(&code);
    kit_rv_run(k, &code);
    EXPECT_SUCCESS(k);
    EXPECT_EQ(k->r.cycles, 2 + 1 + 42);
    kit_free(k);
}

TEST(abi_cycles, an_undecodable_instruction_costs_1_and_ends_a_block)
{
    static const struct {
        u32 word;
        const char *halt;
    } ends[] = {{RV_ILLEGAL, "illegal_instruction"}, {0xFFFFFFFF, "illegal_instruction"},
                {RV_MRET, "illegal_instruction"},    {RV_WFI, "illegal_instruction"},
                {RV_EBREAK, "breakpoint"},           {0x9002, "breakpoint"}};
    struct kit *k = kit_new();
    for (usize i = 0; i < COUNT_OF(ends); i++) {
        struct buf code = {0};
        rv_nops(&code, 3);
        rv_put(&code, ends[i].word);
        rv_nops(&code, 100);
        kit_rv_run(k, &code);
        EXPECT_HALTED(k, ends[i].halt);
        EXPECT_EQ(k->r.cycles, 3 + 1);
        EXPECT_EQ(k->r.gas_left, 0);
    }
    kit_free(k);
}

TEST(abi_cycles, the_end_of_the_executable_bytes_costs_nothing_and_halts)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    rv_nops(&code, 3);
    kit_rv_run(k, &code);
    EXPECT_HALTED(k, "bad_access");
    EXPECT_EQ(k->r.cycles, 3);
    EXPECT_EQ(k->r.instructions, 3);
    kit_free(k);
}

TEST(abi_cycles, an_instruction_with_invalid_dynamic_rounding_has_its_cost_and_ends_no_block)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    rv_i(&code, RV_CSRRWI, ZERO, 5, 2); // frm = 5, invalid
    rv_put(&code, 0x02007053);          // fadd.d, dynamic
    rv_r(&code, RV_DIVU, T1, T1, T1);
    rv_end(&code);
    kit_rv_run(k, &code);
    EXPECT_HALTED(k, "illegal_instruction");
    EXPECT_EQ(k->r.cycles, 6 + 8 + 24 + 42);
    EXPECT_EQ(k->r.instructions, 1);
    kit_free(k);
}

TEST(abi_cycles, a_trap_in_mid_block_takes_all_gas)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    rv_nops(&code, 2);
    rv_i(&code, RV_LD, T1, ZERO, 0);
    rv_nops(&code, 2);
    rv_end(&code);
    kit_rv_run(k, &code);
    EXPECT_HALTED(k, "bad_access");
    EXPECT_EQ(k->r.gas_left, 0);
    EXPECT_EQ(k->r.cycles, 2 + 6 + 2 + 42);
    EXPECT_EQ(k->r.instructions, 2);
    kit_free(k);
}

TEST(abi_cycles, an_unpayable_block_does_nothing)
{
    struct kit *k = kit_new();
    k->params.cycles_per_gas = 1;
    struct buf code = {0};
    rv_sstore(&code, 1, 2);
    rv_nops(&code, 100);
    rv_end(&code);
    address a = kit_rv(k, 1, &code);
    kit_call(k, a, BYTES_NONE, KIT_GAS);
    u64 need = k->r.gas_used;
    kit_call(k, a, BYTES_NONE, need - 3); // it has been written: now 100 + 2100 less
    kit_store(k, a, 1, 0);
    kit_call(k, a, BYTES_NONE, need - 1);
    EXPECT_HALTED(k, "out_of_gas");
    EXPECT_EQ(k->r.gas_left, 0);
    EXPECT_EQ(k->service_count, 1);
    EXPECT(!k->service[0].returned);
    EXPECT_U256(kit_loaded(k, a, 1), u256_zero());
    kit_free(k);
}

// ---- the boundary

// Three blocks, three services; the services' own gas is 2 + 3 + 0.
static address boundary_contract(struct kit *k)
{
    struct buf code = {0};
    rv_nops(&code, 5);
    rv_service(&code, 0x05);
    rv_nops(&code, 2);
    rv_li(&code, A0, 0);
    rv_service(&code, 0x35);
    rv_end(&code);
    return kit_rv(k, 1, &code);
}

TEST(abi_cycles, success_begins_exactly_where_gas_suffices)
{
    static const u32 rates[] = {1, 2, 3, 4, 7, 64, 4096};
    struct kit *k = kit_new();
    address a = boundary_contract(k);
    u64 cycles = 5 + 41 + 2 + 1 + 41 + 1 + 41;
    for (usize i = 0; i < COUNT_OF(rates); i++) {
        u64 rate = rates[i];
        k->params.cycles_per_gas = (u32)rate;
        u64 need = RV_START_GAS + 2 + 3 + (cycles + rate - 1) / rate;
        for (u64 given = 0; given < need + 8; given++) {
            kit_call(k, a, BYTES_NONE, given);
            if (given < need) {
                EXPECT_HALTED(k, "out_of_gas");
                EXPECT_EQ(k->r.gas_left, 0);
            } else {
                EXPECT_SUCCESS(k);
                EXPECT_EQ(k->r.gas_left, given - need); // the rest below one gas is lost
            }
        }
    }
    kit_free(k);
}

TEST(abi_cycles, gas_left_is_floored)
{
    struct kit *k = kit_new();
    for (u32 nops = 0; nops < 9; nops++) {
        struct buf code = {0};
        rv_nops(&code, nops);
        rv_service(&code, 0x5A);
        rv_service(&code, 0x5A);
        rv_end(&code);
        kit_rv_run(k, &code);
        u64 at_start = 4 * (u64)(KIT_GAS - RV_START_GAS);
        u64 before = (at_start - nops - 41) / 4;
        EXPECT_EQ(k->service[0].after[A0], before - 2);
        EXPECT_EQ(k->service[1].after[A0], (at_start - nops - 41 - 8 - 41) / 4 - 2);
    }
    kit_free(k);
}

TEST(abi_cycles, a_service_is_charged_at_the_rate)
{
    static const u32 rates[] = {1, 4, 1000, 4096};
    struct kit *k = kit_new();
    for (usize i = 0; i < COUNT_OF(rates); i++) {
        k->params.cycles_per_gas = rates[i];
        struct buf code = {0};
        rv_sstore(&code, 5, 6);
        rv_end(&code);
        kit_rv_run(k, &code);
        EXPECT_SUCCESS(k);
        EXPECT_EQ(kit_cycles(k, 0), 22100ull * rates[i]);
        kit_store(k, kit_at(1), 5, 0);
    }
    kit_free(k);
}

// ---- 2^48

TEST(abi_cycles, gas_above_2_to_48_is_not_used_and_comes_back)
{
    struct kit *k = kit_new();
    u64 cap = 1ull << 48;
    u64 most[] = {cap, cap + 1, cap + 12345, 1ull << 62};
    k->params.cycles_per_gas = 4096;
    struct buf code = {0};
    rv_service(&code, 0x5A);
    rv_end(&code);
    address a = kit_rv(k, 1, &code);
    for (usize i = 0; i < COUNT_OF(most); i++) {
        kit_call(k, a, BYTES_NONE, most[i]);
        EXPECT_SUCCESS(k);
        EXPECT_EQ(k->service[0].after[A0], cap - RV_START_GAS - 1 - 2);
        EXPECT_EQ(k->r.gas_used, RV_START_GAS + 2 + 1);
    }
    kit_free(k);
}

TEST(abi_cycles, gas_above_2_to_48_comes_back_after_a_halt_too)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    rv_service(&code, 0xFE);
    kit_call(k, kit_rv(k, 1, &code), BYTES_NONE, (1ull << 48) + 12345);
    EXPECT_HALTED(k, "invalid");
    EXPECT_EQ(k->r.gas_left, 12345);
    kit_code(k, kit_at(2), (bytes){(const u8 *)"\xFF", 1}); // halts before it begins
    kit_call(k, kit_at(2), BYTES_NONE, (1ull << 48) + 54321);
    EXPECT_HALTED(k, "bad_image");
    EXPECT_EQ(k->r.gas_left, 54321);
    kit_free(k);
}

// A constructor that burns nearly all of C in callees that halt, then deploys EVM code of 1,000
// bytes.
static void burning_container(struct kit *k, struct buf *init)
{
    struct buf code = {0};
    EVM(&code, OP_INVALID);
    address burner = kit_evm(k, 9, &code);
    for (u32 i = 0; i < 6; i++) { // 2^48 / 64^6 = 2^12
        rv_call(&code, 0xF1, burner, 0, rv_range(0, 0));
    }
    rv_return(&code, RV_SCRATCH, 1000);
    struct buf image = {0};
    rv_image(&image, buf_bytes(&code));
    rv_container(init, buf_bytes(&image), BYTES_NONE);
    buf_fini(&image);
    buf_fini(&code);
}

TEST(abi_cycles, a_deposit_is_paid_from_both_parts)
{
    struct kit *k = kit_new();
    k->fork = FORK_SPURIOUS; // no price of cold accounts in the way
    struct buf init = {0};
    burning_container(k, &init);
    u64 cap = 1ull << 48;
    kit_create(k, buf_bytes(&init), cap + 300000);
    EXPECT_SUCCESS(k);
    u64 rest_of_c = k->r.gas_left + 200000 - 300000;
    EXPECT(k->r.gas_left < 300000 && rest_of_c < 200000);
    u64 missing = 200000 - rest_of_c;
    kit_create(k, buf_bytes(&init), cap + missing);
    EXPECT_SUCCESS(k);
    EXPECT_EQ(k->r.gas_left, 0);
    EXPECT_EQ(kit_code_of(k, k->r.created).n, 1000);
    kit_create(k, buf_bytes(&init), cap + missing - 1);
    EXPECT_HALTED(k, "out_of_gas");
    EXPECT_EQ(k->r.gas_left, missing - 1); // untouched, as it halted
    buf_fini(&init);
    kit_free(k);
}
