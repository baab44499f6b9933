// SPDX-License-Identifier: MIT
// Frames of WebSocket (RFC 6455) as a server sees them: those that come are masked and are joined
// to messages, those that go are not.
#pragma once

#include "lib/base/buf.h"
#include "lib/base/cc.h"

#define WS_MESSAGE_MAX ((usize)32 << 20) // bytes

enum ws_event {
    WS_MORE, // nothing is whole yet
    WS_TEXT, // *message
    WS_PING, // *message is to be sent back as a pong
    WS_PONG,
    WS_CLOSE, // the other side ends
    WS_BAD,   // the connection is to be closed with `code`
};

enum ws_opcode {
    WS_OP_CONTINUE = 0,
    WS_OP_TEXT = 1,
    WS_OP_BINARY = 2,
    WS_OP_CLOSE = 8,
    WS_OP_PING = 9,
    WS_OP_PONG = 10,
};

enum ws_code {
    WS_NORMAL = 1000,
    WS_GOING_AWAY = 1001,
    WS_PROTOCOL = 1002,
    WS_UNTEXTUAL = 1007, // not UTF-8
    WS_TOO_LARGE = 1009,
};

struct ws_reader {
    struct buf joined; // of fragments that came so far
    bool in_message;
    struct buf control; // of the last frame that was no message
    enum ws_code code;
};

void ws_reader_fini(struct ws_reader *r);
// One frame off the front of `in`; *used of its bytes are done with. *message is valid until the
// next call.
enum ws_event ws_read(struct ws_reader *r, bytes *message, usize *used, bytes in);
void ws_put_frame(struct buf *out, enum ws_opcode op, bytes payload);
void ws_put_close(struct buf *out, enum ws_code code);
// What the answer to a handshake's key is (RFC 6455, 4.2.2), 28 characters appended.
void ws_put_accept(struct buf *out, bytes key);
bool ws_is_key(bytes key); // 16 bytes in base64
