// SPDX-License-Identifier: MIT
// The world state in memory, with a journal: accounts, storage, transient storage, access sets,
// logs, refunds. Everything that a reverted frame must undo goes through the journal; checkpoints
// nest. What is not in memory yet is asked of a source. One state belongs to one thread.
//
// Invariants: (1) every change between begin and end of a transaction has a journal entry, so
// reverting to a checkpoint restores exactly what was. (2) "In this transaction" marks are epochs,
// not flags: beginning a transaction costs nothing for accounts that it does not touch. (3) No
// order of a hash map is visible: exports are sorted by address and key.
#pragma once

#include "core/state/source.h"
#include "lib/base/buf.h"
#include "lib/base/halt.h"
#include "lib/base/types.h"

struct state;
struct account; // handle, valid as long as its state

struct state_log {
    address emitter;
    u32 topic_count;
    b256 topic[4];
    usize data_at; // in the state's log data
    usize data_size;
};

struct state_checkpoint {
    usize journal;
    usize logs;
    usize log_data;
    i64 refund;
};

struct state *state_new(const struct state_source *source); // source may be NULL: an empty world
void state_free(struct state *s);
// A state with the same contents and source and nothing else (no transaction, no index of changes,
// nothing dirty: call it when all that was dirty has been taken).
struct state *state_clone(const struct state *s);

// ---- transactions and checkpoints
void state_begin_transaction(
    struct state *s); // clears access sets, transient storage, logs, refund, marks
// Applies what happens at a transaction's end: deletes destroyed accounts, and if `clear_empty` the
// touched empty ones (EIP-161). Then the journal is empty.
void state_end_transaction(struct state *s, bool clear_empty);
struct state_checkpoint state_checkpoint(const struct state *s);
void state_revert(struct state *s, struct state_checkpoint to);
// First fault of the source since the last call; FAULT_NONE if all went well. Reads return zeros
// after one.
MUST_USE enum fault state_take_fault(struct state *s);

// ---- accounts. Handles are found by address once and then used; absent accounts have a handle
// too.
struct account *state_account(struct state *s, const address *a);
const address *account_address(const struct account *a);
bool account_exists(const struct account *a);
bool account_is_empty(
    const struct account *a); // EIP-161: no nonce, balance, code (absent ones too)
u64 account_nonce(const struct account *a);
const u256 *account_balance(const struct account *a);
const b256 *account_code_hash(const struct account *a); // keccak of nothing if it has no code
u64 account_code_size(struct state *s, struct account *a);
bytes account_code(struct state *s, struct account *a); // valid as long as the state
bool account_has_storage(struct state *s, struct account *a);

void state_set_nonce(struct state *s, struct account *a, u64 nonce);
void state_set_balance(struct state *s, struct account *a, const u256 *balance);
// Adds or subtracts; the caller has checked that it fits. Creates an absent account.
void state_add_balance(struct state *s, struct account *a, const u256 *amount);
void state_sub_balance(struct state *s, struct account *a, const u256 *amount);
void state_set_code(struct state *s, struct account *a, bytes code); // copies; hashes
// Sets code whose hash is known (the deposit of a creation has it already).
void state_touch(struct state *s, struct account *a); // EIP-161: to be cleared at the end if empty
// Makes it a contract in the making: exists, marked as created in this transaction; balance stays.
void state_create_contract(struct state *s, struct account *a, u64 nonce);
bool state_created_now(const struct state *s, const struct account *a);
void state_destroy(struct state *s, struct account *a); // deleted at the end of the transaction
bool state_is_destroyed(const struct state *s, const struct account *a);

// ---- access sets and code marks: true if it was marked already; marks it
bool state_warm_account(struct state *s, struct account *a);
bool state_account_is_warm(const struct state *s, const struct account *a);
bool state_warm_slot(struct state *s, struct account *a, const u256 *key);
bool state_mark_code(struct state *s, struct account *a);
bool state_code_is_marked(const struct state *s, const struct account *a);

// ---- storage
u256 state_sload(struct state *s, struct account *a, const u256 *key);
u256 state_sload_original(struct state *s, struct account *a,
                          const u256 *key); // at the transaction's start
void state_sstore(struct state *s, struct account *a, const u256 *key, const u256 *value);
// All slots become zero, between transactions: for who changes a state by hand. It cannot be
// reverted.
void state_clear_storage(struct state *s, struct account *a);
u256 state_tload(struct state *s, struct account *a, const u256 *key);
void state_tstore(struct state *s, struct account *a, const u256 *key, const u256 *value);

// ---- refunds and logs
void state_add_refund(struct state *s, i64 amount);
i64 state_refund(const struct state *s);
void state_log(struct state *s, const address *emitter, bytes data, const b256 *topics, u32 count);
usize state_log_count(const struct state *s);
const struct state_log *state_log_at(const struct state *s, usize i);
bytes state_log_data(const struct state *s, const struct state_log *l);

// ---- what changed, transaction by transaction
struct state_change {
    u64 transaction; // number of state_begin_transaction calls before it, less one
    address account;
    enum state_change_kind {
        STATE_CHANGE_BALANCE,
        STATE_CHANGE_NONCE,
        STATE_CHANGE_CODE,    // before, after: code hashes
        STATE_CHANGE_STORAGE, // key is set
        STATE_CHANGE_DELETED,
    } kind;
    u256 key, before, after;
};
// Net changes of all ended transactions, in order of transaction, address, kind, key.
usize state_change_count(const struct state *s);
const struct state_change *state_change_at(const struct state *s, usize i);

// ---- export: every existing account, sorted by address; slots that are not zero, sorted by key
struct state_visitor {
    void *ctx;
    void (*account)(void *ctx, const struct account *a, bytes code);
    void (*slot)(void *ctx, const u256 *key, const u256 *value);
};
void state_visit(struct state *s, const struct state_visitor *v);

// What may have changed since the last call (since state_new for the first): each account with its
// slots, in no order. `wiped`: all slots that are not told of are gone. Costs what changed.
struct state_dirty_visitor {
    void *ctx;
    void (*begin)(void *ctx, const struct account *a, bool wiped);
    void (*slot)(void *ctx, const u256 *key, const u256 *value); // zero: there is none
    void (*end)(void *ctx, const struct account *a);
};
void state_take_dirty(struct state *s, const struct state_dirty_visitor *v);
