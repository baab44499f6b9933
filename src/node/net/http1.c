// SPDX-License-Identifier: MIT
// The reader of requests.
#include "node/net/http1.h"

#include "lib/base/bytes.h"

#define CHUNK_LINE_MAX 256u // bytes of a chunk's head or of a trailer

static u8 lower(u8 c)
{
    return c >= 'A' && c <= 'Z' ? (u8)(c + ('a' - 'A')) : c;
}

static bytes text_of(const char *s)
{
    return (bytes){(const u8 *)s, __builtin_strlen(s)};
}

static bool same_text(bytes a, bytes b)
{
    if (a.n != b.n) {
        return false;
    }
    for (usize i = 0; i < a.n; i++) {
        if (lower(a.p[i]) != lower(b.p[i])) {
            return false;
        }
    }
    return true;
}

bool http_text_is(bytes a, const char *b)
{
    return same_text(a, text_of(b));
}

static bytes trim(bytes s)
{
    while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t')) {
        s = bytes_slice(s, 1, s.n - 1);
    }
    while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t')) {
        s.n--;
    }
    return s;
}

static usize find(bytes s, u8 c)
{
    const u8 *at = s.n == 0 ? NULL : __builtin_memchr(s.p, c, s.n);
    return at == NULL ? s.n : (usize)(at - s.p);
}

bool http_list_has(bytes list, bytes wanted)
{
    while (list.n > 0) {
        usize n = find(list, ',');
        if (same_text(trim(bytes_slice(list, 0, n)), wanted)) {
            return true;
        }
        n += n < list.n;
        list = bytes_slice(list, n, list.n - n);
    }
    return false;
}

// Takes a line and its CR LF off *rest; false if none is whole.
static bool next_line(bytes *line, bytes *rest, bool *bad)
{
    usize n = find(*rest, '\n');
    if (n == rest->n) {
        return false;
    }
    if (n == 0 || rest->p[n - 1] != '\r') {
        *bad = true;
        return false;
    }
    *line = bytes_slice(*rest, 0, n - 1);
    *rest = bytes_slice(*rest, n + 1, rest->n - n - 1);
    return true;
}

// ---- heads

static bool is_token(u8 c)
{
    static const char OTHERS[] = "!#$%&'*+-.^_`|~";
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') ||
           (c != 0 && __builtin_strchr(OTHERS, c) != NULL);
}

static enum http_verdict read_request_line(struct http_request *r, bytes line)
{
    static const char *const METHODS[] = {"GET", "HEAD", "POST", "OPTIONS"};
    usize a = find(line, ' ');
    bytes rest = bytes_slice(line, a, line.n - a);
    if (a == 0 || rest.n < 2) {
        return HTTP_BAD;
    }
    rest = bytes_slice(rest, 1, rest.n - 1);
    usize b = find(rest, ' ');
    bytes version = bytes_slice(rest, b, rest.n - b);
    r->method = HTTP_OTHER;
    for (u32 i = 0; i < COUNT_OF(METHODS); i++) {
        if (a == __builtin_strlen(METHODS[i]) && equal_bytes(line.p, METHODS[i], a)) {
            r->method = (enum http_method)i;
        }
    }
    for (usize i = 0; i < a; i++) {
        if (!is_token(line.p[i])) {
            return HTTP_BAD;
        }
    }
    r->path = bytes_slice(rest, 0, b);
    r->path.n = find(r->path, '?');
    if (b == 0 || version.n != 9 || !equal_bytes(version.p, " HTTP/", 6)) {
        return HTTP_BAD;
    }
    if (version.p[6] != '1' || (version.p[8] != '1' && version.p[8] != '0')) {
        return HTTP_BAD_VERSION;
    }
    r->keep_alive = version.p[8] == '1';
    return HTTP_READ;
}

static enum http_verdict read_length(struct http_request *r, bytes value)
{
    u64 n = 0;
    if (value.n == 0 || r->has_length) {
        return HTTP_BAD;
    }
    for (usize i = 0; i < value.n; i++) {
        if (value.p[i] < '0' || value.p[i] > '9') {
            return HTTP_BAD;
        }
        n = n > HTTP_BODY_MAX ? n : n * 10 + (u64)(value.p[i] - '0');
    }
    r->has_length = true;
    r->length = n;
    return n > HTTP_BODY_MAX ? HTTP_BODY_TOO_LARGE : HTTP_READ;
}

static enum http_verdict read_connection(struct http_request *r, bytes value)
{
    r->keep_alive = (r->keep_alive || http_list_has(value, text_of("keep-alive"))) &&
                    !http_list_has(value, text_of("close"));
    r->wants_upgrade = r->wants_upgrade || http_list_has(value, text_of("upgrade"));
    return HTTP_READ;
}

static enum http_verdict read_field(struct http_request *r, bytes name, bytes value)
{
    const struct {
        const char *name;
        bytes *to;
    } TEXTS[] = {
        {"host", &r->host},
        {"origin", &r->origin},
        {"content-type", &r->content_type},
        {"authorization", &r->authorization},
        {"upgrade", &r->upgrade},
        {"sec-websocket-key", &r->websocket_key},
        {"sec-websocket-version", &r->websocket_version},
    };
    for (u32 i = 0; i < COUNT_OF(TEXTS); i++) {
        if (http_text_is(name, TEXTS[i].name)) {
            bool again = TEXTS[i].to->p != NULL;
            *TEXTS[i].to = value;
            return again ? HTTP_BAD : HTTP_READ;
        }
    }
    if (http_text_is(name, "content-length")) {
        return read_length(r, value);
    }
    if (http_text_is(name, "connection")) {
        return read_connection(r, value);
    }
    if (http_text_is(name, "transfer-encoding")) {
        bool known = http_text_is(value, "chunked") && !r->is_chunked;
        r->is_chunked = true;
        return known ? HTTP_READ : HTTP_BAD_TRANSFER;
    }
    if (http_text_is(name, "expect")) {
        r->wants_continue = http_text_is(value, "100-continue");
    }
    return HTTP_READ;
}

static enum http_verdict read_line(struct http_request *r, bytes line)
{
    usize n = find(line, ':');
    if (n == 0 || n == line.n) {
        return HTTP_BAD;
    }
    for (usize i = 0; i < line.n; i++) {
        bool ok = i < n ? is_token(line.p[i]) : line.p[i] >= 0x20 || line.p[i] == '\t';
        if (!ok) {
            return HTTP_BAD;
        }
    }
    return read_field(r, bytes_slice(line, 0, n), trim(bytes_slice(line, n + 1, line.n - n - 1)));
}

enum http_verdict http_read_head(struct http_request *r, bytes in)
{
    bool bad = false;
    bytes head = in.n > HTTP_HEAD_MAX ? bytes_slice(in, 0, HTTP_HEAD_MAX) : in;
    bytes rest = head;
    bytes line;
    *r = (struct http_request){.method = HTTP_OTHER};
    bool is_first = true;
    while (next_line(&line, &rest, &bad)) {
        if (line.n == 0 && is_first) {
            continue; // RFC 9112, 2.2: an empty line before a request is skipped
        }
        if (line.n == 0) {
            r->size = (usize)(rest.p - in.p);
            return r->is_chunked && r->has_length ? HTTP_BAD : HTTP_READ;
        }
        enum http_verdict v = is_first ? read_request_line(r, line) : read_line(r, line);
        if (v != HTTP_READ) {
            return v;
        }
        is_first = false;
    }
    return bad ? HTTP_BAD : in.n >= HTTP_HEAD_MAX ? HTTP_HEAD_TOO_LARGE : HTTP_MORE;
}

// ---- bodies

// The size in a chunk's head, which may have extensions.
static bool chunk_size(usize *out, bytes line)
{
    usize n = 0;
    usize i = 0;
    for (; i < line.n && line.p[i] != ';' && line.p[i] != ' '; i++) {
        u8 c = lower(line.p[i]);
        u32 digit = c >= '0' && c <= '9'   ? (u32)(c - '0')
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10u
                                           : 16;
        if (digit == 16) {
            return false;
        }
        n = n > HTTP_BODY_MAX ? n : n * 16 + digit;
    }
    *out = n;
    return i > 0;
}

static enum http_verdict no_line(bytes rest, bool bad)
{
    return bad || rest.n > CHUNK_LINE_MAX ? HTTP_BAD : HTTP_MORE;
}

static enum http_verdict read_trailers(struct http_body *b, bytes in, bytes rest)
{
    bool bad = false;
    bytes line;
    usize total = 0;
    while (next_line(&line, &rest, &bad)) {
        if (line.n == 0) {
            b->used = in.n - rest.n;
            b->body = buf_bytes(&b->joined);
            return HTTP_READ;
        }
        total += line.n;
        if (total > HTTP_HEAD_MAX) {
            return HTTP_BAD;
        }
    }
    return no_line(rest, bad);
}

static enum http_verdict read_chunks(struct http_body *b, bytes in)
{
    for (;;) {
        bytes rest = bytes_slice(in, b->at, in.n - b->at);
        bytes line;
        bool bad = false;
        usize n;
        if (!next_line(&line, &rest, &bad)) {
            return no_line(rest, bad);
        }
        if (!chunk_size(&n, line)) {
            return HTTP_BAD;
        }
        if (n > HTTP_BODY_MAX - b->joined.n) {
            return HTTP_BODY_TOO_LARGE;
        }
        if (n == 0) {
            return read_trailers(b, in, rest);
        }
        if (rest.n < n + 2) {
            return HTTP_MORE;
        }
        if (rest.p[n] != '\r' || rest.p[n + 1] != '\n') {
            return HTTP_BAD;
        }
        buf_put(&b->joined, rest.p, n);
        b->at = in.n - rest.n + n + 2;
    }
}

enum http_verdict http_read_body(struct http_body *b, const struct http_request *r, bytes in)
{
    b->at = b->at < r->size ? r->size : b->at;
    if (r->is_chunked) {
        return read_chunks(b, in);
    }
    if (in.n - r->size < r->length) {
        return HTTP_MORE;
    }
    b->body = bytes_slice(in, r->size, r->length);
    b->used = r->size + r->length;
    return HTTP_READ;
}
