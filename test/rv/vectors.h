// SPDX-License-Identifier: MIT
// Interface between the two halves of the vector generator: integers and floating point. Its models
// are written from the manual's words, apart from the machine: bit by bit, or over GMP, never with
// the machine's headers.
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t i32;
typedef int64_t i64;
typedef unsigned __int128 u128;
typedef __int128 i128;

u64 random_next(void); // splitmix64 from a fixed start: the vectors are the same in every build

// A table of rows of `columns` 64-bit numbers and the head of a loop over it; between loop_begin
// and loop_end the caller prints the instructions that check the row at s0, jumping to `fail` if it
// is not so.
void table_begin(void);
void table_row(const u64 *value, u32 count);
void loop_begin(void);
void loop_end(u32 columns);
void check_equal(const char *a, const char *b); // of two registers

bool fp_group(const char *group); // prints the group "f" or "d"; false if it is none of these
