// SPDX-License-Identifier: MIT
// See http.h.
#include "bench/rpc/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/os/time.h"

#define PIECE_SIZE 65536u
#define WAIT_MS 60000 // for any answer

struct connection {
    i32 socket;
    struct buf in;
    usize head; // bytes of the answer's head; 0: it has not come
    usize size; // of the whole answer, once head is known
    bool is_idle;
};

struct run {
    const struct http_load *l;
    struct http_sum *sum;
    struct buf *why;
    struct connection c[HTTP_CONNECTIONS_MAX];
    struct pollfd polled[HTTP_CONNECTIONS_MAX];
    struct buf body, request;
    u64 end;
};

static bool fail(struct run *r, const char *what)
{
    buf_printf(r->why, "port %u: %s", r->l->port, what);
    return false;
}

static i32 connect_to(u16 port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port)};
    int one = 1;
    i32 s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (s >= 0 && connect(s, (struct sockaddr *)&at, sizeof at) != 0) {
        close(s);
        return -1;
    }
    (void)setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return s;
}

static bool send_all(i32 socket, bytes text)
{
    while (text.n > 0) {
        ssize_t n = send(socket, text.p, text.n, MSG_NOSIGNAL);
        if (n <= 0 && errno != EINTR) {
            return false;
        }
        usize sent = n > 0 ? (usize)n : 0;
        text = bytes_slice(text, sent, text.n - sent);
    }
    return true;
}

// The connection's next request, if it has one and the time is not over.
static bool ask(struct run *r, u32 index)
{
    const struct http_load *l = r->l;
    struct connection *c = &r->c[index];
    buf_clear(&r->body);
    buf_clear(&c->in);
    c->head = 0;
    if ((l->ms != 0 && os_now_ns() >= r->end) || !l->next(l->ctx, index, &r->body)) {
        c->is_idle = true;
        return true;
    }
    buf_clear(&r->request);
    buf_printf(&r->request,
               "POST / HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nContent-Type: application/json\r\n"
               "Content-Length: %zu\r\n\r\n",
               l->port, r->body.n);
    buf_put(&r->request, r->body.p, r->body.n);
    return send_all(c->socket, buf_bytes(&r->request)) || fail(r, "cannot send");
}

// The head's size and the length that it states; false: it is not whole yet, or states none.
static bool read_head(struct run *r, struct connection *c)
{
    static const char NAME[] = "\r\ncontent-length:";
    const char *text = (const char *)c->in.p;
    const char *end = memmem(text, c->in.n, "\r\n\r\n", 4);
    if (end == NULL) {
        return true;
    }
    for (const char *p = text; p < end; p++) {
        if (strncasecmp(p, NAME, sizeof NAME - 1) == 0) {
            c->head = (usize)(end - text) + 4;
            c->size = c->head + strtoull(p + sizeof NAME - 1, NULL, 10);
            return true;
        }
    }
    return fail(r, "an answer without content-length");
}

static bool take(struct run *r, u32 index)
{
    struct connection *c = &r->c[index];
    u8 *at = buf_extend(&c->in, PIECE_SIZE + 1);
    ssize_t n = recv(c->socket, at, PIECE_SIZE, 0);
    c->in.n -= PIECE_SIZE + 1;
    if (n <= 0) {
        return fail(r, "the connection was closed");
    }
    c->in.n += (usize)n;
    c->in.p[c->in.n] = 0; // there is room for it
    if ((c->head == 0 && !read_head(r, c)) || (c->head != 0 && c->in.n > c->size)) {
        return r->why->n > 0 ? false : fail(r, "an answer is longer than it says");
    }
    if (c->head == 0 || c->in.n < c->size) {
        return true;
    }
    bytes body = bytes_slice(buf_bytes(&c->in), c->head, c->size - c->head);
    r->sum->answers++;
    r->sum->refused += memmem(body.p, body.n, "\"error\"", 7) != NULL;
    if (r->l->answered != NULL) {
        r->l->answered(r->l->ctx, index, body);
    }
    return ask(r, index);
}

static bool turn(struct run *r)
{
    const struct http_load *l = r->l;
    u32 busy = 0;
    for (u32 i = 0; i < l->connections; i++) {
        r->polled[i] =
            (struct pollfd){.fd = r->c[i].is_idle ? -1 : r->c[i].socket, .events = POLLIN};
        busy += !r->c[i].is_idle;
    }
    if (busy == 0) {
        return false;
    }
    if (poll(r->polled, l->connections, WAIT_MS) <= 0) {
        return fail(r, "no answer within a minute");
    }
    for (u32 i = 0; i < l->connections; i++) {
        if (r->polled[i].revents != 0 && !take(r, i)) {
            return false;
        }
    }
    return true;
}

bool http_load_run(struct http_sum *out, struct buf *why, const struct http_load *l)
{
    struct run *r = mem_zalloc(sizeof *r);
    usize before = why->n;
    *r = (struct run){.l = l, .sum = out, .why = why};
    *out = (struct http_sum){.answers = 0};
    bool ok = true;
    for (u32 i = 0; i < l->connections; i++) {
        r->c[i].socket = connect_to(l->port);
        ok = ok && (r->c[i].socket >= 0 || fail(r, "nobody listens"));
    }
    u64 start = os_now_ns();
    r->end = start + l->ms * 1000000;
    for (u32 i = 0; ok && i < l->connections; i++) {
        ok = ask(r, i);
    }
    while (ok && turn(r)) {
    }
    out->ns = os_now_ns() - start;
    for (u32 i = 0; i < l->connections; i++) {
        if (r->c[i].socket >= 0) {
            close(r->c[i].socket);
        }
        buf_fini(&r->c[i].in);
    }
    buf_fini(&r->body);
    buf_fini(&r->request);
    mem_free(r);
    return why->n == before;
}

// ---- one request

struct one {
    const char *method, *parameters;
    struct buf *answer;
    bool is_asked;
};

static bool next_one(void *ctx, u32 connection, struct buf *body)
{
    struct one *o = ctx;
    (void)connection;
    bool first = !o->is_asked;
    o->is_asked = true;
    buf_printf(body, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":%s}", o->method,
               o->parameters);
    return first;
}

static void take_one(void *ctx, u32 connection, bytes body)
{
    struct one *o = ctx;
    (void)connection;
    buf_put(o->answer, body.p, body.n);
}

bool http_ask(struct buf *answer, struct buf *why, u16 port, const char *method,
              const char *parameters)
{
    struct buf mine = {0};
    struct http_sum sum;
    struct one o = {.method = method, .parameters = parameters, .answer = answer};
    struct http_load l = {
        .ctx = &o, .next = next_one, .answered = take_one, .port = port, .connections = 1};
    bool ok = http_load_run(&sum, &mine, &l);
    if (why != NULL) {
        buf_put(why, mine.p, mine.n);
    }
    buf_fini(&mine);
    return ok;
}
