// SPDX-License-Identifier: MIT
// Snapshots: a machine saved at an ecall goes on in a fresh slot as if nothing had happened; data
// that do not check out are refused.
#include "engine/rv/test_asm.h"
#include "test/test.h"

#define DATA 0x80310000u

// Sums calldata words into data, stack and heap, with an ecall in each of its rounds.
static void start(struct test_machine *t)
{
    const u32 code[] = {
        ASM_LUI(T0, 0x80310),
        ASM_LD(A1, A0, 8),     // loop: word of calldata
        ASM_LD(T1, T0, 0),     // sum so far
        ASM_ADD(T1, T1, A1),   //
        ASM_SD(T1, T0, 0),     // data
        ASM_SD(T1, SP, -8),    // stack
        ASM_SD(T1, S0, 0),     // heap
        ASM_ADDI(A0, A0, 8),   //
        ASM_ADDI(A2, A2, -1),  //
        0x00302073 | 11 << 15, // csrrs x0, fcsr, a1
        ASM_ECALL,
        ASM_BNE(A2, 0, -40),
        ASM_EBREAK,
    };
    test_machine_code(t, code, COUNT_OF(code));
    u8 input[64];
    for (u32 i = 0; i < 8; i++) {
        store_le64(input + 8 * i, 3 * i + 1);
    }
    rv_slot_set_calldata(t->m.slot, (bytes){input, sizeof input});
    bool ok = false;
    t->m.x[S0] = rv_slot_grow(t->m.slot, 2, &ok);
    EXPECT(ok);
    t->m.x[A2] = 8;
}

static void expect_same(struct test_machine *a, struct test_machine *b)
{
    struct rv_machine x = a->m, y = b->m;
    x.slot = y.slot = NULL;
    x.program = y.program = NULL;
    EXPECT_BYTES(&x, &y, sizeof x);
    static const u32 pages[] = {DATA, 0x802FF000, DATA + 0x1000, DATA + 0x2000, 0x80000000};
    for (usize i = 0; i < COUNT_OF(pages); i++) {
        const u8 *p = rv_slot_read(a->m.slot, pages[i], 4096);
        const u8 *q = rv_slot_read(b->m.slot, pages[i], 4096);
        EXPECT(p != NULL && q != NULL);
        EXPECT_BYTES(p, q, 4096);
    }
}

static void load(struct test_machine *t, const struct test_machine *from, bytes data)
{
    *t = (struct test_machine){.pool = rv_pool_new(), .program = rv_program_ref(from->program)};
    rv_machine_init(&t->m, t->program, rv_slot_acquire(t->pool, t->program), 0);
    EXPECT(rv_snapshot_load(&t->m, data));
}

TEST(rv_snapshot, a_machine_goes_on_in_a_fresh_slot)
{
    for (u32 rounds = 0; rounds < 8; rounds++) {
        struct test_machine a, b;
        start(&a);
        for (u32 i = 0; i < rounds; i++) {
            EXPECT_EQ(test_machine_run(&a), RV_EXIT_ECALL);
        }
        struct buf data = {0};
        rv_snapshot_save(&a.m, &data);
        load(&b, &a, buf_bytes(&data));
        expect_same(&a, &b);
        while (test_machine_run(&a) == RV_EXIT_ECALL) {
        }
        while (test_machine_run(&b) == RV_EXIT_ECALL) {
        }
        EXPECT_EQ(a.halt, HALT_BREAKPOINT);
        EXPECT_EQ(b.halt, HALT_BREAKPOINT);
        expect_same(&a, &b);
        EXPECT_EQ(load_le64(rv_slot_read(b.m.slot, DATA, 8)), 3 * 28 + 8);
        buf_fini(&data);
        test_machine_fini(&a);
        test_machine_fini(&b);
    }
}

TEST(rv_snapshot, damaged_data_are_refused)
{
    struct test_machine a;
    start(&a);
    EXPECT_EQ(test_machine_run(&a), RV_EXIT_ECALL);
    struct buf data = {0};
    rv_snapshot_save(&a.m, &data);
    const usize pc_at = 16 + 64 * 8, heap_at = pc_at + 15 * 8;
    const struct {
        usize at;
        u8 value;
    } spoiled[] = {
        {0, 0},
        {8, 1},
        {16, 1},
        {pc_at, 1},
        {pc_at + 5, 1},
        {pc_at + 15, 255},
        {pc_at + 33, 1},
        {pc_at + 48, 3},
        {heap_at, 1},
        {heap_at + 3, 255},
        {heap_at + 4, 7},
        {heap_at + 8, 1},
        {heap_at + 80, 1},
    };
    for (usize i = 0; i <= COUNT_OF(spoiled); i++) {
        struct rv_slot *slot = rv_slot_acquire(a.pool, a.program);
        struct rv_machine m;
        rv_machine_init(&m, a.program, slot, 0);
        if (i == COUNT_OF(spoiled)) {
            EXPECT(rv_snapshot_load(&m, buf_bytes(&data)));
        } else {
            u8 kept = data.p[spoiled[i].at];
            data.p[spoiled[i].at] = spoiled[i].value;
            EXPECT(!rv_snapshot_load(&m, buf_bytes(&data)));
            data.p[spoiled[i].at] = kept;
        }
        rv_slot_release(a.pool, slot);
    }
    for (usize n = 0; n < data.n; n += n < 700 ? 1 : 997) {
        struct rv_slot *slot = rv_slot_acquire(a.pool, a.program);
        struct rv_machine m;
        rv_machine_init(&m, a.program, slot, 0);
        EXPECT(!rv_snapshot_load(&m, (bytes){data.p, n}));
        rv_slot_release(a.pool, slot);
    }
    buf_fini(&data);
    test_machine_fini(&a);
}
