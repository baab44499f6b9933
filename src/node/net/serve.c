// SPDX-License-Identifier: MIT
// What is done with the bytes of a connection, whatever its protocol.
#include "lib/base/bytes.h"
#include "node/net/priv.h"

#define PAUSE_SIZE ((usize)1 << 20) // with more than this to send nothing more is answered
#define KEPT_MAX ((usize)65536)     // bytes of memory that are kept for what comes next

usize net_pending(const struct net_peer *p)
{
    usize going = p->is_writing ? uv_stream_get_write_queue_size(&p->socket.stream) : 0;
    return going + p->out.n - p->sent;
}

void net_end(struct net_peer *p)
{
    p->is_ending = true;
}

void net_peer_init(struct net_peer *p, struct net_server *s, const struct net_listen *at,
                   enum net_protocol protocol)
{
    *p = (struct net_peer){.server = s, .at = at, .protocol = protocol};
    p->active_at = p->sent_at = s->now_ms;
    http_init(&p->http);
}

void net_peer_fini(struct net_peer *p)
{
    buf_fini(&p->in);
    buf_fini(&p->out);
    buf_fini(&p->going);
    http_fini(&p->http);
    ws_fini(&p->ws);
}

static void put_text(struct net_peer *p, bytes text)
{
    if (text.n == 0) {
        return;
    }
    if (p->protocol == NET_WEBSOCKET) {
        ws_put_text(&p->ws, text);
    } else {
        buf_put(&p->out, text.p, text.n);
        buf_put_u8(&p->out, '\n');
    }
}

static void answer(struct net_peer *p, bytes text)
{
    struct net_server *s = p->server;
    struct net_question q = {p->at->group, p, p, text};
    buf_clear(&s->answer);
    p->is_asked = true;
    p->request_since = 0;
    p->is_waiting = !s->handler.answer(s->handler.ctx, &q, &s->answer);
    put_text(p, buf_bytes(&s->answer));
}

void net_put_reply(struct net_peer *p, bytes text)
{
    if (p->protocol == NET_HTTP) {
        net_put_http_reply(p, text);
    } else if (!p->is_ending) {
        put_text(p, text);
    }
}

// ---- bytes of a stream, from *at on; false: nothing more is whole, or the connection ends

static bool take_message(struct net_peer *p, usize *at)
{
    bytes text;
    usize used;
    bool is_whole =
        ws_read(&p->ws, &text, &used, bytes_slice(buf_bytes(&p->in), *at, p->in.n - *at));
    *at += used;
    if (is_whole) {
        answer(p, text);
    }
    if (!ws_has_text(&p->ws) && ws_is_closing(&p->ws)) {
        net_end(p);
    }
    return is_whole;
}

static bool take_text(struct net_peer *p, usize *at)
{
    bytes text;
    usize used;
    bytes in = bytes_slice(buf_bytes(&p->in), *at, p->in.n - *at);
    if (text_end_find(&p->text, &text, &used, in)) {
        *at += used;
        answer(p, text);
        return true;
    }
    if (in.n > HTTP_BODY_MAX) {
        buf_put_text(&p->out, "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32600,"
                              "\"message\":\"the request is larger than 32 MiB\"}}\n");
        net_end(p);
    }
    return false;
}

static void drop_front(struct buf *b, usize n)
{
    move_bytes(b->p, b->p + n, b->n - n);
    b->n -= n;
    if (b->n == 0 && b->cap > KEPT_MAX) {
        buf_fini(b);
    }
}

static bool is_within(const struct net_peer *p)
{
    switch (p->protocol) {
    case NET_HTTP:
        return http_is_within(&p->http);
    case NET_WEBSOCKET:
        return p->ws.is_within;
    case NET_LOCAL:
        return p->in.n > 0;
    }
    return false;
}

// While an answer is put off: pings are answered, and a close is.
static void look_ahead(struct net_peer *p)
{
    usize used;
    ws_look(&p->ws, &used, buf_bytes(&p->in));
    drop_front(&p->in, used);
    if (!ws_has_text(&p->ws) && ws_is_closing(&p->ws)) {
        net_end(p);
    }
}

bool net_take(struct net_peer *p)
{
    usize at = 0;
    if (p->is_waiting && p->protocol == NET_WEBSOCKET && !p->is_ending) {
        look_ahead(p);
        return false;
    }
    bool more = p->in.n > 0 || ws_has_text(&p->ws);
    bool any = false;
    while (more && !p->is_ending && !p->is_waiting && net_pending(p) <= PAUSE_SIZE) {
        more = p->protocol == NET_HTTP        ? net_take_http(p, &at)
               : p->protocol == NET_WEBSOCKET ? take_message(p, &at)
                                              : take_text(p, &at);
        any = any || more;
    }
    any = any || at > 0 || p->is_ending;
    drop_front(&p->in, p->is_ending ? p->in.n : at);
    if (p->is_waiting || !is_within(p)) {
        p->request_since = 0;
    } else if (p->request_since == 0) {
        p->request_since = p->server->now_ms;
    }
    return any;
}
