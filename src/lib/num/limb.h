// SPDX-License-Identifier: MIT
// Sums and differences of single limbs with a carry. Compilers have builtins that become
// add-with-carry chains where a processor knows them; the plain form is what RV64, which has no
// carry flag, wants.
#pragma once

#include "lib/base/cc.h"
#include "lib/base/types.h"

// a + b + *carry; *carry goes in and comes out, 0 or 1.
static ALWAYS_INLINE u64 limb_add(u64 *carry, u64 a, u64 b)
{
#if defined(__x86_64__) && defined(__clang__)
    return __builtin_addcl(a, b, *carry, carry);
#elif defined(__x86_64__)
    unsigned long long s;
    *carry = __builtin_ia32_addcarryx_u64((u8)*carry, a, b, &s);
    return s;
#else
    u64 t = a + b;
    u64 s = t + *carry;
    *carry = (u64)(t < a) + (u64)(s < t); // not both; an `or` takes gcc 12 one instruction more
    return s;
#endif
}

// a - b - *borrow.
static ALWAYS_INLINE u64 limb_sub(u64 *borrow, u64 a, u64 b)
{
#if defined(__x86_64__) && defined(__clang__)
    return __builtin_subcl(a, b, *borrow, borrow);
#elif defined(__x86_64__)
    unsigned long long d;
    *borrow = __builtin_ia32_sbb_u64((u8)*borrow, a, b, &d);
    return d;
#else
    u64 t = a - b;
    u64 d = t - *borrow;
    *borrow = (u64)(a < b) + (u64)(t < *borrow);
    return d;
#endif
}

// *to += a * b + carry; returns the next carry. Cannot overflow: (2^64-1)^2 + 2(2^64-1) = 2^128-1.
static ALWAYS_INLINE u64 limb_multiply_add(u64 *to, u64 a, u64 b, u64 carry)
{
    u128 t = (u128)a * b + *to + carry;
    *to = (u64)t;
    return (u64)(t >> 64);
}

// `top:low` shifted by a count below 64: the upper limb of the left shift, the lower of the right
// one.
static ALWAYS_INLINE u64 limb_funnel_left(u64 top, u64 low, u32 count)
{
    return top << count | low >> 1 >> (63 - count);
}

static ALWAYS_INLINE u64 limb_funnel_right(u64 top, u64 low, u32 count)
{
    return low >> count | top << 1 << (63 - count);
}
