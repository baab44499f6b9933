// SPDX-License-Identifier: MIT
// Places to listen at.
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"
#include "lib/os/local.h"
#include "node/net/priv.h"

#define BACKLOG 1024

static void free_listener(uv_handle_t *h)
{
    mem_free(h->data);
}

static struct net_listener *listener_new(struct net_server *s, const struct net_listen *o)
{
    struct net_listener *l = mem_zalloc(sizeof *l);
    l->server = s;
    l->o = *o;
    CHECK((o->path != NULL ? uv_pipe_init(&s->loop, &l->socket.pipe, 0)
                           : uv_tcp_init(&s->loop, &l->socket.tcp)) == 0);
    l->socket.any.data = l;
    return l;
}

// The status of libuv; *out is set if it is 0.
static int listen_at(struct net_listener **out, struct net_server *s, const struct net_listen *o,
                     const struct sockaddr *at)
{
    struct net_listener *l = listener_new(s, o);
    int status = uv_tcp_bind(&l->socket.tcp, at, 0);
    if (status == 0) {
        status = uv_listen(&l->socket.stream, BACKLOG, net_on_connection);
    }
    if (status != 0) {
        uv_close(&l->socket.any, free_listener);
        return status;
    }
    *out = l;
    return 0;
}

static struct net_listener *listen_tcp(struct net_server *s, const struct net_listen *o,
                                       struct buf *why)
{
    const struct addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    struct net_listener *l = NULL;
    struct buf service = {0};
    buf_printf(&service, "%u", (u32)o->port);
    buf_put_u8(&service, 0);
    uv_getaddrinfo_t found = {0};
    int status = uv_getaddrinfo(&s->loop, &found, NULL, o->host, (const char *)service.p, &hints);
    for (const struct addrinfo *a = found.addrinfo; a != NULL && l == NULL; a = a->ai_next) {
        status = listen_at(&l, s, o, a->ai_addr);
    }
    uv_freeaddrinfo(found.addrinfo);
    buf_fini(&service);
    if (l == NULL) {
        buf_printf(why, "cannot listen on %s:%u: %s%s", o->host, (u32)o->port, uv_strerror(status),
                   status == UV_EADDRINUSE
                       ? ": the port is in use; stop what uses it, or give another"
                       : "");
    }
    return l;
}

static struct net_listener *listen_local(struct net_server *s, const struct net_listen *o,
                                         struct buf *why)
{
    i32 socket = os_listen_local(o->path, why);
    if (socket < 0) {
        return NULL;
    }
    struct net_listener *l = listener_new(s, o);
    CHECK(uv_pipe_open(&l->socket.pipe, socket) == 0);
    CHECK(uv_listen(&l->socket.stream, BACKLOG, net_on_connection) == 0);
    return l;
}

bool net_listen(struct net_server *s, const struct net_listen *o, struct buf *why)
{
    CHECK(s->listeners < COUNT_OF(s->listener));
    struct net_listener *l = o->path != NULL ? listen_local(s, o, why) : listen_tcp(s, o, why);
    if (l != NULL) {
        s->listener[s->listeners++] = l;
    }
    return l != NULL;
}

void net_close_listeners(struct net_server *s)
{
    for (u32 i = 0; i < s->listeners; i++) {
        if (s->listener[i]->o.path != NULL) {
            os_unlink_local(s->listener[i]->o.path);
        }
        uv_close(&s->listener[i]->socket.any, free_listener);
    }
}

u16 net_port(const struct net_server *s, u32 index)
{
    CHECK(index < s->listeners);
    const struct net_listener *l = s->listener[index];
    struct sockaddr_storage at;
    int size = sizeof at;
    if (l->o.path != NULL ||
        uv_tcp_getsockname(&l->socket.tcp, (struct sockaddr *)&at, &size) != 0) {
        return 0;
    }
    return at.ss_family == AF_INET6 ? load_be16(&((const struct sockaddr_in6 *)&at)->sin6_port)
                                    : load_be16(&((const struct sockaddr_in *)&at)->sin_port);
}
