// SPDX-License-Identifier: MIT
// What is done with the bytes of a connection, whatever its protocol.
#include "lib/base/bytes.h"
#include "node/net/priv.h"

#define PAUSE_SIZE ((usize)1 << 20) // with more than this to send nothing more is answered

usize net_pending(const struct net_peer *p)
{
    return p->out.n - p->sent;
}

void net_end(struct net_peer *p)
{
    p->is_ending = true;
}

void net_peer_fini(struct net_peer *p)
{
    buf_fini(&p->in);
    buf_fini(&p->out);
    buf_fini(&p->body.joined);
    ws_reader_fini(&p->ws);
}

static void answer(struct net_peer *p, bytes text)
{
    struct net_server *s = p->server;
    buf_clear(&s->answer);
    p->is_asked = true;
    s->handler.answer(s->handler.ctx, p->at->group, p, text, &s->answer);
    if (s->answer.n == 0) {
        return;
    }
    if (p->protocol == NET_WEBSOCKET) {
        ws_put_frame(&p->out, WS_OP_TEXT, buf_bytes(&s->answer));
    } else {
        buf_put(&p->out, s->answer.p, s->answer.n);
        buf_put_u8(&p->out, '\n');
    }
}

// ---- bytes of a stream, from *at on; false: nothing more is whole, or the connection ends

static bool take_frame(struct net_peer *p, usize *at)
{
    bytes message;
    usize used;
    enum ws_event e =
        ws_read(&p->ws, &message, &used, bytes_slice(buf_bytes(&p->in), *at, p->in.n - *at));
    *at += used;
    switch (e) {
    case WS_MORE:
        return used > 0;
    case WS_TEXT:
        answer(p, message);
        return true;
    case WS_PING:
        ws_put_frame(&p->out, WS_OP_PONG, message);
        return true;
    case WS_PONG:
        return true;
    case WS_CLOSE:
        ws_put_close(&p->out, message.n < 2 ? WS_NORMAL : (enum ws_code)load_be16(message.p));
        net_end(p);
        return false;
    case WS_BAD:
        ws_put_close(&p->out, p->ws.code);
        net_end(p);
        return false;
    }
    return false;
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

void net_drop_front(struct buf *b, usize n)
{
    move_bytes(b->p, b->p + n, b->n - n);
    b->n -= n;
    if (b->n == 0 && b->cap > 65536) {
        buf_fini(b);
    }
}

void net_take(struct net_peer *p)
{
    usize at = 0;
    bool more = true;
    while (more && !p->is_ending && net_pending(p) <= PAUSE_SIZE && at < p->in.n) {
        if (p->protocol == NET_HTTP) {
            net_drop_front(&p->in, at);
            at = 0;
            more = net_take_http(p);
        } else {
            more = p->protocol == NET_WEBSOCKET ? take_frame(p, &at) : take_text(p, &at);
        }
    }
    net_drop_front(&p->in, p->is_ending ? p->in.n : at);
    if (p->in.n == 0 || at > 0) {
        p->request_since = 0;
    }
    if (p->in.n > 0 && p->request_since == 0) {
        p->request_since = p->server->now_ms;
    }
}
