// SPDX-License-Identifier: MIT
// Powers modulo any number, of any size. Over GMP.
#pragma once

#include "lib/base/types.h"

// A big-endian number: the bytes given and then `zeros` bytes of zero, which need no memory where
// that can be avoided.
struct modexp_number {
    bytes given;
    u64 zeros;
};

// Writes base^exponent mod modulus, big-endian, into the n bytes at `out`. 0^0 is 1; modulo 0
// everything is 0. The modulus has n bytes in all.
void crypto_modexp(u8 *out, usize n, const struct modexp_number *base,
                   const struct modexp_number *exponent, const struct modexp_number *modulus);
