// SPDX-License-Identifier: MIT
// Where one JSON text ends and the next begins on a stream that has nothing else to tell them
// apart: by brackets, or for what is no object or list by the end of a line.
#pragma once

#include "lib/base/types.h"

struct text_end { // {0} at the start of a stream and after each text
    usize at;     // bytes that were looked at
    usize start;  // of the text, behind white space
    u32 depth;
    bool has_start, is_line, in_text, is_escaped;
};

// `in` is the stream from where the last text ended, with what has come since the last call behind.
// True: *text is whole and *used bytes are done with.
bool text_end_find(struct text_end *t, bytes *text, usize *used, bytes in);
