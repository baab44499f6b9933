// SPDX-License-Identifier: MIT
// The oracle of the differential tests: a static Linux program for RV64GC, to be run by
// qemu-riscv64 or by hardware. It reads batches of cases (case.h), executes their code with exactly
// the registers they state and answers with the registers and the memory afterwards.
//
// All 31 registers belong to the case, so entering and leaving need a register to hold an address:
// the case's scratch register. For each possible one there is a loader and a saver, made at the
// start. In place of the ecall that ends a case's code there is a jump to its saver.
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "test/rvdiff/case.h"

#define CONTEXT 0x7F000000u // struct context; below 2 GiB, so that one lui makes its address
#define STUBS 0x80280000u   // within the reach of a jal from all code
#define STUB_SIZE 512u
#define STUBS_SIZE (64u * STUB_SIZE)

struct context {
    u64 x[32], f[32];
    u64 fcsr;
    u64 leave; // where savers go
};

static struct context *const context = (struct context *)CONTEXT;
u64 rvdiff_host_sp; // named by the assembly below

// rvdiff_enter(loader): saves what C expects to be preserved and jumps to the loader; savers return
// by rvdiff_leave. gp and tp are among what is saved.
void rvdiff_enter(u64 loader);
extern const char rvdiff_leave[];

#define CALLEE_SAVED(insn, f_insn)                                                                 \
    insn " ra,0(sp)\n" insn " gp,8(sp)\n" insn " tp,16(sp)\n" insn " s0,24(sp)\n" insn             \
         " s1,32(sp)\n" insn " s2,40(sp)\n" insn " s3,48(sp)\n" insn " s4,56(sp)\n" insn           \
         " s5,64(sp)\n" insn " s6,72(sp)\n" insn " s7,80(sp)\n" insn " s8,88(sp)\n" insn           \
         " s9,96(sp)\n" insn " s10,104(sp)\n" insn " s11,112(sp)\n" f_insn " fs0,120(sp)\n" f_insn \
         " fs1,128(sp)\n" f_insn " fs2,136(sp)\n" f_insn " fs3,144(sp)\n" f_insn                   \
         " fs4,152(sp)\n" f_insn " fs5,160(sp)\n" f_insn " fs6,168(sp)\n" f_insn                   \
         " fs7,176(sp)\n" f_insn " fs8,184(sp)\n" f_insn " fs9,192(sp)\n" f_insn                   \
         " fs10,200(sp)\n" f_insn " fs11,208(sp)\n"

__asm__(".text\n"
        ".globl rvdiff_enter\n"
        "rvdiff_enter:\n"
        "addi sp,sp,-224\n" CALLEE_SAVED("sd", "fsd") "lla t0,rvdiff_host_sp\n"
                                                      "sd sp,0(t0)\n"
                                                      "jr a0\n"
                                                      ".globl rvdiff_leave\n"
                                                      "rvdiff_leave:\n"
                                                      "lla t0,rvdiff_host_sp\n"
                                                      "ld sp,0(t0)\n" CALLEE_SAVED(
                                                          "ld", "fld") "fscsr x0\n"
                                                                       "addi sp,sp,224\n"
                                                                       "ret\n");

// ---- stubs
// ---------------------------------------------------------------------------------------

#define LUI(rd, at) ((at) | (rd) << 7 | 0x37)
#define LD(rd, rs1, imm) ((imm) << 20 | (rs1) << 15 | 3 << 12 | (rd) << 7 | 0x03)
#define FLD(rd, rs1, imm) ((imm) << 20 | (rs1) << 15 | 3 << 12 | (rd) << 7 | 0x07)
#define STORE(rs2, rs1, imm)                                                                       \
    (((imm) >> 5) << 25 | (rs2) << 20 | (rs1) << 15 | 3 << 12 | ((imm)&31) << 7)
#define SD(rs2, rs1, imm) (STORE(rs2, rs1, imm) | 0x23)
#define FSD(rs2, rs1, imm) (STORE(rs2, rs1, imm) | 0x27)
#define JR(rs1) ((rs1) << 15 | 0x67)
#define FSCSR(rs1) (3u << 20 | (rs1) << 15 | 1 << 12 | 0x73)
#define FRCSR(rd) (3u << 20 | 2 << 12 | (rd) << 7 | 0x73)
#define SC_W(rd, rs2, rs1) (3u << 27 | (rs2) << 20 | (rs1) << 15 | 2 << 12 | (rd) << 7 | 0x2F)
#define OFFSET_F 256u
#define OFFSET_FCSR 512u
#define OFFSET_LEAVE 520u

static u32 loader_address(u32 scratch)
{
    return STUBS + scratch * 2 * STUB_SIZE;
}

static u32 saver_address(u32 scratch)
{
    return loader_address(scratch) + STUB_SIZE;
}

static void make_loader(u32 s)
{
    u32 *p = (u32 *)(u64)loader_address(s);
    u32 other = s == 1 ? 2 : 1;
    *p++ = LUI(s, CONTEXT);
    *p++ = SC_W(0, 0, s); // drops a reservation of the case before; x[0] may be written
    *p++ = LD(other, s, OFFSET_FCSR);
    *p++ = FSCSR(other);
    for (u32 i = 0; i < 32; i++) {
        *p++ = FLD(i, s, OFFSET_F + 8 * i);
    }
    for (u32 i = 1; i < 32; i++) {
        if (i != s) {
            *p++ = LD(i, s, 8 * i);
        }
    }
    *p++ = LD(s, s, 8 * s);
    *p++ = JR(s);
}

static void make_saver(u32 s)
{
    u32 *p = (u32 *)(u64)saver_address(s);
    u32 other = s == 1 ? 2 : 1;
    *p++ = LUI(s, CONTEXT);
    for (u32 i = 1; i < 32; i++) {
        if (i != s) {
            *p++ = SD(i, s, 8 * i);
        }
    }
    for (u32 i = 0; i < 32; i++) {
        *p++ = FSD(i, s, OFFSET_F + 8 * i);
    }
    *p++ = FRCSR(other);
    *p++ = SD(other, s, OFFSET_FCSR);
    *p++ = LD(s, s, OFFSET_LEAVE);
    *p++ = JR(s);
}

static u32 jump(u32 from, u32 to)
{
    u32 o = to - from;
    return 0x6F | (o & 0xFF000) | (o >> 11 & 1) << 20 | (o >> 1 & 0x3FF) << 21 |
           (o >> 20 & 1) << 31;
}

// ---- cases
// ---------------------------------------------------------------------------------------

static struct test_case_in cases[CASE_BATCH_MAX];
static struct test_case_out results[CASE_BATCH_MAX];

static bool read_all(void *to, u64 n)
{
    for (u64 at = 0; at < n;) {
        i64 got = read(0, (u8 *)to + at, n - at);
        if (got <= 0) {
            return false;
        }
        at += (u64)got;
    }
    return true;
}

static bool write_all(const void *from, u64 n)
{
    for (u64 at = 0; at < n;) {
        i64 done = write(1, (const u8 *)from + at, n - at);
        if (done <= 0) {
            return false;
        }
        at += (u64)done;
    }
    return true;
}

static void place_code(u32 index)
{
    const struct test_case_in *c = &cases[index];
    u32 at = CASE_CODE + index * CASE_CODE_SIZE;
    u32 end = c->code_size - 4;
    u32 leave = jump(at + end, saver_address(c->scratch));
    memcpy((void *)(u64)at, c->code, end);
    memcpy((void *)(u64)(at + end), &leave, 4);
}

static void execute(u32 index)
{
    const struct test_case_in *in = &cases[index];
    struct test_case_out *out = &results[index];
    memcpy((void *)(u64)CASE_DATA, in->data, CASE_DATA_SIZE);
    memcpy(context->x, in->x, sizeof in->x);
    memcpy(context->f, in->f, sizeof in->f);
    context->fcsr = in->fcsr;
    rvdiff_enter(loader_address(in->scratch));
    memcpy(out->x, context->x, sizeof out->x);
    memcpy(out->f, context->f, sizeof out->f);
    out->x[0] = 0;
    out->fcsr = (u32)context->fcsr;
    memcpy(out->data, (const void *)(u64)CASE_DATA, CASE_DATA_SIZE);
}

static bool map_fixed(u32 at, u32 size)
{
    return mmap((void *)(u64)at, size, PROT_READ | PROT_WRITE | PROT_EXEC,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED;
}

int main(void)
{
    if (!map_fixed(CONTEXT, 4096) || !map_fixed(STUBS, STUBS_SIZE) ||
        !map_fixed(CASE_CODE, CASE_BATCH_MAX * CASE_CODE_SIZE) || !map_fixed(CASE_DATA, 4096)) {
        return 3;
    }
    context->leave = (u64)rvdiff_leave;
    for (u32 s = 1; s < 32; s++) {
        make_loader(s);
        make_saver(s);
    }
    u32 count;
    while (read_all(&count, sizeof count)) {
        if (count > CASE_BATCH_MAX || !read_all(cases, count * sizeof cases[0])) {
            return 2;
        }
        for (u32 i = 0; i < count; i++) {
            place_code(i);
        }
        __asm__ volatile("fence.i" ::: "memory");
        for (u32 i = 0; i < count; i++) {
            execute(i);
        }
        if (!write_all(results, count * sizeof results[0])) {
            return 2;
        }
    }
    return 0;
}
