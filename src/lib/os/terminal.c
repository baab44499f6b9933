// SPDX-License-Identifier: MIT
// Standard streams; see terminal.h.
#include "lib/os/terminal.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define SECRET_MAX 1024u // characters

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

bool os_ask_secret(struct buf *out, const char *prompt)
{
    struct termios before;
    i32 fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (fd < 0 || tcgetattr(fd, &before) != 0) {
        if (fd >= 0) {
            (void)close(fd);
        }
        return false;
    }
    struct termios silent = before;
    silent.c_lflag &= ~(tcflag_t)ECHO;
    silent.c_lflag |= ECHONL;
    bool ok = write(fd, prompt, strlen(prompt)) >= 0 && tcsetattr(fd, TCSAFLUSH, &silent) == 0;
    u8 c;
    for (usize n = 0; ok && n < SECRET_MAX && read(fd, &c, 1) == 1 && c != '\n'; n++) {
        buf_put_u8(out, c);
    }
    (void)tcsetattr(fd, TCSAFLUSH, &before);
    (void)close(fd);
    return ok;
}
