// SPDX-License-Identifier: MIT
// The memory functions that the compiler may call. Words at any alignment: the machine allows it,
// and the host under it makes it cheap.
#include "lib/base/bytes.h"
#include "lib/base/types.h"

void *memcpy(void *restrict to, const void *restrict from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n);

enum {
    BLOCK = 64 // bytes a round
};

static ALWAYS_INLINE void copy_32(u8 *to, const u8 *from)
{
    u64 a = load_le64(from);
    u64 b = load_le64(from + 8);
    u64 c = load_le64(from + 16);
    u64 d = load_le64(from + 24);
    store_le64(to, a);
    store_le64(to + 8, b);
    store_le64(to + 16, c);
    store_le64(to + 24, d);
}

static ALWAYS_INLINE void copy_16(u8 *to, const u8 *from)
{
    u64 a = load_le64(from);
    u64 b = load_le64(from + 8);
    store_le64(to, a);
    store_le64(to + 8, b);
}

// Each piece is read before it is written, so that ranges may overlap if the target is the lower
// one.
static ALWAYS_INLINE void copy_up(u8 *to, const u8 *from, usize n)
{
    for (; n >= BLOCK; n -= BLOCK, to += BLOCK, from += BLOCK) {
        copy_32(to, from);
        copy_32(to + 32, from + 32);
    }
    if ((n & 32) != 0) {
        copy_32(to, from);
        to += 32, from += 32;
    }
    if ((n & 16) != 0) {
        copy_16(to, from);
        to += 16, from += 16;
    }
    if ((n & 8) != 0) {
        store_le64(to, load_le64(from));
        to += 8, from += 8;
    }
    for (n %= 8; n > 0; n--) {
        *to++ = *from++;
    }
}

// From the end downwards: for a target that is the higher one.
static void copy_down(u8 *to, const u8 *from, usize n)
{
    for (; n >= 32; n -= 32) {
        copy_32(to + n - 32, from + n - 32);
    }
    for (; n >= 8; n -= 8) {
        store_le64(to + n - 8, load_le64(from + n - 8));
    }
    for (; n > 0; n--) {
        to[n - 1] = from[n - 1];
    }
}

void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
    copy_up(to, from, n);
    return to;
}

void *memmove(void *to, const void *from, size_t n)
{
    if ((u64)to - (u64)from >= n) { // no byte is written before it is read
        copy_up(to, from, n);
    } else {
        copy_down(to, from, n);
    }
    return to;
}

static ALWAYS_INLINE void set_32(u8 *p, u64 word)
{
    store_le64(p, word);
    store_le64(p + 8, word);
    store_le64(p + 16, word);
    store_le64(p + 24, word);
}

void *memset(void *to, int byte, size_t n)
{
    u8 *p = to;
    u64 word = (u8)byte * 0x0101010101010101ull;
    for (; n >= BLOCK; n -= BLOCK, p += BLOCK) {
        set_32(p, word);
        set_32(p + 32, word);
    }
    if ((n & 32) != 0) {
        set_32(p, word);
        p += 32;
    }
    for (n %= 32; n >= 8; n -= 8, p += 8) {
        store_le64(p, word);
    }
    for (; n > 0; n--) {
        *p++ = (u8)byte;
    }
    return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
    const u8 *p = a;
    const u8 *q = b;
    for (; n >= 8; n -= 8, p += 8, q += 8) {
        u64 x = load_be64(p);
        u64 y = load_be64(q);
        if (x != y) {
            return x < y ? -1 : 1;
        }
    }
    for (; n > 0; n--, p++, q++) {
        if (*p != *q) {
            return *p < *q ? -1 : 1;
        }
    }
    return 0;
}
