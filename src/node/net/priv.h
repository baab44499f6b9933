// SPDX-License-Identifier: MIT
// Inside of node/net: connections, and what happens to their bytes. No function here but those of
// net.c touches a socket, so that whole conversations can be tested and fuzzed as bytes.
#pragma once

#include "node/net/http1.h"
#include "node/net/net.h"
#include "node/net/text_end.h"
#include "node/net/websocket.h"

enum net_protocol {
    NET_HTTP,
    NET_WEBSOCKET,
    NET_LOCAL,
};

struct net_source {
    bool is_listener;
};

struct net_listener {
    struct net_source source;
    struct net_listen o;
    i32 socket;
};

struct net_peer {
    struct net_source source;
    struct net_server *server;
    const struct net_listen *at;
    i32 socket;
    enum net_protocol protocol;
    struct buf in, out;
    usize sent; // of out
    struct http_body body;
    struct ws_reader ws;
    struct text_end text;
    bool has_continued; // 100 was sent for the request that is being read
    bool is_asked;      // answer() was called with it: closed() is owed
    bool is_ending;     // nothing more is read; closes when all is sent
    bool is_draining;   // all is sent and our side is shut: waits for the other's end
    bool is_dead;
    bool has_ended; // the other side sends no more
    bool is_dirty;  // is in the server's list of those with something to send
    bool wants_read, wants_write;
    u64 request_since, active_at, sent_at; // milliseconds; request_since 0: none is being read
    void *user;
    struct net_peer *next, *previous, *next_dirty;
};

struct net_server {
    struct net_handler handler;
    struct os_poll *poll;
    struct net_listener *listener[8];
    u32 listeners;
    struct net_peer *peers, *dirty;
    u32 peer_count;
    struct buf answer; // scratch
    u8 *piece;         // scratch for what is received
    u64 now_ms;
    u64 (*unix_seconds)(void);
    volatile bool stopped;
};

// Handles what is whole of p->in and puts what is to be sent behind p->out.
void net_take(struct net_peer *p);
usize net_pending(const struct net_peer *p);
void net_peer_fini(struct net_peer *p);

void net_end(struct net_peer *p); // after what is in p->out
void net_drop_front(struct buf *b, usize n);
// One request by HTTP; false if no more can be taken of what has come.
bool net_take_http(struct net_peer *p);
