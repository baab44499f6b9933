// SPDX-License-Identifier: MIT
// Slots and their pool: the memory map of ABI section 2, cleaning, growth of the heap, many live
// slots.
#include "engine/rv/priv.h"
#include "engine/rv/test_image.h"
#include "lib/base/mem.h"
#include "test/test.h"

static const u8 code[8] = {0x13, 0, 0, 0, 0x73, 0, 0, 0};
#define CODE ((bytes){code, sizeof code})

static struct rv_program *program_of(struct buf *b, enum rv_profile profile)
{
    enum hv1_verdict verdict = HV1_OK;
    struct rv_program *p = rv_program_new(buf_bytes(b), profile, &verdict);
    EXPECT_STR(hv1_verdict_name(verdict), "OK");
    buf_fini(b);
    return p;
}

// Text 0x80300000, read-only data and bss in the page 0x80301000, data at 0x80302000 with 2 pages
// of bss.
static struct rv_program *sample(enum rv_profile profile)
{
    static const u8 data[] = "initial data";
    struct buf b = {0};
    test_elf_code(&b, CODE);
    test_elf_segment(&b, TEST_R, 0x80301000, (bytes){data, 8}, 8);
    test_elf_segment(&b, TEST_W, 0x80301008, BYTES_NONE, 8);
    test_elf_segment(&b, TEST_W, 0x80302FFC, (bytes){data, 12}, 0x1800);
    test_elf_segment(&b, TEST_W, 0x80309000, BYTES_NONE, 1030 * 4096);
    return program_of(&b, profile);
}

static bool readable(const struct rv_slot *s, u64 gva)
{
    return rv_slot_read(s, gva, 1) != NULL;
}

static bool writable(struct rv_slot *s, u64 gva)
{
    return rv_slot_write(s, gva, 1) != NULL;
}

TEST(rv_slot, the_map_of_a_contract_is_that_of_the_abi)
{
    static const struct {
        u32 gva;
        bool r, w;
    } map[] = {
        {0x7FFFFFFF, false, false}, {0x80000000, true, false},  {0x800EFFFF, true, false},
        {0x800F0000, false, false}, {0x80100000, false, false}, {0x802FBFFF, false, false},
        {0x802FC000, true, true},   {0x802FFFFF, true, true},   {0x80300000, true, false},
        {0x80300FFF, true, false},  {0x80301000, true, true},   {0x80302000, true, true},
        {0x80304FFF, true, true},   {0x80305000, false, false}, {0x80309000, true, true},
        {0x8070EFFF, true, true},   {0x8070F000, false, false}, {0xBEC00000, false, false},
        {0xFFFFFFFF, false, false}, {0, false, false},
    };
    struct rv_pool *pool = rv_pool_new();
    struct rv_program *p = sample(RV_CONTRACT);
    struct rv_slot *s = rv_slot_acquire(pool, p);
    for (usize i = 0; i < COUNT_OF(map); i++) {
        EXPECT_EQ((u64)map[i].gva << 2 | readable(s, map[i].gva) << 1 | writable(s, map[i].gva),
                  (u64)map[i].gva << 2 | map[i].r << 1 | map[i].w);
    }
    EXPECT_EQ(rv_slot_heap_end(s), 0x8070F000);
    rv_slot_release(pool, s);
    rv_pool_free(pool);
    rv_program_unref(p);
}

TEST(rv_slot, the_map_of_the_guest_gives_it_the_window_and_all_above_its_image)
{
    struct rv_pool *pool = rv_pool_new();
    struct rv_program *p = sample(RV_GUEST);
    struct rv_slot *s = rv_slot_acquire(pool, p);
    static const u32 own[] = {0x80000000, 0x800FFFFF, 0x802FC000, 0x80302000,
                              0x8070F000, 0xBEC00000, 0xBFFFFFFF};
    for (usize i = 0; i < COUNT_OF(own); i++) {
        u8 *at = rv_slot_write(s, own[i], 1);
        EXPECT(at != NULL);
        *at = 1;
    }
    EXPECT(!writable(s, 0x80300000) && !readable(s, 0xC0000000) && !readable(s, 0x80100000));
    rv_slot_discard_above(s, 0xBEC00001);
    EXPECT_EQ(*rv_slot_read(s, 0xBEC00000, 1), 1);
    EXPECT_EQ(*rv_slot_read(s, 0xBFFFFFFF, 1), 0);
    rv_slot_release(pool, s);
    struct rv_slot *again = rv_slot_acquire(pool, p);
    EXPECT(again == s);
    for (usize i = 0; i < COUNT_OF(own); i++) {
        EXPECT_EQ(*rv_slot_read(again, own[i], 1), 0);
    }
    rv_slot_release(pool, again);
    rv_pool_free(pool);
    rv_program_unref(p);
}

TEST(rv_slot, ranges_count_all_64_bits_of_the_length_and_the_low_half_of_the_address)
{
    struct rv_pool *pool = rv_pool_new();
    struct rv_program *p = sample(RV_CONTRACT);
    struct rv_slot *s = rv_slot_acquire(pool, p);
    EXPECT(rv_slot_read(s, 0xABCD000080300000, 8) == s->base + 0x80300000);
    EXPECT(rv_slot_read(s, 0x80302000, 0x3000) != NULL);
    EXPECT(rv_slot_read(s, 0x80302000, 0x3001) == NULL);
    EXPECT(rv_slot_write(s, 0x80300FFF, 2) == NULL);
    EXPECT(rv_slot_read(s, 0x80300FFF, 2) != NULL);
    EXPECT(rv_slot_read(s, 0x80300000, 1ull << 32) == NULL);
    EXPECT(rv_slot_read(s, 0x80300000, ~0ull) == NULL);
    EXPECT(rv_slot_read(s, 0xFFFFFFFF, 2) == NULL);
    EXPECT(rv_slot_read(s, 0, 0) != NULL && rv_slot_write(s, 0xFFFFFFFF, 0) != NULL);
    rv_slot_release(pool, s);
    rv_pool_free(pool);
    rv_program_unref(p);
}

// All memory that a frame can see, page by page, as one number.
static u64 digest(const struct rv_slot *s)
{
    u64 sum = 0;
    for (u64 page = 0x80000; page < 0xC0000; page++) {
        const u8 *at = rv_slot_read(s, page * 4096, 4096);
        for (u32 i = 0; at != NULL && i < 4096; i += 8) {
            sum = (sum ^ load_le64(at + i)) * 0x100000001B3 + page;
        }
    }
    return sum;
}

static void scribble(struct rv_slot *s)
{
    for (u64 page = 0x80100; page < 0xC0000; page++) {
        u8 *at = rv_slot_write(s, page * 4096, 4096);
        if (at != NULL) {
            __builtin_memset(at, (u8)page | 1, 4096);
        }
    }
}

TEST(rv_slot, a_released_slot_comes_back_as_new)
{
    struct rv_pool *pool = rv_pool_new();
    struct rv_program *p = sample(RV_CONTRACT);
    struct rv_slot *s = rv_slot_acquire(pool, p);
    u64 fresh = digest(s);
    EXPECT_STR((const char *)rv_slot_read(s, 0x80302FFC, 12), "initial data");
    EXPECT_BYTES(rv_slot_read(s, 0x80301000, 9), "initial \0", 9);
    static const u32 heap_pages[] = {0, 3, 2000};
    for (usize i = 0; i < COUNT_OF(heap_pages); i++) {
        bool ok = false;
        EXPECT_EQ(rv_slot_grow(s, heap_pages[i], &ok), 0x8070F000);
        EXPECT(ok);
        static u8 input[RV_CALLDATA_MAX];
        __builtin_memset(input, 0xAA, sizeof input);
        rv_slot_set_calldata(s, (bytes){input, sizeof input});
        EXPECT_BYTES(rv_slot_read(s, 0x80000008, sizeof input), input, sizeof input);
        scribble(s);
        EXPECT_NE(digest(s), fresh);
        rv_slot_release(pool, s);
        EXPECT(rv_slot_acquire(pool, p) == s);
        EXPECT_EQ(digest(s), fresh);
        EXPECT_EQ(rv_slot_heap_end(s), 0x8070F000);
    }
    rv_slot_release(pool, s);
    rv_pool_free(pool);
    rv_program_unref(p);
}

TEST(rv_slot, calldata_has_its_length_in_front_and_zeros_behind)
{
    struct rv_pool *pool = rv_pool_new();
    struct rv_program *p = sample(RV_CONTRACT);
    struct rv_slot *s = rv_slot_acquire(pool, p);
    EXPECT_EQ(rv_slot_calldata(s).n, 0);
    rv_slot_set_calldata(s, (bytes){(const u8 *)"abcdef", 6});
    rv_slot_set_calldata(s, (bytes){(const u8 *)"xyz", 3});
    EXPECT_BYTES(rv_slot_read(s, 0x80000000, 16), "\3\0\0\0\0\0\0\0xyz\0\0\0\0\0", 16);
    EXPECT_EQ(rv_slot_calldata(s).n, 3);
    EXPECT_BYTES(rv_slot_calldata(s).p, "xyz", 3);
    rv_slot_release(pool, s);
    rv_pool_free(pool);
    rv_program_unref(p);
}

TEST(rv_slot, the_heap_grows_as_often_as_wanted)
{
    struct rv_pool *pool = rv_pool_new();
    struct rv_program *p = sample(RV_CONTRACT);
    struct rv_slot *s = rv_slot_acquire(pool, p);
    for (u32 i = 0; i < 3000; i++) {
        bool ok = false;
        u32 end = rv_slot_grow(s, 1, &ok);
        EXPECT(ok);
        EXPECT_EQ(end, 0x8070F000 + i * 4096);
        EXPECT(rv_slot_write(s, end + 4096, 1) == NULL);
        u8 *at = rv_slot_write(s, end, 4096);
        EXPECT(at != NULL);
        EXPECT_EQ(at[17], 0);
        at[17] = 1;
    }
    rv_slot_release(pool, s);
    rv_pool_free(pool);
    rv_program_unref(p);
}

TEST(rv_slot, as_many_slots_as_frames_can_live)
{
    enum { LIVE = 1025 };
    static struct rv_slot *slots[LIVE];
    struct rv_pool *pool = rv_pool_new();
    struct buf b = {0};
    test_elf_code(&b, CODE);
    struct rv_program *p = program_of(&b, RV_CONTRACT);
    for (u32 round = 0; round < 2; round++) {
        for (u32 i = 0; i < LIVE; i++) {
            slots[i] = rv_slot_acquire(pool, p);
            EXPECT(slots[i] != NULL);
            *rv_slot_write(slots[i], 0x802FFFFF, 1) = 1;
        }
        for (u32 i = LIVE; i-- > 0;) {
            rv_slot_release(pool, slots[i]);
        }
    }
    rv_pool_free(pool);
    rv_program_unref(p);
}

TEST(rv_pool, free_slots_of_many_programs_are_bounded)
{
    struct rv_pool *pool = rv_pool_new();
    struct rv_program *programs[1200];
    for (u32 i = 0; i < COUNT_OF(programs); i++) {
        struct buf b = {0};
        test_elf_code(&b, CODE);
        programs[i] = program_of(&b, RV_CONTRACT);
        rv_slot_release(pool, rv_slot_acquire(pool, programs[i]));
    }
    u32 held = 0;
    for (u32 i = 0; i < COUNT_OF(programs); i++) {
        held += rv_program_refs(programs[i]) == 2;
    }
    EXPECT_EQ(held, 1088);
    EXPECT_EQ(rv_program_refs(programs[0]), 1); // the oldest went first
    rv_pool_free(pool);
    for (u32 i = 0; i < COUNT_OF(programs); i++) {
        EXPECT_EQ(rv_program_refs(programs[i]), 1);
        rv_program_unref(programs[i]);
    }
}

TEST(rv_pool, slots_of_a_dropped_program_go_with_it)
{
    struct rv_pool *pool = rv_pool_new();
    struct buf b = {0};
    test_elf_code(&b, CODE);
    struct rv_program *p = program_of(&b, RV_CONTRACT);
    struct rv_program *watch = rv_program_ref(p);
    rv_slot_release(pool, rv_slot_acquire(pool, p));
    EXPECT_EQ(rv_program_refs(watch), 3);
    rv_program_unref(p);
    struct rv_program *q = sample(RV_CONTRACT);
    rv_slot_release(pool, rv_slot_acquire(pool, q));
    EXPECT_EQ(rv_program_refs(watch), 2); // still wanted
    rv_program_unref(watch);
    struct rv_program *last = sample(RV_CONTRACT);
    rv_slot_release(pool,
                    rv_slot_acquire(pool, last)); // a cold acquire sweeps; leaks would show in asan
    rv_program_unref(q);
    rv_program_unref(last);
    rv_pool_free(pool);
}

TEST(rv_program, overlapping_file_ranges_and_shared_pages_are_laid_out_right)
{
    struct buf b = {0};
    test_elf_begin(&b, 0x80300010);
    test_elf_segment(&b, TEST_X, 0x80300010, CODE, 8);
    test_elf_segment(&b, TEST_R, 0x80300018, CODE, 8);
    test_elf_segment(&b, TEST_X, 0x80300020, CODE, 8); // a gap: two runs
    test_elf_segment(&b, TEST_X, 0x80300028, CODE, 8); // touches: same run
    test_elf_segment(&b, 0, 0x80310000, CODE, 8);      // no access
    struct rv_program *p = program_of(&b, RV_CONTRACT);
    EXPECT_EQ(p->run_count, 2);
    EXPECT_EQ(p->runs[1].lo, 0x80300020);
    EXPECT_EQ(p->runs[1].hi, 0x80300030);
    EXPECT_BYTES(p->runs[1].bytes + 8, code, 8);
    struct rv_slot *s = rv_slot_new(p);
    EXPECT_BYTES(rv_slot_read(s, 0x80300018, 8), code, 8);
    EXPECT_EQ(*rv_slot_read(s, 0x80300000, 1), 0);
    EXPECT(!readable(s, 0x80310000));
    EXPECT(rv_program_memory(p) > rv_program_elf(p).n);
    rv_slot_free(s);
    rv_program_unref(p);
}

// A mapping is of the few that a process may have; a program that is only cached shall need none.
TEST(rv_program, only_large_contents_that_cannot_be_written_are_shared)
{
    static const u8 data[0x4001] = {1};
    for (u32 large = 0; large < 2; large++) {
        struct buf b = {0};
        test_elf_code(&b, CODE);
        test_elf_segment(&b, TEST_R, 0x80400000, (bytes){data, 0x4000 + large}, 0x4000 + large);
        test_elf_segment(&b, TEST_W, 0x80500000, (bytes){data, 0x4001}, 0x4001);
        struct rv_program *p = program_of(&b, RV_CONTRACT);
        u32 shared = 0;
        for (u32 i = 0; i < p->range_count; i++) {
            shared += p->ranges[i].shared;
        }
        EXPECT_EQ(shared, large);
        struct rv_slot *s = rv_slot_new(p);
        EXPECT_EQ(*rv_slot_read(s, 0x80400000, 0x4000 + large), 1);
        EXPECT(rv_slot_write(s, 0x80400000, 1) == NULL);
        rv_slot_free(s);
        rv_program_unref(p);
    }
}
