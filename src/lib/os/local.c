// SPDX-License-Identifier: MIT
// See local.h.
#include "lib/os/local.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 1024

// Whether somebody answers at the path.
static bool is_alive(const struct sockaddr_un *at)
{
    i32 s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool alive = s >= 0 && connect(s, (const struct sockaddr *)at, sizeof *at) == 0;
    if (s >= 0) {
        (void)close(s);
    }
    return alive;
}

i32 os_listen_local(const char *path, struct buf *why)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    struct stat there;
    if (strlen(path) >= sizeof at.sun_path) {
        buf_printf(why, "cannot listen on %s: the path is longer than %zu bytes", path,
                   sizeof at.sun_path - 1);
        return -1;
    }
    memcpy(at.sun_path, path, strlen(path));
    if (lstat(path, &there) == 0) {
        if (!S_ISSOCK(there.st_mode) || is_alive(&at)) {
            buf_printf(why, "cannot listen on %s: %s", path,
                       S_ISSOCK(there.st_mode) ? "another server does"
                                               : "something that is no socket stands there");
            return -1;
        }
        (void)unlink(path);
    }
    i32 s = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    mode_t before = umask(0177);
    bool ok =
        s >= 0 && bind(s, (const struct sockaddr *)&at, sizeof at) == 0 && listen(s, BACKLOG) == 0;
    i32 reason = errno;
    (void)umask(before);
    if (!ok) {
        buf_printf(why, "cannot listen on %s: %s", path, strerror(reason));
        if (s >= 0) {
            (void)close(s);
        }
        return -1;
    }
    return s;
}

void os_unlink_local(const char *path)
{
    (void)unlink(path);
}
