// SPDX-License-Identifier: MIT
// ELF images made in memory, for the tests and fuzz targets of this folder. There is room for
// sixteen program headers in front; file bytes are appended behind them.
#pragma once

#include "lib/base/buf.h"
#include "lib/base/bytes.h"

#define TEST_ELF_HEADERS 64u
#define TEST_ELF_DATA (64u + 16u * 56u)
#define TEST_TEXT 0x80300000u

enum { TEST_X = 1, TEST_W = 2, TEST_R = 4 };
enum { TEST_LOAD = 1, TEST_GNU_STACK = 0x6474E551 };

static inline void test_elf_begin(struct buf *b, u64 entry)
{
    static const u8 ident[16] = {0x7F, 'E', 'L', 'F', 2, 1, 1};
    buf_clear(b);
    u8 *p = buf_extend(b, TEST_ELF_DATA);
    zero_bytes(p, TEST_ELF_DATA);
    copy_bytes(p, ident, sizeof ident);
    store_le16(p + 16, 2);
    store_le16(p + 18, 243);
    store_le32(p + 20, 1);
    store_le64(p + 24, entry);
    store_le64(p + 32, TEST_ELF_HEADERS);
    store_le16(p + 54, 56);
}

// One more program header; returns its place in the file, for tests that spoil it.
static inline u8 *test_elf_header(struct buf *b, u32 type, u32 flags)
{
    u16 count = load_le16(b->p + 56);
    store_le16(b->p + 56, (u16)(count + 1));
    u8 *h = b->p + TEST_ELF_HEADERS + 56u * count;
    store_le32(h, type);
    store_le32(h + 4, flags);
    return h;
}

// A PT_LOAD with a copy of `data` as its file bytes and `size` bytes of memory.
static inline void test_elf_segment(struct buf *b, u32 flags, u64 gva, bytes data, u64 size)
{
    u64 offset = b->n;
    buf_put(b, data.p, data.n);
    u8 *h = test_elf_header(b, TEST_LOAD, flags);
    store_le64(h + 8, offset);
    store_le64(h + 16, gva);
    store_le64(h + 32, data.n);
    store_le64(h + 40, size);
}

static inline void test_elf_code(struct buf *b, bytes code)
{
    test_elf_begin(b, TEST_TEXT);
    test_elf_segment(b, TEST_X | TEST_R, TEST_TEXT, code, code.n);
}
