// SPDX-License-Identifier: MIT
// Inside of lib/crypto/kzg: numbers modulo the order of the groups, in Montgomery form, and the
// coefficients of a blob's polynomial.
#pragma once

#include "lib/base/cc.h"
#include "lib/base/types.h"

#define KZG_DEGREE 4096u // values of a blob, coefficients of its polynomial

typedef struct {
    u64 w[4];
} fr;

fr fr_mul(const fr *a, const fr *b);
fr fr_add(const fr *a, const fr *b);
fr fr_sub(const fr *a, const fr *b);
fr fr_one(void);
fr fr_power(fr base, u64 exponent);
fr fr_from_number(u256 a);         // any number below the order
fr fr_from_hash(const b256 *hash); // modulo the order
u256 fr_to_number(const fr *a);
MUST_USE bool fr_from_be(fr *out, const u8 text[32]); // false: not below the order
fr fr_root_of_unity(u32 log2_order);                  // primitive, of order 2 to the power
// KZG_DEGREE coefficients; false if a value of the blob is not below the order.
MUST_USE bool kzg_coefficients(fr *out, const u8 *blob);
