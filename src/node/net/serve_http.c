// SPDX-License-Identifier: MIT
// Requests by HTTP: who may ask, what it gets, and the change to WebSocket.
#include "lib/base/bytes.h"
#include "node/net/jwt.h"
#include "node/net/priv.h"

struct status {
    u32 number;
    const char *text;
};

#define STATUS(NAME, number, text) static const struct status NAME = {number, text};
STATUS(OK, 200, "OK")
STATUS(NO_CONTENT, 204, "No Content")
STATUS(BAD_REQUEST, 400, "Bad Request")
STATUS(UNAUTHORIZED, 401, "Unauthorized")
STATUS(FORBIDDEN, 403, "Forbidden")
STATUS(NOT_FOUND, 404, "Not Found")
STATUS(NOT_ALLOWED, 405, "Method Not Allowed")
STATUS(NO_LENGTH, 411, "Length Required")
STATUS(TOO_LARGE, 413, "Content Too Large")
STATUS(NO_SUCH_VERSION, 426, "Upgrade Required")
STATUS(HEAD_TOO_LARGE, 431, "Request Header Fields Too Large")
STATUS(NOT_IMPLEMENTED, 501, "Not Implemented")
STATUS(BAD_VERSION, 505, "HTTP Version Not Supported")

static bytes text_of(const char *s)
{
    return (bytes){(const u8 *)s, __builtin_strlen(s)};
}

// ---- who may ask

static bool origin_may(const struct net_listen *l, bytes origin)
{
    bytes list = l->origins == NULL ? BYTES_NONE : text_of(l->origins);
    return http_list_has(list, text_of("*")) || http_list_has(list, origin);
}

// An address, which no page can make a browser take for another: 127.0.0.1, [::1].
static bool is_address(bytes name)
{
    if (name.n > 0 && name.p[0] == '[') {
        return true;
    }
    for (usize i = 0; i < name.n; i++) {
        if (name.p[i] != '.' && (name.p[i] < '0' || name.p[i] > '9')) {
            return false;
        }
    }
    return name.n > 0;
}

// A page may let its own name point at this machine and then ask from the same origin; so the name
// by which the node is asked counts.
static bool host_may(const struct net_listen *l, bytes host)
{
    bytes list = l->hosts == NULL ? text_of("*") : text_of(l->hosts);
    usize end = host.n;
    for (usize i = host.n; i > 0; i--) {
        if (host.p[i - 1] == ']') {
            break;
        }
        if (host.p[i - 1] == ':') {
            end = i - 1;
        }
    }
    bytes name = bytes_slice(host, 0, end);
    return host.p == NULL || http_list_has(list, text_of("*")) || is_address(name) ||
           http_text_is(name, "localhost") || http_list_has(list, name);
}

// ---- answers

static void put_origin(struct buf *out, const struct net_listen *l, const struct http_request *r)
{
    if (r->origin.p == NULL || !origin_may(l, r->origin)) {
        return;
    }
    bool any = http_list_has(text_of(l->origins), text_of("*"));
    bytes origin = any ? text_of("*") : r->origin;
    buf_put_text(out, "access-control-allow-origin: ");
    buf_put(out, origin.p, origin.n);
    buf_put_text(out, any ? "\r\n" : "\r\nvary: origin\r\n");
    if (r->method == HTTP_OPTIONS) {
        buf_put_text(out, "access-control-allow-methods: GET, POST, OPTIONS\r\n"
                          "access-control-allow-headers: *, authorization\r\n"
                          "access-control-max-age: 86400\r\n");
    }
}

static void put_head(struct net_peer *p, const struct http_request *r, struct status s,
                     const char *type, usize size)
{
    struct buf *out = &p->out;
    buf_printf(out, "HTTP/1.1 %u %s\r\ncontent-type: %s\r\ncontent-length: %zu\r\n", s.number,
               s.text, type, size);
    put_origin(out, p->at, r);
    if (s.number == NOT_ALLOWED.number) {
        buf_put_text(out, "allow: GET, POST, OPTIONS\r\n");
    }
    if (s.number == NO_SUCH_VERSION.number) {
        buf_put_text(out, "sec-websocket-version: 13\r\n");
    }
    buf_put_text(out, r->keep_alive ? "connection: keep-alive\r\n" : "connection: close\r\n");
}

static void put_answer(struct net_peer *p, const struct http_request *r, struct status s,
                       const char *type, bytes body)
{
    put_head(p, r, s, type, body.n);
    buf_put_text(&p->out, "\r\n");
    if (r->method != HTTP_HEAD) {
        buf_put(&p->out, body.p, body.n);
    }
    if (!r->keep_alive) {
        net_end(p);
    }
}

static void put_sentence(struct net_peer *p, const struct http_request *r, struct status s,
                         const char *text)
{
    put_answer(p, r, s, "text/plain; charset=utf-8", text_of(text));
}

// What cannot be read ends the connection, for nobody knows where the next request begins.
static void refuse(struct net_peer *p, struct http_request *r, struct status s, const char *text)
{
    r->keep_alive = false;
    put_sentence(p, r, s, text);
}

static void refuse_unread(struct net_peer *p, struct http_request *r, enum http_verdict v)
{
    static const struct {
        const struct status *status;
        const char *text;
    } ROWS[] = {
        [HTTP_BAD] = {&BAD_REQUEST, "the request is not well-formed HTTP/1.1\n"},
        [HTTP_HEAD_TOO_LARGE] = {&HEAD_TOO_LARGE,
                                 "the head of the request is larger than 16 KiB\n"},
        [HTTP_BODY_TOO_LARGE] = {&TOO_LARGE, "the request is larger than 32 MiB\n"},
        [HTTP_BAD_TRANSFER] = {&NOT_IMPLEMENTED, "bodies come with a length or in chunks\n"},
        [HTTP_BAD_VERSION] = {&BAD_VERSION, "HTTP/1.1 is spoken here\n"},
    };
    refuse(p, r, *ROWS[v].status, ROWS[v].text);
}

// ---- requests

static void serve_post(struct net_peer *p, const struct http_request *r)
{
    struct net_server *s = p->server;
    buf_clear(&s->answer);
    s->handler.answer(s->handler.ctx, p->at->group, NULL, p->body.body, &s->answer);
    put_answer(p, r, s->answer.n == 0 ? NO_CONTENT : OK, "application/json", buf_bytes(&s->answer));
}

static void serve_page(struct net_peer *p, const struct http_request *r)
{
    const struct net_handler *h = &p->server->handler;
    struct net_page page = {.type = "text/plain"};
    if (h->page == NULL || !h->page(h->ctx, r->path, &page)) {
        put_sentence(p, r, NOT_FOUND, "nothing is here; JSON-RPC is asked by POST\n");
        buf_fini(&page.body);
        return;
    }
    put_head(p, r, OK, page.type, page.body.n);
    buf_put_text(&p->out, page.is_fixed ? "cache-control: max-age=3600\r\n\r\n"
                                        : "cache-control: no-cache\r\n\r\n");
    if (r->method == HTTP_GET) {
        buf_put(&p->out, page.body.p, page.body.n);
    }
    buf_fini(&page.body);
    if (!r->keep_alive) {
        net_end(p);
    }
}

static void open_websocket(struct net_peer *p, struct http_request *r)
{
    if (p->at->no_websocket) {
        refuse(p, r, FORBIDDEN, "WebSocket is not served here\n");
        return;
    }
    if (r->websocket_version.p == NULL || !http_text_is(r->websocket_version, "13")) {
        refuse(p, r, NO_SUCH_VERSION, "WebSocket of version 13 is spoken here\n");
        return;
    }
    if (!ws_is_key(r->websocket_key)) {
        refuse(p, r, BAD_REQUEST, "sec-websocket-key is missing or not 16 bytes in base64\n");
        return;
    }
    buf_put_text(&p->out, "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n"
                          "connection: upgrade\r\nsec-websocket-accept: ");
    ws_put_accept(&p->out, r->websocket_key);
    buf_put_text(&p->out, "\r\n\r\n");
    p->protocol = NET_WEBSOCKET;
}

// True: it may be served.
static bool admit(struct net_peer *p, struct http_request *r)
{
    const struct net_listen *l = p->at;
    if (!host_may(l, r->host)) {
        refuse(p, r, FORBIDDEN,
               "the node is not asked by this name (the host header); see --host-check\n");
        return false;
    }
    if (r->origin.p != NULL && !origin_may(l, r->origin)) {
        refuse(p, r, FORBIDDEN, "pages of this origin may not ask; see --cors\n");
        return false;
    }
    if (l->secret != NULL && r->method != HTTP_OPTIONS) {
        enum jwt_verdict v = jwt_check(r->authorization, l->secret, p->server->unix_seconds());
        if (v != JWT_GOOD) {
            refuse(p, r, UNAUTHORIZED, jwt_text(v));
            return false;
        }
    }
    return true;
}

static void serve(struct net_peer *p, struct http_request *r)
{
    if (!admit(p, r)) {
        return;
    }
    if (r->method == HTTP_GET && r->wants_upgrade && http_text_is(r->upgrade, "websocket")) {
        open_websocket(p, r);
        return;
    }
    switch (r->method) {
    case HTTP_POST:
        if (p->at->no_http) {
            put_sentence(p, r, FORBIDDEN, "only WebSocket is served here\n");
        } else if (!r->has_length && !r->is_chunked) {
            refuse(p, r, NO_LENGTH, "content-length is missing\n");
        } else {
            serve_post(p, r);
        }
        return;
    case HTTP_OPTIONS:
        put_answer(p, r, NO_CONTENT, "text/plain", BYTES_NONE);
        return;
    case HTTP_GET:
    case HTTP_HEAD:
        serve_page(p, r);
        return;
    case HTTP_OTHER:
        put_sentence(p, r, NOT_ALLOWED, "JSON-RPC is asked by POST\n");
        return;
    }
}

bool net_take_http(struct net_peer *p)
{
    struct http_request r;
    bytes in = buf_bytes(&p->in);
    enum http_verdict v = http_read_head(&r, in);
    if (v == HTTP_READ) {
        v = http_read_body(&p->body, &r, in);
        if (v == HTTP_MORE && r.wants_continue && !p->has_continued && r.method == HTTP_POST) {
            buf_put_text(&p->out, "HTTP/1.1 100 Continue\r\n\r\n");
            p->has_continued = true;
        }
    }
    if (v == HTTP_MORE) {
        return false;
    }
    if (v != HTTP_READ) {
        refuse_unread(p, &r, v);
        return false;
    }
    serve(p, &r);
    net_drop_front(&p->in, p->body.used);
    p->request_since = 0;
    buf_clear(&p->body.joined);
    p->body = (struct http_body){.joined = p->body.joined};
    p->has_continued = false;
    return !p->is_ending;
}
