// SPDX-License-Identifier: MIT
// Heads and bodies of HTTP/1.1 requests (RFC 9112), from bytes as they come. Strict where leniency
// would let two readers of one connection disagree: no folded lines, no second content-length, no
// length beside chunks, no bare line feeds.
#pragma once

#include "lib/base/buf.h"
#include "lib/base/cc.h"

#define HTTP_HEAD_MAX ((usize)16 << 10) // bytes of a request's head
#define HTTP_BODY_MAX ((usize)32 << 20) // bytes of a body: images are large

enum http_method {
    HTTP_GET,
    HTTP_HEAD,
    HTTP_POST,
    HTTP_OPTIONS,
    HTTP_OTHER,
};

struct http_request { // its texts lie in the head's bytes
    enum http_method method;
    bytes path; // without the query
    bytes host, origin, content_type, authorization;
    bytes upgrade, websocket_key, websocket_version;
    bool keep_alive, wants_upgrade, wants_continue;
    bool is_chunked, has_length;
    u64 length; // of the body
    usize size; // of the head, its empty line included
};

enum http_verdict {
    HTTP_READ,
    HTTP_MORE, // it goes on
    HTTP_BAD,  // 400
    HTTP_HEAD_TOO_LARGE,
    HTTP_BODY_TOO_LARGE,
    HTTP_BAD_TRANSFER, // 501: a transfer coding other than chunked
    HTTP_BAD_VERSION,  // 505
};

// The head at the start of `in`.
MUST_USE enum http_verdict http_read_head(struct http_request *r, bytes in);
// The body behind the head, which is at the start of `in`. Chunks are joined in *joined, which
// keeps what was read so far together with *at, the offset in `in` where reading goes on (0 at the
// start). HTTP_READ: *body is it and *used bytes of `in` are done with.
struct http_body {
    struct buf joined;
    usize at;
    bytes body;
    usize used;
};
MUST_USE enum http_verdict http_read_body(struct http_body *b, const struct http_request *r,
                                          bytes in);
// Whether two texts are the same but for the case of their ASCII letters.
bool http_text_is(bytes a, const char *b);
// Whether a list with commas has a text, whatever its case.
bool http_list_has(bytes list, bytes wanted);
