// SPDX-License-Identifier: MIT
// From the bits of one instruction to its operation and operands. The rows of spec/rv64.def are the only
// description of the instruction set; this decoder, the interpreter, the disassembler, the costs and the
// manual are all made from them. Decodability is a function of the bits alone (ABI section 2).
#pragma once

#include "lib/base/types.h"

// One value for each row of spec/rv64.def that is not a compressed form, RV_OP_ILLEGAL first (0).
enum rv_op
{
    RV_OP_ILLEGAL = 0,
#define RV_ROW(NAME) RV_OP_##NAME,
#include "engine/rv/rows.h"
    RV_OP_COUNT
};

struct rv_insn {
    u16 op;  // enum rv_op; a compressed instruction has the operation of its expansion
    u8 size; // 2 or 4 bytes; of an illegal one: 2 if its two lowest bits are not 11, else 4
    u8 rd, rs1, rs2, rs3;
    u8 rm;   // rounding mode field of FP instructions (0-4 static, 7 dynamic), aq/rl bits of atomics
    i32 imm; // sign-extended; shift amount; CSR number of Zicsr (uimm in rs1); lui/auipc: bits 31-12 in place
};

// Decodes the instruction whose first 16 bits are the low half of `bits`; the upper half is only used
// if the two lowest bits are 11. Total: anything else yields RV_OP_ILLEGAL.
struct rv_insn rv_decode(u32 bits);

// Cost in cycles of an operation (ABI section 4); 1 for RV_OP_ILLEGAL.
u32 rv_op_cost(enum rv_op op);
// Whether a block ends with it: branch, jal, jalr, ecall, ebreak, mret, wfi, illegal.
bool rv_op_ends_block(enum rv_op op);
const char *rv_op_name(enum rv_op op); // standard mnemonic in lower case, e.g. "amoadd.w"
