// SPDX-License-Identifier: MIT
// The loop of libuv: who connects, what comes and goes, what takes too long.
//
// What is to be sent is tried at once, which nearly always does; only what the other side does not
// take is left to libuv, and until that is gone nothing more is read (1) or answered. While an
// answer is put off a piece is read, so that the end of the connection is seen, and not taken.
#include "node/net/net.h"

#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"
#include "lib/os/time.h"
#include "node/net/priv.h"

#define PIECE_SIZE 65536u // bytes received at once
#define BATCH 16u         // connections that are answered together
#define SWEEP_MS 1000u    // between looks for what takes too long
#define DRAIN_MS 2000u    // for the other side to take the last answer and end
#define PING_MS 60000u    // of silence, after which a WebSocket is asked whether it lives
#define SILENT_MS 180000u

static void read_clock(struct net_server *s)
{
    s->now_ms = uv_now(&s->loop);
}

// ---- the end of a connection

static void on_closed(uv_handle_t *h)
{
    struct net_peer *p = h->data;
    p->is_closed = true;
    if (!p->is_waiting) { // else it is kept for net_reply
        net_peer_fini(p);
        mem_free(p);
    }
}

static void remove_dirty(struct net_peer *p)
{
    struct net_peer **at = &p->server->dirty;
    while (*at != p) {
        at = &(*at)->next_dirty;
    }
    *at = p->next_dirty;
    p->is_dirty = false;
    p->server->dirty_count--;
}

static void close_peer(struct net_peer *p)
{
    struct net_server *s = p->server;
    if (p->is_closing) {
        return;
    }
    p->is_closing = p->is_dead = true;
    if (p->previous != NULL) {
        p->previous->next = p->next;
    } else {
        s->peers = p->next;
    }
    if (p->next != NULL) {
        p->next->previous = p->previous;
    }
    s->peer_count--;
    if (p->is_dirty) {
        remove_dirty(p);
    }
    if ((p->is_asked || p->is_waiting) && s->handler.closed != NULL) {
        s->handler.closed(s->handler.ctx, p);
    }
    uv_close(&p->socket.any, on_closed);
}

// ---- sending

static void mark_dirty(struct net_peer *p)
{
    if (!p->is_dirty && !p->is_closing) {
        p->is_dirty = true;
        p->next_dirty = p->server->dirty;
        p->server->dirty = p;
        p->server->dirty_count++;
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
        ws_put_text(&p->ws, text);
    } else {
        buf_put(&p->out, text.p, text.n);
        buf_put_u8(&p->out, '\n');
    }
}

void net_reply(struct net_peer *p, bytes text)
{
    CHECK(p->is_waiting);
    p->is_waiting = false;
    if (p->is_closed) {
        net_peer_fini(p);
        mem_free(p);
    } else if (!p->is_closing) {
        read_clock(p->server);
        p->active_at = p->server->now_ms;
        net_put_reply(p, text);
        mark_dirty(p);
    }
}

static void settle(struct net_peer *p);

static void on_written(uv_write_t *w, int status)
{
    struct net_peer *p = w->data;
    p->is_writing = false;
    buf_fini(&p->going);
    if (p->is_closing) {
        return;
    }
    read_clock(p->server);
    p->sent_at = p->server->now_ms;
    p->is_dead = p->is_dead || status != 0;
    settle(p);
}

static uv_buf_t unsent(const struct net_peer *p)
{
    return uv_buf_init((char *)p->out.p + p->sent, (u32)(p->out.n - p->sent));
}

// What cannot be sent now: libuv goes on with it when it can.
static void leave_to_loop(struct net_peer *p)
{
    uv_buf_t rest = unsent(p);
    p->going = p->out;
    p->out = (struct buf){0};
    p->sent = 0;
    p->write.data = p;
    p->is_writing = uv_write(&p->write, &p->socket.stream, &rest, 1, on_written) == 0;
    p->going_left = rest.len;
    p->is_dead = !p->is_writing;
}

static void flush(struct net_peer *p)
{
    while (!p->is_dead && !p->is_writing && p->sent < p->out.n) {
        uv_buf_t rest = unsent(p);
        int n = uv_try_write(&p->socket.stream, &rest, 1);
        if (n == UV_EAGAIN) {
            leave_to_loop(p);
            return;
        }
        p->is_dead = n < 0;
        p->sent += n < 0 ? 0 : (usize)n;
        p->sent_at = p->server->now_ms;
    }
    if (net_pending(p) > 0) {
        return;
    }
    p->sent = 0;
    if (p->out.cap > PIECE_SIZE) {
        buf_fini(&p->out);
    }
    buf_clear(&p->out);
}

static void on_shut(uv_shutdown_t *u, int status)
{
    (void)u;
    (void)status; // the other side's end is waited for, or the time of that
}

static void drain(struct net_peer *p)
{
    p->is_draining = true;
    p->sent_at = p->server->now_ms;
    p->is_dead = uv_shutdown(&p->shutdown, &p->socket.stream, on_shut) != 0;
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *piece);

static void on_room(uv_handle_t *h, size_t suggested, uv_buf_t *out)
{
    const struct net_peer *p = h->data;
    (void)suggested;
    *out = uv_buf_init((char *)p->server->piece, PIECE_SIZE);
}

static void set_reading(struct net_peer *p, bool is_reading)
{
    if (is_reading == p->is_reading) {
        return;
    }
    p->is_reading = is_reading;
    if (!is_reading) {
        (void)uv_read_stop(&p->socket.stream);
    } else if (uv_read_start(&p->socket.stream, on_room, on_read) != 0) {
        p->is_dead = true;
    }
}

// After anything happened to it: sends, goes on with what waited for that, says what it waits for.
static void settle(struct net_peer *p)
{
    flush(p);
    while (!p->is_dead && !p->is_ending && !p->is_waiting && net_pending(p) == 0 && net_take(p)) {
        flush(p);
    }
    bool is_sent = net_pending(p) == 0;
    bool is_full = p->is_waiting && p->in.n >= PIECE_SIZE;
    if (p->is_ending && is_sent && !p->is_draining && !p->is_dead) {
        drain(p);
    }
    if (p->has_ended && is_sent && !p->is_waiting) {
        p->is_dead = true; // nothing more will come, and all is answered
    }
    set_reading(p, is_sent && !is_full && !p->has_ended && !p->is_dead); // by (1)
    if (p->is_dead) {
        close_peer(p);
    }
}

static void settle_dirty(struct net_server *s)
{
    while (s->dirty != NULL) { // what is settled may answer, and so make others dirty
        struct net_peer *p = s->dirty;
        s->dirty = p->next_dirty;
        s->dirty_count--;
        p->is_dirty = false;
        settle(p);
    }
}

static void on_prepare(uv_prepare_t *h)
{
    settle_dirty(h->data);
}

// ---- receiving

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *piece)
{
    struct net_peer *p = stream->data;
    if (n == 0) { // nothing yet
        return;
    }
    read_clock(p->server);
    p->active_at = p->server->now_ms;
    if (n == UV_EOF) {
        p->has_ended = true;
    } else if (n < 0) {
        p->is_dead = true;
    } else if (!p->is_ending) { // else what still comes is thrown away
        buf_put(&p->in, piece->base, (usize)n);
        (void)net_take(p);
    }
    mark_dirty(p);
    if (p->is_dead || p->server->dirty_count >= BATCH) {
        settle_dirty(p->server);
    }
}

void net_on_connection(uv_stream_t *stream, int status)
{
    const struct net_listener *l = stream->data;
    struct net_server *s = l->server;
    if (status != 0) {
        return;
    }
    bool is_local = l->o.path != NULL;
    struct net_peer *p = mem_alloc(sizeof *p);
    read_clock(s);
    net_peer_init(p, s, &l->o, is_local ? NET_LOCAL : NET_HTTP);
    CHECK((is_local ? uv_pipe_init(&s->loop, &p->socket.pipe, 0)
                    : uv_tcp_init(&s->loop, &p->socket.tcp)) == 0);
    p->socket.any.data = p;
    if (uv_accept(stream, &p->socket.stream) != 0 || s->peer_count >= NET_PEERS_MAX) {
        uv_close(&p->socket.any, on_closed);
        return;
    }
    if (!is_local) {
        (void)uv_tcp_nodelay(&p->socket.tcp, 1); // answers go out at once
    }
    p->next = s->peers;
    if (s->peers != NULL) {
        s->peers->previous = p;
    }
    s->peers = p;
    s->peer_count++;
    settle(p);
}

// ---- time

static bool takes_too_long(struct net_peer *p)
{
    u64 now = p->server->now_ms;
    if (p->is_waiting) { // for us
        return false;
    }
    if (p->is_draining) {
        return now - p->sent_at > DRAIN_MS;
    }
    if (p->is_writing) {
        usize left = uv_stream_get_write_queue_size(&p->socket.stream);
        p->sent_at = left < p->going_left ? now : p->sent_at;
        p->going_left = left;
        return now - p->sent_at > NET_SEND_MS;
    }
    if (p->request_since != 0) {
        return now - p->request_since > NET_REQUEST_MS;
    }
    u64 most = p->protocol == NET_HTTP ? NET_IDLE_MS : SILENT_MS;
    return p->protocol != NET_LOCAL && now - p->active_at > most;
}

static void sweep(uv_timer_t *h)
{
    struct net_server *s = h->data;
    struct net_peer *next;
    read_clock(s);
    for (struct net_peer *p = s->peers; p != NULL; p = next) {
        next = p->next;
        if (takes_too_long(p)) {
            close_peer(p);
        } else if (p->protocol == NET_WEBSOCKET && !p->is_ending && net_pending(p) == 0 &&
                   s->now_ms - p->active_at > PING_MS && s->now_ms - p->sent_at > PING_MS) {
            ws_put_ping(&p->ws);
            mark_dirty(p);
        }
    }
}

static void on_tick(uv_timer_t *h)
{
    struct net_server *s = h->data;
    u32 wait = s->handler.tick(s->handler.ctx);
    uv_update_time(&s->loop);
    (void)uv_timer_start(h, on_tick, wait, 0);
}

// ---- the server

static void on_stop(uv_async_t *h)
{
    uv_stop(h->loop);
}

static void on_wake(uv_async_t *h)
{
    struct net_server *s = h->data;
    s->handler.woken(s->handler.ctx);
}

void net_wake(struct net_server *s)
{
    (void)uv_async_send(&s->wake);
}

struct net_server *net_new(const struct net_handler *h)
{
    struct net_server *s = mem_zalloc(sizeof *s);
    s->handler = *h;
    s->piece = mem_alloc(PIECE_SIZE);
    s->unix_seconds = os_unix_seconds;
    CHECK(uv_loop_init(&s->loop) == 0);
    CHECK(uv_async_init(&s->loop, &s->stop, on_stop) == 0);
    CHECK(uv_async_init(&s->loop, &s->wake, on_wake) == 0);
    CHECK(uv_prepare_init(&s->loop, &s->settle) == 0);
    CHECK(uv_timer_init(&s->loop, &s->sweep) == 0 && uv_timer_init(&s->loop, &s->tick) == 0);
    s->wake.data = s->settle.data = s->sweep.data = s->tick.data = s;
    read_clock(s);
    return s;
}

void net_free(struct net_server *s)
{
    if (s == NULL) {
        return;
    }
    while (s->peers != NULL) {
        close_peer(s->peers);
    }
    net_close_listeners(s);
    uv_close((uv_handle_t *)&s->stop, NULL);
    uv_close((uv_handle_t *)&s->wake, NULL);
    uv_close((uv_handle_t *)&s->settle, NULL);
    uv_close((uv_handle_t *)&s->sweep, NULL);
    uv_close((uv_handle_t *)&s->tick, NULL);
    CHECK(uv_run(&s->loop, UV_RUN_DEFAULT) == 0); // until all of them are closed
    CHECK(uv_loop_close(&s->loop) == 0);
    buf_fini(&s->answer);
    mem_free(s->piece);
    mem_free(s);
}

static void say_goodbye(struct net_server *s)
{
    for (struct net_peer *p = s->peers; p != NULL; p = p->next) {
        if (p->protocol == NET_WEBSOCKET && !p->is_ending) {
            ws_put_close(&p->ws, WSLAY_CODE_GOING_AWAY);
        }
        flush(p);
    }
}

void net_run(struct net_server *s)
{
    CHECK(uv_prepare_start(&s->settle, on_prepare) == 0);
    CHECK(uv_timer_start(&s->sweep, sweep, SWEEP_MS, SWEEP_MS) == 0);
    if (s->handler.tick != NULL) {
        CHECK(uv_timer_start(&s->tick, on_tick, 0, 0) == 0);
    }
    (void)uv_run(&s->loop, UV_RUN_DEFAULT);
    if (s->handler.ending != NULL) {
        s->handler.ending(s->handler.ctx);
    }
    say_goodbye(s);
}

void net_stop(void *server)
{
    struct net_server *s = server;
    (void)uv_async_send(&s->stop);
}

void **net_user(struct net_peer *p)
{
    return &p->user;
}
