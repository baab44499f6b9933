// SPDX-License-Identifier: MIT
// Sorting in place: O(n log n) in the worst case whatever the input, no allocation, not stable.
#pragma once

#include "lib/base/types.h"

void sort_items(void *items, usize count, usize size, i32 (*compare)(const void *a, const void *b));
