// SPDX-License-Identifier: MIT
// Messages by WebSocket (RFC 6455) as wslay reads and writes their frames: fragments are joined,
// pings answered, closes answered, and what is broken is closed with its code, by the library. What
// is ours is the handshake's answer, how large messages may be, and that texts are handed out one
// at a time, so that who has not taken an answer is not asked for the next.
#pragma once

#include <wslay/wslay.h>

#include "lib/base/buf.h"
#include "lib/base/cc.h"

#define WS_MESSAGE_MAX ((usize)32 << 20) // bytes

struct ws {
    wslay_event_context_ptr events; // NULL: it is no WebSocket yet
    struct buf *out;                // where frames are put
    bytes in;                       // what is still to be read
    struct buf texts;               // whole ones that wait, each behind its size
    usize texts_at;
    bool is_within; // a message has begun
};

void ws_init(struct ws *w, struct buf *out); // `out` is kept
void ws_fini(struct ws *w);
// Reads until a text is whole, which then waits; pings and closes before it are answered. *used
// bytes of `in` are done with.
void ws_look(struct ws *w, usize *used, bytes in);
// The same, and takes the text; *used bytes of `in` are done with. False: none is. *text is valid
// until the next call.
bool ws_read(struct ws *w, bytes *text, usize *used, bytes in);
bool ws_has_text(const struct ws *w);   // one waits
bool ws_is_closing(const struct ws *w); // our close is put: nothing more is read or written
void ws_put_text(struct ws *w, bytes text);
void ws_put_ping(struct ws *w);
void ws_put_close(struct ws *w, u16 code);
// What the answer to a handshake's key is (RFC 6455, 4.2.2), 28 characters appended.
void ws_put_accept(struct buf *out, bytes key);
bool ws_is_key(bytes key); // 16 bytes in base64
