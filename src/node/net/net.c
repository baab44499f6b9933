// SPDX-License-Identifier: MIT
// Sockets: who connects, what comes and goes, what takes too long.
#include "node/net/net.h"

#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"
#include "lib/os/socket.h"
#include "lib/os/time.h"
#include "node/net/priv.h"

#define PIECE_SIZE 65536u // bytes received at once
#define EVENTS_MAX 128u
#define SWEEP_MS 1000u // between looks for what takes too long
#define DRAIN_MS 2000u // for the other side to take the last answer and end
#define PING_MS 60000u // of silence, after which a WebSocket is asked whether it lives
#define SILENT_MS 180000u

struct net_server *net_new(const struct net_handler *h)
{
    struct net_server *s = mem_zalloc(sizeof *s);
    s->handler = *h;
    s->poll = os_poll_new();
    s->piece = mem_alloc(PIECE_SIZE);
    s->unix_seconds = os_unix_seconds;
    s->now_ms = os_now_ns() / 1000000;
    return s;
}

static void peer_free(struct net_peer *p)
{
    struct net_server *s = p->server;
    if (p->previous != NULL) {
        p->previous->next = p->next;
    } else {
        s->peers = p->next;
    }
    if (p->next != NULL) {
        p->next->previous = p->previous;
    }
    s->peer_count--;
    if (p->is_asked && s->handler.closed != NULL) {
        s->handler.closed(s->handler.ctx, p);
    }
    os_close(p->socket);
    net_peer_fini(p);
    mem_free(p);
}

void net_free(struct net_server *s)
{
    if (s == NULL) {
        return;
    }
    while (s->peers != NULL) {
        peer_free(s->peers);
    }
    for (u32 i = 0; i < s->listeners; i++) {
        os_close(s->listener[i]->socket);
        if (s->listener[i]->o.path != NULL) {
            os_unlink_local(s->listener[i]->o.path);
        }
        mem_free(s->listener[i]);
    }
    os_poll_free(s->poll);
    buf_fini(&s->answer);
    mem_free(s->piece);
    mem_free(s);
}

bool net_listen(struct net_server *s, const struct net_listen *l, struct buf *why)
{
    CHECK(s->listeners < COUNT_OF(s->listener));
    i32 socket = l->path != NULL ? os_listen_local(l->path, why) : os_listen(l->host, l->port, why);
    if (socket < 0) {
        return false;
    }
    struct net_listener *n = mem_zalloc(sizeof *n);
    *n = (struct net_listener){.source.is_listener = true, .o = *l, .socket = socket};
    s->listener[s->listeners++] = n;
    CHECK(os_poll_add(s->poll, socket, n));
    return true;
}

u16 net_port(const struct net_server *s, u32 index)
{
    CHECK(index < s->listeners);
    const struct net_listener *l = s->listener[index];
    return l->o.path != NULL ? 0 : os_socket_port(l->socket);
}

void **net_user(struct net_peer *p)
{
    return &p->user;
}

// ---- sending

static void mark_dirty(struct net_peer *p)
{
    if (!p->is_dirty) {
        p->is_dirty = true;
        p->next_dirty = p->server->dirty;
        p->server->dirty = p;
    }
}

void net_send(struct net_peer *p, bytes text)
{
    if (p->is_ending || p->is_dead) {
        return;
    }
    mark_dirty(p);
    if (net_pending(p) + text.n > NET_PENDING_MAX) {
        p->is_dead = true;
        return;
    }
    if (p->protocol == NET_WEBSOCKET) {
        ws_put_frame(&p->out, WS_OP_TEXT, text);
    } else {
        buf_put(&p->out, text.p, text.n);
        buf_put_u8(&p->out, '\n');
    }
}

static void flush(struct net_peer *p)
{
    u64 now = p->server->now_ms;
    while (!p->is_dead && net_pending(p) > 0) {
        usize n;
        bytes rest = bytes_slice(buf_bytes(&p->out), p->sent, net_pending(p));
        enum os_io io = os_send(p->socket, rest, &n);
        if (io == OS_IO_LATER) {
            break;
        }
        p->is_dead = io != OS_IO_DONE;
        p->sent += n;
        p->sent_at = now;
    }
    if (net_pending(p) > 0) {
        return;
    }
    p->sent = 0;
    p->sent_at = now;
    if (p->out.cap > PIECE_SIZE) {
        buf_fini(&p->out);
    }
    buf_clear(&p->out);
    if (p->is_ending && !p->is_draining) {
        os_end_sending(p->socket);
        p->is_draining = true;
    }
}

// After anything happened to it: sends, goes on with what waited for that, says what it waits for.
static void settle(struct net_peer *p)
{
    flush(p);
    while (!p->is_dead && !p->is_ending && net_pending(p) == 0 && p->in.n > 0) {
        usize before = p->in.n;
        net_take(p);
        flush(p);
        if (p->in.n == before) {
            break;
        }
    }
    if (p->has_ended && !p->is_ending && net_pending(p) == 0) {
        p->is_dead = true; // nothing more will come, and all is answered
    }
    bool read = net_pending(p) == 0 && !p->has_ended;
    bool write = net_pending(p) > 0;
    if (!p->is_dead && (read != p->wants_read || write != p->wants_write)) {
        os_poll_change(p->server->poll, p->socket, p, read, write);
        p->wants_read = read;
        p->wants_write = write;
    }
    p->is_dead = p->is_dead || (p->is_draining && p->has_ended);
}

// ---- receiving

static void receive(struct net_peer *p)
{
    struct net_server *s = p->server;
    usize n;
    enum os_io io = os_receive(p->socket, s->piece, PIECE_SIZE, &n);
    switch (io) {
    case OS_IO_DONE:
        p->active_at = s->now_ms;
        if (!p->is_ending) { // else what still comes is thrown away
            buf_put(&p->in, s->piece, n);
            net_take(p);
        }
        break;
    case OS_IO_LATER:
        break;
    case OS_IO_END:
        p->has_ended = true;
        break;
    case OS_IO_FAILED:
        p->is_dead = true;
        break;
    }
}

static void on_peer(struct net_peer *p, const struct os_event *e)
{
    if (p->is_dead) {
        return;
    }
    if (e->can_read) {
        receive(p);
    } else if (e->is_gone) {
        p->is_dead = true;
    }
    settle(p);
    if (p->is_dead) {
        mark_dirty(p);
    }
}

static void on_listener(struct net_server *s, const struct net_listener *l)
{
    for (;;) {
        i32 socket = os_accept(l->socket);
        if (socket < 0) {
            return;
        }
        struct net_peer *p = mem_zalloc(sizeof *p);
        p->server = s;
        p->at = &l->o;
        p->socket = socket;
        p->protocol = l->o.path != NULL ? NET_LOCAL : NET_HTTP;
        p->wants_read = true;
        p->active_at = p->sent_at = s->now_ms;
        if (s->peer_count >= NET_PEERS_MAX || !os_poll_add(s->poll, socket, p)) {
            os_close(socket);
            mem_free(p);
            continue;
        }
        p->next = s->peers;
        if (s->peers != NULL) {
            s->peers->previous = p;
        }
        s->peers = p;
        s->peer_count++;
    }
}

// ---- time

static bool takes_too_long(const struct net_peer *p)
{
    u64 now = p->server->now_ms;
    if (p->is_draining) {
        return now - p->sent_at > DRAIN_MS;
    }
    if (net_pending(p) > 0) {
        return now - p->sent_at > NET_SEND_MS;
    }
    if (p->request_since != 0) {
        return now - p->request_since > NET_REQUEST_MS;
    }
    u64 most = p->protocol == NET_HTTP ? NET_IDLE_MS : SILENT_MS;
    return p->protocol != NET_LOCAL && now - p->active_at > most;
}

static void sweep(struct net_server *s)
{
    for (struct net_peer *p = s->peers; p != NULL; p = p->next) {
        if (takes_too_long(p)) {
            p->is_dead = true;
            mark_dirty(p);
        } else if (p->protocol == NET_WEBSOCKET && !p->is_ending && net_pending(p) == 0 &&
                   s->now_ms - p->active_at > PING_MS && s->now_ms - p->sent_at > PING_MS) {
            ws_put_frame(&p->out, WS_OP_PING, BYTES_NONE);
            mark_dirty(p);
        }
    }
}

static void settle_dirty(struct net_server *s)
{
    while (s->dirty != NULL) { // what is settled may answer, and so make others dirty
        struct net_peer *p = s->dirty;
        s->dirty = p->next_dirty;
        p->is_dirty = false;
        if (!p->is_dead) {
            settle(p);
        }
        if (p->is_dead && !p->is_dirty) {
            peer_free(p);
        }
    }
}

static void say_goodbye(struct net_server *s)
{
    for (struct net_peer *p = s->peers; p != NULL; p = p->next) {
        if (p->protocol == NET_WEBSOCKET && !p->is_ending) {
            ws_put_close(&p->out, WS_GOING_AWAY);
        }
        flush(p);
    }
}

void net_run(struct net_server *s)
{
    struct os_event events[EVENTS_MAX];
    u64 next_sweep = s->now_ms + SWEEP_MS;
    u64 next_tick = s->now_ms;
    while (!s->stopped) {
        u64 next = s->handler.tick != NULL && next_tick < next_sweep ? next_tick : next_sweep;
        u32 wait = next > s->now_ms ? (u32)(next - s->now_ms) : 0;
        usize n = os_poll_wait(s->poll, events, EVENTS_MAX, wait);
        s->now_ms = os_now_ns() / 1000000;
        for (usize i = 0; i < n; i++) {
            const struct net_source *source = events[i].ctx;
            if (source->is_listener) {
                on_listener(s, events[i].ctx);
            } else {
                on_peer(events[i].ctx, &events[i]);
            }
        }
        if (s->handler.tick != NULL && s->now_ms >= next_tick) {
            next_tick = s->now_ms + s->handler.tick(s->handler.ctx);
        }
        if (s->now_ms >= next_sweep) {
            sweep(s);
            next_sweep = s->now_ms + SWEEP_MS;
        }
        settle_dirty(s);
    }
    say_goodbye(s);
}

void net_stop(void *server)
{
    struct net_server *s = server;
    s->stopped = true;
    os_poll_wake(s->poll);
}
