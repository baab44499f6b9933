// SPDX-License-Identifier: MIT
// A server for texts that are asked and answered: by HTTP/1.1 POST (one answer a request, the
// connection stays), by WebSocket and by local sockets (both can also be sent to unasked). Knows
// nothing of what the texts mean. Everything is of one thread, which net_run keeps until net_stop.
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

struct net_handler {
    void *ctx;
    // Appends the answer to a text; nothing: there is none. `peer` is NULL by HTTP. `group` is that
    // of the listener.
    void (*answer)(void *ctx, u32 group, struct net_peer *peer, bytes text, struct buf *out);
    void (*closed)(void *ctx, struct net_peer *peer); // may be NULL
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
void net_stop(void *server); // from anywhere, signal handlers too
// Sends a text unasked. A peer that lets too much wait is closed.
void net_send(struct net_peer *p, bytes text);
void **net_user(struct net_peer *p); // a place for what its owner keeps; NULL at first
