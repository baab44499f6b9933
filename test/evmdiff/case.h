// SPDX-License-Identifier: MIT
// A case of the EVM's differential test is a handful of accounts and one transaction on them. A
// world is what cases are executed in, one after the other: with revm many of them in one block,
// with EthereumJS one each.
//
// Peers are processes (peer_*.mjs) that read a world a line and answer a line:
//   to it    {"env": {…}, "accounts": {address: {balance, nonce, code, storage}},
//             "txs": [{"raw": data, "hash": b256, "sender": address}]}
//   back     {"env": {number, timestamp, gasLimit, baseFee, random, difficulty, excessBlobGas,
//   coinbase},
//             "hashes": [of the block 0, 1, …], "before": {accounts besides},
//             "order": [indices of those that ran], "txs": [null or {status, gasUsed, created,
//             logs, output}], "root": b256 or "accounts": {all of them afterwards, sorted}}
// All numbers are texts of hexadecimal digits after 0x. A transaction that was refused is null.
#pragma once

#include "app/cli/alloc.h"
#include "core/chain/transact.h"

#define CHAIN_ID 1u
#define BASE_FEE 1000u         // of a block since London
#define BLOCK_GAS 1000000000ul // room for any world
#define CASE_ACCOUNTS_MAX 16u

struct test_case {
    u64 number; // with the seed of the run, all that it is made from
    enum fork fork;
    struct alloc alloc; // owned; not sorted
    struct transaction tx;
    b256 key; // of its sender
    address sender;
};

struct environment {
    u64 number, timestamp, gas_limit, excess_blob_gas;
    u256 base_fee, random, difficulty;
    u256 reward; // paid to the coinbase after the transactions
    address coinbase;
    b256 *hash; // of the blocks below `number`; owned
    usize hash_count;
};

struct peer_traits { // what a peer tells, and what it does not know
    const char *name, *script;
    bool has_output;
    bool has_root;            // else it tells all accounts
    bool one_block;           // all cases of a batch make one world
    u32 unknown_forks;        // bits
    u32 worlds_max;           // then it is started anew; 0: never
    bool has_eip3607;         // refuses senders with code
    bool has_blobs;           // takes blob transactions without their blobs
    bool has_empty_creations; // with no init code
};

void case_fini(struct test_case *c);
void case_copy(struct test_case *to, const struct test_case *from); // *to is uninitialised
void case_sign(struct test_case *c);                                // after a change
