// SPDX-License-Identifier: MIT
// Sorting against the definition: ascending, and the same items as before.
#include "lib/base/sort.h"

#include "test/test.h"

static i32 compare_u32(const void *x, const void *y)
{
    u32 a = *(const u32 *)x;
    u32 b = *(const u32 *)y;
    return a < b ? -1 : a > b;
}

TEST(sort, random_arrays_come_out_ascending_with_the_same_sum)
{
    u64 random = test_seed();
    for (usize n = 0; n < 200; n++) {
        u32 a[200];
        u64 before = 0;
        u64 after = 0;
        for (usize i = 0; i < n; i++) {
            a[i] = (u32)(test_random(&random) % 50);
            before += (u64)a[i] * a[i];
        }
        sort_items(a, n, sizeof a[0], compare_u32);
        for (usize i = 0; i < n; i++) {
            after += (u64)a[i] * a[i];
            EXPECT(i == 0 || a[i - 1] <= a[i]);
        }
        EXPECT_EQ(before, after);
    }
}
