// SPDX-License-Identifier: MIT
// Any bytes as what a client sends, by the protocol of the first byte (from 128 on with
// tokens): whole, and in pieces whose
// sizes are the second byte's. What is sent back must not depend on the pieces.
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "node/net/priv.h"

int LLVMFuzzerTestOneInput(const u8 *data, usize n);

static void echo(void *ctx, u32 group, struct net_peer *peer, bytes text, struct buf *out)
{
    (void)ctx;
    (void)group;
    (void)peer;
    buf_put(out, text.p, text.n);
}

static u64 no_time(void)
{
    return 0;
}

static struct buf talk(enum net_protocol protocol, bool is_secret, bytes in, usize piece)
{
    static const b256 SECRET = {{7}};
    struct net_server s = {.handler = {.answer = echo}, .unix_seconds = no_time};
    struct net_listen at = {.origins = "http://a",
                            .secret = protocol == NET_HTTP && is_secret ? &SECRET : NULL};
    struct net_peer p = {.server = &s, .at = &at, .protocol = protocol};
    while (in.n > 0 && !p.is_ending) {
        usize n = in.n < piece ? in.n : piece;
        buf_put(&p.in, in.p, n);
        in = bytes_slice(in, n, in.n - n);
        net_take(&p);
    }
    struct buf out = p.out;
    p.out = (struct buf){0};
    net_peer_fini(&p);
    buf_fini(&s.answer);
    return out;
}

// 100 is sent or not as the pieces come, so what asks for it is not compared.
static bool may_ask_to_continue(bytes in)
{
    for (usize i = 0; i + 6 <= in.n; i++) {
        if (http_text_is(bytes_slice(in, i, 6), "expect")) {
            return true;
        }
    }
    return false;
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
        CHECK(whole.n == pieces.n && equal_bytes(whole.p, pieces.p, whole.n));
    }
    buf_fini(&whole);
    buf_fini(&pieces);
    return 0;
}
