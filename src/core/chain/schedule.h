// SPDX-License-Identifier: MIT
// When which rules are in force on a chain: forks by block, time or total difficulty, blob
// parameters by fork (EIP-7840, 7892), and what is peculiar to the chain.
#pragma once

#include "core/chain/transact.h"

enum activation {
    BY_BLOCK,
    BY_DIFFICULTY, // Paris on chains that mined: the parent's total difficulty reaches
                   // `at_difficulty`
    BY_TIME,
};

struct fork_activation {
    enum fork fork;
    enum activation by;
    u64 at;
    u256 at_difficulty;
    u64 bomb_delay;             // blocks that the difficulty bomb is held back
    struct blob_schedule blobs; // zero before Cancun
};

#define SCHEDULE_MAX 32u
#define HYBRID_MAX 16u

struct hybrid_entry { // of the hybrid section of a chain's configuration (ABI section 8)
    u64 time;
    struct vm_params params;
    bool has_tx_gas_max; // replaces EIP-7825's cap
    u64 tx_gas_max;
};

struct schedule {
    u256 chain_id;
    struct fork_activation fork[SCHEDULE_MAX]; // in order
    u32 count;
    bool has_dao;
    u64 dao_block;
    bool proves_work;        // seals of PoW blocks are verified
    struct vm_params params; // of the hybrid section, before the first entry below
    bool has_tx_gas_max;     // of it: `maxTxGas` replaces EIP-7825's cap
    u64 tx_gas_max;
    struct hybrid_entry hybrid[HYBRID_MAX]; // ascending by time; each replaces the ones before it
    u32 hybrid_count;
    address deposit_contract; // whose logs are deposits (EIP-6110)
};

struct block_rules { // for one block
    enum fork fork;
    u64 bomb_delay;
    struct blob_schedule blobs;
    bool is_dao_block;  // the block of the DAO fork
    bool has_dao_extra; // one of the ten that carry its extra data
    struct vm_params params;
    bool has_tx_gas_max; // of the hybrid section: replaces EIP-7825's cap
    u64 tx_gas_max;
};

// The deposit contract of the main network and of the official tests.
extern const address DEPOSIT_CONTRACT_MAINNET;

// Rules of the block with this number and time; `difficulty_before` is its parent's total
// difficulty.
struct block_rules schedule_rules(const struct schedule *s, u64 number, u64 timestamp,
                                  const u256 *difficulty_before);
// The delay of the bomb that came with a fork.
u64 bomb_delay_of(enum fork f);
void schedule_add(struct schedule *s, enum fork f, enum activation by, u64 at);
// A schedule by the name that official tests give a network ("Berlin", "ShanghaiToCancunAtTime15k",
// …).
bool schedule_from_test_name(struct schedule *s, const char *name);
