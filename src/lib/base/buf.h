// SPDX-License-Identifier: MIT
// A growing byte string that owns its memory. {0} is a valid empty one. Growth doubles, so
// appending n bytes one at a time costs O(n).
#pragma once

#include <stdarg.h>

#include "lib/base/types.h"

struct buf {
    u8 *p;
    usize n;   // bytes in use
    usize cap; // bytes owned
};

void buf_fini(struct buf *b);                 // frees, leaves an empty one
void buf_clear(struct buf *b);                // keeps the memory
void buf_reserve(struct buf *b, usize extra); // room for `extra` more bytes
u8 *buf_extend(struct buf *b, usize n);       // n more bytes, uninitialised; returns their start
void buf_put(struct buf *b, const void *p, usize n); // appends a copy
void buf_put_text(struct buf *b, const char *text);  // appends without the ending 0
void buf_put_u8(struct buf *b, u8 v);
__attribute__((format(printf, 2, 3))) void buf_printf(struct buf *b, const char *format, ...);
__attribute__((format(printf, 2, 0))) void buf_vprintf(struct buf *b, const char *format,
                                                       va_list list);

static inline bytes buf_bytes(const struct buf *b)
{
    return (bytes){b->p, b->n};
}
