// SPDX-License-Identifier: MIT
// Symbol tables (System V ABI, "Sections" and "Symbol Table"; ELF-64 Object File Format). Every
// offset is checked against the file before it is used.
#include "core/trace/symbols.h"

#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/base/sort.h"

#define HEADER_SIZE 64u
#define SECTION_SIZE 64u
#define SYMBOL_SIZE 24u
#define SECTION_SYMTAB 2u
#define TYPE_FUNCTION 2u

struct section {
    u32 type, link;
    u64 offset, size;
};

// The n-th section header; false if it or its contents do not lie in the file.
static bool read_section(struct section *s, bytes elf, u64 n)
{
    u64 at = load_le64(elf.p + 40);
    u64 count = load_le16(elf.p + 60);
    if (n >= count || load_le16(elf.p + 58) != SECTION_SIZE || at > elf.n ||
        (elf.n - at) / SECTION_SIZE <= n) {
        return false;
    }
    const u8 *p = elf.p + at + n * SECTION_SIZE;
    *s =
        (struct section){load_le32(p + 4), load_le32(p + 40), load_le64(p + 24), load_le64(p + 32)};
    return s->offset <= elf.n && s->size <= elf.n - s->offset;
}

static i32 by_address(const void *a, const void *b)
{
    const struct symbol *x = a;
    const struct symbol *y = b;
    return x->address < y->address ? -1 : x->address > y->address;
}

static void read_table(struct symbols *s, bytes elf, const struct section *table,
                       const struct section *names)
{
    u64 n = table->size / SYMBOL_SIZE;
    n = n < SYMBOLS_MAX ? n : SYMBOLS_MAX;
    s->symbol = mem_alloc(n * sizeof *s->symbol);
    for (u64 i = 0; i < n; i++) {
        const u8 *p = elf.p + table->offset + i * SYMBOL_SIZE;
        u64 at = load_le32(p);
        if ((p[4] & 15) != TYPE_FUNCTION || at >= names->size) {
            continue;
        }
        const u8 *name = elf.p + names->offset + at;
        usize size = 0;
        while (size < names->size - at && name[size] != 0) {
            size++;
        }
        s->symbol[s->count++] = (struct symbol){load_le64(p + 8), load_le64(p + 16), {name, size}};
    }
    sort_items(s->symbol, s->count, sizeof *s->symbol, by_address);
}

void symbols_read(struct symbols *s, bytes elf)
{
    struct section table;
    struct section names;
    *s = (struct symbols){0};
    if (elf.n < HEADER_SIZE || load_be32(elf.p) != 0x7f454c46 || elf.p[4] != 2) {
        return;
    }
    for (u64 i = 0; i < load_le16(elf.p + 60); i++) {
        if (read_section(&table, elf, i) && table.type == SECTION_SYMTAB &&
            read_section(&names, elf, table.link)) {
            read_table(s, elf, &table, &names);
            return;
        }
    }
}

void symbols_fini(struct symbols *s)
{
    mem_free(s->symbol);
    *s = (struct symbols){0};
}

u32 symbols_find(const struct symbols *s, u64 pc)
{
    u32 low = 0;
    u32 high = s->count;
    while (low < high) { // the last that begins at or before the address
        u32 middle = low + (high - low) / 2;
        if (s->symbol[middle].address <= pc) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == 0) {
        return s->count;
    }
    const struct symbol *f = &s->symbol[low - 1];
    bool inside = f->size == 0 || pc - f->address < f->size;
    return inside ? low - 1 : s->count;
}
