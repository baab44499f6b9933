// SPDX-License-Identifier: MIT
// The functions that compilers call on their own, and strlen. Memory is little-endian and loads and
// stores need no alignment, so all of them go by eight bytes and finish by single ones: a load
// costs as much for one byte as for eight.
#include "hybrid.h"

// No loop here may be turned into a call of the function that it is in.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("no-tree-loop-distribute-patterns")
#endif

typedef uint64_t __attribute__((may_alias, aligned(1))) word;

void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
    uint8_t *d = to;
    const uint8_t *s = from;
    for (; n >= 32; n -= 32, d += 32, s += 32) {
        word a = *(const word *)s;
        word b = *(const word *)(s + 8);
        word c = *(const word *)(s + 16);
        word e = *(const word *)(s + 24);
        *(word *)d = a;
        *(word *)(d + 8) = b;
        *(word *)(d + 16) = c;
        *(word *)(d + 24) = e;
    }
    for (; n >= 8; n -= 8, d += 8, s += 8) {
        *(word *)d = *(const word *)s;
    }
    for (; n > 0; n--) {
        *d++ = *s++;
    }
    return to;
}

void *memmove(void *to, const void *from, size_t n)
{
    if ((uintptr_t)to - (uintptr_t)from >= n) { // also when `to` lies below
        return memcpy(to, from, n);
    }
    uint8_t *d = (uint8_t *)to + n;
    const uint8_t *s = (const uint8_t *)from + n;
    for (; n >= 8; n -= 8) {
        d -= 8;
        s -= 8;
        *(word *)d = *(const word *)s;
    }
    for (; n > 0; n--) {
        *--d = *--s;
    }
    return to;
}

void *memset(void *to, int value, size_t n)
{
    uint8_t *d = to;
    word v = (uint8_t)value * 0x0101010101010101u;
    for (; n >= 8; n -= 8, d += 8) {
        *(word *)d = v;
    }
    for (; n > 0; n--) {
        *d++ = (uint8_t)value;
    }
    return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
    const uint8_t *p = a;
    const uint8_t *q = b;
    for (; n >= 8 && *(const word *)p == *(const word *)q; n -= 8) {
        p += 8;
        q += 8;
    }
    for (; n > 0; n--, p++, q++) {
        if (*p != *q) {
            return *p < *q ? -1 : 1;
        }
    }
    return 0;
}

size_t strlen(const char *s)
{
    size_t n = 0;
    while (s[n] != '\0') {
        n++;
    }
    return n;
}
