// SPDX-License-Identifier: MIT
// The client's side of a TCP connection: one request, one answer.
#pragma once

#include "lib/base/buf.h"
#include "lib/base/cc.h"
#include "lib/base/halt.h"
#include "lib/base/types.h"

struct os_tcp_exchange {
    const char *host, *port; // a name or an address, and a number in decimal digits
    bytes request;
    u32 timeout_ms; // without any progress
    usize size_max; // bytes of an answer
    // Whether what came so far is all of the answer; the end of the connection is its end too.
    bool (*is_whole)(bytes so_far);
};

// Connects, sends, receives and closes. Appends the answer. FAULT_IO: a sentence that names host
// and port was appended to `why`.
MUST_USE enum fault os_tcp_ask(struct buf *answer, struct buf *why,
                               const struct os_tcp_exchange *e);
