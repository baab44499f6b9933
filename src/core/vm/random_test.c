// SPDX-License-Identifier: MIT
// A few thousand random worlds of both kinds of contract, in both forms of the EVM. `--seed`
// repeats a run; the seed of the world that differs is printed.
#include "test/kit_compare.h"
#include "test/test.h"

static void compare_worlds(u64 seed, u32 count)
{
    struct compared *c = mem_zalloc(sizeof *c);
    compared_init(c);
    for (u32 i = 0; i < count; i++) {
        u64 own = test_random(&seed) | 1;
        struct dice d = {.seed = own};
        const char *difference = compare_world(c, &d);
        if (difference != NULL) {
            FAIL("world 0x%llx: %s", (unsigned long long)own, difference);
        }
    }
    compared_fini(c);
    mem_free(c);
}

TEST(vm_random, guest_and_native_agree)
{
    compare_worlds(test_seed(), 1500);
}

TEST(vm_random, guest_and_native_agree_again)
{
    compare_worlds(test_seed() ^ 0x5555, 1500);
}

TEST_LONG(vm_random, guest_and_native_agree_on_very_many_worlds)
{
    compare_worlds(test_seed() ^ 0xAAAA, 30000);
}
