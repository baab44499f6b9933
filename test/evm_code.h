// SPDX-License-Identifier: MIT
// Byte code written by tests: a buffer of a fixed size with an assembler's few verbs, and a mock
// that lives as long as a test.
#pragma once

#include "engine/evm/opcode.h"
#include "test/evm_mock.h"
#include "test/test.h"

enum { CODE_MAX = 8192 };

struct code_text {
    u8 p[CODE_MAX];
    usize n;
};

// Code of opcodes and bytes: CODE(OP_PUSH1, 2, OP_POP).
#define CODE(...) ((bytes){(const u8[]){__VA_ARGS__}, sizeof((const u8[]){__VA_ARGS__})})

static inline void put(struct code_text *c, u32 byte)
{
    CHECK(c->n < CODE_MAX);
    c->p[c->n++] = (u8)byte;
}

static inline void put_bytes(struct code_text *c, bytes b)
{
    for (usize i = 0; i < b.n; i++) {
        put(c, b.p[i]);
    }
}

static inline void put_word(struct code_text *c, u256 w)
{
    b256 b = u256_to_b256(w);
    put(c, OP_PUSH32);
    put_bytes(c, (bytes){b.b, 32});
}

static inline void put_number(struct code_text *c, u64 n)
{
    put_word(c, u256_from_u64(n));
}

// Ends with the top word as output.
static inline void put_return_top(struct code_text *c)
{
    put_bytes(c, CODE(OP_PUSH1, 0, OP_MSTORE, OP_PUSH1, 32, OP_PUSH1, 0, OP_RETURN));
}

static inline bytes code_bytes(const struct code_text *c)
{
    return (bytes){c->p, c->n};
}

static inline u256 output_word(const struct mock_result *r)
{
    EXPECT_EQ(r->status, EVM_SUCCESS);
    EXPECT_EQ(r->output_size, 32);
    return u256_from_be_bytes(r->output);
}

enum { GAS_PLENTY = 1 << 30 };

static inline struct mock_result run_latest(struct mock *m, bytes code)
{
    return mock_run(m, code, BYTES_NONE, FORK_LATEST, GAS_PLENTY);
}
