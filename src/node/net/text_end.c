// SPDX-License-Identifier: MIT
#include "node/net/text_end.h"

#include "lib/base/bytes.h"

static bool is_space(u8 c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

// Whether the text ends with this character.
static bool step(struct text_end *t, u8 c)
{
    if (t->is_line) {
        return c == '\n';
    }
    if (t->in_text) {
        t->in_text = t->is_escaped || c != '"';
        t->is_escaped = !t->is_escaped && c == '\\';
        return false;
    }
    if (c == '"') {
        t->in_text = true;
    } else if (c == '{' || c == '[') {
        t->depth++;
    } else if (c == '}' || c == ']') {
        return --t->depth == 0;
    }
    return false;
}

bool text_end_find(struct text_end *t, bytes *text, usize *used, bytes in)
{
    for (; t->at < in.n; t->at++) {
        u8 c = in.p[t->at];
        if (!t->has_start) {
            if (is_space(c)) {
                continue;
            }
            t->has_start = true;
            t->start = t->at;
            t->is_line = c != '{' && c != '[';
        }
        if (step(t, c)) {
            *used = t->at + 1;
            *text = bytes_slice(in, t->start, *used - t->start);
            *t = (struct text_end){0};
            return true;
        }
    }
    return false;
}
