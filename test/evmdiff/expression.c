// SPDX-License-Identifier: MIT
// Expressions of coder.h: a word made of constants, of what surrounds the program, of its storage
// and memory, and of other expressions.
#include "test/evmdiff/coder.h"

// ---- expressions -------------------------------------------------------------------------------

static const u8 ARITHMETIC[] = {
    OP_ADD, OP_MUL, OP_SUB, OP_DIV,        OP_SDIV, OP_MOD, OP_SMOD, OP_ADDMOD, OP_MULMOD,
    OP_EXP, OP_LT,  OP_GT,  OP_SIGNEXTEND, OP_SLT,  OP_SGT, OP_EQ,   OP_ISZERO, OP_AND,
    OP_OR,  OP_XOR, OP_NOT, OP_BYTE,       OP_SHL,  OP_SHR, OP_SAR,  OP_CLZ,
};
static const u8 SURROUNDINGS[] = {
    OP_ADDRESS,  OP_ORIGIN,         OP_CALLER,         OP_CALLVALUE,   OP_CALLDATASIZE, OP_CODESIZE,
    OP_GASPRICE, OP_COINBASE,       OP_TIMESTAMP,      OP_NUMBER,      OP_DIFFICULTY,   OP_GASLIMIT,
    OP_CHAINID,  OP_BASEFEE,        OP_SELFBALANCE,    OP_PC,          OP_MSIZE,        OP_GAS,
    OP_GAS,      OP_RETURNDATASIZE, OP_RETURNDATASIZE, OP_BLOBBASEFEE,
};
static const u8 OF_ADDRESS[] = {OP_BALANCE, OP_EXTCODESIZE, OP_EXTCODEHASH};
static const u8 OF_SLOT[] = {OP_SLOAD, OP_TLOAD};

static void arithmetic(struct coder *c, u32 depth)
{
    u8 byte = code_choose(c, ARITHMETIC, COUNT_OF(ARITHMETIC));
    u32 pops = code_pops(byte);
    u32 before = c->height;
    for (u32 i = 0; i < pops; i++) {
        if (byte == OP_EXP && i == 0 && code_one_in(c, 2)) {
            code_number(c, code_below(c, 70)); // the exponent
            c->height++;
        } else {
            code_expression(c, depth + 1);
        }
    }
    code_op(c, byte);
    c->height = before + 1;
}

static void chain_question(struct coder *c)
{
    if (code_one_in(c, 2)) {
        code_number(c, code_below(c, 4));
        code_op(c, OP_NUMBER);
        code_op(c, code_one_in(c, 4) ? OP_ADD : OP_SUB);
        code_op(c, OP_BLOCKHASH);
    } else {
        code_number(c, code_below(c, 3));
        code_op(c, code_knows(c, OP_BLOBHASH) ? OP_BLOBHASH : OP_BLOCKHASH);
    }
}

// Adds one word.
void code_expression(struct coder *c, u32 depth)
{
    static const u8 WEIGHTS[] = {24, 22, 14, 8, 6, 6, 6, 10, 3, 3};
    u32 kind = random_weighted(c->r, WEIGHTS, COUNT_OF(WEIGHTS));
    if (kind == 1 && depth < 3) {
        arithmetic(c, depth);
        return;
    }
    switch (kind) {
    case 2:
        code_op(c, code_choose(c, SURROUNDINGS, COUNT_OF(SURROUNDINGS)));
        break;
    case 3:
        code_slot(c);
        code_op(c, code_choose(c, OF_SLOT, COUNT_OF(OF_SLOT)));
        break;
    case 4:
        code_address(c);
        code_op(c, code_choose(c, OF_ADDRESS, COUNT_OF(OF_ADDRESS)));
        break;
    case 5:
        code_offset(c);
        code_op(c, code_one_in(c, 3) ? OP_CALLDATALOAD : OP_MLOAD);
        break;
    case 6:
        code_address(c);
        break;
    case 7:
        if (c->height > 0) {
            code_op(c, (u8)(OP_DUP1 + code_below(c, c->height < 16 ? c->height : 16)));
        } else {
            code_number(c, code_below(c, 256));
        }
        break;
    case 8:
        code_size(c);
        code_offset(c);
        code_op(c, OP_KECCAK256);
        break;
    case 9:
        chain_question(c);
        break;
    default:
        code_push(c, random_word(c->r));
        break;
    }
    c->height++;
}
