// SPDX-License-Identifier: MIT
// The server over libwebsockets' callbacks: a session is one connection, used for one request after
// the other.
#include "node/net/http.h"

#include <libwebsockets.h>

#include "lib/base/bytes.h"
#include "lib/base/mem.h"

#define PIECE_SIZE 32768u // bytes written at once
#define HEADERS_SIZE 2048u
#define IDLE_SECONDS 300u // a connection that asks nothing is closed
#define READ_SIZE 65536u

struct http_server {
    struct lws_context *context;
    struct lws_vhost *vhost;
    struct http_options options;
    struct lws_protocols protocols[2];
    volatile bool stopped;
};

struct session {
    struct buf body, out;
    usize sent;
};

enum method {
    METHOD_GET,
    METHOD_POST,
    METHOD_OPTIONS,
    METHOD_OTHER,
};

static enum method method_of(struct lws *wsi)
{
    return lws_hdr_total_length(wsi, WSI_TOKEN_POST_URI) > 0      ? METHOD_POST
           : lws_hdr_total_length(wsi, WSI_TOKEN_GET_URI) > 0     ? METHOD_GET
           : lws_hdr_total_length(wsi, WSI_TOKEN_OPTIONS_URI) > 0 ? METHOD_OPTIONS
                                                                  : METHOD_OTHER;
}

static bool put_header(struct lws *wsi, const char *name, const char *value, u8 **at, u8 *end)
{
    return lws_add_http_header_by_name(wsi, (const u8 *)name, (const u8 *)value,
                                       (int)__builtin_strlen(value), at, end) == 0;
}

// Writes the head of an answer whose body is in s->out. The result is that of the callback.
static int begin_answer(struct lws *wsi, struct session *s, u32 status, const char *type)
{
    u8 buffer[LWS_PRE + HEADERS_SIZE];
    u8 *start = buffer + LWS_PRE;
    u8 *at = start;
    u8 *end = buffer + sizeof buffer - 1;
    s->sent = 0;
    bool ok = lws_add_http_common_headers(wsi, status, type, s->out.n, &at, end) == 0 &&
              put_header(wsi, "access-control-allow-origin:", "*", &at, end) &&
              put_header(wsi, "access-control-allow-methods:", "POST, OPTIONS", &at, end) &&
              put_header(wsi, "access-control-allow-headers:", "*", &at, end) &&
              put_header(wsi, "access-control-max-age:", "86400", &at, end);
    ok = ok && put_header(wsi, "x-content-type-options:", "nosniff", &at, end) &&
         put_header(wsi, "content-security-policy:", "frame-ancestors 'none'", &at, end);
    if (ok && status == HTTP_STATUS_METHOD_NOT_ALLOWED) {
        ok = put_header(wsi, "allow:", "POST, OPTIONS", &at, end);
    }
    if (!ok || lws_finalize_write_http_header(wsi, start, &at, end) != 0) {
        return 1;
    }
    if (s->out.n == 0) {
        return lws_http_transaction_completed(wsi) != 0;
    }
    lws_callback_on_writable(wsi);
    return 0;
}

static int refuse(struct lws *wsi, struct session *s, u32 status, const char *text)
{
    buf_clear(&s->out);
    buf_put_text(&s->out, text);
    return begin_answer(wsi, s, status, "text/plain");
}

// Bytes of the body as its header says; false if it does not.
static bool content_length(struct lws *wsi, u64 *out)
{
    char text[24];
    int n = lws_hdr_copy(wsi, text, sizeof text, WSI_TOKEN_HTTP_CONTENT_LENGTH);
    *out = 0;
    if (n <= 0) {
        return false;
    }
    for (int i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        *out = *out > HTTP_BODY_MAX ? *out : *out * 10 + (u64)(text[i] - '0');
    }
    return true;
}

static int answer(struct lws *wsi, const struct http_server *server, struct session *s)
{
    buf_clear(&s->out);
    server->options.answer(server->options.ctx, buf_bytes(&s->body), &s->out);
    buf_clear(&s->body);
    u32 status = s->out.n == 0 ? HTTP_STATUS_NO_CONTENT : HTTP_STATUS_OK;
    return begin_answer(wsi, s, status, "application/json");
}

// A file of the page: no other site may show it in a frame.
static int give_page(struct lws *wsi, const struct http_server *server, struct session *s)
{
    char path[256];
    const char *type = NULL;
    int n = lws_hdr_copy(wsi, path, sizeof path, WSI_TOKEN_GET_URI);
    bytes body = BYTES_NONE;
    if (n <= 0 ||
        !server->options.page(server->options.ctx, (bytes){(u8 *)path, (usize)n}, &type, &body)) {
        return refuse(wsi, s, HTTP_STATUS_NOT_FOUND, "there is no such page\n");
    }
    buf_put(&s->out, body.p, body.n);
    return begin_answer(wsi, s, HTTP_STATUS_OK, type);
}

static int begin_request(struct lws *wsi, const struct http_server *server, struct session *s)
{
    u64 n;
    buf_clear(&s->body);
    buf_clear(&s->out);
    switch (method_of(wsi)) {
    case METHOD_OPTIONS:
        return begin_answer(wsi, s, HTTP_STATUS_NO_CONTENT, "text/plain");
    case METHOD_GET:
        if (server->options.page != NULL) {
            return give_page(wsi, server, s);
        }
        FALLTHROUGH;
    case METHOD_OTHER:
        return refuse(wsi, s, HTTP_STATUS_METHOD_NOT_ALLOWED, "JSON-RPC is asked by POST\n");
    case METHOD_POST:
        break;
    }
    if (!content_length(wsi, &n)) {
        return refuse(wsi, s, HTTP_STATUS_LENGTH_REQUIRED, "content-length is missing\n");
    }
    if (n > HTTP_BODY_MAX) {
        return refuse(wsi, s, HTTP_STATUS_REQ_ENTITY_TOO_LARGE,
                      "the request is larger than 16 MiB\n");
    }
    return n == 0 ? answer(wsi, server, s) : 0;
}

static int take_body(struct lws *wsi, struct session *s, bytes piece)
{
    if (piece.n > HTTP_BODY_MAX - s->body.n) {
        return refuse(wsi, s, HTTP_STATUS_REQ_ENTITY_TOO_LARGE,
                      "the request is larger than 16 MiB\n");
    }
    buf_put(&s->body, piece.p, piece.n);
    return 0;
}

static int write_piece(struct lws *wsi, struct session *s)
{
    u8 buffer[LWS_PRE + PIECE_SIZE];
    usize left = s->out.n - s->sent;
    if (left == 0) {
        return 0;
    }
    usize n = left < PIECE_SIZE ? left : PIECE_SIZE;
    bool is_last = n == left;
    copy_bytes(buffer + LWS_PRE, s->out.p + s->sent, n);
    if (lws_write(wsi, buffer + LWS_PRE, n, is_last ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP) !=
        (int)n) {
        return 1;
    }
    s->sent += n;
    if (!is_last) {
        lws_callback_on_writable(wsi);
        return 0;
    }
    buf_fini(&s->out);
    s->sent = 0;
    return lws_http_transaction_completed(wsi) != 0;
}

static int on_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                    size_t n)
{
    struct session *s = user;
    if (reason == LWS_CALLBACK_HTTP || reason == LWS_CALLBACK_HTTP_BODY ||
        reason == LWS_CALLBACK_HTTP_BODY_COMPLETION || reason == LWS_CALLBACK_HTTP_WRITEABLE) {
        const struct http_server *server = lws_context_user(lws_get_context(wsi));
        return reason == LWS_CALLBACK_HTTP                   ? begin_request(wsi, server, s)
               : reason == LWS_CALLBACK_HTTP_BODY            ? take_body(wsi, s, (bytes){in, n})
               : reason == LWS_CALLBACK_HTTP_BODY_COMPLETION ? answer(wsi, server, s)
                                                             : write_piece(wsi, s);
    }
    if (reason == LWS_CALLBACK_HTTP_DROP_PROTOCOL || reason == LWS_CALLBACK_CLOSED_HTTP) {
        if (s != NULL) {
            buf_fini(&s->body);
            buf_fini(&s->out);
        }
        return 0;
    }
    return lws_callback_http_dummy(wsi, reason, user, in, n);
}

struct http_server *http_new(const struct http_options *o, struct buf *why)
{
    struct http_server *s = mem_zalloc(sizeof *s);
    s->options = *o;
    s->protocols[0] = (struct lws_protocols){.name = "http",
                                             .callback = on_event,
                                             .per_session_data_size = sizeof(struct session),
                                             .rx_buffer_size = READ_SIZE};
    struct lws_context_creation_info info = {
        .port = o->port,
        .iface = o->host,
        .protocols = s->protocols,
        .user = s,
        .gid = (gid_t)-1,
        .uid = (uid_t)-1,
        .keepalive_timeout = IDLE_SECONDS,
        .pt_serv_buf_size = READ_SIZE,
        .options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND,
    };
    lws_set_log_level(0, NULL);
    s->context = lws_create_context(&info);
    s->vhost = s->context == NULL ? NULL : lws_create_vhost(s->context, &info);
    if (s->vhost == NULL || http_port(s) == 0) {
        buf_printf(
            why, "cannot listen on %s:%u: the port is in use, or the address is not this machine's",
            o->host, (u32)o->port);
        http_free(s);
        return NULL;
    }
    return s;
}

void http_free(struct http_server *s)
{
    if (s == NULL) {
        return;
    }
    if (s->context != NULL) {
        lws_context_destroy(s->context);
    }
    mem_free(s);
}

u16 http_port(const struct http_server *s)
{
    int port = lws_get_vhost_listen_port(s->vhost);
    return port > 0 ? (u16)port : 0;
}

void http_run(struct http_server *s)
{
    while (!s->stopped && lws_service(s->context, 0) >= 0) {
    }
}

void http_stop(void *server)
{
    struct http_server *s = server;
    s->stopped = true;
    lws_cancel_service(s->context);
}
