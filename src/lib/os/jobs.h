// SPDX-License-Identifier: MIT
// Work that falls into independent shares, on several processors: each share in a process of its
// own that hands back bytes. A share that crashes takes nobody with it.
#pragma once

#include "lib/base/buf.h"
#include "lib/base/cc.h"
#include "lib/base/types.h"

u32 os_processor_count(void);

// Calls work(ctx, share, &result) for each share below `shares` in a child process and collects
// what it put into result. done(ctx, share, result, ok) is then called here, in order of
// completion; ok is false if the child died. False if no process could be made.
struct os_job {
    void *ctx;
    void (*work)(void *ctx, u32 share, struct buf *result);
    void (*done)(void *ctx, u32 share, bytes result, bool ok);
};
MUST_USE bool os_run_jobs(const struct os_job *job, u32 shares);
