// SPDX-License-Identifier: MIT
// See elf_view.h. Offsets and counts are the file's claims: each is checked before it is used.
#include "app/cli/elf_view.h"

#include <string.h>

#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/base/sort.h"

enum { PT_LOAD = 1, PF_X = 1, SHT_SYMTAB = 2, STT_NOTYPE = 0, STT_OBJECT = 1, STT_FUNC = 2 };
#define HEADER_SIZE 64u
#define PROGRAM_HEADER_SIZE 56u
#define SECTION_HEADER_SIZE 64u
#define SYMBOL_SIZE 24u

// n bytes at `at`, or none if they are not all in the file.
static bytes part(bytes file, u64 at, u64 n)
{
    return at <= file.n && n <= file.n - at ? bytes_slice(file, at, n) : BYTES_NONE;
}

static i32 by_address(const void *a, const void *b)
{
    const struct elf_symbol *s = a, *t = b;
    if (s->gva != t->gva) {
        return s->gva < t->gva ? -1 : 1;
    }
    if (s->is_function != t->is_function) {
        return s->is_function ? -1 : 1;
    }
    return strcmp(s->name, t->name);
}

// Labels of assembly have no type; mapping symbols ($x, $d) and local labels are no names.
static bool read_symbol(struct elf_symbol *s, const u8 *entry, bytes names)
{
    u32 name = load_le32(entry);
    u32 type = entry[4] & 15;
    u32 section = load_le16(entry + 6);
    if (section == 0 || section >= 0xFF00 || name >= names.n ||
        (type != STT_NOTYPE && type != STT_FUNC && type != STT_OBJECT) ||
        memchr(names.p + name, 0, names.n - name) == NULL) {
        return false;
    }
    *s = (struct elf_symbol){.gva = load_le64(entry + 8),
                             .name = (const char *)names.p + name,
                             .is_function = type == STT_FUNC};
    return s->name[0] != 0 && s->name[0] != '$' && strncmp(s->name, ".L", 2) != 0;
}

static bytes section_header(bytes file, u32 index)
{
    u64 at = load_le64(file.p + 40);
    u32 count = load_le16(file.p + 60);
    if (index >= count || at > file.n || load_le16(file.p + 58) != SECTION_HEADER_SIZE) {
        return BYTES_NONE;
    }
    return part(file, at + (u64)index * SECTION_HEADER_SIZE, SECTION_HEADER_SIZE);
}

static bytes section_data(bytes file, bytes header)
{
    return header.n > 0 ? part(file, load_le64(header.p + 24), load_le64(header.p + 32))
                        : BYTES_NONE;
}

static void read_symbols(struct elf_view *v, bytes header)
{
    bytes names = section_data(v->file, section_header(v->file, load_le32(header.p + 40)));
    bytes table = section_data(v->file, header);
    usize count = table.n / SYMBOL_SIZE;
    mem_free(v->symbol);
    v->symbol = mem_alloc(count * sizeof *v->symbol);
    v->symbol_count = 0;
    for (usize i = 0; i < count; i++) {
        v->symbol_count +=
            read_symbol(&v->symbol[v->symbol_count], table.p + i * SYMBOL_SIZE, names);
    }
    sort_items(v->symbol, v->symbol_count, sizeof *v->symbol, by_address);
}

bool elf_view_open(struct elf_view *v, bytes file)
{
    static const u8 magic[6] = {0x7F, 'E', 'L', 'F', 2, 1};
    if (file.n > 0 && file.p[0] == 0xFF) {
        file = bytes_slice(file, 1, file.n - 1);
    }
    *v = (struct elf_view){.file = file};
    if (file.n < HEADER_SIZE || !equal_bytes(file.p, magic, sizeof magic) ||
        load_le16(file.p + 18) != 243) {
        return false;
    }
    u32 count = load_le16(file.p + 60);
    for (u32 i = 0; i < count; i++) {
        bytes header = section_header(file, i);
        if (header.n > 0 && load_le32(header.p + 4) == SHT_SYMTAB) {
            read_symbols(v, header);
            break;
        }
    }
    return true;
}

void elf_view_fini(struct elf_view *v)
{
    mem_free(v->symbol);
    *v = (struct elf_view){0};
}

bool elf_view_text(struct elf_text *text, const struct elf_view *v, u32 index)
{
    u64 at = load_le64(v->file.p + 32);
    u32 count = load_le16(v->file.p + 56);
    for (u32 i = 0; i < count && at <= v->file.n; i++) {
        bytes h = part(v->file, at + (u64)i * PROGRAM_HEADER_SIZE, PROGRAM_HEADER_SIZE);
        if (h.n == 0 || load_le32(h.p) != PT_LOAD || !(load_le32(h.p + 4) & PF_X)) {
            continue;
        }
        bytes data = part(v->file, load_le64(h.p + 8), load_le64(h.p + 32));
        if (data.n > 0 && index-- == 0) {
            *text = (struct elf_text){load_le64(h.p + 16), data};
            return true;
        }
    }
    return false;
}

const struct elf_symbol *elf_view_symbol(const struct elf_view *v, u64 gva)
{
    usize lo = 0, hi = v->symbol_count; // the answer is below hi
    while (lo < hi) {
        usize middle = lo + (hi - lo) / 2;
        if (v->symbol[middle].gva <= gva) {
            lo = middle + 1;
        } else {
            hi = middle;
        }
    }
    if (lo == 0) {
        return NULL;
    }
    const struct elf_symbol *s = &v->symbol[lo - 1];
    while (s > v->symbol && s[-1].gva == s->gva) {
        s--;
    }
    return s;
}
