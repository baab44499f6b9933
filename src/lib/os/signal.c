// SPDX-License-Identifier: MIT
// Signals over sigaction.
#include "lib/os/signal.h"

#include <signal.h>

#include "lib/base/check.h"

static volatile sig_atomic_t stop_asked;
static void (*stop_wake)(void *ctx);
static void *stop_ctx;

static void handle_stop(int number)
{
    (void)number;
    stop_asked = 1;
    stop_wake(stop_ctx);
}

void os_on_stop(void (*wake)(void *ctx), void *ctx)
{
    stop_wake = wake;
    stop_ctx = ctx;
    struct sigaction once = {.sa_handler = handle_stop, .sa_flags = (int)SA_RESETHAND};
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    CHECK(sigaction(SIGINT, &once, NULL) == 0);
    CHECK(sigaction(SIGTERM, &once, NULL) == 0);
    CHECK(sigaction(SIGPIPE, &ignore, NULL) == 0);
}

bool os_stop_asked(void)
{
    return stop_asked != 0;
}
