// SPDX-License-Identifier: MIT
// Reads an ELF for the bare machine: where its segments go, and the symbols through which it
// reports. Unlike the HV1 validator it takes any layout of a linker, sections and symbols included;
// like it, it is total.
#include "engine/rv/bare/priv.h"
#include "lib/base/bytes.h"

enum {
    ELF_HEADER_SIZE = 64,
    PROGRAM_HEADER_SIZE = 56,
    SECTION_HEADER_SIZE = 64,
    SYMBOL_SIZE = 24,
    PT_LOAD = 1,
    SHT_SYMTAB = 2,
    EM_RISCV = 243,
    ET_EXEC = 2,
    ET_DYN = 3,
};

static bool inside(bytes all, u64 offset, u64 n)
{
    return offset <= all.n && n <= all.n - offset;
}

static const char *read_segments(struct bare_image *image, bytes elf)
{
    const u64 offset = load_le64(elf.p + 32);
    const u64 size = load_le16(elf.p + 54);
    const u64 count = load_le16(elf.p + 56);
    if (count > 0 && size < PROGRAM_HEADER_SIZE) {
        return "its program headers have a wrong size";
    }
    if (!inside(elf, offset, size * count)) {
        return "its program headers lie outside the file";
    }
    for (u64 i = 0; i < count; i++) {
        const u8 *h = elf.p + offset + i * size;
        const u64 memory_size = load_le64(h + 40);
        if (load_le32(h) != PT_LOAD || memory_size == 0) {
            continue;
        }
        const u64 file_offset = load_le64(h + 8);
        const u64 file_size = load_le64(h + 32);
        if (image->segment_count == BARE_SEGMENTS_MAX) {
            return "it has more than 16 segments to load";
        }
        if (file_size > memory_size || !inside(elf, file_offset, file_size)) {
            return "a segment lies outside the file";
        }
        image->segment[image->segment_count++] = (struct bare_segment){
            .address = load_le64(h + 24), // physical: before the program has set up paging
            .memory_size = memory_size,
            .file = bytes_slice(elf, file_offset, file_size),
        };
    }
    return image->segment_count == 0 ? "it has no segment to load" : NULL;
}

static bool name_is(bytes names, u64 offset, const char *name)
{
    usize n = __builtin_strlen(name) + 1;
    return inside(names, offset, n) && equal_bytes(names.p + offset, name, n);
}

static void read_symbols(struct bare_image *image, bytes symbols, bytes names)
{
    bool has_lo = false, has_hi = false;
    for (u64 at = 0; inside(symbols, at, SYMBOL_SIZE); at += SYMBOL_SIZE) {
        const u64 name = load_le32(symbols.p + at);
        const u64 value = load_le64(symbols.p + at + 8);
        if (load_le16(symbols.p + at + 6) == 0) { // undefined
            continue;
        }
        if (name_is(names, name, "tohost")) {
            image->tohost = value;
            image->has_tohost = true;
        } else if (name_is(names, name, "fromhost")) {
            image->fromhost = value;
            image->has_fromhost = true;
        } else if (name_is(names, name, "begin_signature")) {
            image->signature_lo = value;
            has_lo = true;
        } else if (name_is(names, name, "end_signature")) {
            image->signature_hi = value;
            has_hi = true;
        }
    }
    image->has_signature = has_lo && has_hi;
}

// Symbols are a convenience: a table that does not check out counts as absent.
static void read_sections(struct bare_image *image, bytes elf)
{
    const u64 offset = load_le64(elf.p + 40);
    const u64 size = load_le16(elf.p + 58);
    const u64 count = load_le16(elf.p + 60);
    if (size < SECTION_HEADER_SIZE || !inside(elf, offset, size * count)) {
        return;
    }
    for (u64 i = 0; i < count; i++) {
        const u8 *h = elf.p + offset + i * size;
        const u64 link = load_le32(h + 40);
        if (load_le32(h + 4) != SHT_SYMTAB || link >= count) {
            continue;
        }
        const u8 *strings = elf.p + offset + link * size;
        const u64 at = load_le64(h + 24), n = load_le64(h + 32);
        const u64 names_at = load_le64(strings + 24), names_n = load_le64(strings + 32);
        if (inside(elf, at, n) && inside(elf, names_at, names_n)) {
            read_symbols(image, bytes_slice(elf, at, n), bytes_slice(elf, names_at, names_n));
        }
    }
}

const char *bare_image_read(struct bare_image *image, bytes elf)
{
    *image = (struct bare_image){0};
    if (elf.n < 4 || !equal_bytes(elf.p, "\177ELF", 4)) {
        return "it is not an ELF file";
    }
    if (elf.n < ELF_HEADER_SIZE) {
        return "its ELF header is cut short";
    }
    if (elf.p[4] != 2) {
        return "it is a 32-bit program, this machine is RV64";
    }
    if (elf.p[5] != 1) {
        return "it is a big-endian program";
    }
    if (load_le16(elf.p + 18) != EM_RISCV) {
        return "it is not a RISC-V program";
    }
    const u32 type = load_le16(elf.p + 16);
    if (type != ET_EXEC && type != ET_DYN) {
        return "it is not an executable (is it linked?)";
    }
    image->entry = load_le64(elf.p + 24);
    const char *reason = read_segments(image, elf);
    if (reason == NULL) {
        read_sections(image, elf);
    }
    return reason;
}
