// SPDX-License-Identifier: MIT
// Sockets and epoll.
#include "lib/os/socket.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/base/check.h"
#include "lib/base/mem.h"

#define BACKLOG 1024
#define EVENTS_MAX 256u

// ---- listening

static i32 listen_at(const struct addrinfo *a)
{
    i32 yes = 1;
    i32 s = socket(a->ai_family, a->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, a->ai_protocol);
    if (s < 0) {
        return -1;
    }
    (void)setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(s, a->ai_addr, a->ai_addrlen) != 0 || listen(s, BACKLOG) != 0) {
        i32 reason = errno;
        (void)close(s);
        errno = reason;
        return -1;
    }
    return s;
}

i32 os_listen(const char *host, u16 port, struct buf *why)
{
    struct addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    struct addrinfo *found = NULL;
    char service[8];
    (void)snprintf(service, sizeof service, "%u", (u32)port);
    i32 status = getaddrinfo(host, service, &hints, &found);
    if (status != 0) {
        buf_printf(why, "cannot listen on %s:%u: %s", host, (u32)port, gai_strerror(status));
        return -1;
    }
    i32 s = -1;
    for (const struct addrinfo *a = found; a != NULL && s < 0; a = a->ai_next) {
        s = listen_at(a);
    }
    i32 reason = errno;
    freeaddrinfo(found);
    if (s < 0) {
        buf_printf(why, "cannot listen on %s:%u: %s%s", host, (u32)port, strerror(reason),
                   reason == EADDRINUSE ? ": the port is in use; stop what uses it, or give another"
                                        : "");
    }
    return s;
}

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
        os_close(s);
        return -1;
    }
    return s;
}

void os_unlink_local(const char *path)
{
    (void)unlink(path);
}

u16 os_socket_port(i32 socket)
{
    struct sockaddr_storage at;
    socklen_t size = sizeof at;
    char service[8] = "0";
    u32 port = 0;
    if (getsockname(socket, (struct sockaddr *)&at, &size) != 0 ||
        getnameinfo((struct sockaddr *)&at, size, NULL, 0, service, sizeof service,
                    NI_NUMERICSERV) != 0) {
        return 0;
    }
    for (const char *c = service; *c >= '0' && *c <= '9'; c++) {
        port = port * 10 + (u32)(*c - '0');
    }
    return (u16)port;
}

i32 os_accept(i32 listener)
{
    i32 yes = 1;
    i32 s = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (s >= 0) { // answers go out at once; on local sockets there is nothing to set
        (void)setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    }
    return s;
}

void os_close(i32 socket)
{
    if (socket >= 0) {
        (void)close(socket);
    }
}

void os_end_sending(i32 socket)
{
    (void)shutdown(socket, SHUT_WR);
}

// ---- bytes

static enum os_io outcome(ssize_t n, usize *out)
{
    *out = n > 0 ? (usize)n : 0;
    if (n > 0) {
        return OS_IO_DONE;
    }
    if (n == 0) {
        return OS_IO_END;
    }
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? OS_IO_LATER : OS_IO_FAILED;
}

enum os_io os_receive(i32 socket, void *p, usize size, usize *n)
{
    return outcome(recv(socket, p, size, 0), n);
}

enum os_io os_send(i32 socket, bytes data, usize *n)
{
    return outcome(send(socket, data.p, data.n, MSG_NOSIGNAL), n);
}

// ---- waiting

struct os_poll {
    i32 epoll, wake;
};

struct os_poll *os_poll_new(void)
{
    struct os_poll *p = mem_zalloc(sizeof *p);
    p->epoll = epoll_create1(EPOLL_CLOEXEC);
    p->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    CHECK(p->epoll >= 0 && p->wake >= 0);
    CHECK(os_poll_add(p, p->wake, NULL));
    return p;
}

void os_poll_free(struct os_poll *p)
{
    if (p != NULL) {
        os_close(p->epoll);
        os_close(p->wake);
        mem_free(p);
    }
}

bool os_poll_add(struct os_poll *p, i32 socket, void *ctx)
{
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = ctx};
    return epoll_ctl(p->epoll, EPOLL_CTL_ADD, socket, &e) == 0;
}

void os_poll_change(struct os_poll *p, i32 socket, void *ctx, bool read, bool write)
{
    struct epoll_event e = {.events = (read ? EPOLLIN : 0u) | (write ? EPOLLOUT : 0u),
                            .data.ptr = ctx};
    CHECK(epoll_ctl(p->epoll, EPOLL_CTL_MOD, socket, &e) == 0);
}

usize os_poll_wait(struct os_poll *p, struct os_event *events, usize max, u32 timeout_ms)
{
    struct epoll_event e[EVENTS_MAX];
    max = max < EVENTS_MAX ? max : EVENTS_MAX;
    i32 timeout = timeout_ms < 0x7fffffffu ? (i32)timeout_ms : 0x7fffffff;
    i32 n = epoll_wait(p->epoll, e, (i32)max, timeout);
    usize count = 0;
    for (i32 i = 0; i < n; i++) {
        if (e[i].data.ptr == NULL) { // of os_poll_wake
            u64 ignored;
            (void)!read(p->wake, &ignored, sizeof ignored);
            continue;
        }
        events[count++] = (struct os_event){
            .ctx = e[i].data.ptr,
            .can_read = (e[i].events & EPOLLIN) != 0,
            .can_write = (e[i].events & EPOLLOUT) != 0,
            .is_gone = (e[i].events & (EPOLLERR | EPOLLHUP)) != 0,
        };
    }
    return count;
}

void os_poll_wake(void *poll)
{
    const struct os_poll *p = poll;
    u64 one = 1;
    (void)!write(p->wake, &one, sizeof one);
}
