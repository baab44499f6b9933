// SPDX-License-Identifier: MIT
// A server for texts that are asked and answered: by HTTP/1.1 POST (one answer a request, the
// connection stays), by WebSocket and by local sockets (both can also be sent to unasked). Knows
// nothing of what the texts mean. Everything is of one thread, which net_run keeps until net_stop;
// answers may be put off and given later.
// The process ignores SIGPIPE (os_on_stop): a connection may end while an answer is written.
//
// Nobody can hold it up: heads, bodies, messages and answers are bounded, a request has to be whole
// and an answer taken within a time, and from a connection that does not take its answers nothing
// is read.
#pragma once

#include "lib/base/buf.h"
#include "lib/base/cc.h"
#include "lib/base/types.h"

struct net_server;
struct net_peer; // a connection by WebSocket or local socket

#define NET_PEERS_MAX 1000u               // connections; more are closed at once
#define NET_REQUEST_MS 60000u             // in which a request has to be whole
#define NET_IDLE_MS 300000u               // in which a connection by HTTP has to ask again
#define NET_SEND_MS 30000u                // in which some of what waits has to be taken
#define NET_PENDING_MAX ((usize)64 << 20) // bytes that may wait for a peer unasked

struct net_page {
    const char *type; // of the content
    struct buf body;
    bool is_fixed; // may be kept by browsers
};

struct net_question {
    u32 group;             // of the listener
    struct net_peer *from; // who asks
    struct net_peer *peer; // the same, if something can be sent to it unasked, else NULL: by HTTP
    bytes text;
};

struct net_handler {
    void *ctx;
    // Appends the answer to a text; nothing: there is none. False: net_reply will give it, and
    // until then nothing more is asked by this connection.
    bool (*answer)(void *ctx, const struct net_question *q, struct buf *out);
    // The connection has ended of one that can be sent to, or that waits for an answer, which is
    // still to be given. May be NULL.
    void (*closed)(void *ctx, struct net_peer *from);
    void (*woken)(void *ctx); // after net_wake; may be NULL if that is not called
    void (*ending)(
        void *ctx); // net_run is about to return: the last moment for answers; may be NULL
    // What a browser gets at a path; false: nothing is there. May be NULL.
    bool (*page)(void *ctx, bytes path, struct net_page *out);
    // Called when the time it asked for last is over, first at once; gives the milliseconds until
    // it is to be called again. May be NULL.
    u32 (*tick)(void *ctx);
};

struct net_listen {
    const char *host; // with `port`, 0 being any that is free; or
    u16 port;
    const char *path; // of a local socket
    bool no_http, no_websocket;
    const char *origins; // whose pages may ask, by commas; "*": all; NULL: none
    const char *hosts;   // names by which it may be asked, by commas, beside localhost and
                         // addresses; NULL or "*": any
    const b256 *secret;  // of tokens that are wanted (jwt.h); NULL: none are
    u32 group;
};

struct net_server *net_new(const struct net_handler *h);
void net_free(struct net_server *s);
// False, and a sentence appended to `why`, if it cannot listen there. Texts of *l must stay.
MUST_USE bool net_listen(struct net_server *s, const struct net_listen *l, struct buf *why);
u16 net_port(const struct net_server *s, u32 index); // of the index-th net_listen; 0 of a path
void net_run(struct net_server *s);
void net_stop(void *server);         // from anywhere, signal handlers too
void net_wake(struct net_server *s); // from any thread: `woken` is called by that of net_run
// The answer that was put off. Once for each time, also if the connection has ended since; `from`
// is not to be used after it.
void net_reply(struct net_peer *from, bytes text);
// Sends a text unasked. A peer that lets too much wait is closed.
void net_send(struct net_peer *p, bytes text);
void **net_user(struct net_peer *p); // a place for what its owner keeps; NULL at first
