// SPDX-License-Identifier: MIT
// What tracers, debuggers and profilers may see of an execution. Every function may be NULL; none
// may change anything. Structures and pointers are valid during the call only. Frames of both
// kinds, of precompiles, of calls to accounts without code, of calls and creations that cannot
// begin (too deep, too little balance, a taken address) are reported alike: enter, then leave,
// strictly nested. The same execution gives the same calls, in the same order, in every form and
// tier (rv_* only exist where RISC-V contracts run; the mini-EVM's own machine is never reported).
#pragma once

#include "engine/rv/rv.h"
#include "lib/base/halt.h"
#include "lib/base/types.h"

struct state_log;

enum inspect_kind {
    INSPECT_NONE, // no code: a plain transfer, or a call that was not begun
    INSPECT_EVM,
    INSPECT_RISCV,
    INSPECT_PRECOMPILE,
};

struct inspect_frame {
    u8 op; // 0xF0, 0xF1, 0xF2, 0xF4, 0xF5, 0xFA; of the top frame 0xF1 or 0xF0
    enum inspect_kind kind;
    u32 depth;
    bool is_static;
    address from; // the caller as the frame sees it
    address to;   // the frame's own address (storage, balance); of a creation the new address
    address code; // the account whose code runs
    u256 value;
    u64 gas;     // given, stipend included
    bytes input; // init code of a creation
};

struct inspect_end {
    u32 depth;
    u32 status;      // 0 success, 1 revert, 2 halt, 3 not begun
    enum halt halt;  // why, if status is 2
    bool at_deposit; // of a creation: its code ended well, what it returned was not taken
    u64 gas_left;    // after a creation's deposit
    bytes output;
    u64 cycles;       // RISC-V: block charges of this frame
    u64 instructions; // RISC-V
    u32 pages;        // RISC-V: held at its end
};

struct inspect_destroy { // SELFDESTRUCT of either kind of code, after it was carried out
    u32 depth;
    address from, to;
    u256 balance;  // moved (or burnt)
    bool destroys; // the account goes at the end of the transaction (EIP-6780)
};

struct inspect_step { // one EVM instruction, before it is executed
    u32 depth;
    u32 pc;
    u8 op;
    u64 gas;
    i64 refund;
    const u256 *stack; // lowest word first
    u32 stack_height;
    bytes memory;
    u64 return_size;
};

enum inspect_access {
    INSPECT_ACCOUNT_READ,  // balance, code, existence
    INSPECT_ACCOUNT_WRITE, // balance, nonce, code
    INSPECT_SLOT_READ,
    INSPECT_SLOT_WRITE, // value is the new value
    INSPECT_TRANSIENT_READ,
    INSPECT_TRANSIENT_WRITE,
};

struct inspector {
    void *ctx;
    void (*frame_enter)(void *ctx, const struct inspect_frame *f);
    void (*frame_leave)(void *ctx, const struct inspect_end *e);
    void (*evm_step)(void *ctx, const struct inspect_step *s);
    // The EVM instruction last reported asked for a call or creation, all is charged and forwarded:
    // gas_left is what its frame keeps.
    void (*evm_charged)(void *ctx, u32 depth, u64 gas_left);
    void (*rv_block)(void *ctx, u32 depth, const struct rv_machine *m, u32 cost);
    void (*rv_step)(void *ctx, u32 depth, const struct rv_machine *m);
    // A contract's ecall, before it is carried out; id is the low byte of t0.
    void (*service)(void *ctx, u32 depth, u8 id, const struct rv_machine *m);
    void (*debug_log)(void *ctx, u32 depth, bytes text); // service 0x04
    void (*log)(void *ctx, u32 depth, const struct state_log *l, bytes data);
    void (*destroy)(void *ctx, const struct inspect_destroy *d);
    void (*access)(void *ctx, enum inspect_access kind, const address *a, const u256 *key,
                   const u256 *value);
};
