// SPDX-License-Identifier: MIT
// Clocks over clock_gettime.
#include "lib/os/time.h"

#include <time.h>

#include "lib/base/check.h"

static u64 read_clock(clockid_t clock)
{
    struct timespec t;
    CHECK(clock_gettime(clock, &t) == 0);
    return (u64)t.tv_sec * 1000000000u + (u64)t.tv_nsec;
}

u64 os_now_ns(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

u64 os_cpu_ns(void)
{
    return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

u64 os_unix_seconds(void)
{
    return read_clock(CLOCK_REALTIME) / 1000000000u;
}

void os_sleep_ms(u32 ms)
{
    struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = (i64)(ms % 1000) * 1000000};
    while (nanosleep(&left, &left) != 0) {
    }
}
