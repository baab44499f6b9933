// SPDX-License-Identifier: MIT
// Randomness over getrandom, which for requests of up to 256 bytes is not interrupted once seeded.
#include "lib/os/random.h"

#include <errno.h>
#include <sys/random.h>

#include "lib/base/check.h"

u64 os_random_u64(void)
{
    u64 v = 0;
    ssize_t n = -1;
    do {
        n = getrandom(&v, sizeof v, 0);
    } while (n < 0 && errno == EINTR);
    CHECK(n == (ssize_t)sizeof v);
    return v;
}
