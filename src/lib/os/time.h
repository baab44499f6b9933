// SPDX-License-Identifier: MIT
// Clocks. For measuring and reporting only: nothing that decides a result may read them.
#pragma once

#include "lib/base/types.h"

u64 os_now_ns(void); // nanoseconds of a clock that never goes back; its zero is arbitrary
u64 os_cpu_ns(void); // nanoseconds of processor time used by the calling thread
