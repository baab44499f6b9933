// SPDX-License-Identifier: MIT
// Inside of core/trace: what a tracer is made of. Each is a struct that begins with struct tracer.
#pragma once

#include "core/trace/put.h"
#include "core/trace/tracer.h"
#include "engine/evm/opcode.h"
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"
#include "lib/num/u256.h"

#define TRACE_DEPTH_MAX 1026u // frames of depth 0 to 1,024 and one that is not begun

struct tracer_kind {
    // *config is an object, or all zero. *out is given also on a refusal, if not NULL.
    enum fault (*make)(struct tracer **out, const json_value *config);
    void (*free)(struct tracer *t);
    void (*begin)(struct tracer *t); // forgets an earlier run; may be NULL
    struct inspector (*inspector)(struct tracer *t);
    void (*end)(struct tracer *t, const struct chain_receipt *receipt); // may be NULL
    bool (*wants_again)(const struct tracer *t);                        // may be NULL: never
    void (*result)(struct tracer *t, struct buf *out);
};

struct tracer {
    const struct tracer_kind *kind;
    struct trace_context context;
    usize held; // bytes
    bool full;  // TRACE_BYTES_MAX was reached: nothing more is recorded
    u32 runs;   // begun so far
};

// Counts n more bytes; false if they are too many.
static inline bool trace_take(struct tracer *t, usize n)
{
    t->held += n;
    t->full |= t->held > TRACE_BYTES_MAX;
    return !t->full;
}

// An option of a configuration that may be all zero; *out is left as it is if it is not there.
MUST_USE enum fault trace_option_bool(bool *out, const json_value *config, const char *name);
MUST_USE enum fault trace_option_u64(u64 *out, const json_value *config, const char *name);

// ---- pieces of JSON, each after what stands before it

// "name": with a comma before it unless an object or list has just begun.
void trace_put_name(struct buf *b, const char *name);
void trace_put_comma(struct buf *b); // the same for an element of a list
void trace_put_data(struct buf *b, const char *name, bytes v);
void trace_put_address(struct buf *b, const char *name, const address *v);
void trace_put_b256(struct buf *b, const char *name, const b256 *v);
void trace_put_quantity(struct buf *b, const char *name, u256 v);
void trace_put_u64(struct buf *b, const char *name, u64 v); // a quantity
void trace_put_decimal(struct buf *b, const char *name, u64 v);
void trace_put_text(struct buf *b, const char *name, const char *v);
void trace_put_text_bytes(struct buf *b, const char *name, bytes v);
void trace_put_bool(struct buf *b, const char *name, bool v);

#define TRACER(name, kind, text) extern const struct tracer_kind kind;
#include "core/trace/tracers.def"
