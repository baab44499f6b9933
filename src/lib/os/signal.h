// SPDX-License-Identifier: MIT
// Being asked to end. The process's signals are global, so this is too.
#pragma once

#include "lib/base/types.h"

// From now on SIGINT and SIGTERM call wake(ctx) instead of ending the process, the second of them
// ends it; SIGPIPE does nothing. `wake` runs inside a signal handler: it may only do what POSIX
// allows there, such as write to a descriptor.
void os_on_stop(void (*wake)(void *ctx), void *ctx);
bool os_stop_asked(void);
