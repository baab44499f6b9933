// SPDX-License-Identifier: MIT
// A chain of blocks under test: it keeps every accepted block with the state after it, and chooses
// the head by total difficulty (the last block since Paris).
#pragma once

#include "core/chain/ethash.h"
#include "core/chain/execute.h"

#define TEST_BLOCKS_MAX 1024u

struct test_block { // an accepted one
    struct header header;
    u256 total_difficulty;
    struct state *state; // after it
    struct commitment *commitment;
    struct test_block *parent; // NULL: genesis
    bytes uncles;              // borrowed of the bytes that it came in
};

struct test_chain {
    struct vm *vm;
    struct schedule schedule;
    struct ethash **ethash; // made when a seal is to be verified; whoever owns it frees it
    struct test_block *blocks[TEST_BLOCKS_MAX];
    u32 count;
    struct test_block *head;
};

void test_chain_fini(struct test_chain *c);
struct test_block *test_chain_find(const struct test_chain *c, const b256 *hash);
// Takes state and commitment. There must be room.
struct test_block *test_chain_add(struct test_chain *c, const struct header *h,
                                  struct test_block *parent, struct state *s,
                                  struct commitment *commitment);
// Checks, executes and adds a block in its coding, which is kept. One that is known is valid.
MUST_USE enum fault test_chain_import(struct test_chain *c, bytes wire, enum block_verdict *v,
                                      struct block_result *result);
