// SPDX-License-Identifier: MIT
// Tracers by name, as debug_traceTransaction and its kin know them: each looks on while one
// transaction runs and gives one JSON value, in the form that go-ethereum gives it. Which there are
// is the table tracers.def; a new one is a row there and a file. What they know of RISC-V frames is
// told by members that other nodes do not have, and only where such contracts exist.
//
// A tracer's life: make, begin, the run, end, result, free; once each. Some look a second time
// (tracer_wants_again), so that the common case costs only what it records: then begin, run and end
// are done again from the same state. trace_run (run.h) does all of it.
#pragma once

#include "core/chain/transact.h"
#include "lib/codec/json.h"

// Bytes that one tracer may hold and write. What goes beyond is not recorded, and there is no
// result but an error that says so.
#define TRACE_BYTES_MAX ((usize)64 << 20)

struct trace_position { // of the transaction in its chain; what is not known is left out of results
    bool has_block, has_transaction;
    u64 block_number, index;
    b256 block_hash, transaction_hash;
    u64 first_log; // logs of the block before the transaction
};

struct trace_context { // all pointers stay the caller's, valid until the result is taken
    enum fork fork;
    bool hybrid; // RISC-V contracts exist: frames tell what they are
    u32 cycles_per_gas;
    struct state *before; // as it was before the transaction: only read
    struct state *state;  // on which it runs
    const struct transaction *t;
    address sender, coinbase;
    struct trace_position at;
};

struct tracer;

// `name` is one of the table. FAULT_BAD_INPUT: the configuration's document says why. `config`
// NULL: none. What it has beyond the tracer's own options is not looked at, as in go-ethereum.
MUST_USE enum fault tracer_make(struct tracer **out, const char *name, const json_value *config);
// The same by a JSON text, which may be none of the table; NULL: structLog.
MUST_USE enum fault tracer_make_by(struct tracer **out, const json_value *name,
                                   const json_value *config);
// For the trace_ methods. flatCallTracer with errors in Parity's words; `bare`: without the
// transaction's place in its chain.
struct tracer *tracer_make_flat(bool bare);
// What is asked for of a replay: {stateDiff, trace, vmTrace}, the others null (trace: an empty
// list).
struct trace_kinds {
    bool trace, vm_trace, state_diff;
};
struct tracer *tracer_make_replay(struct trace_kinds k);
void tracer_free(struct tracer *t);
void tracer_begin(struct tracer *t, const struct trace_context *c); // copied
struct inspector tracer_inspector(struct tracer *t);                // after tracer_begin
// After the transaction was executed and ended.
void tracer_end(struct tracer *t, const struct chain_receipt *receipt);
bool tracer_wants_again(const struct tracer *t);
// Appends one JSON value. False: TRACE_BYTES_MAX was reached; a sentence was appended to `why`.
MUST_USE bool tracer_result(struct tracer *t, struct buf *out, struct buf *why);

u32 tracer_count(void);
const char *tracer_name(u32 index); // "structLog", …
