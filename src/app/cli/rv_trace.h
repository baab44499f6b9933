// SPDX-License-Identifier: MIT
// Tracer of RISC-V contract instructions for people: a line each with depth, pc, encoding, text and
// the registers that it changed; services and ends of frames in between.
#pragma once

#include "core/vm/inspect.h"
#include "lib/base/buf.h"

struct rv_trace {
    struct buf out;
    void (*write)(void *ctx, bytes text);
    void *ctx;
    bool held; // a line waits for what its instruction changes
    u32 depth; // of that line
    u64 x[32]; // registers before it
    u64 f[32];
};

void rv_trace_init(struct rv_trace *t, void (*write)(void *ctx, bytes text), void *ctx);
void rv_trace_fini(struct rv_trace *t);
void rv_trace_flush(struct rv_trace *t);
struct inspector rv_trace_inspector(struct rv_trace *t); // refers to *t
