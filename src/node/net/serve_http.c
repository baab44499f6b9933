// SPDX-License-Identifier: MIT
// Requests by HTTP: who may ask, what it gets, and the change to WebSocket.
#include "lib/base/bytes.h"
#include "node/net/allow.h"
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

// ---- answers

static void put_origin(struct buf *out, const struct net_listen *l, const struct http_reader *r)
{
    bytes origin = http_value(r, HTTP_ORIGIN);
    bool any;
    if (origin.p == NULL || !allow_origin(l, origin, &any)) {
        return;
    }
    buf_put_text(out, "access-control-allow-origin: ");
    if (any) {
        buf_put_text(out, "*\r\n");
    } else {
        buf_put(out, origin.p, origin.n);
        buf_put_text(out, "\r\nvary: origin\r\n");
    }
    if (http_method_of(r) == HTTP_OPTIONS) {
        buf_put_text(out, "access-control-allow-methods: GET, POST, OPTIONS\r\n"
                          "access-control-allow-headers: *, authorization\r\n"
                          "access-control-max-age: 86400\r\n");
    }
}

static void put_head(struct net_peer *p, struct status s, const char *type, usize size)
{
    struct buf *out = &p->out;
    buf_printf(out, "HTTP/1.1 %u %s\r\ncontent-type: %s\r\ncontent-length: %zu\r\n", s.number,
               s.text, type, size);
    put_origin(out, p->at, &p->http);
    if (s.number == NOT_ALLOWED.number) {
        buf_put_text(out, "allow: GET, POST, OPTIONS\r\n");
    }
    if (s.number == NO_SUCH_VERSION.number) {
        buf_put_text(out, "sec-websocket-version: 13\r\n");
    }
    buf_put_text(out, p->http.keep_alive ? "connection: keep-alive\r\n" : "connection: close\r\n");
}

// `fields` are more of the head, each with its line's end.
static void put_answer(struct net_peer *p, struct status s, const char *type, const char *fields,
                       bytes body)
{
    put_head(p, s, type, body.n);
    buf_put_text(&p->out, fields);
    buf_put_text(&p->out, "\r\n");
    if (http_method_of(&p->http) != HTTP_HEAD) {
        buf_put(&p->out, body.p, body.n);
    }
    if (!p->http.keep_alive) {
        net_end(p);
    }
}

static void put_sentence(struct net_peer *p, struct status s, const char *text)
{
    put_answer(p, s, "text/plain; charset=utf-8", "", text_of(text));
}

// Ends the connection: nobody knows where the next request begins, or what is to come is not read.
static void refuse(struct net_peer *p, struct status s, const char *text)
{
    p->http.keep_alive = false;
    put_sentence(p, s, text);
}

static void refuse_unread(struct net_peer *p, enum http_event e)
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
    refuse(p, *ROWS[e].status, ROWS[e].text);
}

// ---- requests

static void put_post(struct net_peer *p, bytes text)
{
    put_answer(p, text.n == 0 ? NO_CONTENT : OK, "application/json", "", text);
}

static void serve_post(struct net_peer *p)
{
    struct net_server *s = p->server;
    struct net_question q = {p->at->group, p, NULL, buf_bytes(&p->http.body)};
    buf_clear(&s->answer);
    p->is_waiting = !s->handler.answer(s->handler.ctx, &q, &s->answer);
    if (!p->is_waiting) {
        put_post(p, buf_bytes(&s->answer));
    }
}

// Nobody may show a page in a frame of his own, or have it taken for what it is not.
#define PAGE_FIELDS                                                                                \
    "content-security-policy: frame-ancestors 'none'\r\nx-content-type-options: nosniff\r\n"

static void serve_page(struct net_peer *p)
{
    const struct net_handler *h = &p->server->handler;
    struct net_page page = {.type = "text/plain"};
    if (h->page == NULL || !h->page(h->ctx, http_path(&p->http), &page)) {
        put_sentence(p, NOT_FOUND, "nothing is here; JSON-RPC is asked by POST\n");
    } else {
        put_answer(p, OK, page.type,
                   page.is_fixed ? PAGE_FIELDS "cache-control: max-age=3600\r\n"
                                 : PAGE_FIELDS "cache-control: no-cache\r\n",
                   buf_bytes(&page.body));
    }
    buf_fini(&page.body);
}

static void open_websocket(struct net_peer *p)
{
    bytes version = http_value(&p->http, HTTP_WEBSOCKET_VERSION);
    bytes key = http_value(&p->http, HTTP_WEBSOCKET_KEY);
    if (p->at->no_websocket) {
        refuse(p, FORBIDDEN, "WebSocket is not served here\n");
        return;
    }
    if (!text_is(version, "13")) {
        refuse(p, NO_SUCH_VERSION, "WebSocket of version 13 is spoken here\n");
        return;
    }
    if (!ws_is_key(key)) {
        refuse(p, BAD_REQUEST, "sec-websocket-key is missing or not 16 bytes in base64\n");
        return;
    }
    buf_put_text(&p->out, "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n"
                          "connection: upgrade\r\nsec-websocket-accept: ");
    ws_put_accept(&p->out, key);
    buf_put_text(&p->out, "\r\n\r\n");
    p->protocol = NET_WEBSOCKET;
    ws_init(&p->ws, &p->out);
}

// When the head is read: whether the body may come. From who may not ask none is taken.
static bool admit(struct net_peer *p)
{
    const struct net_listen *l = p->at;
    const struct http_reader *r = &p->http;
    bytes origin = http_value(r, HTTP_ORIGIN);
    bool any;
    if (!allow_host(l, http_value(r, HTTP_HOST))) {
        refuse(p, FORBIDDEN,
               "the node is not asked by this name (the host header); see --host-check\n");
        return false;
    }
    if (origin.p != NULL && !allow_origin(l, origin, &any)) {
        refuse(p, FORBIDDEN, "pages of this origin may not ask; see --cors\n");
        return false;
    }
    if (l->secret != NULL && http_method_of(r) != HTTP_OPTIONS) {
        enum jwt_verdict v =
            jwt_check(http_value(r, HTTP_AUTHORIZATION), l->secret, p->server->unix_seconds());
        if (v != JWT_GOOD) {
            refuse(p, UNAUTHORIZED, jwt_text(v));
            return false;
        }
    }
    if (http_method_of(r) == HTTP_POST && l->no_http) {
        refuse(p, FORBIDDEN, "only WebSocket is served here\n");
        return false;
    }
    if (http_method_of(r) == HTTP_POST && !r->has_length) {
        refuse(p, NO_LENGTH, "content-length is missing\n");
        return false;
    }
    return true;
}

static void serve(struct net_peer *p)
{
    enum http_method m = http_method_of(&p->http);
    if (m == HTTP_GET && p->http.wants_upgrade &&
        text_is(http_value(&p->http, HTTP_UPGRADE), "websocket")) {
        open_websocket(p);
    } else if (m == HTTP_POST) {
        serve_post(p);
    } else if (m == HTTP_OPTIONS) {
        put_answer(p, NO_CONTENT, "text/plain", "", BYTES_NONE);
    } else if (m == HTTP_GET || m == HTTP_HEAD) {
        serve_page(p);
    } else {
        put_sentence(p, NOT_ALLOWED, "JSON-RPC is asked by POST\n");
    }
}

// A client that waits for leave before it sends a body gets it, once.
static void say_continue(struct net_peer *p)
{
    const struct http_reader *r = &p->http;
    if (r->is_begun && !p->has_continued && http_method_of(r) == HTTP_POST &&
        text_is(http_value(r, HTTP_EXPECT), "100-continue")) {
        buf_put_text(&p->out, "HTTP/1.1 100 Continue\r\n\r\n");
        p->has_continued = true;
    }
}

// The request is answered: the next one may begin.
static void end_request(struct net_peer *p)
{
    http_next(&p->http);
    p->request_since = 0;
    p->has_continued = false;
}

void net_put_http_reply(struct net_peer *p, bytes text)
{
    put_post(p, text);
    end_request(p);
}

bool net_take_http(struct net_peer *p, usize *at)
{
    usize used;
    bytes in = bytes_slice(buf_bytes(&p->in), *at, p->in.n - *at);
    enum http_event e = http_read(&p->http, &used, in);
    *at += used;
    if (e == HTTP_MORE) {
        say_continue(p);
        return false;
    }
    if (e == HTTP_BEGUN) {
        return admit(p);
    }
    if (e != HTTP_WHOLE) {
        refuse_unread(p, e);
        return false;
    }
    serve(p);
    if (!p->is_waiting) {
        end_request(p);
    }
    return !p->is_ending;
}
