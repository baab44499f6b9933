// SPDX-License-Identifier: MIT
// Load by HTTP/1.1: some connections to this machine, each of which asks, waits for the answer and
// asks again. Light, so that what is measured is the other side.
#pragma once

#include "lib/base/buf.h"
#include "lib/base/cc.h"
#include "lib/base/types.h"

#define HTTP_CONNECTIONS_MAX 256u

struct http_load {
    void *ctx;
    // Appends the text of the connection's next request; false: it has none.
    bool (*next)(void *ctx, u32 connection, struct buf *body);
    void (*answered)(void *ctx, u32 connection, bytes body); // may be NULL
    u16 port;
    u32 connections;
    u64 ms; // no request begins later; 0: until none is left
};

struct http_sum {
    u64 answers, refused; // refused: answers that have an error, among them
    u64 ns;               // from the first request to the last answer
};

// False, and a sentence appended to `why`, if a connection fails or an answer is no HTTP.
MUST_USE bool http_load_run(struct http_sum *out, struct buf *why, const struct http_load *l);
// One request; the body of its answer is appended. `why` may be NULL.
MUST_USE bool http_ask(struct buf *answer, struct buf *why, u16 port, const char *method,
                       const char *parameters);
