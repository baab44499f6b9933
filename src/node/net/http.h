// SPDX-License-Identifier: MIT
// Requests by HTTP/1.1 (RFC 9112), as http-parser reads them from bytes as they come. What is ours
// is which header fields are kept, how large heads and bodies may be, and what is refused beyond
// what the library refuses: fields twice that count once, codings other than chunked, versions
// other than 1.0 and 1.1. No request is read before the one before it is done with.
#pragma once

#include <http_parser.h>

#include "lib/base/buf.h"
#include "lib/base/cc.h"

#define HTTP_HEAD_MAX ((usize)16 << 10) // bytes of a request's head
#define HTTP_BODY_MAX ((usize)32 << 20) // bytes of a body: images are large

enum http_field { // that are kept
    HTTP_HOST,
    HTTP_ORIGIN,
    HTTP_AUTHORIZATION,
    HTTP_UPGRADE,
    HTTP_WEBSOCKET_KEY,
    HTTP_WEBSOCKET_VERSION,
    HTTP_EXPECT,
    HTTP_TRANSFER_ENCODING,
    HTTP_FIELDS,
};

enum http_event {
    HTTP_MORE,  // it goes on
    HTTP_BEGUN, // the head is read; the body comes next
    HTTP_WHOLE,
    HTTP_BAD, // 400
    HTTP_HEAD_TOO_LARGE,
    HTTP_BODY_TOO_LARGE,
    HTTP_BAD_TRANSFER, // 501: a transfer coding other than chunked
    HTTP_BAD_VERSION,  // 505
};

struct http_value { // of a field, in `head`
    usize at, n;
    bool is_there;
};

struct http_reader {
    http_parser parser;
    struct buf url, head, body;
    struct http_value value[HTTP_FIELDS];
    char name[32];              // of the field that is being read; longer ones are none of ours
    usize name_size, head_size; // bytes of the head that were read
    enum http_field field;      // whose value is being read
    enum http_event event;
    bool in_value, is_begun, is_whole;
    bool has_length, keep_alive, wants_upgrade;
};

void http_init(struct http_reader *r);
void http_fini(struct http_reader *r);
// Reads on; *used bytes of `in` are done with. HTTP_BEGUN comes once, before HTTP_WHOLE. After
// HTTP_WHOLE comes http_next, after an event that is bad nothing.
enum http_event http_read(struct http_reader *r, usize *used, bytes in);
void http_next(struct http_reader *r);
// Whether a part of a request was read.
bool http_is_within(const struct http_reader *r);

// From HTTP_BEGUN to http_next:
bytes http_value(const struct http_reader *r, enum http_field f); // p is NULL: it is not there
bytes http_path(const struct http_reader *r);                     // without the query
static inline enum http_method http_method_of(const struct http_reader *r)
{
    return (enum http_method)r->parser.method;
}
