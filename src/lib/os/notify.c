// SPDX-License-Identifier: MIT
// sd_notify's protocol without its library.
#include "lib/os/notify.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void os_notify(const char *state)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    usize n = path == NULL ? 0 : strlen(path);
    if (n < 2 || n >= sizeof to.sun_path || (path[0] != '/' && path[0] != '@')) {
        return;
    }
    memcpy(to.sun_path, path, n);
    if (path[0] == '@') { // a name that is in no file system
        to.sun_path[0] = 0;
    }
    int s = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (s >= 0) {
        socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
        (void)sendto(s, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&to, size);
        close(s);
    }
}
