// SPDX-License-Identifier: MIT
// Text files as tools/tidy.c sees them: lines as written and the same lines with comments and
// literals blanked out, so that a word search finds code only.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct text {
    char *path;   // relative to the root
    char **lines; // as written, without line ends
    char **code;  // comments, strings and characters are blanks; equal to `lines` for what is not C
    size_t count;
};

bool text_read(struct text *t, const char *path); // false if it cannot be read; `path` is copied
size_t text_columns(const char *line);            // UTF-8 characters
const char *text_find_word(const char *s, const char *w); // first whole-word occurrence, or NULL
bool text_starts(const char *s, const char *prefix);
bool text_ends(const char *s, const char *suffix);
