// SPDX-License-Identifier: MIT
// One Keccak round on 25 local variables, for the kernels that keep the state in scalar registers.
// Lane names are XKCP's: first letter = row y (b g k m s = 0 .. 4), second = column x (a e i o u =
// 0 .. 4). A round reads variables with one prefix and writes those with another, so that two
// rounds in turn need no copying; it also leaves the column parities (`c`) of its result for the
// next round.
#pragma once

#include "lib/base/types.h"

// clang-format off
#define KECCAK_LANES(X, p)                                                                         \
    X(0, p##ba)                                                                                    \
    X(1, p##be)                                                                                    \
    X(2, p##bi)                                                                                    \
    X(3, p##bo) X(4, p##bu) X(5, p##ga) X(6, p##ge) X(7, p##gi) X(8, p##go) X(9, p##gu)            \
        X(10, p##ka) X(11, p##ke) X(12, p##ki) X(13, p##ko) X(14, p##ku) X(15, p##ma) X(16, p##me) \
            X(17, p##mi) X(18, p##mo) X(19, p##mu) X(20, p##sa) X(21, p##se) X(22, p##si)          \
                X(23, p##so) X(24, p##su)
// clang-format on

#define KECCAK_ROTATE(v, n) ((v) << (n) | (v) >> (64 - (n)))

// chi: row t from its five lanes after theta, rho and pi.
#define KECCAK_ROW(t, v, w, x, y, z)                                                               \
    t##a = v ^ (~w & x);                                                                           \
    t##e = w ^ (~x & y);                                                                           \
    t##i = x ^ (~y & z);                                                                           \
    t##o = y ^ (~z & v);                                                                           \
    t##u = z ^ (~v & w)

#define KECCAK_PARITY_FIRST(t)                                                                     \
    ca = t##a;                                                                                     \
    ce = t##e;                                                                                     \
    ci = t##i;                                                                                     \
    co = t##o;                                                                                     \
    cu = t##u

#define KECCAK_PARITY_NEXT(t)                                                                      \
    ca ^= t##a;                                                                                    \
    ce ^= t##e;                                                                                    \
    ci ^= t##i;                                                                                    \
    co ^= t##o;                                                                                    \
    cu ^= t##u

#define KECCAK_ROUND(from, to, constant)                                                           \
    da = cu ^ KECCAK_ROTATE(ce, 1);                                                                \
    de = ca ^ KECCAK_ROTATE(ci, 1);                                                                \
    di = ce ^ KECCAK_ROTATE(co, 1);                                                                \
    dO = ci ^ KECCAK_ROTATE(cu, 1);                                                                \
    du = co ^ KECCAK_ROTATE(ca, 1);                                                                \
    va = from##ba ^ da;                                                                            \
    ve = KECCAK_ROTATE(from##ge ^ de, 44);                                                         \
    vi = KECCAK_ROTATE(from##ki ^ di, 43);                                                         \
    vo = KECCAK_ROTATE(from##mo ^ dO, 21);                                                         \
    vu = KECCAK_ROTATE(from##su ^ du, 14);                                                         \
    KECCAK_ROW(to##b, va, ve, vi, vo, vu);                                                         \
    to##ba ^= (constant);                                                                          \
    KECCAK_PARITY_FIRST(to##b);                                                                    \
    va = KECCAK_ROTATE(from##bo ^ dO, 28);                                                         \
    ve = KECCAK_ROTATE(from##gu ^ du, 20);                                                         \
    vi = KECCAK_ROTATE(from##ka ^ da, 3);                                                          \
    vo = KECCAK_ROTATE(from##me ^ de, 45);                                                         \
    vu = KECCAK_ROTATE(from##si ^ di, 61);                                                         \
    KECCAK_ROW(to##g, va, ve, vi, vo, vu);                                                         \
    KECCAK_PARITY_NEXT(to##g);                                                                     \
    va = KECCAK_ROTATE(from##be ^ de, 1);                                                          \
    ve = KECCAK_ROTATE(from##gi ^ di, 6);                                                          \
    vi = KECCAK_ROTATE(from##ko ^ dO, 25);                                                         \
    vo = KECCAK_ROTATE(from##mu ^ du, 8);                                                          \
    vu = KECCAK_ROTATE(from##sa ^ da, 18);                                                         \
    KECCAK_ROW(to##k, va, ve, vi, vo, vu);                                                         \
    KECCAK_PARITY_NEXT(to##k);                                                                     \
    va = KECCAK_ROTATE(from##bu ^ du, 27);                                                         \
    ve = KECCAK_ROTATE(from##ga ^ da, 36);                                                         \
    vi = KECCAK_ROTATE(from##ke ^ de, 10);                                                         \
    vo = KECCAK_ROTATE(from##mi ^ di, 15);                                                         \
    vu = KECCAK_ROTATE(from##so ^ dO, 56);                                                         \
    KECCAK_ROW(to##m, va, ve, vi, vo, vu);                                                         \
    KECCAK_PARITY_NEXT(to##m);                                                                     \
    va = KECCAK_ROTATE(from##bi ^ di, 62);                                                         \
    ve = KECCAK_ROTATE(from##go ^ dO, 55);                                                         \
    vi = KECCAK_ROTATE(from##ku ^ du, 39);                                                         \
    vo = KECCAK_ROTATE(from##ma ^ da, 41);                                                         \
    vu = KECCAK_ROTATE(from##se ^ de, 2);                                                          \
    KECCAK_ROW(to##s, va, ve, vi, vo, vu);                                                         \
    KECCAK_PARITY_NEXT(to##s)

#define KECCAK_LOAD_(index, name) u64 name = lanes[index];
#define KECCAK_DECLARE_(index, name) u64 name;
#define KECCAK_STORE_(index, name) lanes[index] = name;

// The body of a permutation function with the parameter `u64 lanes[25]`.
#define KECCAK_PERMUTE_BODY(constants)                                                             \
    u64 ca, ce, ci, co, cu, da, de, di, dO, du, va, ve, vi, vo, vu;                                \
    KECCAK_LANES(KECCAK_LOAD_, a)                                                                  \
    KECCAK_LANES(KECCAK_DECLARE_, e)                                                               \
    KECCAK_PARITY_FIRST(ab);                                                                       \
    KECCAK_PARITY_NEXT(ag);                                                                        \
    KECCAK_PARITY_NEXT(ak);                                                                        \
    KECCAK_PARITY_NEXT(am);                                                                        \
    KECCAK_PARITY_NEXT(as);                                                                        \
    for (usize i = 0; i < 24; i += 2) {                                                            \
        KECCAK_ROUND(a, e, (constants)[i]);                                                        \
        KECCAK_ROUND(e, a, (constants)[i + 1]);                                                    \
    }                                                                                              \
    KECCAK_LANES(KECCAK_STORE_, a)
