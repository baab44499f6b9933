// SPDX-License-Identifier: MIT
// The decoder. A 32-bit instruction is found by one look into a table of 2^15 bytes, indexed by
// major opcode, funct3 and funct7; the few operations that also fix rs2 are found by switches. The
// table is written by the compiler from the rows of spec/rv64.def, so two rows that overlap do not
// compile without a warning. A 16-bit one is compared with the rows of its quadrant and funct3. The
// order of rows has no meaning in either.
#include "engine/rv/decode.h"

#include "lib/base/cc.h"

// ---- facts about operations ---------------------------------------------------------------------

struct op_facts {
    const char *name;
    u8 cost;
    u8 family;
};

static const struct op_facts facts[RV_OP_COUNT] = {
    [RV_OP_ILLEGAL] = {"illegal", 1, RV_FAMILY_ILLEGAL},
#define RV_ROW_ALL(NAME, text, match, mask, cost, FAMILY)                                          \
    [RV_OP_##NAME] = {text, cost, RV_FAMILY_##FAMILY},
#include "engine/rv/rows.h"
};

u32 rv_op_cost(enum rv_op op)
{
    return facts[op].cost;
}

const char *rv_op_name(enum rv_op op)
{
    return facts[op].name;
}

enum rv_family rv_op_family(enum rv_op op)
{
    return facts[op].family;
}

bool rv_op_ends_block(enum rv_op op)
{
    u32 family = facts[op].family;
    return family == RV_FAMILY_ILLEGAL || family == RV_FAMILY_JAL || family == RV_FAMILY_JALR ||
           family == RV_FAMILY_BRANCH || family == RV_FAMILY_SYS || family == RV_FAMILY_BARE;
}

// ---- from bits to operation ---------------------------------------------------------------------

// Index into the table: opcode bits 6-2, funct3, then funct7 with its two low bits in front, so
// that the rows that leave out some of these bits cover few ranges.
#define KEY(bits) (((bits) >> 2 & 31) << 10 | ((bits) >> 12 & 7) << 7 | KEY_FUNCT7(bits))
#define KEY_FUNCT7(bits) (((bits) >> 25 & 3) << 5 | ((bits) >> 27 & 31))
#define AT(bits, NAME) [KEY((u32)(bits))] = RV_OP_##NAME,
#define ALL_FUNCT7(bits, NAME) [KEY((u32)(bits))... KEY((u32)(bits)) + 127] = RV_OP_##NAME,
#define ALL_FUNCT5(bits, NAME) [KEY((u32)(bits))... KEY((u32)(bits)) + 31] = RV_OP_##NAME,
// Once for each value of funct3; of the rounding modes without the reserved 5 and 6.
#define EACH_RM(RANGE, m, NAME)                                                                    \
    RANGE(m, NAME)                                                                                 \
    RANGE((m) | 1 << 12, NAME)                                                                     \
    RANGE((m) | 2 << 12, NAME)                                                                     \
    RANGE((m) | 3 << 12, NAME) RANGE((m) | 4 << 12, NAME) RANGE((m) | 7 << 12, NAME)
#define EACH_AQ_RL(m, NAME)                                                                        \
    AT(m, NAME) AT((m) | 1 << 25, NAME) AT((m) | 2 << 25, NAME) AT((m) | 3 << 25, NAME)

static_assert(RV_OP_COUNT <= 256, "an operation is one byte in the table");

static const u8 op_by_key[1 << 15] = {
#define RV_R(NAME, text, match, ...) AT(match, NAME)
#define RV_SHIFT(NAME, text, match, ...) AT(match, NAME) AT((match) | 1 << 25, NAME)
#define RV_SHIFTW(NAME, text, match, ...) AT(match, NAME)
#define RV_F_FF(NAME, text, match, ...) AT(match, NAME)
#define RV_X_FF(NAME, text, match, ...) AT(match, NAME)
#define RV_F_FF_RM(NAME, text, match, ...) EACH_RM(AT, match, NAME)
#define RV_F_FFF_RM(NAME, text, match, ...) EACH_RM(ALL_FUNCT5, match, NAME)
#define RV_AMO(NAME, text, match, ...) EACH_AQ_RL(match, NAME)
#define RV_SC(NAME, text, match, ...) EACH_AQ_RL(match, NAME)
#define RV_I(NAME, text, match, ...) ALL_FUNCT7(match, NAME)
#define RV_LOAD(NAME, text, match, ...) ALL_FUNCT7(match, NAME)
#define RV_STORE(NAME, text, match, ...) ALL_FUNCT7(match, NAME)
#define RV_FLOAD(NAME, text, match, ...) ALL_FUNCT7(match, NAME)
#define RV_FSTORE(NAME, text, match, ...) ALL_FUNCT7(match, NAME)
#define RV_FENCE(NAME, text, match, ...) ALL_FUNCT7(match, NAME)
#define RV_JALR(NAME, text, match, ...) ALL_FUNCT7(match, NAME)
#define RV_BRANCH(NAME, text, match, ...) ALL_FUNCT7(match, NAME)
#define RV_CSR(NAME, text, match, ...) ALL_FUNCT7(match, NAME)
#define RV_CSRI(NAME, text, match, ...) ALL_FUNCT7(match, NAME)
#define ALL_FUNCT3(bits, NAME) [KEY((u32)(bits))... KEY((u32)(bits)) + 1023] = RV_OP_##NAME,
#define RV_U(NAME, text, match, ...) ALL_FUNCT3(match, NAME)
#define RV_JAL(NAME, text, match, ...) ALL_FUNCT3(match, NAME)
#include "spec/rv64.def"
};

// The operations that fix rs2, wholly or to a value of its own.
static enum rv_op op_with_fixed_rs2(u32 bits)
{
    switch (bits & 0xFFF0707F) {
#define RV_UNARY(NAME, text, match, ...)                                                           \
    case match:                                                                                    \
        return RV_OP_##NAME;
#define RV_X_F(NAME, text, match, ...)                                                             \
    case match:                                                                                    \
        return RV_OP_##NAME;
#define RV_F_X(NAME, text, match, ...)                                                             \
    case match:                                                                                    \
        return RV_OP_##NAME;
#include "spec/rv64.def"
    }
    u32 rm = bits >> 12 & 7;
    if (rm < 5 || rm == 7) {
        switch (bits & 0xFFF0007F) {
#define RV_F_F_RM(NAME, text, match, ...)                                                          \
    case match:                                                                                    \
        return RV_OP_##NAME;
#define RV_X_F_RM(NAME, text, match, ...)                                                          \
    case match:                                                                                    \
        return RV_OP_##NAME;
#define RV_F_X_RM(NAME, text, match, ...)                                                          \
    case match:                                                                                    \
        return RV_OP_##NAME;
#include "spec/rv64.def"
        }
    }
    switch (bits & 0xF9F0707F) {
#define RV_LR(NAME, text, match, ...)                                                              \
    case match:                                                                                    \
        return RV_OP_##NAME;
#include "spec/rv64.def"
    }
#define RV_SYS(NAME, text, match, ...)                                                             \
    if (bits == (match)) {                                                                         \
        return RV_OP_##NAME;                                                                       \
    }
#define RV_BARE(NAME, text, match, mask, cost)                                                     \
    if ((bits & (mask)) == (match)) {                                                              \
        return RV_OP_##NAME;                                                                       \
    }
#include "spec/rv64.def"
    return RV_OP_ILLEGAL;
}

// ---- operands of 32-bit instructions ------------------------------------------------------------

enum field { RD = 1, RS1 = 2, RS2 = 4, RS3 = 8, RM = 16, AQ_RL = 32 };
enum imm_form { NO_IMM, IMM_I, IMM_S, IMM_B, IMM_U, IMM_J, IMM_SHIFT, IMM_CSR };

// Which fields an instruction of a family has.
static const struct {
    u8 fields;
    u8 imm;
} layout[] = {
    [RV_FAMILY_ILLEGAL] = {0, NO_IMM},
    [RV_FAMILY_R] = {RD | RS1 | RS2, NO_IMM},
    [RV_FAMILY_I] = {RD | RS1, IMM_I},
    [RV_FAMILY_SHIFT] = {RD | RS1, IMM_SHIFT},
    [RV_FAMILY_SHIFTW] = {RD | RS1, IMM_SHIFT},
    [RV_FAMILY_UNARY] = {RD | RS1, NO_IMM},
    [RV_FAMILY_U] = {RD, IMM_U},
    [RV_FAMILY_LOAD] = {RD | RS1, IMM_I},
    [RV_FAMILY_STORE] = {RS1 | RS2, IMM_S},
    [RV_FAMILY_FENCE] = {0, NO_IMM},
    [RV_FAMILY_JAL] = {RD, IMM_J},
    [RV_FAMILY_JALR] = {RD | RS1, IMM_I},
    [RV_FAMILY_BRANCH] = {RS1 | RS2, IMM_B},
    [RV_FAMILY_SYS] = {0, NO_IMM},
    [RV_FAMILY_BARE] = {0, NO_IMM},
    [RV_FAMILY_CSR] = {RD | RS1, IMM_CSR},
    [RV_FAMILY_CSRI] = {RD | RS1, IMM_CSR},
    [RV_FAMILY_LR] = {RD | RS1 | AQ_RL, NO_IMM},
    [RV_FAMILY_SC] = {RD | RS1 | RS2 | AQ_RL, NO_IMM},
    [RV_FAMILY_AMO] = {RD | RS1 | RS2 | AQ_RL, NO_IMM},
    [RV_FAMILY_FLOAD] = {RD | RS1, IMM_I},
    [RV_FAMILY_FSTORE] = {RS1 | RS2, IMM_S},
    [RV_FAMILY_F_FFF_RM] = {RD | RS1 | RS2 | RS3 | RM, NO_IMM},
    [RV_FAMILY_F_FF_RM] = {RD | RS1 | RS2 | RM, NO_IMM},
    [RV_FAMILY_F_F_RM] = {RD | RS1 | RM, NO_IMM},
    [RV_FAMILY_F_FF] = {RD | RS1 | RS2, NO_IMM},
    [RV_FAMILY_X_FF] = {RD | RS1 | RS2, NO_IMM},
    [RV_FAMILY_X_F_RM] = {RD | RS1 | RM, NO_IMM},
    [RV_FAMILY_X_F] = {RD | RS1, NO_IMM},
    [RV_FAMILY_F_X_RM] = {RD | RS1 | RM, NO_IMM},
    [RV_FAMILY_F_X] = {RD | RS1, NO_IMM},
};

static i32 imm_of(enum imm_form form, u32 bits)
{
    i32 sign = (i32)bits >> 31;
    switch (form) {
    case IMM_I:
        return (i32)bits >> 20;
    case IMM_S:
        return ((i32)bits >> 25) * 32 + (i32)(bits >> 7 & 31);
    case IMM_B:
        return sign * 4096 +
               (i32)((bits >> 7 & 1) << 11 | (bits >> 25 & 63) << 5 | (bits >> 8 & 15) << 1);
    case IMM_U:
        return (i32)(bits & 0xFFFFF000);
    case IMM_J:
        return sign * (1 << 20) +
               (i32)((bits >> 12 & 255) << 12 | (bits >> 20 & 1) << 11 | (bits >> 21 & 1023) << 1);
    case IMM_SHIFT:
        return (i32)(bits >> 20 & 63); // in SHIFTW bit 5 is 0
    case IMM_CSR:
        return (i32)(bits >> 20);
    case NO_IMM:
        break;
    }
    return 0;
}

// The five bits of `bits` from `at` if `fields` has the field, else 0.
static u8 field_of(u32 bits, u32 at, u32 fields, enum field field)
{
    return (u8)(fields & field ? bits >> at & 31 : 0);
}

static struct rv_insn decode_32(u32 bits)
{
    u32 op = op_by_key[KEY(bits)];
    if (op == RV_OP_ILLEGAL) {
        op = op_with_fixed_rs2(bits);
    }
    u32 family = facts[op].family;
    u32 fields = op == RV_OP_SFENCE_VMA ? RS1 | RS2 : layout[family].fields;
    struct rv_insn insn = {
        .op = (u16)op,
        .size = 4,
        .rd = field_of(bits, 7, fields, RD),
        .rs1 = field_of(bits, 15, fields, RS1),
        .rs2 = field_of(bits, 20, fields, RS2),
        .rs3 = field_of(bits, 27, fields, RS3),
        .rm = field_of(bits, 12, fields, RM) & 7,
        .imm = imm_of(layout[family].imm, bits),
    };
    insn.rm |= field_of(bits, 25, fields, AQ_RL) & 3;
    return insn;
}

// ---- 16-bit instructions ------------------------------------------------------------------------

// Bits of an immediate: `width` bits of `bits` from `from`, put at `to`.
static inline i32 part(u32 bits, u32 from, u32 width, u32 to)
{
    return (i32)((bits >> from & ((1u << width) - 1)) << to);
}

// The signed 6-bit immediate at bits 12 and 6-2.
static inline i32 imm_ci(u32 bits)
{
    return part(bits, 2, 5, 0) - part(bits, 12, 1, 5);
}

static inline i32 imm_unsigned_ci(u32 bits)
{
    return part(bits, 2, 5, 0) + part(bits, 12, 1, 5);
}

// Offsets of loads and stores: W and D are scaled by 4 and 8.
static inline i32 imm_cl_w(u32 bits)
{
    return part(bits, 10, 3, 3) + part(bits, 6, 1, 2) + part(bits, 5, 1, 6);
}

static inline i32 imm_cl_d(u32 bits)
{
    return part(bits, 10, 3, 3) + part(bits, 5, 2, 6);
}

// Full register fields (bits 11-7 and 6-2) and the three-bit ones for x8 to x15 (bits 9-7 and 4-2).
#define R7 (u8)(bits >> 7 & 31)
#define R2 (u8)(bits >> 2 & 31)
#define S7 (u8)(8 + (bits >> 7 & 7))
#define S2 (u8)(8 + (bits >> 2 & 7))
#define FORMAT(NAME, ...)                                                                          \
    static inline struct rv_insn format_##NAME(UNUSED u32 bits) {                                  \
        return (struct rv_insn){.size = 2, __VA_ARGS__};                                           \
    }

FORMAT(CIW, .rd = S2, .rs1 = 2,
       .imm = part(bits, 11, 2, 4) + part(bits, 7, 4, 6) + part(bits, 6, 1, 2) +
              part(bits, 5, 1, 3))
FORMAT(CL_W, .rd = S2, .rs1 = S7, .imm = imm_cl_w(bits))
FORMAT(CL_D, .rd = S2, .rs1 = S7, .imm = imm_cl_d(bits))
FORMAT(CS_W, .rs2 = S2, .rs1 = S7, .imm = imm_cl_w(bits))
FORMAT(CS_D, .rs2 = S2, .rs1 = S7, .imm = imm_cl_d(bits))
FORMAT(CI_NOP, .imm = imm_ci(bits))
FORMAT(CI, .rd = R7, .rs1 = R7, .imm = imm_ci(bits))
FORMAT(CI_LI, .rd = R7, .imm = imm_ci(bits))
FORMAT(CI_SP, .rd = 2, .rs1 = 2,
       .imm = part(bits, 6, 1, 4) + part(bits, 5, 1, 6) + part(bits, 3, 2, 7) +
              part(bits, 2, 1, 5) - part(bits, 12, 1, 9))
FORMAT(CI_LUI, .rd = R7, .imm = imm_ci(bits) * 4096)
FORMAT(CI_SHIFT, .rd = R7, .rs1 = R7, .imm = imm_unsigned_ci(bits))
FORMAT(CI_LW, .rd = R7, .rs1 = 2,
       .imm = part(bits, 4, 3, 2) + part(bits, 12, 1, 5) + part(bits, 2, 2, 6))
FORMAT(CI_LD, .rd = R7, .rs1 = 2,
       .imm = part(bits, 5, 2, 3) + part(bits, 12, 1, 5) + part(bits, 2, 3, 6))
FORMAT(CSS_W, .rs2 = R2, .rs1 = 2, .imm = part(bits, 9, 4, 2) + part(bits, 7, 2, 6))
FORMAT(CSS_D, .rs2 = R2, .rs1 = 2, .imm = part(bits, 10, 3, 3) + part(bits, 7, 3, 6))
FORMAT(CB_SHIFT, .rd = S7, .rs1 = S7, .imm = imm_unsigned_ci(bits))
FORMAT(CB_IMM, .rd = S7, .rs1 = S7, .imm = imm_ci(bits))
FORMAT(CA, .rd = S7, .rs1 = S7, .rs2 = S2)
FORMAT(CJ, .imm = part(bits, 11, 1, 4) + part(bits, 9, 2, 8) + part(bits, 8, 1, 10) +
                  part(bits, 7, 1, 6) + part(bits, 6, 1, 7) + part(bits, 3, 3, 1) +
                  part(bits, 2, 1, 5) - part(bits, 12, 1, 11))
FORMAT(CB, .rs1 = S7,
       .imm = part(bits, 10, 2, 3) + part(bits, 5, 2, 6) + part(bits, 3, 2, 1) +
              part(bits, 2, 1, 5) - part(bits, 12, 1, 8))
FORMAT(CR_JR, .rs1 = R7)
FORMAT(CR_JALR, .rd = 1, .rs1 = R7)
FORMAT(CR_MV, .rd = R7, .rs2 = R2)
FORMAT(CR_ADD, .rd = R7, .rs1 = R7, .rs2 = R2)
FORMAT(CR_EBREAK, .imm = 0)

// Compares with the rows whose quadrant and funct3 are `group`. With a constant group only those
// remain.
static ALWAYS_INLINE enum rv_form match_group(struct rv_insn *insn, u32 bits, u32 group)
{
#define RV_C(NAME, text, match, mask, OP, format, valid)                                           \
    if (((match)&0xE003) == group && (bits & (mask)) == (match)) {                                 \
        struct rv_insn found = format_##format(bits);                                              \
        UNUSED u32 rd = found.rd, rs1 = found.rs1, rs2 = found.rs2;                                \
        UNUSED i32 imm = found.imm;                                                                \
        if (valid) {                                                                               \
            *insn = found;                                                                         \
            insn->op = RV_OP_##OP;                                                                 \
            return RV_FORM_##NAME;                                                                 \
        }                                                                                          \
    }
#include "spec/rv64.def"
    *insn = (struct rv_insn){.op = RV_OP_ILLEGAL, .size = 2};
    return RV_FORM_NONE;
}

enum rv_form rv_decode_compressed(struct rv_insn *insn, u16 bits)
{
#define GROUP(funct3)                                                                              \
    case (funct3) << 13:                                                                           \
        return match_group(insn, bits, (funct3) << 13);                                            \
    case (funct3) << 13 | 1:                                                                       \
        return match_group(insn, bits, (funct3) << 13 | 1);                                        \
    case (funct3) << 13 | 2:                                                                       \
        return match_group(insn, bits, (funct3) << 13 | 2);
    switch (bits & 0xE003) {
        GROUP(0) GROUP(1) GROUP(2) GROUP(3) GROUP(4) GROUP(5) GROUP(6) GROUP(7)
    }
    *insn = (struct rv_insn){.op = RV_OP_ILLEGAL, .size = 2};
    return RV_FORM_NONE;
}

// ---- for the users ------------------------------------------------------------------------------

struct rv_insn rv_decode(u32 bits)
{
    if ((bits & 3) == 3) {
        return decode_32(bits);
    }
    struct rv_insn insn;
    (void)rv_decode_compressed(&insn, (u16)bits);
    return insn;
}

bool rv_insn_writes_csr(const struct rv_insn *insn)
{
    return insn->op == RV_OP_CSRRW || insn->op == RV_OP_CSRRWI || insn->rs1 != 0;
}

bool rv_contract_decodable(const struct rv_insn *insn)
{
    u32 family = facts[insn->op].family;
    if (family == RV_FAMILY_ILLEGAL || family == RV_FAMILY_BARE) {
        return false;
    }
    if (family != RV_FAMILY_CSR && family != RV_FAMILY_CSRI) {
        return true;
    }
    switch (insn->imm) {
#define CSR_ZERO(NAME, text, number) case number:
#define CSR_MISA(NAME, text, number) case number:
#define CSR_PLAIN(NAME, text, number, field) case number:
#define CSR_FP(NAME, text, number, shift, mask) case number:
#include "spec/csr.def"
        return insn->imm < 0xC00 || !rv_insn_writes_csr(insn);
    default:
        return false;
    }
}
