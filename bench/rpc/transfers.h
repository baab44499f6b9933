// SPDX-License-Identifier: MIT
// Transfers of an ERC-20 by many senders, signed beforehand, so that the same bytes go to every
// node: they have the same accounts and chain id.
#pragma once

#include "core/eth/transaction.h"
#include "lib/base/buf.h"
#include "lib/base/cc.h"
#include "lib/base/types.h"

#define SENDERS 64u
#define TOKEN_SUPPLY_BIT 120u
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

// The contract that `creator` makes by its transaction of that nonce, below 128.
address transfers_created(const address *creator, u8 nonce);
// Keys of the senders and the token's address.
MUST_USE bool transfers_init(struct transfers *t, struct buf *why);
void transfers_fini(struct transfers *t);
// Creates the token from init code in hex (a file) and gives every sender some. Nonces of t are
// then
MUST_USE bool transfers_set_up(struct transfers *t, struct buf *why, u16 port, const char *path);
// Init code of a file (hex, or a container of a RISC-V contract) with the arguments of its
// constructor: two short texts and the supply, TOKEN_SUPPLY_BIT a power of two.
MUST_USE bool transfers_read_code(struct buf *out, struct buf *why, const char *path);
// Appends ["0x…"] with the sender's next transaction; fees, chain and nonce are filled in.
void transfers_sign_one(struct buf *out, struct transfers *t, u32 sender,
                        const struct transaction *of);
// Sends parameters, which end with 0 and are cleared; a refusal is a failure.
MUST_USE bool transfers_send_one(struct buf *why, u16 port, struct buf *parameters);
// Until every sender's transactions are in blocks. With `nudges`, a node that mines each at once
// and has left some in its pool for a while is asked for a block, and that is counted: anvil does
// so when several come at the same time.
MUST_USE bool transfers_wait(struct buf *why, const struct transfers *t, u16 port, u32 *nudges);
// Signs `count` more transactions.
void transfers_sign(struct transfers *t, u32 count);
// Sends those from `first` on over `connections` and waits until all are in blocks. *ns: from the
// first request until then. *nudges: blocks that had to be asked for are added, NULL where the node
// makes them by the clock.
MUST_USE bool transfers_send(u64 *ns, struct buf *why, const struct transfers *t, u32 first,
                             u16 port, u32 connections, u32 *nudges);
