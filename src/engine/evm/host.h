// SPDX-License-Identifier: MIT
// What the mini-EVM asks of the world. Implemented by guest/ (an ecall each), by core/vm for the
// native form, and by tests. Calls, creations and ends of frames are not here: they are exits of
// evm_run (evm.h).
//
// Each operation charges everything its opcode costs in the fork in force except EVM memory
// expansion (which the mini-EVM has charged before), checks the static rule, and returns why the
// frame must halt, or HALT_NONE; results are valid only then. Pointers are valid for the call only.
// `n` bytes at `to` are writable memory of the mini-EVM.
#pragma once

#include "lib/base/gas.h"
#include "lib/base/halt.h"
#include "lib/base/types.h"

struct evm_step;

struct evm_host {
    void *ctx;
    enum halt (*balance)(void *ctx, gas *g, const address *a, u256 *out);
    enum halt (*self_balance)(void *ctx, u256 *out); // its price is the opcode's static one
    enum halt (*code_size)(void *ctx, gas *g, const address *a, u256 *out);
    enum halt (*code_hash)(void *ctx, gas *g, const address *a, u256 *out);
    // Copies code from `offset` on, zeros beyond its end; charges access, code mark and copied
    // words.
    enum halt (*code_copy)(void *ctx, gas *g, const address *a, u64 offset, u8 *to, u64 n);
    enum halt (*block_hash)(void *ctx, gas *g, const u256 *number, u256 *out);
    enum halt (*blob_hash)(void *ctx, const u256 *index, u256 *out);   // static price
    enum halt (*sload)(void *ctx, gas *g, const u256 *key, u256 *out); // out may be key
    enum halt (*sstore)(void *ctx, gas *g, const u256 *key, const u256 *value);
    enum halt (*tload)(void *ctx, gas *g, const u256 *key, u256 *out);
    enum halt (*tstore)(void *ctx, gas *g, const u256 *key, const u256 *value);
    // Of n bytes at p and then as many zeros. Zeros are asked for only past EVM_FRAME_MEMORY_MAX,
    // which is out of gas where hybrid is active (ABI section 7).
    enum halt (*keccak)(void *ctx, gas *g, bytes data, u64 zeros, u256 *out);
    // topics[0] is topic 0; count 0 to 4.
    enum halt (*log)(void *ctx, gas *g, bytes data, const u256 *topics, u32 count);
    enum halt (*self_destruct)(void *ctx, gas *g, const address *beneficiary);
    // Copies from the return data of the frame's last call; offset + n is within it. Free: the
    // mini-EVM charges the copied words.
    void (*return_data_copy)(void *ctx, u64 offset, u8 *to, u64 n);
    // Copies the code of the frame that is being begun (its record says how long it is).
    void (*load_code)(void *ctx, u8 *to, u64 n);
    // Before each instruction of a frame whose record has a trace level above 0.
    void (*step)(void *ctx, const struct evm_step *s);
};
