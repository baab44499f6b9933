// SPDX-License-Identifier: MIT
// Conversations as bytes, without sockets; the sockets themselves are tested by test/node_net.mjs.
#include <string.h>

#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/codec/base64.h"
#include "lib/crypto/digest.h"
#include "node/net/allow.h"
#include "node/net/jwt.h"
#include "node/net/priv.h"
#include "test/test.h"

struct talk {
    struct net_server server;
    struct net_listen at;
    struct net_peer peer;
};

// Answers with the text in brackets; nothing to "quiet", and to "later" later.
static bool echo(void *ctx, const struct net_question *q, struct buf *out)
{
    (void)ctx;
    bytes text = q->text;
    bool is_later = text.n == 5 && memcmp(text.p, "later", 5) == 0;
    if (is_later || (text.n == 5 && memcmp(text.p, "quiet", 5) == 0)) {
        return !is_later;
    }
    buf_put_u8(out, '<');
    buf_put(out, text.p, text.n);
    buf_put_u8(out, '>');
    return true;
}

static bool page(void *ctx, bytes path, struct net_page *out)
{
    (void)ctx;
    out->type = "text/html";
    buf_put_text(&out->body, "<p>");
    return path.n == 1;
}

static u64 test_clock(void)
{
    return 1000000;
}

static void begin(struct talk *t, enum net_protocol protocol)
{
    *t = (struct talk){
        .server = {.handler = {.answer = echo, .page = page},
                   .now_ms = 5,
                   .unix_seconds = test_clock},
        .at = {.origins = "https://a.example,https://b.example", .hosts = "node.example"},
    };
    net_peer_init(&t->peer, &t->server, &t->at, protocol);
    if (protocol == NET_WEBSOCKET) {
        ws_init(&t->peer.ws, &t->peer.out);
    }
}

static void end(struct talk *t)
{
    net_peer_fini(&t->peer);
    buf_fini(&t->server.answer);
}

static void say(struct talk *t, const char *text)
{
    buf_put_text(&t->peer.in, text);
    (void)net_take(&t->peer);
}

// What was sent since the last time.
static const char *heard(struct talk *t)
{
    struct net_peer *p = &t->peer;
    buf_put_u8(&p->out, 0);
    const char *text = (const char *)p->out.p + p->sent;
    p->out.n--;
    p->sent = p->out.n;
    return text;
}

static bool has(const char *text, const char *part)
{
    return strstr(text, part) != NULL;
}

#define POST "POST / HTTP/1.1\r\nhost: 127.0.0.1:8545\r\n"

TEST(net, a_post_is_answered_and_the_connection_stays)
{
    struct talk t;
    begin(&t, NET_HTTP);
    say(&t, POST "Content-Length: 2\r\n\r\nhi" POST "content-length: 5\r\n\r\nquiet");
    const char *out = heard(&t);
    EXPECT(has(out, "HTTP/1.1 200 OK\r\n"));
    EXPECT(has(out, "content-length: 4\r\n"));
    EXPECT(has(out, "\r\n\r\n<hi>HTTP/1.1 204 No Content\r\n"));
    EXPECT(!t.peer.is_ending);
    say(&t, "POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi");
    EXPECT(has(heard(&t), "connection: close\r\n"));
    EXPECT(t.peer.is_ending);
    end(&t);
}

static void reply(struct talk *t, const char *text)
{
    EXPECT(t->peer.is_waiting);
    t->peer.is_waiting = false;
    net_put_reply(&t->peer, (bytes){(const u8 *)text, strlen(text)});
    (void)net_take(&t->peer);
}

TEST(net, what_comes_behind_an_answer_that_is_put_off_waits_for_it)
{
    struct talk t;
    begin(&t, NET_HTTP);
    say(&t, "POST / HTTP/1.0\r\nhost: 127.0.0.1\r\nconnection: keep-alive\r\ncontent-length: "
            "5\r\n\r\nlater" POST "content-length: 2\r\n\r\nhi");
    EXPECT_EQ(net_pending(&t.peer), 0);
    EXPECT_EQ(t.peer.request_since, 0);
    say(&t, POST "content-length: 5\r\n\r\nla");
    EXPECT_EQ(net_pending(&t.peer), 0);
    reply(&t, "now");
    const char *out = heard(&t);
    EXPECT(has(out, "connection: keep-alive\r\n\r\nnowHTTP/1.1 200 OK\r\n"));
    EXPECT(has(out, "\r\n\r\n<hi>"));
    EXPECT(t.peer.request_since != 0);
    say(&t, "ter");
    reply(&t, "");
    EXPECT(has(heard(&t), "HTTP/1.1 204 No Content\r\n"));
    end(&t);
}

TEST(net, a_request_may_come_byte_by_byte)
{
    static const char text[] = POST "Transfer-Encoding: chunked\r\n\r\n"
                                    "3;x=y\r\nabc\r\n0A\r\n0123456789\r\n0\r\nignored: 1\r\n\r\n";
    struct talk t;
    begin(&t, NET_HTTP);
    for (usize i = 0; i + 1 < sizeof text; i++) {
        char one[2] = {text[i], 0};
        EXPECT_EQ(net_pending(&t.peer), 0);
        say(&t, one);
    }
    EXPECT(has(heard(&t), "\r\n\r\n<abc0123456789>"));
    EXPECT_EQ(t.peer.in.n, 0);
    end(&t);
}

TEST(net, a_client_that_waits_for_100_gets_it_once)
{
    struct talk t;
    begin(&t, NET_HTTP);
    say(&t, POST "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_STR(heard(&t), "HTTP/1.1 100 Continue\r\n\r\n");
    say(&t, "h");
    EXPECT_STR(heard(&t), "");
    say(&t, "i");
    EXPECT(has(heard(&t), "<hi>"));
    end(&t);
}

TEST(net, what_is_not_http_ends_the_connection_with_its_status)
{
    static const struct {
        const char *text, *status;
    } rows[] = {
        {"hello\r\n\r\n", "400"},
        {"BREW / HTTP/1.1\r\n\r\n", "400"},
        {POST "a b: c\r\n\r\n", "400"},
        {POST "a : c\r\n\r\n", "400"},
        {POST "origin: a\r\norigin: a\r\n\r\n", "400"},
        {POST "content-length: 1\r\ncontent-length: 1\r\n\r\nx", "400"},
        {POST "content-length: -1\r\n\r\n", "400"},
        {POST "content-length: 0x1\r\n\r\n", "400"},
        {POST "content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", "400"},
        {POST "transfer-encoding: gzip, chunked\r\n\r\n", "501"},
        {POST "transfer-encoding: chunked\r\n\r\nx\r\n", "400"},
        {POST "transfer-encoding: chunked\r\n\r\n1\r\nab\r\n", "400"},
        {POST "transfer-encoding: chunked\r\n\r\n3000000\r\n", "413"},
        {POST "transfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\nb c: d\r\n\r\n", "400"},
        {POST "content-length: 33554433\r\n\r\n", "413"},
        {POST "content-length: 99999999999999999999\r\n\r\n", "400"},
        {POST "\r\n", "411"},
        {"POST / HTTP/2.0\r\n\r\n", "505"},
        {"POST / HTTP/1.2\r\n\r\n", "505"},
        {"GET / HTTP/1.1\r\nhost:\r\n\r\n", "403"},
        {"GET / HTTP/1.1\r\nhost: a\r\nhost: a\r\n\r\n", "400"},
        {"GET / HTTP/1.1\r\nhost: evil.example\r\n\r\n", "403"},
        {"GET / HTTP/1.1\r\norigin: https://evil.example\r\n\r\n", "403"},
    };
    for (u32 i = 0; i < COUNT_OF(rows); i++) {
        struct talk t;
        begin(&t, NET_HTTP);
        say(&t, rows[i].text);
        const char *out = heard(&t);
        if (!t.peer.is_ending || strlen(out) < 12 || strncmp(out + 9, rows[i].status, 3) != 0) {
            FAIL("row %u, %s: %s", i, rows[i].status, out);
        }
        end(&t);
    }
}

TEST(net, a_head_without_end_is_refused_at_16_kib)
{
    struct talk t;
    begin(&t, NET_HTTP);
    say(&t, "POST / HTTP/1.1\r\nx: ");
    for (u32 i = 0; i < 16384 && !t.peer.is_ending; i++) {
        say(&t, "a");
    }
    EXPECT(has(heard(&t), "HTTP/1.1 431 "));
    end(&t);
}

TEST(net, pages_of_allowed_origins_may_ask)
{
    struct talk t;
    begin(&t, NET_HTTP);
    say(&t, "OPTIONS / HTTP/1.1\r\norigin: https://b.example\r\n\r\n");
    const char *out = heard(&t);
    EXPECT(has(out, "204"));
    EXPECT(has(out, "access-control-allow-origin: https://b.example\r\nvary: origin\r\n"));
    EXPECT(has(out, "access-control-allow-methods"));
    say(&t, "POST / HTTP/1.1\r\norigin: https://b.example\r\nx: \x7f\x01\r\n\r\n");
    out = heard(&t);
    EXPECT(has(out, "400") && !has(out, "access-control"));
    end(&t);
    begin(&t, NET_HTTP);
    t.at.origins = "*";
    say(&t, POST "origin: https://c.example\r\ncontent-length: 1\r\n\r\nx");
    EXPECT(has(heard(&t), "access-control-allow-origin: *\r\n"));
    end(&t);
}

TEST(net, the_node_is_asked_by_its_names_and_addresses)
{
    static const char *const good[] = {"localhost",  "LOCALHOST:1", "10.0.0.1:80",
                                       "[::1]:8545", "[::1]",       "node.example:8545"};
    for (u32 i = 0; i < COUNT_OF(good); i++) {
        struct talk t;
        begin(&t, NET_HTTP);
        say(&t, "GET / HTTP/1.1\r\nhost: ");
        say(&t, good[i]);
        say(&t, "\r\n\r\n");
        EXPECT(has(heard(&t), "200 OK"));
        end(&t);
    }
}

TEST(net, browsers_get_pages_and_others_404_or_405)
{
    struct talk t;
    begin(&t, NET_HTTP);
    say(&t, "GET /?a=b HTTP/1.1\r\n\r\n");
    EXPECT(has(heard(&t), "text/html\r\ncontent-length: 3\r\n"));
    say(&t, "HEAD / HTTP/1.1\r\n\r\n");
    EXPECT(!has(heard(&t), "<p>"));
    say(&t, "GET /none HTTP/1.1\r\n\r\n");
    EXPECT(has(heard(&t), "404"));
    say(&t, "DELETE / HTTP/1.1\r\n\r\n");
    EXPECT(has(heard(&t), "allow: GET, POST, OPTIONS\r\n"));
    end(&t);
}

// ---- WebSocket

#define UPGRADE                                                                                    \
    "GET / HTTP/1.1\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n"                  \
    "Sec-WebSocket-Version: 13\r\n"

static void frame(struct talk *t, u8 first, const char *text)
{
    struct buf *in = &t->peer.in;
    usize n = strlen(text);
    static const u8 mask[4] = {1, 2, 3, 250};
    buf_put_u8(in, first);
    if (n < 126) {
        buf_put_u8(in, (u8)(0x80 | n));
    } else {
        buf_put_u8(in, 0x80 | 126);
        store_be16(buf_extend(in, 2), (u16)n);
    }
    buf_put(in, mask, 4);
    for (usize i = 0; i < n; i++) {
        buf_put_u8(in, (u8)text[i] ^ mask[i & 3]);
    }
    (void)net_take(&t->peer);
}

TEST(net, a_connection_changes_to_websocket)
{
    struct talk t;
    begin(&t, NET_HTTP);
    say(&t, UPGRADE "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"); // RFC 6455, 1.3
    EXPECT(has(heard(&t), "sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
    frame(&t, 0x81, "hi");
    EXPECT_STR(heard(&t), "\x81\x04<hi>");
    frame(&t, 0x01, "ab");
    frame(&t, 0x89, "p"); // a ping between fragments
    EXPECT_STR(heard(&t), "\x8a\x01p");
    frame(&t, 0x80, "cd");
    EXPECT_STR(heard(&t), "\x81\x06<abcd>");
    frame(&t, 0x88, "\x03\xe8");
    EXPECT_STR(heard(&t), "\x88\x02\x03\xe8");
    EXPECT(t.peer.is_ending);
    end(&t);
}

#define OLD_UPGRADE                                                                                \
    "GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"                              \
    "Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"

TEST(net, a_bad_handshake_is_refused)
{
    static const char *const bad[] = {
        UPGRADE "\r\n",
        UPGRADE "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=\r\n\r\n",
        OLD_UPGRADE,
    };
    for (u32 i = 0; i < COUNT_OF(bad); i++) {
        struct talk t;
        begin(&t, NET_HTTP);
        say(&t, bad[i]);
        EXPECT(has(heard(&t), "HTTP/1.1 4"));
        EXPECT_EQ(t.peer.protocol, NET_HTTP);
        end(&t);
    }
}

TEST(net, broken_frames_close_with_their_code)
{
    static const struct {
        u8 first;
        const char *text;
        u16 code; // 0: wslay names none
    } rows[] = {
        {0xc1, "x", WSLAY_CODE_PROTOCOL_ERROR},                    // a reserved bit
        {0x83, "x", WSLAY_CODE_PROTOCOL_ERROR},                    // an opcode that is none
        {0x80, "x", WSLAY_CODE_PROTOCOL_ERROR},                    // goes on with nothing
        {0x09, "x", 0},                                            // a control frame in fragments
        {0x81, "\xc3\x28", WSLAY_CODE_INVALID_FRAME_PAYLOAD_DATA}, // not UTF-8
        {0x81, "\xed\xa0\x80", WSLAY_CODE_INVALID_FRAME_PAYLOAD_DATA},
        {0x88, "x", 0},                                // half a code
        {0x88, "\x03\xec", WSLAY_CODE_PROTOCOL_ERROR}, // a code that may not be sent
    };
    for (u32 i = 0; i < COUNT_OF(rows); i++) {
        struct talk t;
        begin(&t, NET_WEBSOCKET);
        frame(&t, rows[i].first, rows[i].text);
        const struct buf *out = &t.peer.out;
        u16 code = out->n == 4 ? load_be16(out->p + 2) : 0;
        if (!t.peer.is_ending || out->n < 2 || out->p[0] != 0x88 || code != rows[i].code) {
            FAIL("row %u: %zu bytes, code %u instead of %u", i, out->n, code, rows[i].code);
        }
        end(&t);
    }
}

static void take_frame_heads(const u8 *p, usize n, u16 code)
{
    struct talk t;
    begin(&t, NET_WEBSOCKET);
    buf_put(&t.peer.in, p, n);
    (void)net_take(&t.peer);
    const struct buf *out = &t.peer.out;
    u16 put = out->n == 4 ? load_be16(out->p + 2) : 0;
    if (!t.peer.is_ending || put != code) {
        FAIL("code %u instead of %u, of %zu bytes", put, code, out->n);
    }
    end(&t);
}

TEST(net, pings_and_closes_do_not_wait_for_an_answer)
{
    struct talk t;
    begin(&t, NET_WEBSOCKET);
    frame(&t, 0x81, "later");
    EXPECT(t.peer.is_waiting);
    frame(&t, 0x89, "a");
    EXPECT_STR(heard(&t), "\x8a\x01"
                          "a");
    frame(&t, 0x81, "hi");
    frame(&t, 0x89, "b"); // behind a text, which waits
    EXPECT_EQ(net_pending(&t.peer), 0);
    reply(&t, "now");
    EXPECT_STR(heard(&t), "\x81\x03now\x81\x04<hi>\x8a\x01"
                          "b");
    frame(&t, 0x81, "later");
    frame(&t, 0x88, "\x03\xe8");
    EXPECT_STR(heard(&t), "\x88\x02\x03\xe8");
    EXPECT(t.peer.is_ending);
    reply(&t, "now");
    EXPECT_EQ(net_pending(&t.peer), 0);
    end(&t);
}

TEST(net, frames_that_are_too_large_or_not_masked_close)
{
    // wslay looks at a frame with the first byte of what it carries.
    static const u8 huge[] = {0x81, 0xff, 0, 0, 0, 0, 2, 0, 0, 1, 0, 0, 0, 0, 'x'};
    static const u8 second[] = {0x01, 0x81, 0, 0, 0, 0, 'x', // and a fragment of 32 MiB
                                0x80, 0xff, 0, 0, 0, 0, 2,   0, 0, 0, 0, 0, 0, 0, 'x'};
    static const u8 bare[] = {0x81, 0x01, 'x'};
    take_frame_heads(huge, sizeof huge, WSLAY_CODE_MESSAGE_TOO_BIG);
    take_frame_heads(second, sizeof second, WSLAY_CODE_MESSAGE_TOO_BIG);
    take_frame_heads(bare, sizeof bare, WSLAY_CODE_PROTOCOL_ERROR);
}

TEST(net, texts_by_websocket_wait_while_much_is_to_be_sent)
{
    struct talk t;
    begin(&t, NET_WEBSOCKET);
    (void)buf_extend(&t.peer.out, (1 << 20) + 1);
    zero_bytes(t.peer.out.p, t.peer.out.n);
    frame(&t, 0x81, "a");
    frame(&t, 0x81, "b");
    EXPECT_EQ(t.peer.out.n, (1 << 20) + 1);
    t.peer.sent = t.peer.out.n;
    EXPECT(net_take(&t.peer));
    EXPECT_STR(heard(&t), "\x81\x03<a>\x81\x03<b>");
    EXPECT(!net_take(&t.peer));
    end(&t);
}

// ---- local sockets

TEST(net, texts_on_a_stream_end_where_their_brackets_do)
{
    struct talk t;
    begin(&t, NET_LOCAL);
    say(&t, " {\"a\":\"}\\\"]\"}[1,");
    EXPECT_STR(heard(&t), "<{\"a\":\"}\\\"]\"}>\n");
    say(&t, "{}]\n\nnonsense");
    EXPECT_STR(heard(&t), "<[1,{}]>\n");
    say(&t, "\n");
    EXPECT_STR(heard(&t), "<nonsense\n>\n");
    EXPECT_EQ(t.peer.in.n, 0);
    end(&t);
}

TEST(net, nothing_is_answered_while_much_waits_to_be_sent)
{
    struct talk t;
    begin(&t, NET_LOCAL);
    (void)buf_extend(&t.peer.out, (1 << 20) + 1);
    zero_bytes(t.peer.out.p, t.peer.out.n);
    say(&t, "{}");
    EXPECT_EQ(t.peer.out.n, (1 << 20) + 1);
    t.peer.sent = t.peer.out.n;
    net_take(&t.peer);
    EXPECT_STR(heard(&t), "<{}>\n");
    end(&t);
}

// ---- tokens

static const b256 SECRET = {{1, 2, 3, 4}};

static void put_url(struct buf *out, const char *text)
{
    struct buf coded = {0};
    base64_put(&coded, (bytes){(const u8 *)text, strlen(text)});
    for (usize i = 0; i < coded.n && coded.p[i] != '='; i++) {
        u8 c = coded.p[i];
        buf_put_u8(out, c == '+' ? '-' : c == '/' ? '_' : c);
    }
    buf_fini(&coded);
}

static enum jwt_verdict try_token(const char *head, const char *claims, bool spoil)
{
    struct buf token = {0};
    struct buf tail = {0};
    b256 mac;
    put_url(&token, head);
    buf_put_u8(&token, '.');
    put_url(&token, claims);
    crypto_hmac_sha256(&mac, (bytes){SECRET.b, 32}, buf_bytes(&token));
    mac.b[31] ^= spoil;
    base64_put(&tail, (bytes){mac.b, 32});
    for (usize i = 0; i < tail.n; i++) {
        tail.p[i] = tail.p[i] == '+' ? '-' : tail.p[i] == '/' ? '_' : tail.p[i];
    }
    struct buf header = {0};
    buf_put_text(&header, "Bearer ");
    buf_put(&header, token.p, token.n);
    buf_put_u8(&header, '.');
    buf_put(&header, tail.p, tail.n - 1);
    enum jwt_verdict v = jwt_check(buf_bytes(&header), &SECRET, 1000000);
    buf_fini(&token);
    buf_fini(&tail);
    buf_fini(&header);
    return v;
}

TEST(net, tokens_are_by_the_secret_and_of_this_minute)
{
    static const char head[] = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";
    EXPECT_EQ(try_token(head, "{\"iat\":1000000}", false), JWT_GOOD);
    EXPECT_EQ(try_token(head, "{\"iat\":1000060,\"id\":\"x\"}", false), JWT_GOOD);
    EXPECT_EQ(try_token(head, "{\"iat\":1000061}", false), JWT_TIME);
    EXPECT_EQ(try_token(head, "{\"iat\":999939}", false), JWT_TIME);
    EXPECT_EQ(try_token(head, "{}", false), JWT_TIME);
    EXPECT_EQ(try_token(head, "{\"iat\":1000000}", true), JWT_SIGNATURE);
    EXPECT_EQ(try_token("{\"alg\":\"none\"}", "{\"iat\":1000000}", false), JWT_ALGORITHM);
    EXPECT_EQ(try_token("[", "{\"iat\":1000000}", false), JWT_MALFORMED);
    EXPECT_EQ(jwt_check(BYTES_NONE, &SECRET, 0), JWT_MISSING);
    struct talk t;
    begin(&t, NET_HTTP);
    t.at.secret = &SECRET;
    say(&t, POST "content-length: 2\r\n\r\nhi");
    EXPECT(has(heard(&t), "401"));
    end(&t);
}
