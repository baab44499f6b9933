// SPDX-License-Identifier: MIT
// Loads, stores and copies of raw bytes with a stated byte order; the only place where byte order
// is decided. Pointers need no alignment. Free-standing: memory goes through compiler builtins,
// which the guest's start-up code also provides as functions.
#pragma once

#include "lib/base/cc.h"
#include "lib/base/types.h"

static inline void copy_bytes(void *to, const void *from, usize n)
{
    if (n > 0) {
        __builtin_memcpy(to, from, n);
    }
}

static inline void move_bytes(void *to, const void *from, usize n)
{
    if (n > 0) {
        __builtin_memmove(to, from, n);
    }
}

static inline void zero_bytes(void *to, usize n)
{
    if (n > 0) {
        __builtin_memset(to, 0, n);
    }
}

static inline bool equal_bytes(const void *a, const void *b, usize n)
{
    return n == 0 || __builtin_memcmp(a, b, n) == 0;
}

#define DEFINE_LOAD_STORE(bits)                                                                    \
    static inline u##bits load_le##bits(const void *p)                                             \
    {                                                                                              \
        u##bits v;                                                                                 \
        __builtin_memcpy(&v, p, sizeof v);                                                         \
        return v;                                                                                  \
    }                                                                                              \
    static inline void store_le##bits(void *p, u##bits v)                                          \
    {                                                                                              \
        __builtin_memcpy(p, &v, sizeof v);                                                         \
    }                                                                                              \
    static inline u##bits load_be##bits(const void *p)                                             \
    {                                                                                              \
        return __builtin_bswap##bits(load_le##bits(p));                                            \
    }                                                                                              \
    static inline void store_be##bits(void *p, u##bits v)                                          \
    {                                                                                              \
        store_le##bits(p, __builtin_bswap##bits(v));                                               \
    }

DEFINE_LOAD_STORE(16)
DEFINE_LOAD_STORE(32)
DEFINE_LOAD_STORE(64)
#undef DEFINE_LOAD_STORE

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "hosts and guests are little-endian");

static inline bool address_equal(const address *a, const address *b)
{
    return equal_bytes(a->b, b->b, sizeof a->b);
}

static inline bool b256_equal(const b256 *a, const b256 *b)
{
    return equal_bytes(a->b, b->b, sizeof a->b);
}

static inline bytes bytes_slice(bytes s, usize from, usize n)
{
    return (bytes){s.p == NULL ? NULL : s.p + from, n}; // NULL + 0 is undefined in C
}
