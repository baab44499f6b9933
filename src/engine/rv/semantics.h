// SPDX-License-Identifier: MIT
// What the expressions of spec/rv64.def need and C has no operator for. Pure functions of their
// arguments, total, without undefined behaviour: division by zero and overflow give what the manual
// says, shift amounts are taken modulo the width. The forms for 32 bits look at the low halves and
// return sign-extended values.
#pragma once

#include "lib/base/types.h"

static inline u64 rv_sext32(u64 a)
{
    return (u64)(i64)(i32)(u32)a;
}

// ---- M ------------------------------------------------------------------------------------------

static inline u64 rv_mulhu(u64 a, u64 b)
{
    return (u64)((u128)a * b >> 64);
}

static inline u64 rv_mulh(u64 a, u64 b)
{
    return (u64)((u128)((i128)(i64)a * (i64)b) >> 64);
}

static inline u64 rv_mulhsu(u64 a, u64 b)
{
    return rv_mulhu(a, b) - ((i64)a < 0 ? b : 0);
}

static inline u64 rv_divu(u64 a, u64 b)
{
    return b == 0 ? ~0ull : a / b;
}

static inline u64 rv_remu(u64 a, u64 b)
{
    return b == 0 ? a : a % b;
}

// The only signed quotient that does not fit is -2^63 / -1: negation of the dividend is right for
// every -1.
static inline u64 rv_div(u64 a, u64 b)
{
    if (b == 0) {
        return ~0ull;
    }
    return b == ~0ull ? -a : (u64)((i64)a / (i64)b);
}

static inline u64 rv_rem(u64 a, u64 b)
{
    if (b == 0) {
        return a;
    }
    return b == ~0ull ? 0 : (u64)((i64)a % (i64)b);
}

// In 64 bits no 32-bit quotient overflows; by zero, rv_div and rv_rem give what the 32-bit forms
// give.
static inline u64 rv_divw(u64 a, u64 b)
{
    return rv_sext32(rv_div(rv_sext32(a), rv_sext32(b)));
}

static inline u64 rv_remw(u64 a, u64 b)
{
    return rv_sext32(rv_rem(rv_sext32(a), rv_sext32(b)));
}

static inline u64 rv_divuw(u64 a, u64 b)
{
    return rv_sext32(rv_divu((u32)a, (u32)b));
}

static inline u64 rv_remuw(u64 a, u64 b)
{
    return rv_sext32(rv_remu((u32)a, (u32)b));
}

// ---- Zbb ----------------------------------------------------------------------------------------

static inline u64 rv_rol(u64 a, u64 n)
{
    return a << (n & 63) | a >> (-n & 63);
}

static inline u64 rv_ror(u64 a, u64 n)
{
    return a >> (n & 63) | a << (-n & 63);
}

static inline u64 rv_rolw(u64 a, u64 n)
{
    return rv_sext32((u32)a << (n & 31) | (u32)a >> (-n & 31));
}

static inline u64 rv_rorw(u64 a, u64 n)
{
    return rv_sext32((u32)a >> (n & 31) | (u32)a << (-n & 31));
}

static inline u64 rv_clz(u64 a)
{
    return a == 0 ? 64 : (u64)__builtin_clzll(a);
}

static inline u64 rv_ctz(u64 a)
{
    return a == 0 ? 64 : (u64)__builtin_ctzll(a);
}

static inline u64 rv_clzw(u64 a)
{
    return (u32)a == 0 ? 32 : (u64)__builtin_clz((u32)a);
}

static inline u64 rv_ctzw(u64 a)
{
    return (u32)a == 0 ? 32 : (u64)__builtin_ctz((u32)a);
}

static inline u64 rv_cpop(u64 a)
{
    return (u64)__builtin_popcountll(a);
}

static inline u64 rv_rev8(u64 a)
{
    return __builtin_bswap64(a);
}

// Each byte that is not 0 becomes 0xFF: bit 7 of (low seven bits + 0x7F) | byte tells, then it is
// spread.
static inline u64 rv_orc_b(u64 a)
{
    u64 low7 = 0x7F7F7F7F7F7F7F7Full;
    u64 set = (((a & low7) + low7) | a) & ~low7;
    return (set << 1) - (set >> 7);
}

// ---- Zbc ----------------------------------------------------------------------------------------

// The 127-bit carry-less product.
static inline u128 rv_clmul_wide(u64 a, u64 b)
{
    u128 product = 0;
    for (u32 i = 0; i < 64; i++) {
        product ^= ((u128)a << i) & -(u128)(b >> i & 1);
    }
    return product;
}

static inline u64 rv_clmul(u64 a, u64 b)
{
    return (u64)rv_clmul_wide(a, b);
}

static inline u64 rv_clmulh(u64 a, u64 b)
{
    return (u64)(rv_clmul_wide(a, b) >> 64);
}

static inline u64 rv_clmulr(u64 a, u64 b)
{
    return (u64)(rv_clmul_wide(a, b) >> 63);
}
