// SPDX-License-Identifier: MIT
// A request as one short life of a libwebsockets context; see http_client.h.
#include "app/cli/kit/http_client.h"

#include <libwebsockets.h>
#include <string.h>

#include "lib/base/bytes.h"

#define PIECE_SIZE 32768u // bytes written at once
#define READ_SIZE 65536u
#define CONNECT_SECONDS 20u
#define ANSWER_SECONDS 120 // a traced transaction may take long
#define REFUSAL_MAX 200u   // bytes of an answer that is no success

struct exchange {
    const struct http_post *plan;
    struct buf *answer;
    struct buf refusal; // why it failed
    usize sent, start;  // of the body; of what was in *answer before
    u32 status;
    bool is_reached, is_done, is_whole;
};

static int fail(struct exchange *e, const char *text)
{
    if (e->refusal.n == 0) {
        buf_put_text(&e->refusal, text);
    }
    e->is_done = true;
    return -1;
}

static int put_headers(struct lws *wsi, const struct exchange *e, u8 **at, usize room)
{
    char length[24];
    u8 *end = *at + room;
    int n = lws_snprintf(length, sizeof length, "%zu", e->plan->body.n);
    if (lws_add_http_header_by_token(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH, (u8 *)length, n, at,
                                     end) != 0 ||
        lws_add_http_header_by_token(wsi, WSI_TOKEN_HTTP_CONTENT_TYPE,
                                     (const u8 *)"application/json", 16, at, end) != 0) {
        return -1;
    }
    lws_client_http_body_pending(wsi, 1);
    lws_callback_on_writable(wsi);
    return 0;
}

static int write_piece(struct lws *wsi, struct exchange *e)
{
    u8 buffer[LWS_PRE + PIECE_SIZE];
    usize left = e->plan->body.n - e->sent;
    usize n = left < PIECE_SIZE ? left : PIECE_SIZE;
    bool is_last = n == left;
    copy_bytes(buffer + LWS_PRE, e->plan->body.p + e->sent, n);
    if (lws_write(wsi, buffer + LWS_PRE, n, is_last ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP) !=
        (int)n) {
        return fail(e, "the connection was closed while the request was sent");
    }
    e->sent += n;
    if (is_last) {
        lws_client_http_body_pending(wsi, 0);
        lws_set_timeout(wsi, PENDING_TIMEOUT_USER_REASON_BASE, ANSWER_SECONDS);
    } else {
        lws_callback_on_writable(wsi);
    }
    return 0;
}

static int take_piece(struct exchange *e, bytes piece)
{
    if (piece.n > e->plan->answer_max - (e->answer->n - e->start)) {
        return fail(e, "the answer is too large");
    }
    buf_put(e->answer, piece.p, piece.n);
    return 0;
}

static int read_more(struct lws *wsi)
{
    char buffer[LWS_PRE + READ_SIZE];
    char *at = buffer + LWS_PRE;
    int n = READ_SIZE;
    return lws_http_client_read(wsi, &at, &n) < 0 ? -1 : 0;
}

static int on_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                    size_t n)
{
    struct exchange *e = wsi == NULL ? NULL : lws_context_user(lws_get_context(wsi));
    if (reason == LWS_CALLBACK_CLIENT_CONNECTION_ERROR) {
        return fail(e, in != NULL ? in : "nobody answers");
    }
    if (reason == LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER) {
        return put_headers(wsi, e, in, n);
    }
    if (reason == LWS_CALLBACK_CLIENT_HTTP_WRITEABLE) {
        return write_piece(wsi, e);
    }
    if (reason == LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP) {
        e->is_reached = true;
        e->status = lws_http_client_http_response(wsi);
        return 0;
    }
    if (reason == LWS_CALLBACK_RECEIVE_CLIENT_HTTP) {
        return read_more(wsi);
    }
    if (reason == LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ) {
        return take_piece(e, (bytes){in, n});
    }
    if (reason == LWS_CALLBACK_COMPLETED_CLIENT_HTTP) {
        e->is_whole = true;
        e->is_done = true;
        return 0;
    }
    if (reason == LWS_CALLBACK_CLOSED_CLIENT_HTTP) {
        return e->is_whole ? 0 : fail(e, "the connection was closed before the answer's end");
    }
    return lws_callback_http_dummy(wsi, reason, user, in, n);
}

static void run(struct exchange *e)
{
    const struct lws_protocols protocols[] = {
        {.name = "http", .callback = on_event, .rx_buffer_size = READ_SIZE}, {.name = NULL}};
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN,
        .protocols = protocols,
        .user = e,
        .gid = (gid_t)-1,
        .uid = (uid_t)-1,
        .connect_timeout_secs = CONNECT_SECONDS,
        .pt_serv_buf_size = READ_SIZE,
    };
    lws_set_log_level(0, NULL);
    struct lws_context *context = lws_create_context(&info);
    struct lws_client_connect_info to = {
        .context = context,
        .address = e->plan->host,
        .host = e->plan->host,
        .origin = e->plan->host,
        .port = e->plan->port,
        .path = e->plan->path,
        .method = "POST",
        .protocol = protocols[0].name,
    };
    if (context == NULL || lws_client_connect_via_info(&to) == NULL) {
        fail(e, "nobody answers");
    }
    while (!e->is_done && lws_service(context, 0) >= 0) {
    }
    lws_context_destroy(context);
}

bool http_post(struct buf *answer, bool *is_reached, struct buf *why, const struct http_post *p)
{
    struct exchange e = {.plan = p, .answer = answer, .start = answer->n};
    run(&e);
    *is_reached = e.is_reached;
    bool ok = e.is_whole && e.status == 200;
    if (e.is_whole && !ok) {
        usize n = answer->n - e.start;
        buf_printf(why, "%s:%u answers with HTTP status %u: %.*s", p->host, p->port, e.status,
                   (int)(n < REFUSAL_MAX ? n : REFUSAL_MAX), (const char *)answer->p + e.start);
    } else if (!ok) {
        buf_printf(why, "cannot ask %s:%u: %.*s", p->host, p->port, (int)e.refusal.n,
                   (const char *)e.refusal.p);
    }
    buf_fini(&e.refusal);
    return ok;
}
