// SPDX-License-Identifier: MIT
// Telling the service manager how it goes (sd_notify(3)): one datagram to the socket that the
// environment variable NOTIFY_SOCKET names.
#pragma once

#include "lib/base/types.h"

// "READY=1", "STOPPING=1"; without a service manager nothing happens.
void os_notify(const char *state);
