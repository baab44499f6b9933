// SPDX-License-Identifier: MIT
// See model.h. The encodings are taken from the manual's bit pictures.
#include "test/rvdiff/model.h"

u32 model_encode(enum model_op op, u32 rd, u32 rs1, u32 rs2)
{
    switch (op) {
    case MODEL_CZERO_EQZ: // 0000111 rs2 rs1 101 rd 0110011
        return 7u << 25 | rs2 << 20 | rs1 << 15 | 5 << 12 | rd << 7 | 0x33;
    case MODEL_CZERO_NEZ: // 0000111 rs2 rs1 111 rd 0110011
        return 7u << 25 | rs2 << 20 | rs1 << 15 | 7 << 12 | rd << 7 | 0x33;
    case MODEL_CTZW: // 0110000 00001 rs1 001 rd 0011011
    case MODEL_OP_COUNT:
        break;
    }
    return 0x30u << 25 | 1 << 20 | rs1 << 15 | 1 << 12 | rd << 7 | 0x1B;
}

static u64 lowest_set_bit_of_word(u64 x)
{
    for (u32 i = 0; i <= 31; i++) {
        if (x >> i & 1) {
            return i;
        }
    }
    return 32;
}

void model_execute(u64 x[32], u32 bits)
{
    u32 rd = bits >> 7 & 0x1F, rs1 = bits >> 15 & 0x1F, rs2 = bits >> 20 & 0x1F;
    bool condition_is_zero = x[rs2] == 0;
    u64 result;
    if ((bits & 0x7F) == 0x1B) {
        result = lowest_set_bit_of_word(x[rs1]);
    } else if ((bits >> 12 & 7) == 5) { // if (condition == 0) then 0 else X(rs1)
        result = condition_is_zero ? 0 : x[rs1];
    } else { // if (condition != 0) then 0 else X(rs1)
        result = condition_is_zero ? x[rs1] : 0;
    }
    if (rd != 0) {
        x[rd] = result;
    }
}
