// SPDX-License-Identifier: MIT
// TCP over getaddrinfo, connect and poll. The socket never blocks: every wait is a poll with the
// exchange's time limit.
#include "lib/os/tcp.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/bytes.h"

#define READ_STEP 65536u

// Waits for the socket. 0, or an errno.
static i32 wait_for(i32 fd, i16 events, u32 timeout_ms)
{
    struct pollfd polled = {.fd = fd, .events = events};
    i32 n;
    do {
        n = poll(&polled, 1, (i32)timeout_ms);
    } while (n < 0 && errno == EINTR);
    return n < 0 ? errno : n == 0 ? ETIMEDOUT : 0;
}

static i32 connect_to(i32 *out, const struct addrinfo *at, u32 timeout_ms)
{
    i32 one = 1;
    i32 fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, at->ai_protocol);
    if (fd < 0) {
        return errno;
    }
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    i32 reason = connect(fd, at->ai_addr, at->ai_addrlen) == 0 ? 0 : errno;
    if (reason == EINPROGRESS) {
        reason = wait_for(fd, POLLOUT, timeout_ms);
    }
    socklen_t size = sizeof reason;
    if (reason == 0) {
        (void)getsockopt(fd, SOL_SOCKET, SO_ERROR, &reason, &size);
    }
    if (reason != 0) {
        (void)close(fd);
        return reason;
    }
    *out = fd;
    return 0;
}

static i32 send_all(i32 fd, bytes request, u32 timeout_ms)
{
    while (request.n > 0) {
        ssize_t n = send(fd, request.p, request.n, MSG_NOSIGNAL);
        if (n >= 0) {
            request = bytes_slice(request, (usize)n, request.n - (usize)n);
            continue;
        }
        i32 reason = errno == EAGAIN ? wait_for(fd, POLLOUT, timeout_ms) : errno;
        if (reason != 0 && reason != EINTR) {
            return reason;
        }
    }
    return 0;
}

static i32 receive(struct buf *answer, i32 fd, const struct os_tcp_exchange *e)
{
    usize start = answer->n;
    for (;;) {
        if (e->is_whole(bytes_slice(buf_bytes(answer), start, answer->n - start))) {
            return 0;
        }
        if (answer->n - start > e->size_max) {
            return EMSGSIZE;
        }
        buf_reserve(answer, READ_STEP);
        ssize_t n = recv(fd, answer->p + answer->n, READ_STEP, 0);
        if (n == 0) {
            return 0;
        }
        if (n > 0) {
            answer->n += (usize)n;
            continue;
        }
        i32 reason = errno == EAGAIN ? wait_for(fd, POLLIN, e->timeout_ms) : errno;
        if (reason != 0 && reason != EINTR) {
            return reason;
        }
    }
}

enum fault os_tcp_ask(struct buf *answer, struct buf *why, const struct os_tcp_exchange *e)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_family = AF_UNSPEC};
    struct addrinfo *list = NULL;
    i32 status = getaddrinfo(e->host, e->port, &hints, &list);
    if (status != 0) {
        buf_printf(why, "cannot find %s: %s", e->host, gai_strerror(status));
        return FAULT_IO;
    }
    i32 fd = -1;
    i32 reason = ECONNREFUSED;
    for (const struct addrinfo *at = list; at != NULL && fd < 0; at = at->ai_next) {
        reason = connect_to(&fd, at, e->timeout_ms);
    }
    freeaddrinfo(list);
    const char *verb = "connect to";
    if (fd >= 0) {
        verb = "send to";
        reason = send_all(fd, e->request, e->timeout_ms);
        if (reason == 0) {
            verb = "receive from";
            reason = receive(answer, fd, e);
        }
        (void)close(fd);
    }
    if (reason != 0) {
        char text[128];
        buf_printf(why, "cannot %s %s:%s: %s", verb, e->host, e->port,
                   strerror_r(reason, text, sizeof text));
        return FAULT_IO;
    }
    return FAULT_NONE;
}
