// SPDX-License-Identifier: MIT
// The kit of the tests of the ABI: one world held twice, executed with the mini-EVM inside the
// machine and with the native one. Each message runs on both; results, states, logs and what
// inspectors see must be equal, or the test ends. What contracts did is recorded: each service with
// the registers before and after it, each frame with its beginning and end. Defaults: newest fork,
// hybrid with its default parameters.
#pragma once

#include "core/vm/vm.h"
#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "test/kit_code.h"
#include "test/test.h"

enum { KIT_GAS = 100000000, KIT_WATCH_MAX = 512 };

struct kit_service {
    u32 depth;
    u8 id;
    bool returned;    // the frame went on after it
    i64 cycles;       // left before it
    i64 cycles_after; // before the next block's charge
    u64 x[32], after[32];
    u8 watched[KIT_WATCH_MAX]; // memory after it
};

struct kit_frame {
    struct inspect_frame begin; // without input
    usize input_size;
    b256 input_hash;
    struct inspect_end end; // without output
    usize output_size;
};

struct kit_result {
    u32 status;
    enum halt halt;
    u64 gas, gas_left, gas_used;
    i64 refund;
    bytes output; // until the next message
    address created;
    u64 cycles, instructions;
    u32 pages;
};

struct kit_side;

struct kit {
    // May be changed at any time; the next message sees it.
    enum fork fork;
    struct vm_params params;
    struct vm_block block;
    struct vm_transaction tx;
    u32 watch_at, watch_n; // guest memory that is recorded after each service
    bool one_form;         // native only: where there are very many messages
    bool unrecorded;       // no inspector

    struct kit_side *side[2];
    bool in_transaction;
    struct kit_result r; // of the last message
    const struct kit_service *service;
    usize service_count;
    const struct kit_frame *frame;
    usize frame_count;
    struct buf output;
};

struct kit *kit_new(void);
void kit_free(struct kit *k);

// Addresses of tests: those of contracts end with `n`. All bytes differ.
address kit_at(u8 n);
extern const address KIT_ALICE; // sender of all messages, rich
extern const address KIT_COINBASE;

// ---- the world before a message; each is a transaction of its own unless one is open
void kit_code(struct kit *k, address a, bytes code);
void kit_balance(struct kit *k, address a, u64 balance);
void kit_wealth(struct kit *k, address a, u256 balance); // any balance
void kit_nonce(struct kit *k, address a, u64 nonce);
void kit_store(struct kit *k, address a, u64 key, u64 value);
// Installs code at kit_at(n), frees the buffer; rv: with an image around it.
address kit_rv(struct kit *k, u8 n, struct buf *code);
address kit_rv_layout(struct kit *k, u8 n, struct buf *code, struct rv_layout l);
address kit_evm(struct kit *k, u8 n, struct buf *code);
void kit_designate(struct kit *k, address a, address target); // EIP-7702
// Installs the image of a contract of test/contracts, by name: "caller".
address kit_contract(struct kit *k, u8 n, const char *name);

// ---- messages
void kit_begin(struct kit *k); // a transaction for several messages
void kit_end(struct kit *k);
const struct kit_result *kit_run(struct kit *k, const struct vm_message *m);
enum fault kit_fault(struct kit *k,
                     const struct vm_message *m); // must end with a fault in both forms
const struct kit_result *kit_call(struct kit *k, address to, bytes input, u64 given);
const struct kit_result *kit_call_value(struct kit *k, address to, u64 value, u64 given);
const struct kit_result *kit_create(struct kit *k, bytes init, u64 given);
// Runs RISC-V code as the contract kit_at(1), with KIT_GAS and no input; frees the buffer.
const struct kit_result *kit_rv_run(struct kit *k, struct buf *code);

// Runs, as kit_at(1), `setup` (may be NULL, freed) and then one service whose arguments are a0 to
// a7. Every other register holds a pattern, t0 has junk above its low 8 bits. Returns the record of
// that service.
const struct kit_service *kit_probe(struct kit *k, struct buf *setup, u32 id,
                                    const u64 arguments[8]);
void kit_put_probe(struct buf *code, u32 id, const u64 arguments[8]);
const struct kit_service *kit_probed(const struct kit *k); // of the last message; NULL: not reached
#define ARGUMENTS(...) ((const u64[8]){__VA_ARGS__})

// ---- what came of it
struct state *kit_state(struct kit *k);
u256 kit_loaded(struct kit *k, address a, u64 key);
u64 kit_balance_of(struct kit *k, address a);
bytes kit_code_of(struct kit *k, address a);
bool kit_exists(struct kit *k, address a);
u256 kit_output_word(struct kit *k, usize index); // of the output, big-endian
u64 kit_output_le64(struct kit *k, usize index);
// Index of the n-th service of the top frame.
usize kit_top_service(struct kit *k, usize n);
// Gas that service i took, with what its child used; it must be a whole number.
u64 kit_price(struct kit *k, usize i);
u64 kit_cycles(struct kit *k, usize i);
// Ends the test unless the last message halted for this reason.
#define EXPECT_HALTED(k, why)                                                                      \
    do {                                                                                           \
        EXPECT_STR(halt_name((k)->r.halt), why);                                                   \
        EXPECT_EQ((k)->r.status, EVM_HALT);                                                        \
    } while (0)
#define EXPECT_SUCCESS(k)                                                                          \
    do {                                                                                           \
        EXPECT_STR(halt_name((k)->r.halt), "none");                                                \
        EXPECT_EQ((k)->r.status, EVM_SUCCESS);                                                     \
    } while (0)
// The outcome of frame i (in order of their beginnings).
#define EXPECT_FRAME_HALTED(k, i, why)                                                             \
    do {                                                                                           \
        EXPECT((k)->frame_count > (i));                                                            \
        EXPECT_STR(halt_name((k)->frame[i].end.halt), why);                                        \
    } while (0)
