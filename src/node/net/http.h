// SPDX-License-Identifier: MIT
// An HTTP server for one thing: texts that are POSTed get a text back. Everything is of one thread,
// which http_run keeps until http_stop. Browsers of any origin may ask (CORS). Over libwebsockets.
#pragma once

#include "lib/base/buf.h"
#include "lib/base/cc.h"
#include "lib/base/types.h"

#define HTTP_BODY_MAX ((usize)16 << 20) // bytes of a request

struct http_options {
    const char *host; // an address of this machine, or the name of an interface
    u16 port;         // 0: any that is free
    void *ctx;
    // Appends the answer to a body; nothing: there is none (204).
    void (*answer)(void *ctx, bytes body, struct buf *out);
    // What a browser gets at a path; false: nothing is there. NULL: there are no pages.
    bool (*page)(void *ctx, bytes path, const char **type, bytes *body);
};

struct http_server;

// NULL, and a sentence appended to `why`, if it cannot listen there.
struct http_server *http_new(const struct http_options *o, struct buf *why);
void http_free(struct http_server *s);
u16 http_port(const struct http_server *s);
void http_run(struct http_server *s);
void http_stop(void *server); // from anywhere, signal handlers too
