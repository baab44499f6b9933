// SPDX-License-Identifier: MIT
// Scalars in the base X, the magnitude of the curve's parameter: the order is r = X^4 - X^2 + 1, so
// four digits below X hold every number below r.
#include "lib/crypto/bls12_381/priv.h"
#include "lib/num/mont.h"

static bool below(const u64 *a, const u64 *b)
{
    for (u32 i = 4; i-- > 0;) {
        if (a[i] != b[i]) {
            return a[i] < b[i];
        }
    }
    return false;
}

static void subtract(u64 *a, const u64 *b)
{
    u64 borrow = 0;
    for (u32 i = 0; i < 4; i++) {
        u128 d = (u128)a[i] - b[i] - borrow;
        a[i] = (u64)d;
        borrow = (u64)(d >> 64) & 1;
    }
}

static void split(u64 digits[4], const u256 *k)
{
    u256 t = *k;
    while (!below(t.w, mont_bls12_381_fr.p)) {
        subtract(t.w, mont_bls12_381_fr.p); // at most twice: 2^256 < 3 r
    }
    for (u32 digit = 0; digit < 4; digit++) {
        u64 rest = 0;
        for (u32 i = 4; i-- > 0;) {
            u128 v = (u128)rest << 64 | t.w[i];
            t.w[i] = (u64)(v / X_MAGNITUDE);
            rest = (u64)(v % X_MAGNITUDE);
        }
        digits[digit] = rest;
    }
}

void bls_split_scalar_4(u64 digits[4], const u256 *k)
{
    split(digits, k);
}

void bls_split_scalar_2(u64 digits[4], const u256 *k)
{
    split(digits, k);
    for (u32 i = 0; i < 4; i += 2) {
        u128 digit = (u128)digits[i + 1] * X_MAGNITUDE + digits[i]; // below X^2 < 2^128
        digits[i] = (u64)digit;
        digits[i + 1] = (u64)(digit >> 64);
    }
}
