// SPDX-License-Identifier: MIT
// What a service manager gets: one datagram, by a path or by a name that is in no file system.
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/os/notify.h"
#include "test/test.h"

// Listens at `name` as a manager does, lets `state` be told, and gives how much of it came.
static usize told(const char *name, const char *state, char got[32])
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    usize n = strlen(name);
    memcpy(at.sun_path, name, n);
    at.sun_path[0] = name[0] == '@' ? 0 : name[0];
    int s = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
    EXPECT_EQ(bind(s, (struct sockaddr *)&at, size), 0);
    setenv("NOTIFY_SOCKET", name, 1);
    os_notify(state);
    unsetenv("NOTIFY_SOCKET");
    ssize_t came = recv(s, got, 31, 0);
    close(s);
    got[came > 0 ? came : 0] = 0;
    return came > 0 ? (usize)came : 0;
}

TEST(os_notify, a_state_comes_as_one_datagram)
{
    char path[64];
    char got[32];
    (void)snprintf(path, sizeof path, P_tmpdir "/os_notify_test.%d", (int)getpid());
    EXPECT_EQ(told(path, "READY=1", got), 7);
    EXPECT_STR(got, "READY=1");
    unlink(path);
    (void)snprintf(path, sizeof path, "@os_notify_test.%d", (int)getpid());
    EXPECT_EQ(told(path, "STOPPING=1", got), 10);
    EXPECT_STR(got, "STOPPING=1");
}

TEST(os_notify, a_name_that_is_none_and_a_manager_that_is_gone_are_passed_over)
{
    static const char *const NAMES[] = {"", "/", "relative", P_tmpdir "/os_notify_test_nobody"};
    char name[160];
    for (usize i = 0; i < COUNT_OF(NAMES); i++) {
        setenv("NOTIFY_SOCKET", NAMES[i], 1);
        os_notify("READY=1");
    }
    memset(name, 'a', sizeof name - 1);
    name[0] = '/';
    name[sizeof name - 1] = 0;
    setenv("NOTIFY_SOCKET", name, 1); // longer than an address holds
    os_notify("READY=1");
    unsetenv("NOTIFY_SOCKET");
    os_notify("READY=1");
}
