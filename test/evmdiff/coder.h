// SPDX-License-Identifier: MIT
// Writing of random code: instructions, operands that fit them, expressions. A statement leaves the
// height of the stack as it is, an expression adds one word; `height` is known at every place, so
// that DUP and SWAP reach what is there. Data (init code, inputs) comes behind the program, and
// CODECOPY takes it from there.
#pragma once

#include "engine/evm/opcode.h"
#include "test/evmdiff/program.h"

#define FRAGMENTS_MAX 24u

struct fragment {
    usize operand; // of the PUSH2 that will be its offset
    struct buf data;
};

struct coder {
    struct buf *out;
    usize start; // of this program in `out`
    struct random *r;
    const struct scene *scene;
    u32 height;
    u32 depth; // of blocks and creations around this place
    struct fragment fragment[FRAGMENTS_MAX];
    u32 fragments;
};

u32 code_below(struct coder *c, u32 n);
bool code_one_in(struct coder *c, u32 n);

void code_op(struct coder *c, u8 byte);
void code_push_bytes(struct coder *c, const u8 *p, u32 n); // n > 0
void code_push(struct coder *c, u256 v);
void code_number(struct coder *c, u64 v);
usize code_later(struct coder *c); // PUSH2 with an operand to be set; where that is
void code_set_operand(struct coder *c, usize operand, usize target);
usize code_here(struct coder *c);

bool code_knows(struct coder *c, u8 byte); // the fork has that instruction
u32 code_pops(u8 byte);
u8 code_any_operation(struct coder *c); // of any fork
// One of the listed instructions that the fork has; rarely one that it lacks.
u8 code_choose(struct coder *c, const u8 *list, u32 count);

// Operands. None of them counts for `height`.
void code_address(struct coder *c);
void code_offset(struct coder *c); // of memory
void code_size(struct coder *c);   // of memory
void code_slot(struct coder *c);
void code_gas(struct coder *c);   // of a call
void code_value(struct coder *c); // of a call or creation

void code_expression(struct coder *c, u32 depth); // 0 at the top

// Copies new data to memory at `to`; false if there is no more room for data.
bool code_data(struct coder *c, const struct buf *data, u64 to);
void code_finish(struct coder *c); // puts the data behind the program
