// SPDX-License-Identifier: MIT
// Stream sockets that never block, and waiting for many of them at once. A socket is a number of
// the system's, -1 is none. Belongs to one thread, but for os_poll_wake.
#pragma once

#include "lib/base/buf.h"
#include "lib/base/cc.h"
#include "lib/base/types.h"

// -1, and a sentence appended to `why`, if it cannot be had. `host` is a name or an address of this
// machine; port 0 is any that is free.
MUST_USE i32 os_listen(const char *host, u16 port, struct buf *why);
// On a path of the file system, which only this user may use. What stands there of a server that is
// gone is replaced.
MUST_USE i32 os_listen_local(const char *path, struct buf *why);
void os_unlink_local(const char *path);
u16 os_socket_port(i32 socket);
i32 os_accept(i32 listener); // -1: nobody waits
void os_close(i32 socket);
void os_end_sending(i32 socket); // the other side sees an end; it may still send

enum os_io {
    OS_IO_DONE,  // *n bytes, at least one
    OS_IO_LATER, // would block
    OS_IO_END,   // the other side sends no more
    OS_IO_FAILED,
};
enum os_io os_receive(i32 socket, void *p, usize size, usize *n);
enum os_io os_send(i32 socket, bytes data, usize *n);

struct os_event {
    void *ctx; // of os_poll_add
    bool can_read, can_write;
    bool is_gone; // the connection is broken in both directions
};

struct os_poll;
struct os_poll *os_poll_new(void);
void os_poll_free(struct os_poll *p);
MUST_USE bool os_poll_add(struct os_poll *p, i32 socket, void *ctx); // for reading
void os_poll_change(struct os_poll *p, i32 socket, void *ctx, bool read, bool write);
// Waits until something happens, `timeout_ms` are over or os_poll_wake is called; the number of
// events.
usize os_poll_wait(struct os_poll *p, struct os_event *events, usize max, u32 timeout_ms);
void os_poll_wake(void *poll); // from anywhere, signal handlers too
