// SPDX-License-Identifier: MIT
// Transfers of an ERC-20 by many senders, signed beforehand, so that the same bytes go to every
// node: they have the same accounts and chain id.
#pragma once

#include "lib/base/buf.h"
#include "lib/base/cc.h"
#include "lib/base/types.h"

#define SENDERS 64u
#define BENCH_CHAIN_ID 31337u
#define BENCH_MNEMONIC "test test test test test test test test test test test junk"

struct transfers {
    b256 key[SENDERS];
    address from[SENDERS];
    address token; // where the first sender's first transaction creates it
    u64 nonce[SENDERS];
    u32 count;       // signed, in turn by all senders
    struct buf *raw; // of each: a request's parameters, ["0x…"]
};

// Keys of the senders and the token's address.
MUST_USE bool transfers_init(struct transfers *t, struct buf *why);
void transfers_fini(struct transfers *t);
// Creates the token from init code in hex (a file) and gives every sender some. Nonces of t are
// then
MUST_USE bool transfers_set_up(struct transfers *t, struct buf *why, u16 port, const char *path);
// Signs `count` more transactions.
void transfers_sign(struct transfers *t, u32 count);
// Sends those from `first` on over `connections` and waits until all are in blocks. *ns: from the
// first request until then. *nudges: blocks that had to be asked for are added, NULL where the node
// makes them by the clock.
MUST_USE bool transfers_send(u64 *ns, struct buf *why, const struct transfers *t, u32 first,
                             u16 port, u32 connections, u32 *nudges);
