// SPDX-License-Identifier: MIT
// Random EVM code that means something: statements and expressions with the operands that they
// need, jumps to places that are there, calls and creations with inputs that were made for them.
// Some of it is wrong on purpose.
#pragma once

#include "lib/base/buf.h"
#include "lib/base/fork.h"
#include "test/evmdiff/random.h"

#define SCENE_ADDRESSES_MAX 24u

struct scene { // what a program may be about
    enum fork fork;
    address at[SCENE_ADDRESSES_MAX];
    u32 count;
};

void program_code(struct buf *out, struct random *r, const struct scene *s, u32 statements);
void program_init_code(struct buf *out, struct random *r, const struct scene *s,
                       u32 depth); // of a creation
// Calls `to` with the calldata and all gas, and stores what came of it: success, size and hash of
// the output, gas.
void program_observer(struct buf *out, const address *to, u8 call);

// An input made for a precompile, often a right one.
void input_of_precompile(struct buf *out, struct random *r, u32 number);
