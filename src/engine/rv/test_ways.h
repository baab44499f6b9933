// SPDX-License-Identifier: MIT
// Runs code in three ways that must agree in everything: at one go, with hooks that check every
// charge against a forward sum of decoded costs, and in slices of gas that end at block heads.
// Shared by the fuzz target and the test with random programs. The first 16 bytes of an input
// choose gas, slices, registers and how the text is cut into segments; the rest is the text.
#pragma once

#include "engine/rv/priv.h"
#include "engine/rv/test_image.h"
#include "lib/base/check.h"

#define WAYS_DATA 0x80340000u
#define WAYS_ECALLS_MAX 8

struct ways_outcome {
    struct rv_machine m;
    enum halt halt;
    u64 memory; // digest of what is writable
};

static inline u64 ways_digest(const struct rv_slot *slot)
{
    u64 sum = 0;
    static const u32 pages[] = {0x802FE000, 0x802FF000, WAYS_DATA, WAYS_DATA + 4096};
    for (usize i = 0; i < COUNT_OF(pages); i++) {
        const u8 *at = rv_slot_read(slot, pages[i], 4096);
        for (u32 k = 0; at != NULL && k < 4096; k += 8) {
            sum = (sum ^ load_le64(at + k)) * 0x9E3779B97F4A7C15 + k;
        }
    }
    return sum;
}

// What ABI section 4 charges at pc, found by going forward.
static inline u64 ways_charge(const struct rv_program *p, u32 pc)
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

static inline void ways_check_block(void *ctx, const struct rv_machine *m, u32 cost)
{
    (void)ctx;
    CHECK(m->cycles >= 0 && m->x[0] == 0 && m->pc % 2 == 0);
    CHECK(cost == ways_charge(m->program, m->pc));
}

static inline void ways_count_step(void *ctx, const struct rv_machine *m)
{
    u64 *steps = ctx;
    CHECK(m->instructions == *steps);
    *steps += 1;
}

static inline enum rv_exit ways_run_sliced(struct rv_machine *m, enum halt *halt, i64 slice)
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
        i64 cost = (i64)ways_charge(m->program, m->pc);
        if (cost > kept) {
            m->cycles = kept;
            return exit;
        }
        slice = slice > cost ? slice : cost;
    }
}

static inline void ways_run(struct ways_outcome *o, struct rv_pool *pool, u32 way, i64 slice)
{
    u64 steps = 0;
    struct rv_hooks hooks = {.ctx = &steps, .block = ways_check_block, .step = ways_count_step};
    o->m.slot = rv_slot_acquire(pool, o->m.program);
    CHECK(o->m.slot != NULL);
    enum rv_exit exit = RV_EXIT_ECALL;
    for (u32 i = 0; i < WAYS_ECALLS_MAX && exit == RV_EXIT_ECALL; i++) {
        if (way == 0) {
            exit = rv_run(&o->m, &o->halt);
        } else if (way == 1) {
            exit = rv_run_hooked(&o->m, &o->halt, &hooks);
            // the step before a halting instruction was seen, too
            CHECK(steps - o->m.instructions <= 1);
            steps = o->m.instructions;
        } else {
            exit = ways_run_sliced(&o->m, &o->halt, slice);
        }
    }
    o->memory = ways_digest(o->m.slot);
    rv_slot_release(pool, o->m.slot);
    o->m.slot = NULL;
}

static inline struct rv_program *ways_program(u32 cut, bytes code)
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
    test_elf_segment(&b, TEST_W, WAYS_DATA, code, code.n + 4096);
    enum hv1_verdict verdict = HV1_OK;
    struct rv_program *p = rv_program_new(buf_bytes(&b), RV_CONTRACT, &verdict);
    buf_fini(&b);
    return p;
}

static inline void ways_compare(const struct ways_outcome *a, const struct ways_outcome *b)
{
    CHECK(a->halt == b->halt && a->memory == b->memory);
    CHECK(equal_bytes(&a->m, &b->m, sizeof a->m));
}

// False if the input is of no use. Ends the process if the ways differ.
static inline bool ways_agree(const u8 *data, usize n)
{
    if (n < 18 || n > 4096 + 16) {
        return false;
    }
    struct rv_program *p = ways_program(data[5], (bytes){data + 16, n - 16});
    if (p == NULL) {
        return false;
    }
    struct rv_pool *pool = rv_pool_new();
    struct ways_outcome start = {0};
    rv_machine_init(&start.m, p, NULL, load_le16(data));
    start.m.fcsr = data[4];
    start.m.x[2] -= 1024;
    for (u32 i = 5; i < 32; i++) { // of seven: two numbers, one place in the text, else data
        u32 place = data[8 + i % 8];
        start.m.x[i] = i % 7 == 0                 ? TEST_TEXT + place * 2
                       : i % 7 == 1 || i % 7 == 4 ? load_le64(data + 8) + i
                                                  : WAYS_DATA + place * 8;
        start.m.f[i] = load_le64(data + 8) * i;
    }
    struct ways_outcome plain = start, hooked = start, sliced = start;
    ways_run(&plain, pool, 0, 0);
    ways_run(&hooked, pool, 1, 0);
    ways_run(&sliced, pool, 2, 1 + load_le16(data + 2) % 100);
    ways_compare(&plain, &hooked);
    ways_compare(&plain, &sliced);
    rv_pool_free(pool);
    rv_program_unref(p);
    return true;
}
