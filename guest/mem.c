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

static void copy_block(u8 *to, const u8 *from)
{
    u64 a = load_le64(from), b = load_le64(from + 8), c = load_le64(from + 16);
    u64 d = load_le64(from + 24), e = load_le64(from + 32), f = load_le64(from + 40);
    u64 g = load_le64(from + 48), h = load_le64(from + 56);
    store_le64(to, a);
    store_le64(to + 8, b);
    store_le64(to + 16, c);
    store_le64(to + 24, d);
    store_le64(to + 32, e);
    store_le64(to + 40, f);
    store_le64(to + 48, g);
    store_le64(to + 56, h);
}

static void copy_up(u8 *to, const u8 *from, usize n)
{
    for (; n >= BLOCK; n -= BLOCK, to += BLOCK, from += BLOCK) {
        copy_block(to, from);
    }
    for (; n >= 8; n -= 8, to += 8, from += 8) {
        store_le64(to, load_le64(from));
    }
    for (; n > 0; n--) {
        *to++ = *from++;
    }
}

static void copy_down(u8 *to, const u8 *from, usize n)
{
    for (; n >= BLOCK; n -= BLOCK) {
        copy_block(to + n - BLOCK, from + n - BLOCK);
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

void *memset(void *to, int byte, size_t n)
{
    u8 *p = to;
    u64 word = (u8)byte * 0x0101010101010101ull;
    for (; n >= BLOCK; n -= BLOCK, p += BLOCK) {
        store_le64(p, word);
        store_le64(p + 8, word);
        store_le64(p + 16, word);
        store_le64(p + 24, word);
        store_le64(p + 32, word);
        store_le64(p + 40, word);
        store_le64(p + 48, word);
        store_le64(p + 56, word);
    }
    for (; n >= 8; n -= 8, p += 8) {
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
