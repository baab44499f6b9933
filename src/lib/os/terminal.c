// SPDX-License-Identifier: MIT
// Standard streams; see terminal.h.
#include "lib/os/terminal.h"

#include <stdio.h>
#include <unistd.h>

bool os_is_terminal(enum os_stream s)
{
    return isatty((int)s) == 1;
}

bool os_read_line(struct buf *out)
{
    usize start = out->n;
    int c = getchar();
    while (c != EOF && c != '\n') {
        buf_put_u8(out, (u8)c);
        c = getchar();
    }
    return c == '\n' || out->n > start;
}
