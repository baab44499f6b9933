// SPDX-License-Identifier: MIT
// hybrid_debug: a line for whoever looks on, put together in a buffer on the stack.
#include <stdarg.h>

#include "hybrid.h"

#define LINE_MAX 256

struct line {
    char text[LINE_MAX]; // what does not fit is left away
    size_t n;
};

static void put(struct line *l, char c)
{
    if (l->n < LINE_MAX) {
        l->text[l->n++] = c;
    }
}

static void put_text(struct line *l, const char *text)
{
    while (*text != 0) {
        put(l, *text++);
    }
}

static void put_decimal(struct line *l, uint64_t v)
{
    char digits[20];
    size_t n = 0;
    do {
        digits[n++] = (char)('0' + v % 10);
        v /= 10;
    } while (v != 0);
    while (n > 0) {
        put(l, digits[--n]);
    }
}

static void put_hex(struct line *l, const uint8_t *p, size_t n)
{
    put_text(l, "0x");
    for (size_t i = 0; i < n; i++) {
        put(l, "0123456789abcdef"[p[i] >> 4]);
        put(l, "0123456789abcdef"[p[i] & 15]);
    }
}

// Decimal if it fits 64 bits, else hex.
static void put_u256(struct line *l, const hybrid_u256 *v)
{
    uint8_t word[32];
    if ((v->limb[1] | v->limb[2] | v->limb[3]) == 0) {
        put_decimal(l, v->limb[0]);
        return;
    }
    hybrid_u256_store(word, *v);
    put_hex(l, word, sizeof word);
}

static void put_value(struct line *l, char form, va_list *list)
{
    if (form == 's') {
        put_text(l, va_arg(*list, const char *));
    } else if (form == 'u') {
        put_decimal(l, va_arg(*list, uint64_t));
    } else if (form == 'd') {
        int64_t v = va_arg(*list, int64_t);
        put_text(l, v < 0 ? "-" : "");
        put_decimal(l, v < 0 ? -(uint64_t)v : (uint64_t)v);
    } else if (form == 'w') {
        put_u256(l, va_arg(*list, const hybrid_u256 *));
    } else if (form == 'a') {
        put_hex(l, va_arg(*list, const hybrid_address *)->b, 20);
    } else if (form == 'b') {
        const hybrid_bytes *data = va_arg(*list, const hybrid_bytes *);
        put_hex(l, data->p, data->n);
    } else {
        put(l, form);
    }
}

void hybrid_debug(const char *format, ...)
{
    struct line l = {.n = 0};
    va_list list;
    va_start(list, format);
    for (const char *p = format; *p != 0; p++) {
        if (*p == '%' && p[1] != 0) {
            put_value(&l, *++p, &list);
        } else {
            put(&l, *p);
        }
    }
    va_end(list);
    hybrid_debug_log(l.text, l.n);
}
