// SPDX-License-Identifier: MIT
// Our side: a world run in the engine, in one form of the mini-EVM, with hybrid active or not. What
// came of it is kept as the JSON text that a peer sends too, so that comparing is comparing text.
#pragma once

#include "test/evmdiff/case.h"

struct world {
    const struct peer_traits *peer;
    struct test_case **cases; // borrowed
    u32 count;
    const u32 *order; // of the cases: those that ran in the peer's block first
    struct environment env;
    struct alloc before; // accounts besides those of the cases
};

struct world_result {
    struct buf *text; // of each case's transaction, by its index
    u32 count;
    struct buf accounts; // if the peer tells them
    b256 root;           // always
    bool has_riscv;      // code that begins with FF was run or deposited: hybrid makes a difference
    const char *fault;   // NULL: none
};

struct engine_mode {
    enum vm_form form;
    bool riscv;
};

struct coverage { // what cases reach, counted in the frames of one form
    u64 frames, creations, refusals;
    u64 halt[HALT_COUNT];     // of frames; HALT_NONE: success or revert
    u64 op[256];              // executed
    u64 precompile[0x101][2]; // calls by number and outcome: 0 failed, 1 succeeded
};

struct engine;
struct engine *engine_new(struct coverage *c); // kept; NULL: nothing is counted
void engine_free(struct engine *e);
void engine_run(struct engine *e, struct world_result *out, const struct world *w,
                struct engine_mode mode);
bool world_is_refused(const struct world_result *r); // the transaction of a world of one case
void world_result_fini(struct world_result *r);
