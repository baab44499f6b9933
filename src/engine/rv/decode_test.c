// SPDX-License-Identifier: MIT
// Tests of the instruction table and of the decoder made from it: no two rows overlap, every
// encoding of every row decodes as that row, everything else is undecodable, operands and costs are
// as the manual and the ABI say, and the contract's rules about CSRs hold.
#include "engine/rv/decode.h"

#include "test/test.h"

struct row {
    const char *text;
    u32 match, mask;
    u16 op;
    u8 family;
};

static const struct row rows[] = {
#define RV_ROW_ALL(NAME, text, match, mask, cost, FAMILY)                                          \
    {text, match, mask, RV_OP_##NAME, RV_FAMILY_##FAMILY},
#include "engine/rv/rows.h"
};

static bool has_rounding(const struct row *r)
{
    return r->family == RV_FAMILY_F_FFF_RM || r->family == RV_FAMILY_F_FF_RM ||
           r->family == RV_FAMILY_F_F_RM || r->family == RV_FAMILY_X_F_RM ||
           r->family == RV_FAMILY_F_X_RM;
}

static bool takes(const struct row *r, u32 bits)
{
    u32 rm = bits >> 12 & 7;
    return (bits & r->mask) == r->match && !(has_rounding(r) && (rm == 5 || rm == 6));
}

// What the table says, by looking at every row: the independent form of the decoder.
static u32 op_by_search(u32 bits)
{
    u32 op = RV_OP_ILLEGAL;
    for (usize i = 0; i < COUNT_OF(rows); i++) {
        if (takes(&rows[i], bits)) {
            EXPECT_EQ(op, RV_OP_ILLEGAL);
            op = rows[i].op;
        }
    }
    return op;
}

TEST(rv_decode, no_two_rows_overlap)
{
    for (usize i = 0; i < COUNT_OF(rows); i++) {
        EXPECT_EQ(rows[i].match & ~rows[i].mask, 0);
        EXPECT_EQ(rows[i].match & 3, 3);
        EXPECT_EQ(rows[i].mask & 0x7F, 0x7F);
        for (usize j = i + 1; j < COUNT_OF(rows); j++) {
            u32 both = rows[i].mask & rows[j].mask;
            if (((rows[i].match ^ rows[j].match) & both) == 0) {
                FAIL("%s and %s overlap", rows[i].text, rows[j].text);
            }
        }
    }
}

// Every value of the bits that rows fix: of opcode and functions all, of rs2 those that some row
// has.
TEST(rv_decode, all_opcodes_and_functions_decode_as_their_row_or_not_at_all)
{
    u64 state = test_seed();
    static const u8 rs2_values[] = {0, 1, 2, 3, 4, 5, 6, 7, 24, 31};
    u32 found[RV_OP_COUNT] = {0};
    for (u32 key = 0; key < 1 << 15; key++) {
        for (usize i = 0; i < COUNT_OF(rs2_values); i++) {
            u32 bits = (key & 31) << 2 | 3 | (key >> 5 & 7) << 12 | key >> 8 << 25 |
                       (u32)rs2_values[i] << 20;
            u32 others = (u32)test_random(&state) & 0x000F8F80;
            struct rv_insn a = rv_decode(bits);
            EXPECT_EQ(a.op, op_by_search(bits));
            EXPECT_EQ(a.size, 4);
            EXPECT_EQ(rv_decode(bits | others).op, op_by_search(bits | others));
            found[a.op]++;
        }
    }
    found[RV_OP_ECALL]++;
    for (u32 op = 0; op < RV_OP_COUNT; op++) {
        EXPECT_NE(found[op], 0);
    }
}

TEST(rv_decode, random_words_decode_as_their_row)
{
    u64 state = test_seed();
    u32 count = test_is_long() ? 20000000 : 200000;
    for (u32 i = 0; i < count; i++) {
        u32 bits = (u32)test_random(&state) | 3;
        EXPECT_EQ(rv_decode(bits).op, op_by_search(bits));
    }
}

TEST(rv_decode, instructions_longer_than_four_bytes_are_illegal)
{
    u64 state = test_seed();
    for (u32 i = 0; i < 100000; i++) {
        EXPECT_EQ(rv_decode((u32)test_random(&state) | 31).op, RV_OP_ILLEGAL);
    }
}

// How many rows take these bits, the conditions being evaluated on fields as they stand in the
// bits: that an immediate is 0 does not depend on the order of its bits. *form becomes the last
// such row.
static u32 count_compressed_rows(enum rv_form *form, u32 bits)
{
    u32 rd = bits >> 7 & 31, rs1 = rd, rs2 = bits >> 2 & 31;
    u32 imm_ci = (bits >> 12 & 1) << 5 | (bits >> 2 & 31), imm_ciw = bits >> 5 & 0xFF;
    u32 count = 0;
#define RV_C(NAME, text, match, mask, op, format, valid)                                           \
    if ((bits & (mask)) == (match)) {                                                              \
        UNUSED u32 imm = RV_FORM_##NAME == RV_FORM_C_ADDI4SPN ? imm_ciw : imm_ci;                  \
        if (valid) {                                                                               \
            count++;                                                                               \
            *form = RV_FORM_##NAME;                                                                \
        }                                                                                          \
    }
#include "spec/rv64.def"
    return count;
}

// Which encodings the manual reserves, written from its tables of RVC (chapter "C", table of
// quadrants) and not from the rows.
static bool is_reserved_compressed(u32 bits)
{
    u32 rd = bits >> 7 & 31;
    u32 low = bits >> 2 & 31;
    bool imm_is_0 = low == 0 && (bits >> 12 & 1) == 0;
    switch (bits & 0xE003) {
    case 0x0000:
        return (bits >> 5 & 0xFF) == 0; // c.addi4spn with 0
    case 0x8000:
        return true;
    case 0x2001:
        return rd == 0; // c.addiw
    case 0x6001:
        return imm_is_0; // c.lui, c.addi16sp
    case 0x8001:
        return (bits & 0x1C40) == 0x1C40; // funct 111 with 1x
    case 0x4002:
    case 0x6002:
        return rd == 0; // c.lwsp, c.ldsp
    case 0x8002:
        return bits == 0x8002; // c.jr x0
    default:
        return false;
    }
}

TEST(rv_decode, each_of_the_16_bit_encodings_is_one_row_or_reserved)
{
    u32 legal = 0;
    for (u32 bits = 0; bits < 65536; bits++) {
        if ((bits & 3) == 3) {
            continue;
        }
        struct rv_insn insn = rv_decode(bits | 0xFFFF0000);
        EXPECT_EQ(insn.size, 2);
        struct rv_insn again;
        enum rv_form form = RV_FORM_NONE;
        EXPECT_EQ(count_compressed_rows(&form, bits), insn.op != RV_OP_ILLEGAL);
        EXPECT_EQ(rv_decode_compressed(&again, (u16)bits), form);
        EXPECT_EQ(again.op, insn.op);
        if ((insn.op == RV_OP_ILLEGAL) != is_reserved_compressed(bits)) {
            FAIL("%04x", bits);
        }
        legal += insn.op != RV_OP_ILLEGAL;
    }
    EXPECT(legal > 40000);
}

TEST(rv_decode, conditions_part_the_compressed_rows_that_share_bits)
{
    static const struct {
        u16 bits;
        const char *name;
        u8 rd, rs1, rs2;
        i32 imm;
    } cases[] = {
        {0x0001, "addi", 0, 0, 0, 0},       // c.nop
        {0x107D, "addi", 0, 0, 0, -1},      // c.nop -1, a hint
        {0x1141, "addi", 2, 2, 0, -16},     // c.addi sp,-16
        {0x7179, "addi", 2, 2, 0, -48},     // c.addi16sp -48
        {0x6185, "lui", 3, 0, 0, 0x1000},   // c.lui gp,1
        {0x7005, "lui", 0, 0, 0, -0x1F000}, // c.lui x0: a hint
        {0x8082, "jalr", 0, 1, 0, 0},       // c.jr ra
        {0x9082, "jalr", 1, 1, 0, 0},       // c.jalr ra
        {0x9002, "ebreak", 0, 0, 0, 0},     // c.ebreak
        {0x802A, "add", 0, 0, 10, 0},       // c.mv x0,a0: a hint
        {0x852E, "add", 10, 0, 11, 0},      // c.mv a0,a1
        {0x952E, "add", 10, 10, 11, 0},     // c.add a0,a1
        {0x0002, "slli", 0, 0, 0, 0},       // a hint
        {0x1502, "slli", 10, 10, 0, 32},    // c.slli a0,32
        {0x0808, "addi", 10, 2, 0, 16},     // c.addi4spn a0,sp,16
        {0xC188, "sw", 0, 11, 10, 0},       // c.sw a0,0(a1)
        {0x6582, "ld", 11, 2, 0, 0},        // c.ldsp a1,0(sp)
        {0xFC06, "sd", 0, 2, 1, 56},        // c.sdsp ra,56(sp)
        {0xBFFD, "jal", 0, 0, 0, -2},       // c.j .-2
        {0xDD6D, "beq", 0, 10, 0, -6},      // c.beqz a0,.-6
    };
    for (usize i = 0; i < COUNT_OF(cases); i++) {
        struct rv_insn insn = rv_decode(cases[i].bits);
        EXPECT_STR(rv_op_name(insn.op), cases[i].name);
        EXPECT_EQ(insn.rd, cases[i].rd);
        EXPECT_EQ(insn.rs1, cases[i].rs1);
        EXPECT_EQ(insn.rs2, cases[i].rs2);
        EXPECT_EQ(insn.imm, cases[i].imm);
    }
}

static struct rv_insn expect_op(u32 bits, const char *name)
{
    struct rv_insn insn = rv_decode(bits);
    EXPECT_STR(rv_op_name(insn.op), name);
    return insn;
}

TEST(rv_decode, operands_are_where_the_formats_say)
{
    struct rv_insn i = expect_op(0xFFF50513, "addi"); // addi a0,a0,-1
    EXPECT(i.rd == 10 && i.rs1 == 10 && i.rs2 == 0 && i.imm == -1);
    i = expect_op(0xFEA5BC23, "sd"); // sd a0,-8(a1)
    EXPECT(i.rd == 0 && i.rs1 == 11 && i.rs2 == 10 && i.imm == -8);
    i = expect_op(0xFE000EE3, "beq"); // beq x0,x0,.-4
    EXPECT(i.rs1 == 0 && i.imm == -4);
    i = expect_op(0x800000EF, "jal"); // jal ra,.-0x100000
    EXPECT(i.rd == 1 && i.imm == -0x100000);
    i = expect_op(0x800005B7, "lui"); // lui a1,0x80000
    EXPECT(i.rd == 11 && (u32)i.imm == 0x80000000);
    i = expect_op(0x43F55513, "srai"); // srai a0,a0,63
    EXPECT(i.imm == 63);
    i = expect_op(0xF1402573, "csrrs"); // csrr a0,mhartid
    EXPECT(i.imm == 0xF14 && i.rs1 == 0 && i.rd == 10);
    i = expect_op(0x1605252F, "lr.w"); // lr.w.aqrl a0,(a0)
    EXPECT(i.rm == 3 && i.rs2 == 0 && i.rs3 == 0);
    i = expect_op(0x6AC5F543, "fmadd.d"); // fmadd.d fa0,fa1,fa2,fa3
    EXPECT(i.rd == 10 && i.rs1 == 11 && i.rs2 == 12 && i.rs3 == 13 && i.rm == 7);
    i = expect_op(0x0FF0000F, "fence");
    EXPECT(i.rd == 0 && i.rs1 == 0 && i.imm == 0);
    i = expect_op(0x12B50073, "sfence.vma"); // sfence.vma a0,a1
    EXPECT(i.rs1 == 10 && i.rs2 == 11);
    i = expect_op(0x10200073, "sret");
    EXPECT(i.rs1 == 0 && i.rs2 == 0);
}

TEST(rv_decode, reserved_encodings_of_32_bits_are_illegal)
{
    static const u32 reserved[] = {
        0x00005053 | 5 << 12, // fadd.s with rm 5
        0x00006053,           // rm 6
        0x1015252F,           // lr.w with rs2 1
        0x0205151B,           // slliw by 32
        0x80051513,           // no such shift
        0x00007003,           // load of width 7
        0x00004023,           // store of width 4
        0x00002063,           // branch 2
        0x00001067,           // jalr with funct3 1
        0x00004073,           // system with funct3 4
        0x00200073,           // uret
        0x000000F3,           // ecall with rd
        0x0000200F,           // misc-mem 2
        0x06000043,           // fmadd of quad precision
        0x04000053,           // fadd.h
        0x60301013,           // Zbb unary 3
        0x08104033 | 0x8,     // zext.h with rs2 1
        0x2F000013 | 5 << 12, // orc of another pattern
        0x00000000,           // all zero
        0xFFFFFFFF,           // all one
    };
    for (usize i = 0; i < COUNT_OF(reserved); i++) {
        if (rv_decode(reserved[i]).op != RV_OP_ILLEGAL) {
            FAIL("%08x is %s", reserved[i], rv_op_name(rv_decode(reserved[i]).op));
        }
    }
}

TEST(rv_decode, fences_ignore_their_unused_fields)
{
    EXPECT_EQ(rv_decode(0xFFFF8F8F).op, RV_OP_FENCE);
    EXPECT_EQ(rv_decode(0x8330000F).op, RV_OP_FENCE); // fence.tso
    EXPECT_EQ(rv_decode(0x0100000F).op, RV_OP_FENCE); // pause
    EXPECT_EQ(rv_decode(0xFFFF9F8F).op, RV_OP_FENCE_I);
}

TEST(rv_decode, costs_are_those_of_the_abi)
{
    static const struct {
        const char *name;
        u32 cost;
    } costs[] = {
        {"add", 1},      {"clz", 1},      {"bset", 1},    {"lui", 1},      {"auipc", 1},
        {"fence", 1},    {"fence.i", 1},  {"jal", 2},     {"beq", 2},      {"jalr", 6},
        {"ld", 6},       {"fld", 6},      {"sb", 3},      {"fsw", 3},      {"mulw", 3},
        {"clmulr", 3},   {"remuw", 24},   {"div", 24},    {"lr.w", 8},     {"sc.d", 8},
        {"csrrwi", 6},   {"csrrc", 6},    {"amoor.d", 8}, {"fmv.x.w", 2},  {"fsgnj.d", 2},
        {"feq.s", 2},    {"fclass.d", 2}, {"fmin.s", 2},  {"fadd.s", 8},   {"fmul.d", 8},
        {"fmadd.d", 12}, {"fcvt.l.d", 8}, {"fdiv.s", 40}, {"fsqrt.d", 40}, {"fcvt.s.wu", 8},
        {"ecall", 40},   {"ebreak", 1},   {"mret", 1},    {"wfi", 1},      {"czero.eqz", 1},
        {"illegal", 1},
    };
    for (usize i = 0; i < COUNT_OF(costs); i++) {
        bool found = false;
        for (u32 op = 0; op < RV_OP_COUNT; op++) {
            if (__builtin_strcmp(rv_op_name(op), costs[i].name) == 0) {
                found = true;
                if (rv_op_cost(op) != costs[i].cost) {
                    FAIL("%s costs %u", costs[i].name, rv_op_cost(op));
                }
            }
        }
        EXPECT(found);
    }
}

TEST(rv_decode, blocks_end_with_transfers_of_control_and_nothing_else)
{
    static const u16 ends[] = {RV_OP_ILLEGAL, RV_OP_JAL,  RV_OP_JALR, RV_OP_BEQ,  RV_OP_BNE,
                               RV_OP_BLT,     RV_OP_BGE,  RV_OP_BLTU, RV_OP_BGEU, RV_OP_ECALL,
                               RV_OP_EBREAK,  RV_OP_MRET, RV_OP_WFI,  RV_OP_SRET, RV_OP_SFENCE_VMA};
    u32 count = 0;
    for (u32 op = 0; op < RV_OP_COUNT; op++) {
        count += rv_op_ends_block(op);
    }
    EXPECT_EQ(count, COUNT_OF(ends));
    for (usize i = 0; i < COUNT_OF(ends); i++) {
        EXPECT(rv_op_ends_block(ends[i]));
    }
}

static bool contract_decodes(u32 bits)
{
    struct rv_insn insn = rv_decode(bits);
    EXPECT_NE(insn.op, RV_OP_ILLEGAL);
    return rv_contract_decodable(&insn);
}

TEST(rv_decode, contracts_know_the_csrs_of_the_abi_and_may_not_write_those_that_are_read_only)
{
    static const u16 known[] = {0x001, 0x002, 0x003, 0x300, 0x301, 0x304, 0x305, 0x340,
                                0x341, 0x342, 0x343, 0x344, 0xB00, 0xB02, 0xC00, 0xC01,
                                0xC02, 0xF11, 0xF12, 0xF13, 0xF14, 0xF15};
    u32 next = 0;
    for (u32 number = 0; number < 4096; number++) {
        bool is_known = next < COUNT_OF(known) && known[next] == number;
        next += is_known;
        bool is_writable = is_known && number < 0xC00;
        u32 csr = number << 20 | 10 << 7 | 0x73;
        EXPECT_EQ(contract_decodes(csr | 2 << 12), is_known);                 // csrrs a0,csr,x0
        EXPECT_EQ(contract_decodes(csr | 7 << 12), is_known);                 // csrrci a0,csr,0
        EXPECT_EQ(contract_decodes(csr | 1 << 12), is_writable);              // csrrw a0,csr,x0
        EXPECT_EQ(contract_decodes(csr | 5 << 12), is_writable);              // csrrwi a0,csr,0
        EXPECT_EQ(contract_decodes(csr | 3 << 12 | 1 << 15), is_writable);    // csrrc a0,csr,ra
        EXPECT_EQ(contract_decodes(csr | 6u << 12 | 31u << 15), is_writable); // csrrsi a0,csr,31
    }
    EXPECT_EQ(next, COUNT_OF(known));
}

TEST(rv_decode, contracts_do_not_know_the_supervisor)
{
    EXPECT(!contract_decodes(0x10200073)); // sret
    EXPECT(!contract_decodes(0x12000073)); // sfence.vma
    EXPECT(contract_decodes(0x30200073));  // mret: known, halts when it is executed
    EXPECT(contract_decodes(0x10500073));  // wfi: likewise
}
