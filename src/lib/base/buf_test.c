// SPDX-License-Identifier: MIT
#include "lib/base/buf.h"

#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "test/test.h"

TEST(buf, collects_what_is_put)
{
    struct buf b = {0};
    EXPECT_EQ(b.n, 0);
    buf_put_text(&b, "one");
    buf_put_u8(&b, ' ');
    buf_put(&b, "two!", 3);
    buf_printf(&b, " %u %s", 3u, "four");
    EXPECT_EQ(b.n, 14);
    EXPECT_BYTES(b.p, "one two 3 four", 14);
    bytes view = buf_bytes(&b);
    EXPECT_EQ(view.n, b.n);
    buf_clear(&b);
    EXPECT_EQ(b.n, 0);
    EXPECT(b.cap >= 14);
    buf_fini(&b);
    EXPECT(b.p == NULL);
    buf_fini(&b);
}

TEST(buf, an_empty_extension_has_an_address)
{
    struct buf b = {0};
    EXPECT(buf_extend(&b, 0) != NULL);
    EXPECT_EQ(b.n, 0);
    buf_put(&b, NULL, 0);
    buf_fini(&b);
}

TEST(buf, growth_keeps_contents_and_is_geometric)
{
    struct buf b = {0};
    u32 growths = 0;
    for (u32 i = 0; i < 100000; i++) {
        usize cap = b.cap;
        buf_put_u8(&b, (u8)(i * 7));
        growths += b.cap != cap;
    }
    EXPECT(growths < 20);
    for (u32 i = 0; i < 100000; i++) {
        EXPECT_EQ(b.p[i], (u8)(i * 7));
    }
    buf_fini(&b);
}

TEST(buf, one_large_extension_is_not_rounded_up_twice)
{
    struct buf b = {0};
    buf_put_u8(&b, 1);
    u8 *p = buf_extend(&b, 1 << 20);
    p[(1 << 20) - 1] = 9;
    EXPECT_EQ(b.n, (1 << 20) + 1);
    EXPECT_EQ(b.p[1 << 20], 9);
    buf_fini(&b);
}

static void grow_beyond_sense(void *context)
{
    (void)context;
    struct buf b = {0};
    buf_reserve(&b, SIZE_MAX / 2);
}

TEST(buf, an_absurd_size_is_a_defect)
{
    EXPECT_DIES(grow_beyond_sense, NULL);
}

static void third_allocation(void *context)
{
    (void)context;
    mem_fail_after(2);
    mem_free(mem_alloc(8));
    mem_free(mem_zalloc(8));
    mem_free(mem_alloc(8));
}

static void two_allocations(void *context)
{
    (void)context;
    mem_fail_after(2);
    mem_free(mem_alloc(8));
    mem_free(mem_realloc(NULL, 8));
}

TEST(mem, fails_at_the_chosen_allocation)
{
    EXPECT_DIES(third_allocation, NULL);
    EXPECT(!test_dies(two_allocations, NULL));
}

TEST(mem, zero_bytes_are_an_allocation)
{
    void *p = mem_alloc(0);
    void *q = mem_zalloc(0);
    EXPECT(p != NULL && q != NULL);
    q = mem_realloc(q, 0);
    EXPECT(q != NULL);
    mem_free(p);
    mem_free(q);
    mem_free(NULL);
}
