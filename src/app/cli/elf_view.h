// SPDX-License-Identifier: MIT
// What a listing needs of an ELF: executable bytes and names of addresses. Reads any little-endian
// ELF64, also one that is no valid image; everything that does not lie in the file is ignored.
// Borrows the file's bytes.
#pragma once

#include "lib/base/cc.h"
#include "lib/base/types.h"

struct elf_symbol {
    u64 gva;
    const char *name; // not empty, ends inside the file
    bool is_function;
};

struct elf_view {
    bytes file;                // without a leading FF
    struct elf_symbol *symbol; // owned, ascending by address; functions first among equals
    usize symbol_count;
};

struct elf_text {
    u64 gva;
    bytes data;
};

// False: it is no ELF64 for RISC-V. To be ended with elf_view_fini in both cases.
MUST_USE bool elf_view_open(struct elf_view *v, bytes file);
void elf_view_fini(struct elf_view *v);
// The file bytes of the index-th executable segment; false if there are no more.
bool elf_view_text(struct elf_text *text, const struct elf_view *v, u32 index);
// The last symbol at or below gva; NULL if there is none.
const struct elf_symbol *elf_view_symbol(const struct elf_view *v, u64 gva);
