// SPDX-License-Identifier: MIT
// Hexadecimal text to bytes and back. Decoding takes digits of both cases with or without 0x, and
// says what is wrong and where. Encoding writes lower case with 0x.
#pragma once

#include "lib/base/buf.h"
#include "lib/base/cc.h"
#include "lib/base/types.h"

// Why a text was refused: a phrase and the offset of the character it is about.
typedef struct {
    const char *text; // static
    usize at;
} hex_error;

// An even number of digits, appended to `out`, which is unchanged on error.
MUST_USE bool hex_decode(struct buf *out, hex_error *why, const char *text, usize n);

// Exactly `size` bytes.
MUST_USE bool hex_decode_exact(u8 *out, usize size, hex_error *why, const char *text, usize n);

// A number of one digit or more; leading zeros do not count for its size.
MUST_USE bool hex_decode_u256(u256 *out, hex_error *why, const char *text, usize n);
MUST_USE bool hex_decode_u64(u64 *out, hex_error *why, const char *text, usize n);

void hex_put_data(struct buf *out, const void *p, usize n);   // 0x and two digits a byte
void hex_put_digits(struct buf *out, const void *p, usize n); // the same without 0x
void hex_put_quantity(struct buf *out, u256 v);               // 0x and no leading zeros; 0x0 for 0
