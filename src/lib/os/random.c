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

void os_random_bytes(void *out, usize n)
{
    u8 *p = out;
    while (n > 0) {
        ssize_t got = getrandom(p, n < 256 ? n : 256, 0);
        CHECK(got > 0 || errno == EINTR);
        p += got > 0 ? got : 0;
        n -= got > 0 ? (usize)got : 0;
    }
}
