// SPDX-License-Identifier: MIT
// Sockets on a path of the file system, which only this user may use.
#pragma once

#include "lib/base/buf.h"
#include "lib/base/cc.h"
#include "lib/base/types.h"

// The number of a socket that listens there; -1, and a sentence appended to `why`, if it cannot be
// had. What stands there of a server that is gone is replaced.
MUST_USE i32 os_listen_local(const char *path, struct buf *why);
void os_unlink_local(const char *path);
