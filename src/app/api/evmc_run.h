// SPDX-License-Identifier: MIT
// Inside of the EVMC entry: one execute() as data, and its pieces. evmc.c: life and execution;
// evmc_ops.c: the mini-EVM's operations over the EVMC host; evmc_calls.c: calls and creations.
#pragma once

#include "app/api/evmc.h"
#include "engine/evm/evm.h"
#include "lib/base/buf.h"
#include "lib/base/bytes.h"
#include "lib/num/u256.h"

struct run { // one execute()
    const struct evmc_host_interface *host;
    struct evmc_host_context *context;
    const struct evmc_message *message;
    bytes code;
    struct gas_table price;
    struct buf return_data; // of its last call or creation
    i64 refund;
    bool hybrid; // code that begins with FF is not EVM code
    struct evmc_tx_context tx;
    struct run *outer; // the one below, NULL for the first
};

struct evmc_hybrid {
    struct evmc_vm vm; // first: hosts see this
    void *memory;
    struct evm *evm;
    struct run *run; // the one that runs
    bool rejects_riscv;
};

static inline const evmc_address *out_address(const address *a)
{
    static_assert(sizeof(evmc_address) == sizeof(address), "both are 20 bytes");
    return (const evmc_address *)a;
}

static inline evmc_bytes32 out_word(u256 v)
{
    evmc_bytes32 w;
    u256_to_be_bytes(w.bytes, v);
    return w;
}

static inline u256 in_word(evmc_bytes32 w)
{
    return u256_from_be_bytes(w.bytes);
}

static inline address in_address(const evmc_address *a)
{
    address v;
    copy_bytes(v.b, a->bytes, sizeof v.b);
    return v;
}

static inline bool run_is_static(const struct run *r)
{
    return (r->message->flags & EVMC_STATIC) != 0;
}

static inline u64 words_of(u64 n)
{
    return n / 32 + (n % 32 != 0);
}

struct evm_host evmc_operations(struct evmc_hybrid *h);
// Price of reaching an account, which makes it warm; `flat` before access lists.
u64 run_access_price(struct run *r, const address *a, u64 flat);
// Decide the call or creation asked for, have the host carry it out, and fill the outcome.
void run_call(struct run *r, const struct evm_request *q, struct evm_outcome *o);
void run_create(struct run *r, const struct evm_request *q, struct evm_outcome *o);
