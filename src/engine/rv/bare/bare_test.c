// SPDX-License-Identifier: MIT
// The bare machine from outside: the programs of test/rv, and images made here that are refused,
// fail, do not end or report in every way there is.
#include "engine/rv/bare/bare.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/base/bytes.h"
#include "test/test.h"

enum { ELF_HEADER = 64, PROGRAM_HEADER = 56, CODE_AT = ELF_HEADER + PROGRAM_HEADER, ELF_MAX = 512 };

// Instructions, as the assembler writes them.
#define ECALL 0x00000073u
#define EBREAK 0x00100073u
#define JUMP_TO_ITSELF 0x0000006fu
#define LI_A7_93 0x05d00893u
#define LI_A0_0 0x00000513u
#define LI_A0_7 0x00700513u

struct elf {
    u8 raw[ELF_MAX];
    usize n;
};

static struct elf make_elf(u64 gva, const u32 *code, usize count)
{
    struct elf e = {.n = CODE_AT + count * 4};
    copy_bytes(e.raw, "\177ELF\2\1\1", 7);
    store_le16(e.raw + 16, 2);
    store_le16(e.raw + 18, 243);
    store_le64(e.raw + 24, gva);
    store_le64(e.raw + 32, ELF_HEADER);
    store_le16(e.raw + 54, PROGRAM_HEADER);
    store_le16(e.raw + 56, 1);
    u8 *h = e.raw + ELF_HEADER;
    store_le32(h, 1);
    store_le64(h + 8, CODE_AT);
    store_le64(h + 16, gva);
    store_le64(h + 24, gva);
    store_le64(h + 32, count * 4);
    store_le64(h + 40, count * 4);
    copy_bytes(e.raw + CODE_AT, code, count * 4);
    return e;
}

static struct bare_result run(const u8 *elf, usize n, u64 steps_max)
{
    struct bare_result r;
    bare_run(&(struct bare_options){.steps_max = steps_max}, (bytes){elf, n}, &r);
    return r;
}

// Compares the text and frees the result.
static void expect_text(struct bare_result *r, const char *text)
{
    buf_put_u8(&r->text, 0);
    EXPECT_STR((const char *)r->text.p, text);
    bare_result_fini(r);
}

static void expect_refused(const struct elf *e, const char *reason)
{
    struct bare_result r = run(e->raw, e->n, 10);
    EXPECT_EQ(r.end, BARE_REFUSED);
    EXPECT_EQ(r.instructions, 0u);
    expect_text(&r, reason);
}

static const u32 passing[] = {LI_A0_0, LI_A7_93, ECALL};

TEST(bare, passes_the_instruction_tests)
{
    static const char *const names[] = {
        "a",       "alu",    "branch", "c",         "d",        "exit_call",  "f",    "m",
        "machine", "memory", "pmp",    "signature", "sv39",     "supervisor", "zba",  "zbb",
        "zbc",     "zbs",    "zicond", "zicsr",     "zifencei", "zacas",      "host",
    };
    for (u32 i = 0; i < COUNT_OF(names); i++) {
        char path[64];
        snprintf(path, sizeof path, "rv/%s.elf", names[i]);
        usize n = 0;
        char *elf = test_read(test_asset(path), &n);
        EXPECT(elf != NULL);
        struct bare_result r = run((const u8 *)elf, n, 0);
        EXPECT(r.instructions > 0);
        expect_text(&r, "");
        EXPECT_EQ(r.end, BARE_PASSED);
        free(elf);
    }
}

TEST(bare, an_image_may_lie_anywhere)
{
    static const u64 addresses[] = {0,          0x1000,         0x7ffffffe,      0x80000000,
                                    0x83fffffc, 0x123456789abc, 0x7ffffff0000000};
    for (u32 i = 0; i < COUNT_OF(addresses); i++) {
        struct elf e = make_elf(addresses[i], passing, COUNT_OF(passing));
        struct bare_result r = run(e.raw, e.n, 10);
        EXPECT_EQ(r.end, BARE_PASSED);
        EXPECT_EQ(r.instructions, 2u);
    }
}

TEST(bare, the_exit_call_reports_its_argument)
{
    const u32 code[] = {LI_A0_7, LI_A7_93, ECALL};
    struct elf e = make_elf(0x80000000, code, COUNT_OF(code));
    struct bare_result r = run(e.raw, e.n, 10);
    EXPECT_EQ(r.end, BARE_FAILED);
    EXPECT_EQ(r.test, 7u);
    expect_text(&r, "test 7");
}

TEST(bare, an_endless_program_is_stopped)
{
    const u32 code[] = {JUMP_TO_ITSELF};
    struct elf e = make_elf(0x80000000, code, COUNT_OF(code));
    struct bare_result r = run(e.raw, e.n, 1000);
    EXPECT_EQ(r.end, BARE_TIMEOUT);
    EXPECT_EQ(r.instructions, 1000u);
    expect_text(&r, "it did not end within 1000 steps, it is at 0x80000000 and has no symbol "
                    "tohost to report through");
}

TEST(bare, without_tohost_the_exit_call_reports_past_a_handler)
{
    const u32 code[] = {0x00000297, 0x30529073, LI_A0_7, LI_A7_93,
                        ECALL}; // auipc t0, 0; csrw mtvec
    struct elf e = make_elf(0x80000000, code, COUNT_OF(code));
    struct bare_result r = run(e.raw, e.n, 1000);
    EXPECT_EQ(r.end, BARE_FAILED);
    EXPECT_EQ(r.test, 7u);
    bare_result_fini(&r);
}

TEST(bare, a_signature_that_is_asked_for_and_missing_has_a_reason)
{
    struct elf e = make_elf(0x80000000, passing, COUNT_OF(passing));
    struct bare_result r;
    bare_run(&(struct bare_options){.signature = true}, (bytes){e.raw, e.n}, &r);
    EXPECT_EQ(r.end, BARE_PASSED);
    EXPECT_STR(r.no_signature, "it has no symbols begin_signature and end_signature");
    bare_result_fini(&r);
    bare_run(&(struct bare_options){.signature = false}, (bytes){e.raw, e.n}, &r);
    EXPECT(r.no_signature == NULL);
    bare_result_fini(&r);
}

TEST(bare, a_trap_without_a_vector_ends_it)
{
    const u32 code[] = {EBREAK};
    struct elf e = make_elf(0x80000000, code, COUNT_OF(code));
    struct bare_result r = run(e.raw, e.n, 1000);
    EXPECT_EQ(r.end, BARE_BROKEN);
    expect_text(&r, "a breakpoint at 0x80000000 (value 0x80000000), no trap vector is set");
}

TEST(bare, a_vector_that_cannot_be_fetched_ends_it)
{
    const u32 code[] = {0x10000293, 0x30529073, EBREAK}; // li t0, 256; csrw mtvec, t0
    struct elf e = make_elf(0x80000000, code, COUNT_OF(code));
    struct bare_result r = run(e.raw, e.n, 1000);
    EXPECT_EQ(r.end, BARE_BROKEN);
    expect_text(&r, "a fetch where nothing is at the trap vector, 0x100");
}

TEST(bare, refuses_what_is_no_program_for_it)
{
    const struct elf good = make_elf(0x80000000, passing, COUNT_OF(passing));
    struct elf e = {.n = 0};
    expect_refused(&e, "it is not an ELF file");
    e = good;
    e.raw[0] = 0;
    expect_refused(&e, "it is not an ELF file");
    e = good;
    e.raw[4] = 1;
    expect_refused(&e, "it is a 32-bit program, this machine is RV64");
    e = good;
    e.raw[5] = 2;
    expect_refused(&e, "it is a big-endian program");
    e = good;
    e.raw[18] = 62;
    expect_refused(&e, "it is not a RISC-V program");
    e = good;
    e.raw[16] = 1;
    expect_refused(&e, "it is not an executable (is it linked?)");
    e = good;
    e.raw[ELF_HEADER] = 2;
    expect_refused(&e, "it has no segment to load");
    e = good;
    store_le64(e.raw + ELF_HEADER + 40, 1ull << 40);
    expect_refused(&e, "its segments do not fit into 4 GiB of memory");
    e = good;
    store_le64(e.raw + ELF_HEADER + 24, ~0ull - 4095);
    expect_refused(&e, "its segments do not fit into 4 GiB of memory");
    for (usize n = 0; n < good.n; n++) {
        struct bare_result r = run(good.raw, n, 10);
        EXPECT_EQ(r.end, BARE_REFUSED);
        bare_result_fini(&r);
    }
}

TEST(bare, the_signature_is_what_lies_between_the_symbols)
{
    usize n = 0;
    char *elf = test_read(test_asset("rv/signature.elf"), &n);
    EXPECT(elf != NULL);
    struct bare_result r;
    bare_run(&(struct bare_options){.signature = true}, (bytes){(const u8 *)elf, n}, &r);
    EXPECT_EQ(r.end, BARE_PASSED);
    buf_put_u8(&r.signature, 0);
    EXPECT_STR((const char *)r.signature.p, "55667788\n11223344\n0000002a\n00000001\n");
    bare_result_fini(&r);
    bare_run(&(struct bare_options){.signature = true, .signature_grain = 16},
             (bytes){(const u8 *)elf, n}, &r);
    buf_put_u8(&r.signature, 0);
    EXPECT_STR((const char *)r.signature.p, "000000010000002a1122334455667788\n");
    bare_result_fini(&r);
    free(elf);
}
