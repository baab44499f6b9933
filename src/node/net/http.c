// SPDX-License-Identifier: MIT
// Callbacks of http-parser. A callback that gives STOP ends the reading with the event it left.
#include "node/net/http.h"

#include "lib/base/bytes.h"
#include "node/net/allow.h"

#define STOP (-1)               // 1 and 2 have meanings of their own after a head
#define KEPT_MAX ((usize)65536) // bytes of memory that are kept for the next request

static struct http_reader *reader_of(const http_parser *p)
{
    return p->data;
}

static int refuse(struct http_reader *r, enum http_event e)
{
    r->event = e;
    return STOP;
}

// ---- heads

static int on_url(http_parser *p, const char *at, size_t n)
{
    buf_put(&reader_of(p)->url, at, n);
    return 0;
}

static enum http_field find_field(bytes name)
{
    static const char *const NAMES[HTTP_FIELDS] = {
        [HTTP_HOST] = "host",
        [HTTP_ORIGIN] = "origin",
        [HTTP_AUTHORIZATION] = "authorization",
        [HTTP_UPGRADE] = "upgrade",
        [HTTP_WEBSOCKET_KEY] = "sec-websocket-key",
        [HTTP_WEBSOCKET_VERSION] = "sec-websocket-version",
        [HTTP_EXPECT] = "expect",
        [HTTP_TRANSFER_ENCODING] = "transfer-encoding",
    };
    u32 f = 0;
    while (f < HTTP_FIELDS && !text_is(name, NAMES[f])) {
        f++;
    }
    return (enum http_field)f;
}

static int on_field(http_parser *p, const char *at, size_t n)
{
    struct http_reader *r = reader_of(p);
    if (__builtin_memchr(at, ' ', n) != NULL) {
        return refuse(r, HTTP_BAD); // RFC 9112, 5.1; the library lets it pass
    }
    if (r->in_value) {
        r->in_value = false;
        r->name_size = 0;
    }
    if (n <= sizeof r->name - r->name_size) {
        copy_bytes(r->name + r->name_size, at, n);
        r->name_size += n;
    } else {
        r->name_size = sizeof r->name;
    }
    return 0;
}

static int on_value(http_parser *p, const char *at, size_t n)
{
    struct http_reader *r = reader_of(p);
    if (r->is_begun) {
        return 0; // of a trailer
    }
    if (!r->in_value) {
        r->in_value = true;
        r->field = find_field((bytes){(const u8 *)r->name, r->name_size});
        if (r->field != HTTP_FIELDS) {
            if (r->value[r->field].is_there) {
                return refuse(r, HTTP_BAD);
            }
            buf_put_u8(&r->head, 0); // so that an empty value has a place too
            r->value[r->field] = (struct http_value){.at = r->head.n, .is_there = true};
        }
    }
    if (r->field != HTTP_FIELDS) {
        buf_put(&r->head, at, n);
        r->value[r->field].n += n;
    }
    return 0;
}

static int on_head(http_parser *p)
{
    struct http_reader *r = reader_of(p);
    r->is_begun = true; // from here on its values are whole
    bytes transfer = http_value(r, HTTP_TRANSFER_ENCODING);
    r->has_length = (p->flags & (F_CONTENTLENGTH | F_CHUNKED)) != 0;
    r->keep_alive = http_should_keep_alive(p) != 0;
    r->wants_upgrade = p->upgrade != 0;
    if (p->http_major != 1 || p->http_minor > 1) {
        return refuse(r, HTTP_BAD_VERSION);
    }
    if (transfer.p != NULL && !text_is(transfer, "chunked")) {
        return refuse(r, HTTP_BAD_TRANSFER);
    }
    if ((p->flags & F_CONTENTLENGTH) != 0 && p->content_length > HTTP_BODY_MAX) {
        return refuse(r, HTTP_BODY_TOO_LARGE);
    }
    r->event = HTTP_BEGUN;
    http_parser_pause(p, 1);
    return 0;
}

// ---- bodies

static int on_chunk(http_parser *p)
{
    struct http_reader *r = reader_of(p);
    return p->content_length > HTTP_BODY_MAX - r->body.n ? refuse(r, HTTP_BODY_TOO_LARGE) : 0;
}

static int on_body(http_parser *p, const char *at, size_t n)
{
    buf_put(&reader_of(p)->body, at, n); // at most HTTP_BODY_MAX by on_head and on_chunk
    return 0;
}

static int on_end(http_parser *p)
{
    struct http_reader *r = reader_of(p);
    r->event = HTTP_WHOLE;
    r->is_whole = true;
    http_parser_pause(p, 1);
    return 0;
}

// ---- the reader

void http_init(struct http_reader *r)
{
    *r = (struct http_reader){0};
    http_parser_init(&r->parser, HTTP_REQUEST);
    r->parser.data = r;
}

void http_fini(struct http_reader *r)
{
    buf_fini(&r->url);
    buf_fini(&r->head);
    buf_fini(&r->body);
}

void http_next(struct http_reader *r)
{
    buf_clear(&r->url);
    buf_clear(&r->head);
    if (r->body.cap > KEPT_MAX) {
        buf_fini(&r->body);
    }
    buf_clear(&r->body);
    zero_bytes(r->value, sizeof r->value);
    r->name_size = r->head_size = 0;
    r->in_value = r->is_begun = r->is_whole = false;
}

enum http_event http_read(struct http_reader *r, usize *used, bytes in)
{
    static const http_parser_settings SETTINGS = {
        .on_url = on_url,
        .on_header_field = on_field,
        .on_header_value = on_value,
        .on_headers_complete = on_head,
        .on_body = on_body,
        .on_message_complete = on_end,
        .on_chunk_header = on_chunk,
    };
    usize room = r->is_begun ? in.n : HTTP_HEAD_MAX - r->head_size;
    usize n = in.n < room ? in.n : room;
    http_parser_pause(&r->parser, 0);
    r->event = HTTP_MORE;
    *used = n == 0 ? 0 : http_parser_execute(&r->parser, &SETTINGS, (const char *)in.p, n);
    enum http_errno e = HTTP_PARSER_ERRNO(&r->parser);
    if (e != HPE_OK && e != HPE_PAUSED && r->event < HTTP_BAD) {
        return HTTP_BAD;
    }
    r->head_size += r->is_begun ? 0 : *used;
    return r->event == HTTP_MORE && r->head_size == HTTP_HEAD_MAX ? HTTP_HEAD_TOO_LARGE : r->event;
}

bool http_is_within(const struct http_reader *r)
{
    return (r->head_size > 0 || r->is_begun) && !r->is_whole;
}

bytes http_value(const struct http_reader *r, enum http_field f)
{
    const struct http_value *v = &r->value[f];
    bool is_whole = r->is_begun && v->is_there; // what is read of a broken head is not answered
    return is_whole ? text_trim(bytes_slice(buf_bytes(&r->head), v->at, v->n)) : BYTES_NONE;
}

bytes http_path(const struct http_reader *r)
{
    struct http_parser_url parts;
    http_parser_url_init(&parts);
    if (http_parser_parse_url((const char *)r->url.p, r->url.n, 0, &parts) != 0 ||
        (parts.field_set & (1u << UF_PATH)) == 0) {
        return BYTES_NONE;
    }
    return bytes_slice(buf_bytes(&r->url), parts.field_data[UF_PATH].off,
                       parts.field_data[UF_PATH].len);
}
