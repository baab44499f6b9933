// SPDX-License-Identifier: MIT
// Callbacks of wslay; see websocket.h.
#include "node/net/websocket.h"

#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/codec/base64.h"
#include "lib/crypto/digest.h"

#define KEPT_MAX ((usize)65536) // bytes of memory that are kept for the next text

// ---- what wslay asks for

static ssize_t give_bytes(wslay_event_context_ptr events, u8 *to, size_t room, int flags, void *ctx)
{
    struct ws *w = ctx;
    usize n = w->in.n < room ? w->in.n : room;
    (void)flags;
    if (n == 0 || ws_has_text(w)) {
        wslay_event_set_error(events, WSLAY_ERR_WOULDBLOCK);
        return -1;
    }
    copy_bytes(to, w->in.p, n);
    w->in = bytes_slice(w->in, n, w->in.n - n);
    return (ssize_t)n;
}

static ssize_t take_bytes(wslay_event_context_ptr events, const u8 *p, size_t n, int flags,
                          void *ctx)
{
    const struct ws *w = ctx;
    (void)events;
    (void)flags;
    buf_put(w->out, p, n);
    return (ssize_t)n;
}

static void on_frame(wslay_event_context_ptr events,
                     const struct wslay_event_on_frame_recv_start_arg *frame, void *ctx)
{
    struct ws *w = ctx;
    (void)events;
    w->is_within = w->is_within || !wslay_is_ctrl_frame(frame->opcode);
}

static void on_message(wslay_event_context_ptr events, const struct wslay_event_on_msg_recv_arg *m,
                       void *ctx)
{
    struct ws *w = ctx;
    (void)events;
    if (wslay_is_ctrl_frame(m->opcode)) {
        return;
    }
    w->is_within = false;
    u64 size = m->msg_length;
    buf_put(&w->texts, &size, sizeof size);
    buf_put(&w->texts, m->msg, m->msg_length);
}

// ---- a connection

void ws_init(struct ws *w, struct buf *out)
{
    const struct wslay_event_callbacks callbacks = {
        .recv_callback = give_bytes,
        .send_callback = take_bytes,
        .on_frame_recv_start_callback = on_frame,
        .on_msg_recv_callback = on_message,
    };
    *w = (struct ws){.out = out};
    CHECK(wslay_event_context_server_init(&w->events, &callbacks, w) == 0);
    wslay_event_config_set_max_recv_msg_length(w->events, WS_MESSAGE_MAX);
}

void ws_fini(struct ws *w)
{
    if (w->events != NULL) {
        wslay_event_context_free(w->events);
    }
    buf_fini(&w->texts);
    *w = (struct ws){0};
}

bool ws_has_text(const struct ws *w)
{
    return w->texts_at < w->texts.n;
}

bool ws_is_closing(const struct ws *w)
{
    return wslay_event_get_close_sent(w->events) != 0;
}

void ws_look(struct ws *w, usize *used, bytes in)
{
    *used = 0;
    if (ws_has_text(w)) {
        return;
    }
    w->texts_at = 0;
    if (w->texts.cap > KEPT_MAX) {
        buf_fini(&w->texts);
    }
    buf_clear(&w->texts);
    w->in = in;
    // What it fails for is broken frames, for which it has put a close.
    (void)wslay_event_recv(w->events);
    CHECK(wslay_event_send(w->events) == 0);
    *used = in.n - w->in.n;
}

bool ws_read(struct ws *w, bytes *text, usize *used, bytes in)
{
    ws_look(w, used, in);
    if (!ws_has_text(w)) {
        return false;
    }
    u64 size;
    copy_bytes(&size, w->texts.p + w->texts_at, sizeof size);
    *text = bytes_slice(buf_bytes(&w->texts), w->texts_at + sizeof size, size);
    w->texts_at += sizeof size + size;
    return true;
}

static void put(struct ws *w, const struct wslay_event_msg *m)
{
    int status = wslay_event_queue_msg(w->events, m);
    CHECK(status == 0 || status == WSLAY_ERR_NO_MORE_MSG); // after a close
    CHECK(wslay_event_send(w->events) == 0);
}

void ws_put_text(struct ws *w, bytes text)
{
    put(w, &(struct wslay_event_msg){WSLAY_TEXT_FRAME, text.p, text.n});
}

void ws_put_ping(struct ws *w)
{
    put(w, &(struct wslay_event_msg){WSLAY_PING, NULL, 0});
}

void ws_put_close(struct ws *w, u16 code)
{
    int status = wslay_event_queue_close(w->events, code, NULL, 0);
    CHECK(status == 0 || status == WSLAY_ERR_NO_MORE_MSG);
    CHECK(wslay_event_send(w->events) == 0);
}

// ---- the handshake

bool ws_is_key(bytes key)
{
    struct buf decoded = {0};
    bool ok = key.n == 24 && base64_decode(&decoded, key) && decoded.n == 16;
    buf_fini(&decoded);
    return ok;
}

void ws_put_accept(struct buf *out, bytes key)
{
    struct buf joined = {0};
    u8 digest[20];
    buf_put(&joined, key.p, key.n);
    buf_put_text(&joined, "258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    crypto_sha1(digest, joined.p, joined.n);
    base64_put(out, (bytes){digest, sizeof digest});
    buf_fini(&joined);
}
