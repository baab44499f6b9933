// SPDX-License-Identifier: MIT
// One transaction in one block: is it valid, what does it cost before it runs, and what it does to
// the state (yellow paper, section 6; EIP-1559, 2929, 2930, 3529, 3607, 3651, 3860, 4844, 7623,
// 7702, 7825).
#pragma once

#include "core/eth/transaction.h"
#include "core/vm/vm.h"

struct blob_schedule { // EIP-7840
    u64 target, max;
    u64 update_fraction;
};
struct blob_schedule blob_schedule_of(enum fork f); // the fork's own; zero before Cancun

struct chain_block { // what transactions see of their block
    enum fork fork;
    struct vm_params params;
    bool has_tx_gas_max; // `maxTxGas` of the hybrid section replaces EIP-7825's cap
    u64 tx_gas_max;
    bool any_sender;   // the sender may have code (else EIP-3607 refuses it)
    bool is_call;      // what runs is no transaction of a key: its sender's nonce and code do not
                       // matter, nor does the cap of a transaction's gas
    bool checks_nonce; // of a call all the same
    struct vm_block vm;
    u64 gas_left; // of the block's limit
    u64 blob_gas_left;
    u64 excess_blob_gas;
    bool has_blob_fee; // vm.blob_base_fee counts, not what follows from excess_blob_gas
    struct blob_schedule blobs;
};

struct chain_receipt {
    u32 status; // enum evm_status
    enum halt halt;
    u64 gas_used;
    u64 gas_max;  // used before anything was refunded
    bytes output; // valid until the next execution
    address created;
    bool has_created;
    b256 root; // of the state after it, before Byzantium and in a block only
    bool has_root;
};

// Gas that a transaction costs before it runs, and the floor of what it costs at all (0: none).
struct intrinsic_gas {
    u64 gas, floor;
};
struct intrinsic_gas transaction_intrinsic_gas(const struct gas_table *p,
                                               const struct transaction *t);

u256 blob_base_fee(u64 excess_blob_gas, u64 update_fraction);

// Whether `t` of `sender` would be valid now, without executing it: of several reasons against it
// the one that chain_transact would give.
MUST_USE enum fault chain_check(struct vm *vm, struct state *s, const struct chain_block *b,
                                const struct transaction *t, const address *sender,
                                enum verdict *verdict);
// Checks and, if valid, executes `t` of `sender` inside a transaction of its own of `s`, pays and
// refunds. On a verdict the state is as before, but that the coinbase is left untouched too: who
// needs it touched after a refused transaction does so.
MUST_USE enum fault chain_transact(struct vm *vm, struct state *s, const struct chain_block *b,
                                   const struct transaction *t, const address *sender,
                                   enum verdict *verdict, struct chain_receipt *out);
