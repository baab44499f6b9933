// SPDX-License-Identifier: MIT
// The value types of the whole tree. Values are copied and compared; they own nothing.
// Guest code includes this too: only free-standing headers.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef unsigned __int128 u128;
typedef int8_t i8;
typedef int16_t i16;
typedef int32_t i32;
typedef int64_t i64;
typedef __int128 i128;
typedef size_t usize;

typedef struct {
    u64 w[4];
} u256; // w[0] is the least significant limb
typedef struct {
    u8 b[32];
} b256; // a hash or a word in big-endian byte order
typedef struct {
    u8 b[20];
} address; // an account's address, as written in hex
typedef struct {
    const u8 *p;
    usize n;
} bytes; // borrowed and read only, never owned

#define BYTES_NONE ((bytes){NULL, 0})
