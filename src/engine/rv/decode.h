// SPDX-License-Identifier: MIT
// From the bits of one instruction to its operation and operands. The rows of spec/rv64.def are the
// only description of the instruction set; this decoder, the interpreter, the disassembler, the
// costs and the manual are all made from them. Decodability is a function of the bits alone (ABI
// section 2).
#pragma once

#include "lib/base/types.h"

// One value for each row of spec/rv64.def that is not a compressed form, RV_OP_ILLEGAL first (0).
enum rv_op {
    RV_OP_ILLEGAL = 0,
#define RV_ROW(NAME) RV_OP_##NAME,
#include "engine/rv/rows.h"
    RV_OP_COUNT
};

// The operand layouts: one for each family of spec/rv64.def except C.
enum rv_family {
    RV_FAMILY_ILLEGAL = 0,
    RV_FAMILY_R,
    RV_FAMILY_I,
    RV_FAMILY_SHIFT,
    RV_FAMILY_SHIFTW,
    RV_FAMILY_UNARY,
    RV_FAMILY_U,
    RV_FAMILY_LOAD,
    RV_FAMILY_STORE,
    RV_FAMILY_FENCE,
    RV_FAMILY_JAL,
    RV_FAMILY_JALR,
    RV_FAMILY_BRANCH,
    RV_FAMILY_SYS,
    RV_FAMILY_BARE,
    RV_FAMILY_CSR,
    RV_FAMILY_CSRI,
    RV_FAMILY_LR,
    RV_FAMILY_SC,
    RV_FAMILY_AMO,
    RV_FAMILY_FLOAD,
    RV_FAMILY_FSTORE,
    RV_FAMILY_F_FFF_RM,
    RV_FAMILY_F_FF_RM,
    RV_FAMILY_F_F_RM,
    RV_FAMILY_F_FF,
    RV_FAMILY_X_FF,
    RV_FAMILY_X_F_RM,
    RV_FAMILY_X_F,
    RV_FAMILY_F_X_RM,
    RV_FAMILY_F_X,
};

// The compressed forms; 0: none.
enum rv_form {
    RV_FORM_NONE = 0,
#define RV_C(NAME, text, match, mask, op, format, valid) RV_FORM_##NAME,
#include "spec/rv64.def"
    RV_FORM_COUNT
};

// Operands that an operation does not have are 0.
struct rv_insn {
    u16 op;  // enum rv_op; a compressed instruction has the operation of its expansion
    u8 size; // 2 or 4 bytes; of an illegal one: 2 if its two lowest bits are not 11, else 4
    u8 rd, rs1, rs2, rs3;
    u8 rm; // rounding mode field of FP instructions (0-4 static, 7 dynamic), aq/rl bits of atomics
    i32 imm; // sign-extended; shift amount; CSR number of Zicsr (uimm in rs1); lui/auipc: bits
             // 31-12 in place
};

// Decodes the instruction whose first 16 bits are the low half of `bits`; the upper half is only
// used if the two lowest bits are 11. Total: anything else yields RV_OP_ILLEGAL.
struct rv_insn rv_decode(u32 bits);
// As rv_decode of a 16-bit instruction (low bits not 11); tells which form it is. RV_FORM_NONE:
// illegal.
enum rv_form rv_decode_compressed(struct rv_insn *insn, u16 bits);

// Whether a contract's machine knows the instruction: it is legal, not one of the bare machine
// only, and its CSR is one of spec/csr.def and not written to if it is read only. A block ends with
// one that it does not.
bool rv_contract_decodable(const struct rv_insn *insn);
// Whether a CSR instruction counts as a write: csrrw, csrrwi, or an rs1 (uimm) field that is not 0.
bool rv_insn_writes_csr(const struct rv_insn *insn);

// Cost in cycles of an operation (ABI section 4); 1 for RV_OP_ILLEGAL.
u32 rv_op_cost(enum rv_op op);
// Whether a block ends with it: branch, jal, jalr, ecall, ebreak, mret, wfi, illegal.
bool rv_op_ends_block(enum rv_op op);
const char *rv_op_name(enum rv_op op); // standard mnemonic in lower case, e.g. "amoadd.w"
enum rv_family rv_op_family(enum rv_op op);
