// SPDX-License-Identifier: MIT
// Any bytes as what a client sends, by the protocol of the first byte (from 128 on with
// tokens): whole, and in pieces whose
// sizes are the second byte's. What is sent back must not depend on the pieces, and frames must be
// whole.
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "node/net/allow.h"
#include "node/net/priv.h"

int LLVMFuzzerTestOneInput(const u8 *data, usize n);

// At once, or put off: the text is kept in *ctx then.
static bool echo(void *ctx, const struct net_question *q, struct buf *out)
{
    buf_put(ctx != NULL ? ctx : out, q->text.p, q->text.n);
    return ctx == NULL;
}

static u64 no_time(void)
{
    return 0;
}

static void take(struct net_peer *p, struct buf *kept)
{
    (void)net_take(p);
    while (p->is_waiting) {
        p->is_waiting = false;
        net_put_reply(p, buf_bytes(kept));
        buf_clear(kept);
        (void)net_take(p);
    }
}

// In pieces answers are put off.
static struct buf talk(enum net_protocol protocol, bool is_secret, bytes in, usize piece)
{
    static const b256 SECRET = {{7}};
    struct buf kept = {0};
    struct net_server s = {.handler = {.ctx = piece < in.n ? &kept : NULL, .answer = echo},
                           .unix_seconds = no_time};
    struct net_listen at = {.origins = "http://a",
                            .secret = protocol == NET_HTTP && is_secret ? &SECRET : NULL};
    struct net_peer p;
    net_peer_init(&p, &s, &at, protocol);
    if (protocol == NET_WEBSOCKET) {
        ws_init(&p.ws, &p.out);
    }
    while (in.n > 0 && !p.is_ending) {
        usize n = in.n < piece ? in.n : piece;
        buf_put(&p.in, in.p, n);
        in = bytes_slice(in, n, in.n - n);
        take(&p, &kept);
    }
    struct buf out = p.out;
    p.out = (struct buf){0};
    net_peer_fini(&p);
    buf_fini(&kept);
    buf_fini(&s.answer);
    return out;
}

// 100 is sent or not as the pieces come, so what asks for it is not compared.
static bool may_ask_to_continue(bytes in)
{
    for (usize i = 0; i + 6 <= in.n; i++) {
        if (text_is(bytes_slice(in, i, 6), "expect")) {
            return true;
        }
    }
    return false;
}

// Where frames begin in what was sent.
static usize frames_start(enum net_protocol protocol, bytes out)
{
    static const char CHANGE[] = "HTTP/1.1 101 ";
    usize at = protocol == NET_WEBSOCKET ? 0 : out.n;
    for (usize i = 0; protocol == NET_HTTP && i + sizeof CHANGE <= out.n; i++) {
        if (equal_bytes(out.p + i, CHANGE, sizeof CHANGE - 1)) {
            at = i;
        }
    }
    while (protocol == NET_HTTP && at + 4 <= out.n && !equal_bytes(out.p + at, "\r\n\r\n", 4)) {
        at++;
    }
    return protocol == NET_HTTP && at + 4 <= out.n ? at + 4 : at;
}

// The frames of texts alone.
static struct buf texts_of(bytes out)
{
    struct buf texts = {0};
    while (out.n > 0) {
        CHECK(out.n >= 2 && (out.p[1] & 0x80) == 0);
        usize wide = out.p[1] == 126 ? 2 : out.p[1] == 127 ? 8 : 0;
        CHECK(out.n >= 2 + wide);
        usize size = wide == 2 ? load_be16(out.p + 2) : wide == 8 ? load_be64(out.p + 2) : out.p[1];
        CHECK(size <= out.n - 2 - wide);
        if (out.p[0] == 0x81) {
            buf_put(&texts, out.p, 2 + wide + size);
        }
        out = bytes_slice(out, 2 + wide + size, out.n - 2 - wide - size);
    }
    return texts;
}

// Pongs and closes overtake answers to what came with them, and after a close none are sent: the
// texts of one side are the first of the other's.
static void compare_frames(bytes a, bytes b)
{
    struct buf x = texts_of(a);
    struct buf y = texts_of(b);
    CHECK(equal_bytes(x.p, y.p, x.n < y.n ? x.n : y.n));
    buf_fini(&x);
    buf_fini(&y);
}

int LLVMFuzzerTestOneInput(const u8 *data, usize n)
{
    if (n < 2) {
        return 0;
    }
    enum net_protocol protocol = (enum net_protocol)(data[0] % 3);
    bytes in = {data + 2, n - 2};
    struct buf whole = talk(protocol, data[0] >= 128, in, n);
    struct buf pieces = talk(protocol, data[0] >= 128, in, data[1] + 1u);
    if (!may_ask_to_continue(in)) {
        usize a = frames_start(protocol, buf_bytes(&whole));
        usize b = frames_start(protocol, buf_bytes(&pieces));
        CHECK(a == b && equal_bytes(whole.p, pieces.p, a));
        compare_frames(bytes_slice(buf_bytes(&whole), a, whole.n - a),
                       bytes_slice(buf_bytes(&pieces), b, pieces.n - b));
    }
    buf_fini(&whole);
    buf_fini(&pieces);
    return 0;
}
