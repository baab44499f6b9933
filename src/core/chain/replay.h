// SPDX-License-Identifier: MIT
// A block that was accepted, executed again transaction by transaction by somebody who looks on or
// stops in between: the system calls come first, then each transaction finds the state, the gas and
// the environment that it found then. What comes after the transactions is left out.
#pragma once

#include "core/chain/execute.h"

struct block_replay;

// `c` (without a commitment) and `b` must stay as they are. Executes the system calls; needs
// block_replay_free in any case.
MUST_USE enum fault block_replay_new(struct block_replay **out, const struct block_context *c,
                                     const struct block *b);
void block_replay_free(struct block_replay *r);

// The next transaction, decoded, with its sender (whom the context's watch names, or who signed
// it); its coding is lent by the block. False: there is none, or (of a block that was never
// accepted) it is malformed.
struct replayed {
    usize index;
    struct transaction t; // transaction_fini is the caller's
    address sender;
    bytes raw;
};
MUST_USE bool block_replay_next(struct block_replay *r, struct replayed *out);
// What it finds: for chain_transact or whoever executes it in that way, on the context's state.
const struct chain_block *block_replay_environment(const struct block_replay *r);
void block_replay_count(struct block_replay *r, const struct replayed *t,
                        const struct chain_receipt *receipt); // after it
