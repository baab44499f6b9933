// SPDX-License-Identifier: MIT
// Functions of an RV64 ELF by address, from its symbol table; an image on chain may have one, but
// seldom has. Any bytes may be given: what is malformed has no symbols.
#pragma once

#include "lib/base/types.h"

struct symbol {
    u64 address, size;
    bytes name; // in the ELF
};

struct symbols {
    struct symbol *symbol; // owned, ascending by address
    u32 count;
};

#define SYMBOLS_MAX 65536u // more are left out

void symbols_read(struct symbols *s, bytes elf); // `elf` must live as long
void symbols_fini(struct symbols *s);
// Index of the function around an address; `count` if there is none.
u32 symbols_find(const struct symbols *s, u64 pc);
