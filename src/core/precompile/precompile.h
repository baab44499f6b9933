// SPDX-License-Identifier: MIT
// Precompiled contracts: from an address to a price and a function. Pure: no state, no journal.
#pragma once

#include "lib/base/buf.h"
#include "lib/base/cc.h"
#include "lib/base/fork.h"
#include "lib/base/types.h"

struct precompile {
    u32 number; // the address as a number
    enum fork since;
    const char *name;
};

// The precompile at `a` in force at `f`, or NULL.
const struct precompile *precompile_find(enum fork f, const address *a);
u32 precompile_count(enum fork f);
address precompile_address(enum fork f, u32 index); // index below precompile_count

// Whether this build has its body; the two below need it.
bool precompile_available(const struct precompile *p);
// What a call costs at `f`; more than any gas if it fails whatever it is given.
u64 precompile_price(const struct precompile *p, enum fork f, bytes input);
// Appends the output; false: the call fails and takes all its gas.
bool precompile_run(const struct precompile *p, bytes input, struct buf *out);
