// SPDX-License-Identifier: MIT
// The reader and writer of frames.
#include "node/net/websocket.h"

#include "lib/base/bytes.h"
#include "lib/codec/base64.h"
#include "lib/codec/utf8.h"
#include "lib/crypto/digest.h"

#define CONTROL_MAX 125u

void ws_reader_fini(struct ws_reader *r)
{
    buf_fini(&r->joined);
    buf_fini(&r->control);
}

struct frame {
    bool is_final;
    u8 op;
    u64 size;
    const u8 *mask;
    usize head; // bytes before the payload
};

static enum ws_event bad(struct ws_reader *r, enum ws_code code)
{
    r->code = code;
    return WS_BAD;
}

// WS_TEXT: the head is whole.
static enum ws_event read_frame_head(struct ws_reader *r, struct frame *f, bytes in)
{
    if (in.n < 2) {
        return WS_MORE;
    }
    f->is_final = (in.p[0] & 0x80) != 0;
    f->op = in.p[0] & 0x0f;
    f->size = in.p[1] & 0x7f;
    bool is_control = f->op >= 8;
    bool known = f->op <= WS_OP_BINARY || (f->op >= WS_OP_CLOSE && f->op <= WS_OP_PONG);
    if ((in.p[0] & 0x70) != 0 || (in.p[1] & 0x80) == 0 || !known) {
        return bad(r, WS_PROTOCOL);
    }
    if (is_control && (!f->is_final || f->size > CONTROL_MAX)) {
        return bad(r, WS_PROTOCOL);
    }
    usize wide = f->size == 126 ? 2 : f->size == 127 ? 8 : 0;
    f->head = 2 + wide + 4;
    if (in.n < f->head) {
        return WS_MORE;
    }
    f->size = wide == 2 ? load_be16(in.p + 2) : wide == 8 ? load_be64(in.p + 2) : f->size;
    f->mask = in.p + 2 + wide;
    if (f->size > WS_MESSAGE_MAX - (is_control ? 0 : r->joined.n)) {
        return bad(r, WS_TOO_LARGE);
    }
    return WS_TEXT;
}

static void put_unmasked(struct buf *out, const struct frame *f, const u8 *p)
{
    u8 *to = buf_extend(out, f->size);
    for (u64 i = 0; i < f->size; i++) {
        to[i] = p[i] ^ f->mask[i & 3];
    }
}

static enum ws_event take_control(struct ws_reader *r, bytes *message, const struct frame *f,
                                  const u8 *p)
{
    buf_clear(&r->control);
    put_unmasked(&r->control, f, p);
    *message = buf_bytes(&r->control);
    if (f->op != WS_OP_CLOSE) {
        return f->op == WS_OP_PING ? WS_PING : WS_PONG;
    }
    return message->n == 1 ? bad(r, WS_PROTOCOL) : WS_CLOSE;
}

static enum ws_event take_data(struct ws_reader *r, bytes *message, const struct frame *f,
                               const u8 *p)
{
    if ((f->op == WS_OP_CONTINUE) != r->in_message) {
        return bad(r, WS_PROTOCOL);
    }
    put_unmasked(&r->joined, f, p);
    r->in_message = !f->is_final;
    if (!f->is_final) {
        return WS_MORE;
    }
    *message = buf_bytes(&r->joined);
    // JSON comes as text; clients that send it as binary are understood too.
    return utf8_is_valid(*message) ? WS_TEXT : bad(r, WS_UNTEXTUAL);
}

enum ws_event ws_read(struct ws_reader *r, bytes *message, usize *used, bytes in)
{
    struct frame f;
    *used = 0;
    *message = BYTES_NONE;
    if (!r->in_message) {
        buf_clear(&r->joined);
    }
    enum ws_event e = read_frame_head(r, &f, in);
    if (e != WS_TEXT) {
        return e;
    }
    if (in.n - f.head < f.size) {
        return WS_MORE;
    }
    *used = f.head + f.size;
    return f.op >= WS_OP_CLOSE ? take_control(r, message, &f, in.p + f.head)
                               : take_data(r, message, &f, in.p + f.head);
}

void ws_put_frame(struct buf *out, enum ws_opcode op, bytes payload)
{
    buf_put_u8(out, (u8)(0x80 | (u32)op));
    if (payload.n < 126) {
        buf_put_u8(out, (u8)payload.n);
    } else if (payload.n < 65536) {
        buf_put_u8(out, 126);
        store_be16(buf_extend(out, 2), (u16)payload.n);
    } else {
        buf_put_u8(out, 127);
        store_be64(buf_extend(out, 8), payload.n);
    }
    buf_put(out, payload.p, payload.n);
}

void ws_put_close(struct buf *out, enum ws_code code)
{
    u8 payload[2];
    store_be16(payload, (u16)code);
    ws_put_frame(out, WS_OP_CLOSE, (bytes){payload, sizeof payload});
}

bool ws_is_key(bytes key)
{
    struct buf decoded = {0};
    bool ok = key.n == 24 && base64_decode(&decoded, key) && decoded.n == 16;
    buf_fini(&decoded);
    return ok;
}

void ws_put_accept(struct buf *out, bytes key)
{
    struct buf joined = {0};
    u8 digest[20];
    buf_put(&joined, key.p, key.n);
    buf_put_text(&joined, "258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    crypto_sha1(digest, joined.p, joined.n);
    base64_put(out, (bytes){digest, sizeof digest});
    buf_fini(&joined);
}
