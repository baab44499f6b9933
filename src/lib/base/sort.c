// SPDX-License-Identifier: MIT
// Heap sort: its worst case is its usual case, so that no chosen order of keys makes an export
// slow.
#include "lib/base/sort.h"

#include "lib/base/bytes.h"

static void swap_items(u8 *a, u8 *b, usize size)
{
    for (usize i = 0; i < size; i++) {
        u8 t = a[i];
        a[i] = b[i];
        b[i] = t;
    }
}

void sort_items(void *items, usize count, usize size, i32 (*compare)(const void *a, const void *b))
{
    u8 *base = items;
    usize start = count / 2;
    usize end = count;
    while (end > 1) {
        if (start > 0) {
            start--; // still building the heap
        } else {
            end--;
            swap_items(base, base + end * size, size);
        }
        for (usize root = start; root * 2 + 1 < end;) {
            usize child = root * 2 + 1;
            if (child + 1 < end && compare(base + child * size, base + (child + 1) * size) < 0) {
                child++;
            }
            if (compare(base + root * size, base + child * size) >= 0) {
                break;
            }
            swap_items(base + root * size, base + child * size, size);
            root = child;
        }
    }
}
