// SPDX-License-Identifier: MIT
// Tests of the disassembler that need no other one: forms, both kinds of names, cut buffers. The
// agreement with objdump over all encodings is test/disasm.sh.
#include "engine/rv/disasm.h"

#include <string.h>

#include "test/test.h"

static const char *text(u32 bits, u32 flags)
{
    static char out[RV_DISASM_MAX];
    usize n = rv_disasm(out, sizeof out, bits, 0x80300000, flags);
    EXPECT_EQ(n, strlen(out));
    return out;
}

TEST(rv_disasm, prints_each_format_with_the_names_asked_for)
{
    static const struct {
        u32 bits;
        const char *plain, *alias;
    } cases[] = {
        {0x00B50533, "add\tx10,x10,x11", "add\ta0,a0,a1"},
        {0xFFF50513, "addi\tx10,x10,-1", "addi\ta0,a0,-1"},
        {0x00050513, "addi\tx10,x10,0", "mv\ta0,a0"},
        {0x00000013, "addi\tx0,x0,0", "nop"},
        {0x43F55513, "srai\tx10,x10,0x3f", "srai\ta0,a0,0x3f"},
        {0x800005B7, "lui\tx11,0x80000", "lui\ta1,0x80000"},
        {0xFEA5BC23, "sd\tx10,-8(x11)", "sd\ta0,-8(a1)"},
        {0xFE051EE3, "bne\tx10,x0,0x802ffffc", "bnez\ta0,0x802ffffc"},
        {0x010000EF, "jal\tx1,0x80300010", "jal\t0x80300010"},
        {0x00008067, "jalr\tx0,0(x1)", "ret"},
        {0x1605252F, "lr.w.aqrl\tx10,(x10)", "lr.w.aqrl\ta0,(a0)"},
        {0x00B6252F, "amoadd.w\tx10,x11,(x12)", "amoadd.w\ta0,a1,(a2)"},
        {0xF1402573, "csrrs\tx10,mhartid,x0", "csrr\ta0,mhartid"},
        {0x30045073, "csrrwi\tx0,mstatus,8", "csrwi\tmstatus,8"},
        {0x6AC5F543, "fmadd.d\tf10,f11,f12,f13", "fmadd.d\tfa0,fa1,fa2,fa3"},
        {0x00C59553, "fadd.s\tf10,f11,f12,rtz", "fadd.s\tfa0,fa1,fa2,rtz"},
        {0x22B58553, "fsgnj.d\tf10,f11,f11", "fmv.d\tfa0,fa1"},
        {0x0FF0000F, "fence\tiorw,iorw", "fence"},
        {0x8330000F, "fence.tso", "fence.tso"},
        {0x0E05D533, "czero.eqz\tx10,x11,x0", "czero.eqz\ta0,a1,zero"},
        {0x10200073, "sret", "sret"},
        {0x00000073, "ecall", "ecall"},
        {0x852E, "c.mv\tx10,x11", "mv\ta0,a1"},
        {0x1141, "c.addi\tx2,-16", "addi\tsp,sp,-16"},
        {0x8082, "c.jr\tx1", "ret"},
        {0x0005, "c.nop\t1", "c.nop\t1"},
        {0x0000, "c.unimp", "unimp"},
        {0x8000, ".2byte\t0x8000", ".2byte\t0x8000"},
        {0xFFFFFFFF, ".4byte\t0xffffffff", ".4byte\t0xffffffff"},
    };
    for (usize i = 0; i < COUNT_OF(cases); i++) {
        EXPECT_STR(text(cases[i].bits, RV_DISASM_NUMERIC), cases[i].plain);
        EXPECT_STR(text(cases[i].bits, RV_DISASM_ALIASES), cases[i].alias);
    }
}

TEST(rv_disasm, a_short_buffer_gets_the_start_of_the_text_and_its_end)
{
    char out[6] = "?????";
    EXPECT_EQ(rv_disasm(out, 4, 0x00B50533, 0, 0), strlen("add\ta0,a0,a1"));
    EXPECT_STR(out, "add");
    EXPECT_EQ(out[4], '?');
    EXPECT_EQ(rv_disasm(out, 0, 0x00B50533, 0, 0), strlen("add\ta0,a0,a1"));
    EXPECT_EQ(rv_disasm(NULL, 0, 0x00B50533, 0, 0), strlen("add\ta0,a0,a1"));
}

TEST(rv_disasm, every_text_fits)
{
    u64 state = test_seed();
    char out[RV_DISASM_MAX];
    for (u32 i = 0; i < 200000; i++) {
        u32 bits = (u32)test_random(&state);
        EXPECT(rv_disasm(out, sizeof out, bits, test_random(&state), i & RV_DISASM_ALL) <
               sizeof out);
    }
}

TEST(rv_disasm, branch_targets_are_those_of_direct_jumps)
{
    u64 target;
    EXPECT(rv_branch_target(&target, 0x010000EF, 0x80300000)); // jal
    EXPECT_EQ(target, 0x80300010);
    EXPECT(rv_branch_target(&target, 0xBFFD, 0x80300000)); // c.j
    EXPECT_EQ(target, 0x802FFFFE);
    EXPECT(rv_branch_target(&target, 0xFE051EE3, 0x80300000)); // bne
    EXPECT_EQ(target, 0x802FFFFC);
    EXPECT(!rv_branch_target(&target, 0x00008067, 0x80300000)); // ret
}
