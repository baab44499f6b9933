// SPDX-License-Identifier: MIT
// Values of Solidity's contract ABI: from text as people write it to bytes, and back.
//
// Text of a value: numbers in decimal (also -5, 5e18) or 0x hex; true, false; addresses and bytes
// as 0x hex; strings as they are, or in double quotes with JSON's escapes inside of lists and
// tuples; lists as [a, b]; tuples as (a, b) or [a, b].
#pragma once

#include "app/cli/kit/sol_type.h"

// Appends the encoding of a tuple of values, one text for each component. False: a sentence that
// names the argument and its place in *why.
MUST_USE bool sol_encode(struct buf *out, struct buf *why, const struct sol_type *tuple,
                         const char *const *text, u32 count);

// Reads an encoded tuple. False: the bytes are no such encoding (lengths, offsets, bits that must
// be 0), or there is more of it than bytes (parts that are used many times).
MUST_USE bool sol_check(const struct sol_type *tuple, bytes data);

// Appends each component of an encoded tuple as text, one a line, or all of them as one JSON list:
// numbers as texts of decimal digits, tuples as lists. False as above; *out is then as it was.
MUST_USE bool sol_decode_lines(struct buf *out, const struct sol_type *tuple, bytes data);
MUST_USE bool sol_decode_json(struct buf *out, const struct sol_type *tuple, bytes data);
// The same on one line, in parentheses, with names where there are some: "(to: 0x…, 5)".
MUST_USE bool sol_decode_line(struct buf *out, const struct sol_type *tuple, bytes data);
