// SPDX-License-Identifier: MIT
// The orchestrator: one virtual machine that executes messages on a state, routing code of both
// kinds by its first byte. A VM keeps what is worth keeping between executions (decoded programs,
// slots, the resident mini-EVM); it has one owner and belongs to one thread.
#pragma once

#include "core/state/state.h"
#include "core/vm/inspect.h"
#include "engine/evm/evm.h"
#include "lib/base/fork.h"
#include "lib/base/gas.h"

struct vm;

enum vm_form // how EVM code is run
{
    VM_EVM_GUEST,  // by the mini-EVM inside the RV64 machine
    VM_EVM_NATIVE, // by the same source linked into the host
};

struct vm_params {         // the `hybrid` section of a chain's configuration (ABI section 8)
    bool riscv;            // hybrid active: code that begins with FF is RISC-V
    u32 cycles_per_gas;    // 1 to 4,096
    u64 max_code_size;     // of code that begins with FF 7F 45 4C 46
    bool has_code_deposit; // else the fork's price
    u64 code_deposit_gas;  // gas a byte of RISC-V code
};
struct vm_params vm_params_default(void); // riscv on, 4, 262,144, the fork's deposit

struct vm_block {
    u256 number, timestamp, gas_limit, base_fee, blob_base_fee;
    u256 difficulty_or_prevrandao;
    u256 chain_id;
    address coinbase;
    void *ctx;
    // Hash of an ancestor among the last 256 (already checked); NULL: all zero. A fault is that of
    // the whole message.
    enum fault (*block_hash)(void *ctx, u64 number, b256 *out);
};

struct vm_transaction {
    address origin;
    u256 gas_price;
    const b256 *blob_hashes;
    u32 blob_hash_count;
};

struct vm_message {
    bool is_create;
    address from;
    address to; // of a call
    u256 value;
    bytes input; // of a call; init code of a creation
    u64 gas;
    bool value_stays; // the frame sees `value`, but no balance changes
    bool has_code;    // run `code` instead of what `to` holds (it still is `to`'s frame)
    bytes code;
};

struct vm_result {
    u32 status;      // enum evm_status
    enum halt halt;  // if status is EVM_HALT
    u64 gas_left;    // before refunds
    i64 gas_refund;  // the counter, uncapped; 0 unless success
    bytes output;    // valid until the next execution
    address created; // of a successful creation
    u64 cycles;      // block charges of all RISC-V contract frames
    u64 instructions;
    u32 pages; // the greatest number of pages held at once
};

struct vm *vm_new(enum vm_form form);
void vm_free(struct vm *vm);
enum vm_form vm_form_of(const struct vm *vm);
void vm_set_rules(struct vm *vm, enum fork fork, const struct vm_params *params);
void vm_set_inspector(struct vm *vm, const struct inspector *i);        // copied; NULL: none
void vm_set_block(struct vm *vm, const struct vm_block *b);             // copied
void vm_set_transaction(struct vm *vm, const struct vm_transaction *t); // copied; blob_hashes kept

// Executes one message inside the current transaction of `s` (state_begin_transaction and access
// lists are the caller's). A call leaves the sender's nonce; a creation uses and increments it.
// Value is moved; the caller has checked that the sender has it. On revert and halt everything the
// frame did is undone. On a fault the state is as before the call.
MUST_USE enum fault vm_execute(struct vm *vm, struct state *s, const struct vm_message *m,
                               struct vm_result *out);
// How much work executions may do together from now on, in about cycles of the RISC-V machine;
// VM_WORK_ANY (at first): any. An execution that would do more ends with FAULT_UNSUPPORTED, and
// vm_ran_out says so: whoever cannot wait tries within a limit, and leaves the rest to somebody who
// can. Results do not depend on it. The native form measures nothing and does nothing within a
// limit.
#define VM_WORK_ANY (~(u64)0)
void vm_limit_work(struct vm *vm, u64 cycles);
bool vm_ran_out(const struct vm *vm);
u64 vm_work_left(const struct vm *vm);
// Text that says more about the last fault; "" if there is none.
const char *vm_fault_detail(const struct vm *vm);
struct vm_precompile_rule { // what simulations say of one address
    address at;
    bool is_gone; // nothing is there; else what is at `as` without rules
    address as;
};
// Kept by reference until the next call; count 0 ends it. The first rule of an address counts.
void vm_set_precompiles(struct vm *vm, const struct vm_precompile_rule *rules, usize count);
// Whether `a` is a precompile at the VM's fork; warm at a transaction's start.
bool vm_is_precompile(const struct vm *vm, const address *a);
u32 vm_precompile_count(const struct vm *vm);
address vm_precompile_at(const struct vm *vm, u32 index);
