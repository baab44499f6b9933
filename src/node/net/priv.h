// SPDX-License-Identifier: MIT
// Inside of node/net: connections, and what happens to their bytes. No function here but those of
// net.c touches a socket, so that whole conversations can be tested and fuzzed as bytes.
#pragma once

#include <uv.h>

#include "node/net/http.h"
#include "node/net/net.h"
#include "node/net/text_end.h"
#include "node/net/websocket.h"

enum net_protocol {
    NET_HTTP,
    NET_WEBSOCKET,
    NET_LOCAL,
};

union net_socket { // what libuv knows it by; `data` is the peer or listener
    uv_handle_t any;
    uv_stream_t stream;
    uv_tcp_t tcp;
    uv_pipe_t pipe;
};

struct net_listener {
    union net_socket socket;
    struct net_server *server;
    struct net_listen o;
};

struct net_peer {
    union net_socket socket;
    struct net_server *server;
    const struct net_listen *at;
    enum net_protocol protocol;
    struct buf in, out;
    usize sent;       // of out
    struct buf going; // what libuv is writing, which `out` waits for
    uv_write_t write;
    uv_shutdown_t shutdown;
    usize going_left; // of `going`, when it was looked at last
    struct http_reader http;
    struct ws ws;
    struct text_end text;
    bool has_continued; // 100 was sent for the request that is being read
    bool is_asked;      // answer() was called with it: closed() is owed
    bool is_waiting;    // for an answer that was put off: nothing is taken until then
    bool is_ending;     // nothing more is read; closes when all is sent
    bool is_draining;   // all is sent and our side is shut: waits for the other's end
    bool is_dead;
    bool is_closing; // its socket is: it is in no list
    bool is_closed;  // its socket is gone
    bool has_ended;  // the other side sends no more
    bool is_dirty;   // is in the server's list of those with something to send
    bool is_reading, is_writing;
    u64 request_since, active_at, sent_at; // milliseconds; request_since 0: none is being read
    void *user;
    struct net_peer *next, *previous, *next_dirty;
};

struct net_server {
    struct net_handler handler;
    uv_loop_t loop;
    uv_async_t stop, wake;
    uv_prepare_t settle;
    uv_timer_t sweep, tick;
    struct net_listener *listener[8];
    u32 listeners;
    struct net_peer *peers, *dirty;
    u32 peer_count, dirty_count;
    struct buf answer; // scratch
    u8 *piece;         // scratch for what is received
    u64 now_ms;
    u64 (*unix_seconds)(void);
};

void net_peer_init(struct net_peer *p, struct net_server *s, const struct net_listen *at,
                   enum net_protocol protocol);
void net_peer_fini(struct net_peer *p);
// Handles what is whole of p->in and puts what is to be sent behind p->out. False: nothing was.
bool net_take(struct net_peer *p);
usize net_pending(const struct net_peer *p); // bytes that wait to be sent

void net_end(struct net_peer *p); // after what is in p->out
// Puts an answer that was put off behind p->out.
void net_put_reply(struct net_peer *p, bytes text);
void net_put_http_reply(struct net_peer *p, bytes text);
// Goes on with a request by HTTP, from p->in.p[*at] on; false if no more can be done with what has
// come.
bool net_take_http(struct net_peer *p, usize *at);

// Of net.c, for those who listen (listen.c).
void net_on_connection(uv_stream_t *listener, int status);
void net_close_listeners(struct net_server *s);
