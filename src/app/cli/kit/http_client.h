// SPDX-License-Identifier: MIT
// One HTTP request of a client: a text is POSTed, the answer's text comes back. Over libwebsockets.
#pragma once

#include "lib/base/buf.h"
#include "lib/base/cc.h"
#include "lib/base/types.h"

struct http_post {
    const char *host, *path; // path begins with a slash
    u16 port;
    bytes body;
    usize answer_max; // bytes
};

// Appends the body of an answer with status 200. False: a sentence that names host and port in
// *why; *is_reached tells whether there was anybody.
MUST_USE bool http_post(struct buf *answer, bool *is_reached, struct buf *why,
                        const struct http_post *p);
