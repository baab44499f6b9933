// SPDX-License-Identifier: MIT
#include "lib/base/arena.h"

#include "lib/base/bytes.h"
#include "test/test.h"

TEST(arena, allocations_are_aligned_and_apart)
{
    struct arena a;
    arena_init(&a, 256);
    u8 *p[100];
    for (u32 i = 0; i < 100; i++) {
        p[i] = arena_alloc(&a, i);
        EXPECT_EQ((uintptr_t)p[i] % ARENA_ALIGN, 0);
        __builtin_memset(p[i], (i32)i, i);
    }
    for (u32 i = 0; i < 100; i++) {
        for (u32 k = 0; k < i; k++) {
            EXPECT_EQ(p[i][k], i);
        }
    }
    arena_fini(&a);
}

TEST(arena, larger_than_a_chunk_is_possible)
{
    struct arena a;
    arena_init(&a, 64);
    u8 *small = arena_zalloc(&a, 8);
    u8 *large = arena_zalloc(&a, 10000);
    u8 *after = arena_zalloc(&a, 8);
    large[9999] = 1;
    EXPECT_EQ(small[0] + after[0] + large[0], 0);
    arena_fini(&a);
}

TEST(arena, rewind_gives_the_same_memory_again)
{
    struct arena a;
    arena_init(&a, 128);
    u8 *kept = arena_copy(&a, "kept", 5);
    arena_point mark = arena_mark(&a);
    void *first = arena_alloc(&a, 32);
    for (u32 i = 0; i < 50; i++) {
        arena_alloc(&a, 100);
    }
    arena_rewind(&a, mark);
    EXPECT(arena_alloc(&a, 32) == first);
    EXPECT_BYTES(kept, "kept", 5);
    arena_fini(&a);
}

static u32 chunk_budget(struct arena *a, u32 rounds)
{
    u32 fresh = 0;
    void *seen = NULL;
    for (u32 i = 0; i < rounds; i++) {
        void *p = arena_alloc(a, 200);
        fresh += p != seen;
        seen = p;
        arena_reset(a);
    }
    return fresh;
}

TEST(arena, reset_reuses_chunks)
{
    struct arena a;
    arena_init(&a, 256);
    EXPECT_EQ(chunk_budget(&a, 1000), 1);
    arena_fini(&a);
}

// Nested marks at random, each allocation filled with its number and checked until it is given
// back.
TEST(arena, nested_frames_do_not_disturb_each_other)
{
    enum { DEPTH_MAX = 40 };
    struct arena a;
    arena_init(&a, 300);
    u64 state = test_seed();
    arena_point marks[DEPTH_MAX];
    u8 *data[DEPTH_MAX];
    usize sizes[DEPTH_MAX];
    u32 depth = 0;
    for (u32 step = 0; step < 20000; step++) {
        if (depth < DEPTH_MAX && (depth == 0 || test_random(&state) % 2 == 0)) {
            marks[depth] = arena_mark(&a);
            sizes[depth] = test_random(&state) % 500;
            data[depth] = arena_alloc(&a, sizes[depth]);
            __builtin_memset(data[depth], (i32)depth, sizes[depth]);
            depth++;
        } else {
            depth--;
            for (usize k = 0; k < sizes[depth]; k++) {
                EXPECT_EQ(data[depth][k], depth);
            }
            arena_rewind(&a, marks[depth]);
        }
    }
    arena_fini(&a);
}
