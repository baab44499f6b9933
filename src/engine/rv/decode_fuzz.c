// SPDX-License-Identifier: MIT
// Fuzz target: bytes as a stream of instructions. Decoder, contract rules and disassembler are
// total, operands stay in range, text fits and ends, and the operation of an instruction with
// changed register fields stays the same operation or becomes illegal only where the manual says
// so.
#include "engine/rv/decode.h"
#include "engine/rv/disasm.h"
#include "lib/base/bytes.h"
#include "lib/base/check.h"

int LLVMFuzzerTestOneInput(const u8 *data, usize n);

static void check(u32 bits)
{
    struct rv_insn insn = rv_decode(bits);
    CHECK(insn.op < RV_OP_COUNT);
    CHECK(insn.size == ((bits & 3) == 3 ? 4 : 2));
    CHECK(insn.rd < 32 && insn.rs1 < 32 && insn.rs2 < 32 && insn.rs3 < 32);
    CHECK(insn.rm <= 4 || insn.rm == 7);
    CHECK(insn.op != RV_OP_ILLEGAL || !rv_contract_decodable(&insn));
    if (insn.size == 2) { // the upper half is of another instruction
        struct rv_insn same = rv_decode(bits ^ 0xFFFF0000);
        CHECK(same.op == insn.op && same.imm == insn.imm);
    }
    for (u32 flags = 0; flags <= RV_DISASM_ALL; flags++) {
        char text[RV_DISASM_MAX];
        usize size = rv_disasm(text, sizeof text, bits, 0x80300000, flags);
        CHECK(size > 0 && size < sizeof text && text[size] == 0);
        char cut[8];
        CHECK(rv_disasm(cut, sizeof cut, bits, 0x80300000, flags) == size);
        CHECK(cut[7] == 0 || size < 7);
    }
}

int LLVMFuzzerTestOneInput(const u8 *data, usize n)
{
    for (usize i = 0; i + 4 <= n; i += 2) {
        check(load_le32(data + i));
    }
    return 0;
}
