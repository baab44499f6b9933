// SPDX-License-Identifier: MIT
// Clocks. For measuring and reporting, and for the time of a block that is made: nothing else that
// decides a result may read them.
#pragma once

#include "lib/base/types.h"

u64 os_now_ns(void);       // nanoseconds of a clock that never goes back; its zero is arbitrary
u64 os_unix_seconds(void); // since 1970, of the clock on the wall: may jump
u64 os_cpu_ns(void);       // nanoseconds of processor time used by the calling thread

void os_sleep_ms(u32 ms); // lets others run meanwhile
