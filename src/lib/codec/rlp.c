// SPDX-License-Identifier: MIT
// RLP. A first byte below 80 is the string itself; 80 .. b7 a string of up to 55 bytes; b8 .. bf a
// longer one, whose length follows in 1 to 8 bytes; c0 .. ff the same for lists.
#include "lib/codec/rlp.h"

#include "lib/base/bytes.h"
#include "lib/num/u256.h"

#define STRING_BASE 0x80u
#define LIST_BASE 0xc0u
#define SHORT_MAX 55u
#define HEADER_SIZE_MAX 9u

static u32 length_of(u64 v)
{
    return u256_byte_length(u256_from_u64(v));
}

// Writes the header of n payload bytes and returns its size.
static usize make_header(u8 out[static HEADER_SIZE_MAX], u32 base, usize n)
{
    if (n <= SHORT_MAX) {
        out[0] = (u8)(base + n);
        return 1;
    }
    u32 count = length_of(n);
    out[0] = (u8)(base + SHORT_MAX + count);
    for (u32 i = 0; i < count; i++) {
        out[1 + i] = (u8)(n >> (8 * (count - 1 - i)));
    }
    return 1 + count;
}

void rlp_put_bytes(struct buf *out, const void *p, usize n)
{
    if (n != 1 || *(const u8 *)p >= STRING_BASE) {
        u8 header[HEADER_SIZE_MAX];
        buf_put(out, header, make_header(header, STRING_BASE, n));
    }
    buf_put(out, p, n);
}

void rlp_put_u256(struct buf *out, u256 v)
{
    u8 text[32];
    u256_to_be_bytes(text, v);
    u32 n = u256_byte_length(v);
    rlp_put_bytes(out, text + 32 - n, n);
}

void rlp_put_u64(struct buf *out, u64 v)
{
    rlp_put_u256(out, u256_from_u64(v));
}

usize rlp_begin_list(const struct buf *out)
{
    return out->n;
}

void rlp_end_list(struct buf *out, usize at)
{
    usize n = out->n - at;
    u8 header[HEADER_SIZE_MAX];
    usize size = make_header(header, LIST_BASE, n);
    buf_extend(out, size);
    move_bytes(out->p + at + size, out->p + at, n);
    copy_bytes(out->p + at, header, size);
}

// The length in `count` bytes at p: no leading zero, and not one that fits the short form.
static bool read_length(u64 *out, const u8 *p, u32 count)
{
    u64 v = 0;
    for (u32 i = 0; i < count; i++) {
        v = v << 8 | p[i];
    }
    *out = v;
    return p[0] != 0 && v > SHORT_MAX;
}

bool rlp_next(rlp_item *out, bytes *rest)
{
    if (rest->n == 0) {
        return false;
    }
    u8 first = rest->p[0];
    if (first < STRING_BASE) {
        *out = (rlp_item){bytes_slice(*rest, 0, 1), false};
        *rest = bytes_slice(*rest, 1, rest->n - 1);
        return true;
    }
    bool is_list = first >= LIST_BASE;
    u64 size = first - (is_list ? LIST_BASE : STRING_BASE);
    usize header = 1;
    if (size > SHORT_MAX) {
        u32 count = (u32)(size - SHORT_MAX);
        header += count;
        if (rest->n < header || !read_length(&size, rest->p + 1, count)) {
            return false;
        }
    }
    if (rest->n - header < size) {
        return false;
    }
    bytes payload = bytes_slice(*rest, header, size);
    if (!is_list && size == 1 && payload.p[0] < STRING_BASE) {
        return false; // must be its own coding
    }
    *out = (rlp_item){payload, is_list};
    *rest = bytes_slice(*rest, header + size, rest->n - header - size);
    return true;
}

static bool next_of_kind(bytes *out, bytes *rest, bool is_list)
{
    bytes after = *rest;
    rlp_item item;
    if (!rlp_next(&item, &after) || item.is_list != is_list) {
        return false;
    }
    *out = item.payload;
    *rest = after;
    return true;
}

bool rlp_next_bytes(bytes *out, bytes *rest)
{
    return next_of_kind(out, rest, false);
}

bool rlp_next_list(bytes *out, bytes *rest)
{
    return next_of_kind(out, rest, true);
}

bool rlp_next_exact(u8 *out, usize size, bytes *rest)
{
    bytes after = *rest;
    bytes s;
    if (!next_of_kind(&s, &after, false) || s.n != size) {
        return false;
    }
    copy_bytes(out, s.p, size);
    *rest = after;
    return true;
}

static bool next_number(u256 *out, bytes *rest, usize size_max)
{
    bytes after = *rest;
    bytes s;
    if (!next_of_kind(&s, &after, false) || s.n > size_max || (s.n > 0 && s.p[0] == 0)) {
        return false;
    }
    *out = u256_from_be_partial(s.p, s.n);
    *rest = after;
    return true;
}

bool rlp_next_u64(u64 *out, bytes *rest)
{
    u256 v;
    if (!next_number(&v, rest, 8)) {
        return false;
    }
    *out = v.w[0];
    return true;
}

bool rlp_next_u256(u256 *out, bytes *rest)
{
    return next_number(out, rest, 32);
}
