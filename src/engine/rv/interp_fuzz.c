// SPDX-License-Identifier: MIT
// Random bytes as code, run in three ways that must agree in everything: at one go, with hooks that
// check every charge against a forward sum of decoded costs, and in slices of gas that end at block
// heads. The first 16 bytes of the input choose gas, slices, registers and how the text is cut into
// segments.
#include "engine/rv/priv.h"
#include "engine/rv/test_image.h"
#include "lib/base/check.h"

#define DATA_GVA 0x80340000u
#define ECALLS_MAX 8

struct outcome {
    struct rv_machine m;
    enum halt halt;
    u64 memory; // digest of what is writable
};

static u64 digest(const struct rv_slot *slot)
{
    u64 sum = 0;
    static const u32 pages[] = {0x802FE000, 0x802FF000, DATA_GVA, DATA_GVA + 4096};
    for (usize i = 0; i < COUNT_OF(pages); i++) {
        const u8 *at = rv_slot_read(slot, pages[i], 4096);
        for (u32 k = 0; at != NULL && k < 4096; k += 8) {
            sum = (sum ^ load_le64(at + k)) * 0x9E3779B97F4A7C15 + k;
        }
    }
    return sum;
}

// What ABI section 4 charges at pc, found by going forward.
static u64 charge_at(const struct rv_program *p, u32 pc)
{
    u64 sum = 0;
    for (;;) {
        const struct rv_run *run = rv_run_find(p, pc);
        if (run == NULL) {
            return sum;
        }
        struct rv_insn insn = rv_run_insn(run, pc);
        sum += rv_op_cost(insn.op);
        if (rv_op_ends_block(insn.op)) {
            return sum;
        }
        pc += insn.size;
    }
}

static void check_block(void *ctx, const struct rv_machine *m, u32 cost)
{
    (void)ctx;
    CHECK(m->cycles >= 0 && m->x[0] == 0 && m->pc % 2 == 0);
    CHECK(cost == charge_at(m->program, m->pc));
}

static void count_step(void *ctx, const struct rv_machine *m)
{
    u64 *steps = ctx;
    CHECK(m->instructions == *steps);
    *steps += 1;
}

static enum rv_exit run_sliced(struct rv_machine *m, enum halt *halt, i64 slice)
{
    i64 kept = m->cycles;
    for (;;) {
        i64 piece = kept < slice ? kept : slice;
        m->cycles = piece;
        kept -= piece;
        enum rv_exit exit = rv_run(m, halt);
        if (*halt != HALT_OUT_OF_GAS) {
            m->cycles += kept;
            return exit;
        }
        kept += m->cycles;
        i64 cost = (i64)charge_at(m->program, m->pc);
        if (cost > kept) {
            m->cycles = kept;
            return exit;
        }
        slice = slice > cost ? slice : cost;
    }
}

static void run(struct outcome *o, struct rv_pool *pool, u32 way, i64 slice)
{
    u64 steps = 0;
    struct rv_hooks hooks = {.ctx = &steps, .block = check_block, .step = count_step};
    o->m.slot = rv_slot_acquire(pool, o->m.program);
    CHECK(o->m.slot != NULL);
    enum rv_exit exit = RV_EXIT_ECALL;
    for (u32 i = 0; i < ECALLS_MAX && exit == RV_EXIT_ECALL; i++) {
        if (way == 0) {
            exit = rv_run(&o->m, &o->halt);
        } else if (way == 1) {
            exit = rv_run_hooked(&o->m, &o->halt, &hooks);
            // the step before a halting instruction was seen, too
            CHECK(steps - o->m.instructions <= 1);
            steps = o->m.instructions;
        } else {
            exit = run_sliced(&o->m, &o->halt, slice);
        }
    }
    o->memory = digest(o->m.slot);
    rv_slot_release(pool, o->m.slot);
    o->m.slot = NULL;
}

static struct rv_program *make_program(u32 cut, bytes code)
{
    struct buf b = {0};
    test_elf_begin(&b, TEST_TEXT);
    if (cut > 0 && cut + 8 < code.n) { // a gap of two bytes between two runs
        test_elf_segment(&b, TEST_X, TEST_TEXT, bytes_slice(code, 0, cut), cut);
        usize rest = code.n - cut - 2;
        test_elf_segment(&b, TEST_X, TEST_TEXT + cut + 2, bytes_slice(code, cut + 2, rest), rest);
    } else {
        test_elf_segment(&b, TEST_X, TEST_TEXT, code, code.n);
    }
    test_elf_segment(&b, TEST_W, DATA_GVA, code, code.n + 4096);
    enum hv1_verdict verdict = HV1_OK;
    struct rv_program *p = rv_program_new(buf_bytes(&b), RV_CONTRACT, &verdict);
    buf_fini(&b);
    return p;
}

static void compare(const struct outcome *a, const struct outcome *b)
{
    CHECK(a->halt == b->halt && a->memory == b->memory);
    CHECK(equal_bytes(&a->m, &b->m, sizeof a->m));
}

int LLVMFuzzerTestOneInput(const u8 *data, usize n);

int LLVMFuzzerTestOneInput(const u8 *data, usize n)
{
    if (n < 18 || n > 4096 + 16) {
        return 0;
    }
    struct rv_program *p = make_program(data[5], (bytes){data + 16, n - 16});
    if (p == NULL) {
        return 0;
    }
    struct rv_pool *pool = rv_pool_new();
    struct outcome start = {0};
    rv_machine_init(&start.m, p, NULL, load_le16(data));
    start.m.fcsr = data[4];
    for (u32 i = 5; i < 32; i++) {
        start.m.x[i] = i % 3 == 0 ? load_le64(data + 8) + i : DATA_GVA + (u32)data[8 + i % 8] * 8;
        start.m.f[i] = load_le64(data + 8) * i;
    }
    struct outcome plain = start, hooked = start, sliced = start;
    run(&plain, pool, 0, 0);
    run(&hooked, pool, 1, 0);
    run(&sliced, pool, 2, 1 + load_le16(data + 2) % 100);
    compare(&plain, &hooked);
    compare(&plain, &sliced);
    rv_pool_free(pool);
    rv_program_unref(p);
    return 0;
}
