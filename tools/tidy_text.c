// SPDX-License-Identifier: MIT
// Reading and searching of text for tools/tidy.c. Memory is never freed: the process lives for a
// second.
#include "tidy_text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum scan { IN_CODE, IN_BLOCK_COMMENT, IN_STRING, IN_CHARACTER };

bool text_starts(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool text_ends(const char *s, const char *suffix)
{
    size_t n = strlen(s);
    size_t m = strlen(suffix);
    return n >= m && strcmp(s + n - m, suffix) == 0;
}

size_t text_columns(const char *line)
{
    size_t columns = 0;
    for (; *line != 0; line++) {
        columns += ((unsigned char)*line & 0xc0) != 0x80;
    }
    return columns;
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

const char *text_find_word(const char *s, const char *w)
{
    size_t n = strlen(w);
    for (const char *p = s; (p = strstr(p, w)) != NULL; p += n) {
        if ((p == s || !is_word(p[-1])) && !is_word(p[n])) {
            return p;
        }
    }
    return NULL;
}

// Blanks what is not code in one line; returns the state the next line starts in.
static enum scan blank(char *line, enum scan state)
{
    for (char *p = line; *p != 0; p++) {
        char c = *p;
        char next = p[1];
        if (state == IN_CODE) {
            if (c == '/' && next == '/') {
                *p = 0;
                return IN_CODE;
            }
            if (c == '/' && next == '*') {
                state = IN_BLOCK_COMMENT;
                p[0] = p[1] = ' ';
                p++;
            } else if (c == '"') {
                state = IN_STRING;
            } else if (c == '\'' && (p == line || !isxdigit((unsigned char)p[-1]))) {
                state = IN_CHARACTER;
            }
        } else if (state == IN_BLOCK_COMMENT) {
            *p = ' ';
            if (c == '*' && next == '/') {
                *++p = ' ';
                state = IN_CODE;
            }
        } else if (c == '\\' && next != 0) {
            p[0] = p[1] = ' ';
            p++;
        } else if (c == (state == IN_STRING ? '"' : '\'')) {
            state = IN_CODE;
        } else {
            *p = ' ';
        }
    }
    return state == IN_BLOCK_COMMENT ? state : IN_CODE;
}

static char *copy(const char *s)
{
    char *c = strdup(s);
    if (c == NULL) {
        abort();
    }
    return c;
}

bool text_read(struct text *t, const char *path)
{
    *t = (struct text){.path = copy(path)};
    FILE *f = fopen(path, "rb");
    if (f == NULL) {
        return false;
    }
    char *line = NULL;
    size_t size = 0;
    enum scan state = IN_CODE;
    bool is_c = text_ends(path, ".c") || text_ends(path, ".h") || text_ends(path, ".inc");
    for (ssize_t n; (n = getline(&line, &size, f)) >= 0;) {
        while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\r')) {
            line[--n] = 0;
        }
        if ((t->count & (t->count - 1)) == 0) { // grows at powers of two
            size_t room = t->count == 0 ? 1 : 2 * t->count;
            t->lines = realloc(t->lines, room * sizeof *t->lines);
            t->code = realloc(t->code, room * sizeof *t->code);
        }
        t->lines[t->count] = copy(line);
        t->code[t->count] = is_c ? copy(line) : t->lines[t->count];
        if (is_c) {
            state = blank(t->code[t->count], state);
        }
        t->count++;
    }
    free(line);
    fclose(f);
    return true;
}
