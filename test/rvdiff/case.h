// SPDX-License-Identifier: MIT
// What goes through the pipes between the driver on the host and the oracle inside qemu: a batch is
// a u32 count and as many cases; the answer is as many results. Both sides are little-endian and
// have the code and the data at the same addresses.
#pragma once

#include "lib/base/types.h"

#define CASE_CODE 0x80300000u // case i of a batch has its code at CASE_CODE + i * CASE_CODE_SIZE
#define CASE_CODE_SIZE 512u
#define CASE_BATCH_MAX 128u
#define CASE_DATA 0x80400000u
#define CASE_DATA_SIZE 1024u

struct test_case_in {
    u32 code_size; // of code; its last 4 bytes are an ecall
    u32 scratch;   // register that code does not write; it holds the code's address
    u32 fcsr;
    u32 unused;
    u64 x[32];
    u64 f[32];
    u8 code[CASE_CODE_SIZE];
    u8 data[CASE_DATA_SIZE];
};

struct test_case_out {
    u64 x[32]; // of the scratch register nothing is known
    u64 f[32];
    u32 fcsr;
    u32 unused;
    u8 data[CASE_DATA_SIZE];
};
