// SPDX-License-Identifier: MIT
// Work on several processors: shares that each run in a process of their own and tell their parent
// bytes while they run. A share that crashes takes nobody with it and can be started again. What
// shares divide between them lies in memory of os_share, made before they start.
#pragma once

#include "lib/base/buf.h"
#include "lib/base/cc.h"
#include "lib/base/types.h"

#define OS_JOB_MESSAGE_MAX ((usize)256 << 20)

u32 os_processor_count(void);

struct os_job_parent; // a share's way to its parent

// Sends one message; it arrives whole, after those sent before. At most OS_JOB_MESSAGE_MAX bytes.
// If the parent is gone, so is the share.
void os_job_tell(struct os_job_parent *p, bytes message);

// work(ctx, share, parent) runs in a child process for each share below `shares`, with memory as it
// is now. The other two are called here, in the order in which things happen: heard for each
// message, died when a child ended otherwise than by returning from work; true starts that share
// again. False if no process could be made; those that run are then waited for.
struct os_job {
    void *ctx;
    void (*work)(void *ctx, u32 share, struct os_job_parent *parent);
    void (*heard)(void *ctx, u32 share, bytes message);
    bool (*died)(void *ctx, u32 share);
};
MUST_USE bool os_run_jobs(const struct os_job *job, u32 shares);
