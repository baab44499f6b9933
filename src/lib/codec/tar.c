// SPDX-License-Identifier: MIT
// Tar archives (POSIX.1-2017, pax interchange format; the types 'L' and 'K' of GNU tar). An archive
// is a row of blocks of 512 bytes: a header a member, then its data, filled up with zeros; two
// blocks of zeros are the end.
#include "lib/codec/tar.h"

#include "lib/base/bytes.h"

#include <string.h>

#define BLOCK 512u
#define NAME_AT 0u
#define NAME_SIZE 100u
#define SIZE_AT 124u
#define SIZE_SIZE 12u
#define SUM_AT 148u
#define SUM_SIZE 8u
#define TYPE_AT 156u
#define MAGIC_AT 257u
#define PREFIX_AT 345u
#define PREFIX_SIZE 155u

void tar_init(struct tar *t, bytes text)
{
    *t = (struct tar){.text = text};
}

void tar_fini(struct tar *t)
{
    buf_fini(&t->name);
}

static bool refuse(struct tar *t, const char *error)
{
    t->error = error;
    return false;
}

// Octal digits, with spaces before and a space or 0 behind; or, if the first bit is set, a
// big-endian number (GNU).
static bool read_number(u64 *out, const u8 *p, usize n)
{
    *out = 0;
    if ((p[0] & 0x80) != 0) {
        for (usize i = 0; i < n; i++) {
            if (*out >> 56 != 0) {
                return false;
            }
            *out = *out << 8 | (i == 0 ? p[i] & 0x7fu : p[i]);
        }
        return true;
    }
    usize i = 0;
    while (i < n && p[i] == ' ') {
        i++;
    }
    for (; i < n && p[i] >= '0' && p[i] <= '7'; i++) {
        *out = *out << 3 | (u64)(p[i] - '0'); // 11 digits: 33 bits
    }
    return i == n || p[i] == ' ' || p[i] == 0;
}

// The sum of a header's bytes, those of the sum itself counted as spaces.
static bool sum_fits(const u8 *header)
{
    u64 stated;
    u64 sum = 0;
    for (usize i = 0; i < BLOCK; i++) {
        sum += i >= SUM_AT && i < SUM_AT + SUM_SIZE ? ' ' : header[i];
    }
    return read_number(&stated, header + SUM_AT, SUM_SIZE) && stated == sum;
}

static bool is_zero(const u8 *block)
{
    for (usize i = 0; i < BLOCK; i++) {
        if (block[i] != 0) {
            return false;
        }
    }
    return true;
}

static void put_field(struct buf *out, const u8 *p, usize n)
{
    buf_put(out, p, strnlen((const char *)p, n));
}

static void name_of_header(struct buf *out, const u8 *header)
{
    bool has_prefix = equal_bytes(header + MAGIC_AT, "ustar\0", 6) && header[PREFIX_AT] != 0;
    if (has_prefix) {
        put_field(out, header + PREFIX_AT, PREFIX_SIZE);
        buf_put_u8(out, '/');
    }
    put_field(out, header + NAME_AT, NAME_SIZE);
}

struct extended { // what the headers before a member say about it
    bool has_size;
    u64 size;
};

static bool decimal(u64 *out, bytes text)
{
    *out = 0;
    for (usize i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9' || *out > (~(u64)0 - 9) / 10) {
            return false;
        }
        *out = *out * 10 + (u64)(text.p[i] - '0');
    }
    return text.n > 0;
}

// One record "LENGTH KEY=VALUE\n", whose length counts all of it. False: it is not one.
static bool read_record(struct tar *t, struct extended *e, bytes *rest)
{
    const u8 *space = rest->n > 0 ? memchr(rest->p, ' ', rest->n) : NULL;
    u64 length;
    if (space == NULL || !decimal(&length, bytes_slice(*rest, 0, (usize)(space - rest->p)))) {
        return false;
    }
    usize from = (usize)(space - rest->p) + 1;
    if (length <= from || length > rest->n || rest->p[length - 1] != '\n') {
        return false;
    }
    bytes record = bytes_slice(*rest, from, length - from - 1);
    if (record.n >= 5 && equal_bytes(record.p, "path=", 5)) {
        buf_clear(&t->name);
        buf_put(&t->name, record.p + 5, record.n - 5);
    } else if (record.n >= 5 && equal_bytes(record.p, "size=", 5)) {
        e->has_size = true;
        if (!decimal(&e->size, bytes_slice(record, 5, record.n - 5))) {
            return false;
        }
    }
    *rest = bytes_slice(*rest, length, rest->n - length);
    return true;
}

static bool read_records(struct tar *t, struct extended *e, bytes data)
{
    while (data.n > 0) {
        if (!read_record(t, e, &data)) {
            return refuse(t, "an extended header is malformed");
        }
    }
    return true;
}

// The data of a header at `at`, which then is behind them.
static bool take_data(struct tar *t, bytes *data, const u8 *header, const struct extended *e)
{
    u64 size;
    if (!read_number(&size, header + SIZE_AT, SIZE_SIZE)) {
        return refuse(t, "a member's size is not a number");
    }
    size = e != NULL && e->has_size ? e->size : size;
    usize left = t->text.n - t->at - BLOCK;
    if (size > left) {
        return refuse(t, "the archive ends inside a member");
    }
    *data = bytes_slice(t->text, t->at + BLOCK, size);
    u64 whole = (size + BLOCK - 1) / BLOCK * BLOCK;
    t->at += BLOCK + (whole > left ? left : whole);
    return true;
}

// A header that is about the next one. False: malformed.
static bool take_extension(struct tar *t, struct extended *e, const u8 *header)
{
    bytes data;
    if (!take_data(t, &data, header, NULL)) {
        return false;
    }
    if (header[TYPE_AT] == 'x') {
        return read_records(t, e, data);
    }
    if (header[TYPE_AT] == 'L') {
        buf_clear(&t->name);
        put_field(&t->name, data.p, data.n);
    }
    return true; // 'g', 'K': nothing that we need
}

bool tar_next(struct tar *t, struct tar_member *m)
{
    struct extended e = {.has_size = false};
    buf_clear(&t->name);
    for (;;) {
        if (t->error != NULL || t->at == t->text.n) {
            return false;
        }
        if (t->text.n - t->at < BLOCK) {
            return refuse(t, "the archive ends inside a header");
        }
        const u8 *header = t->text.p + t->at;
        if (is_zero(header)) {
            return false;
        }
        if (!sum_fits(header)) {
            return refuse(t, "a header's sum does not fit: this is not a tar archive");
        }
        u8 type = header[TYPE_AT];
        if (type == 'x' || type == 'g' || type == 'L' || type == 'K') {
            if (!take_extension(t, &e, header)) {
                return false;
            }
            continue;
        }
        if (t->name.n == 0) {
            name_of_header(&t->name, header);
        }
        if (t->name.n > TAR_NAME_MAX) {
            return refuse(t, "a member's name is too long");
        }
        buf_put_u8(&t->name, 0);
        *m = (struct tar_member){.name = (const char *)t->name.p,
                                 .is_file = type == '0' || type == 0 || type == '7'};
        return take_data(t, &m->data, header, &e);
    }
}
