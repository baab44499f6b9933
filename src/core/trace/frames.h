// SPDX-License-Identifier: MIT
// What the tracers of calls have in common: the frames of one transaction in the order of their
// beginnings, in the view of go-ethereum's call tracers. There SELFDESTRUCT is a frame too, the
// caller of a DELEGATECALL is the account that makes it, and what is called is the account whose
// code runs.
#pragma once

#include "core/state/state.h"
#include "core/trace/failure.h"
#include "core/trace/priv.h"

struct traced_frame {
    u8 op; // as in struct inspect_frame, or OP_SELFDESTRUCT
    enum inspect_kind kind;
    u32 depth;
    address from, to;
    u256 value;
    u64 gas, gas_used;
    u32 status;              // as in struct inspect_end
    u32 children;            // frames right below it
    u32 first_log, last_log; // index plus one; 0: none
    usize input_at, input_size, output_at, output_size;
    struct trace_failure failure; // without the input
    u64 cycles, instructions;     // RISC-V
    u32 pages;
};

struct traced_log {
    u32 next;     // of the same frame; index plus one, 0: none
    u32 position; // frames below that frame before it
    u64 index;    // in the block
    struct state_log log;
    usize data_at;
};

struct last_step {
    bool known;
    u8 op;
    u32 height;
    u64 gas;
};

struct frames {
    bool only_top, with_log; // set by their user
    bool lacks_last;         // a failure's words need the steps, which were not looked at
    struct traced_frame *frame;
    u32 count, cap;
    struct traced_log *log;
    u32 log_count, log_cap;
    struct buf data;
    u32 open[TRACE_DEPTH_MAX];        // index of the live frame of each depth
    address storage[TRACE_DEPTH_MAX]; // whose storage the live frame of each depth has
    struct last_step last[TRACE_DEPTH_MAX];
};

struct frame_tracer { // a tracer of calls begins with this
    struct tracer base;
    struct frames frames;
};

// For struct tracer_kind. The first run does without the EVM's steps. If a failure's words need the
// last one, there is a second run with them.
void frame_tracer_fini(struct frame_tracer *t);
void frame_tracer_begin(struct tracer *t);
struct inspector frame_tracer_inspect(struct tracer *t);
void frame_tracer_end(struct tracer *t, const struct chain_receipt *receipt);
bool frame_tracer_wants_again(const struct tracer *t);

// For inspectors that do more at these events. Frames below the top are left out if only_top.
void frames_enter(struct frame_tracer *t, const struct inspect_frame *e);
void frames_leave(struct frame_tracer *t, const struct inspect_end *e);
void frames_step(struct frame_tracer *t, const struct inspect_step *s);

bytes frames_input(const struct frames *f, const struct traced_frame *e);
bytes frames_output(const struct frames *f, const struct traced_frame *e);
bool frame_is_creation(const struct traced_frame *e);
// How it failed, appended; nothing if it did not.
void frames_put_error(const struct frame_tracer *t, const struct traced_frame *e, struct buf *b);
const char *frame_type(const struct traced_frame *e);       // "CALL", …
const char *frame_type_lower(const struct traced_frame *e); // "call", …

// Members of a frame's object, from `from` to `revertReason`; and `logs`, if there are any.
void frame_put_head(const struct frame_tracer *t, const struct traced_frame *e, struct buf *b);
void frame_put_logs(const struct frame_tracer *t, const struct traced_frame *e, struct buf *b);
