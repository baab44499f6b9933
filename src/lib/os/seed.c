// SPDX-License-Identifier: MIT
// The secret of lib/base/seed.h: fresh random bytes of the kernel at every call, so that no two
// tables of the process share their order.
#include "lib/base/seed.h"

#include <sys/random.h>

u64 seed_for_tables(void)
{
    u64 seed = 0x9e3779b97f4a7c15u; // where the kernel gives nothing, tables are only predictable,
                                    // not wrong
    ssize_t got = getrandom(&seed, sizeof seed, GRND_NONBLOCK);
    (void)got;
    return seed;
}
