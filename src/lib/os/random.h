// SPDX-License-Identifier: MIT
// Randomness of the operating system, for hash seeds and fresh identifiers. Never decides a result.
#pragma once

#include "lib/base/types.h"

u64 os_random_u64(void); // unpredictable; a system that cannot give it ends the process

void os_random_bytes(void *out, usize n); // the same, any number: for keys
