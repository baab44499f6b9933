// SPDX-License-Identifier: MIT
// The EVM's instructions as C: the rows of spec/opcodes.def as an enum, as constants that bodies
// compile in, as a table to ask at run time (tracers, tests), and the table by which the mini-EVM
// dispatches.
#pragma once

#include "lib/base/fork.h"
#include "lib/base/types.h"

enum opcode {
#define OPCODE(byte, NAME, name, pops, pushes, price, FORK, immediate, text) OP_##NAME = (byte),
#include "spec/opcodes.def"
};

enum {
#define OPCODE(byte, NAME, name, pops, pushes, price, FORK, immediate, text)                       \
    OP_POPS_##NAME = (pops), OP_PUSHES_##NAME = (pushes), OP_PRICE_##NAME = (price),               \
    OP_SIZE_##NAME = 1 + (immediate),
#include "spec/opcodes.def"
};

enum {
#define OPCODE(byte, NAME, name, pops, pushes, price, FORK, immediate, text) OP_ROW_##NAME,
#include "spec/opcodes.def"
    OP_ROW_COUNT
};

struct opcode_info {
    const char *name; // at the fork asked for; "UNDEFINED" if it has no such instruction
    bool defined;
    u8 pops;   // words that must be there
    u8 pushes; // words that replace them
    u8 price;  // static, what the host's operations charge not included
    u8 size;   // bytes with the immediate
};

struct opcode_info opcode_info(enum fork f, u8 byte);

// Fills a dispatch table: bodies[row] for the bytes that are instructions at f, `undefined` for all
// others.
void opcode_table(const void *table[static 256], const void *const bodies[static OP_ROW_COUNT],
                  const void *undefined, enum fork f);
