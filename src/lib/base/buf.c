// SPDX-License-Identifier: MIT
// The growing byte string of buf.h. Memory at least doubles when it grows; the first growth takes
// 64 bytes, so that short texts cost one allocation.
#include "lib/base/buf.h"

#include <stdio.h>

#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"

#define CAP_MIN 64

void buf_fini(struct buf *b)
{
    mem_free(b->p);
    *b = (struct buf){0};
}

void buf_clear(struct buf *b)
{
    b->n = 0;
}

void buf_reserve(struct buf *b, usize extra)
{
    if (LIKELY(extra <= b->cap - b->n)) {
        return;
    }
    CHECK(extra <= SIZE_MAX / 4 && b->n <= SIZE_MAX / 4); // so that neither sum nor doubling wraps
    usize cap = b->cap < CAP_MIN / 2 ? CAP_MIN : b->cap * 2;
    if (cap < b->n + extra) {
        cap = b->n + extra;
    }
    b->p = mem_realloc(b->p, cap);
    b->cap = cap;
}

u8 *buf_extend(struct buf *b, usize n)
{
    if (n == 0 && b->p == NULL) {
        buf_reserve(b, 1); // a pointer that may be used with length 0
    }
    buf_reserve(b, n);
    u8 *start = b->p + b->n;
    b->n += n;
    return start;
}

void buf_put(struct buf *b, const void *p, usize n)
{
    copy_bytes(buf_extend(b, n), p, n);
}

void buf_put_text(struct buf *b, const char *text)
{
    buf_put(b, text, __builtin_strlen(text));
}

void buf_put_u8(struct buf *b, u8 v)
{
    buf_reserve(b, 1);
    b->p[b->n++] = v;
}

void buf_vprintf(struct buf *b, const char *format, va_list list)
{
    va_list again;
    va_copy(again, list);
    i32 n = vsnprintf(NULL, 0, format, list);
    CHECK(n >= 0);
    buf_reserve(b, (usize)n + 1); // vsnprintf also writes the ending 0, which is not counted
    vsnprintf((char *)b->p + b->n, (usize)n + 1, format, again);
    va_end(again);
    b->n += (usize)n;
}

void buf_printf(struct buf *b, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    buf_vprintf(b, format, list);
    va_end(list);
}
