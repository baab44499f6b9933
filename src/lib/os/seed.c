// SPDX-License-Identifier: MIT
// The secret of lib/base/seed.h: random bytes of the kernel, read once, and mixed with a count, so
// that no two tables of the process share their order. (A call of the kernel for each table was a
// tenth of a small eth_call.)
#include "lib/base/seed.h"

#include <stdatomic.h>
#include <sys/random.h>

static _Atomic u64 secret; // 0: not read yet
static _Atomic u64 count;

static u64 read_secret(void)
{
    u64 fresh = 0x9e3779b97f4a7c15u; // where the kernel gives nothing, tables are only predictable,
                                     // not wrong
    u64 known = 0;
    ssize_t got = getrandom(&fresh, sizeof fresh, GRND_NONBLOCK);
    (void)got;
    fresh |= 1;
    bool is_first = atomic_compare_exchange_strong(&secret, &known, fresh);
    return is_first ? fresh : known;
}

// A permutation whose every output bit depends on every input bit (the finalizer of SplitMix64).
static u64 mix(u64 v)
{
    v = (v ^ v >> 30) * 0xbf58476d1ce4e5b9u;
    v = (v ^ v >> 27) * 0x94d049bb133111ebu;
    return v ^ v >> 31;
}

u64 seed_for_tables(void)
{
    u64 key = atomic_load_explicit(&secret, memory_order_relaxed);
    key = key != 0 ? key : read_secret();
    return mix(mix(atomic_fetch_add_explicit(&count, 1, memory_order_relaxed) ^ key) + key);
}
