// SPDX-License-Identifier: MIT
// Code of either kind as a listing, an instruction a line. Total: whatever the bytes are, every
// byte of EVM code and every executable byte of a valid image is in one line.
#pragma once

#include "lib/base/fork.h"
#include "lib/base/types.h"

struct listing_line {
    u64 pc;    // of EVM code an offset, of an image an address
    bytes raw; // the instruction's bytes, in the order of addresses
    const char *text;
};

// False: RISC-V code whose image is not valid; there are no lines.
bool listing_walk(bytes code, bool is_riscv, enum fork f,
                  void (*line)(void *ctx, const struct listing_line *l), void *ctx);
