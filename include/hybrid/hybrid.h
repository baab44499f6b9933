// SPDX-License-Identifier: MIT
//
// hybrid: an Ethereum-compatible execution engine for two kinds of contract on one state. Code that
// begins with the byte FF is a RISC-V program (FF, then an ELF; docs/abi.md), all other code is EVM
// byte code, run by a small EVM that is itself a program of the same RV64 machine. Both call and
// create each other.
//
// A VM executes messages on a state. Objects are opaque and have one owner; a VM and the states it
// works on belong to one thread at a time; different VMs do not know of each other. Memory that a
// function returns stays valid until the object it came from is changed or freed. Passing NULL for
// an object is an error of the program. The library prints nothing and never ends the process,
// except when the machine is out of memory.
//
// Example: examples/embed.c. Link with `pkg-config --cflags --libs hybrid`.
//
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <hybrid/version.h>

#ifdef __cplusplus
extern "C" {
#endif

// ---- values -------------------------------------------------------------------------------------

// An account's address, as it is written in hex.
struct hybrid_address {
    uint8_t bytes[20];
};

// 256 bits in big-endian order: a number, a hash, a storage key or value, a log topic.
struct hybrid_word {
    uint8_t bytes[32];
};

// Borrowed bytes. data may be NULL if size is 0.
struct hybrid_bytes {
    const uint8_t *data;
    size_t size;
};

// The word of a small number.
static inline struct hybrid_word hybrid_word_of(uint64_t value)
{
    struct hybrid_word w = {{0}};
    for (int i = 0; i < 8; i++) {
        w.bytes[31 - i] = (uint8_t)(value >> (8 * i));
    }
    return w;
}

// ---- errors -------------------------------------------------------------------------------------

// Why a function did not do what it was asked. How a contract ended is not an error: see
// hybrid_result_status.
enum hybrid_error {
    HYBRID_OK = 0,
    HYBRID_BAD_ARGUMENT = 1, // a value out of its range, or a name that does not exist
    HYBRID_NO_FUNDS = 2,     // the sender has less than the message's value
    HYBRID_FAULT =
        3, // the machinery failed; hybrid_vm_fault_text says more. The state is unchanged
};

// A short sentence; static.
const char *hybrid_error_text(enum hybrid_error error);

// Version of the library, "0.1.0"; static.
const char *hybrid_version(void);

// ---- the VM -------------------------------------------------------------------------------------

struct hybrid_vm;

// How EVM code is run. Both give the same results in everything.
enum hybrid_evm {
    HYBRID_EVM_RISCV = 0,  // by the mini-EVM inside the RV64 machine: the system's definition
    HYBRID_EVM_NATIVE = 1, // by the same source compiled for the host: faster
};

// Makes a VM with the newest final fork and RISC-V contracts on. It keeps decoded programs and
// pooled machines between executions. NULL if `evm` is neither value.
struct hybrid_vm *hybrid_vm_new(enum hybrid_evm evm);

// Frees a VM; NULL is allowed.
void hybrid_vm_free(struct hybrid_vm *vm);

// Chooses the rules: "frontier" … "osaka" (see `hybrid help run`), any case. HYBRID_BAD_ARGUMENT:
// no such fork; nothing is changed.
enum hybrid_error hybrid_vm_set_fork(struct hybrid_vm *vm, const char *name);

// Parameters of RISC-V contracts (ABI, "Chain configuration").
struct hybrid_riscv {
    bool on;                   // code that begins with FF is RISC-V
    uint32_t cycles_per_gas;   // 1 to 4,096; default 4
    uint64_t max_code_size;    // bytes; default 262,144
    bool has_code_deposit_gas; // else the fork's price of a byte of code
    uint64_t code_deposit_gas; // gas a byte of RISC-V code, up to 2^32
};

// The defaults.
struct hybrid_riscv hybrid_riscv_default(void);

// Sets them. HYBRID_BAD_ARGUMENT: out of range; nothing is changed.
enum hybrid_error hybrid_vm_set_riscv(struct hybrid_vm *vm, const struct hybrid_riscv *parameters);

// The block in which messages are executed.
struct hybrid_block {
    struct hybrid_word number, timestamp, gas_limit, base_fee, blob_base_fee;
    struct hybrid_word prevrandao; // the difficulty before Paris
    struct hybrid_word chain_id;
    struct hybrid_address coinbase;
    // Hash of one of the last 256 ancestors; NULL: all are zero.
    struct hybrid_word (*block_hash)(void *context, uint64_t number);
    void *context;
};

// Number 1, time 1, gas limit 60,000,000, chain 1, blob base fee 1, all else 0. A new VM has this
// one.
struct hybrid_block hybrid_block_default(void);

// Sets the block of the executions that follow; copied.
void hybrid_vm_set_block(struct hybrid_vm *vm, const struct hybrid_block *block);

// After HYBRID_FAULT: what failed, in words; "" if nothing has.
const char *hybrid_vm_fault_text(const struct hybrid_vm *vm);

// ---- the state ----------------------------------------------------------------------------------

struct hybrid_state;

// Makes an empty world.
struct hybrid_state *hybrid_state_new(void);

// Frees a state; NULL is allowed.
void hybrid_state_free(struct hybrid_state *state);

// Each setter makes the account exist. Code is copied and may be of either kind.
void hybrid_state_set_balance(struct hybrid_state *state, const struct hybrid_address *account,
                              const struct hybrid_word *balance);
void hybrid_state_set_nonce(struct hybrid_state *state, const struct hybrid_address *account,
                            uint64_t nonce);
void hybrid_state_set_code(struct hybrid_state *state, const struct hybrid_address *account,
                           struct hybrid_bytes code);
void hybrid_state_set_storage(struct hybrid_state *state, const struct hybrid_address *account,
                              const struct hybrid_word *key, const struct hybrid_word *value);

// Accounts that do not exist read as zeros and nothing.
struct hybrid_word hybrid_state_balance(struct hybrid_state *state,
                                        const struct hybrid_address *account);
uint64_t hybrid_state_nonce(struct hybrid_state *state, const struct hybrid_address *account);
struct hybrid_bytes hybrid_state_code(struct hybrid_state *state,
                                      const struct hybrid_address *account);
struct hybrid_word hybrid_state_storage(struct hybrid_state *state,
                                        const struct hybrid_address *account,
                                        const struct hybrid_word *key);

// ---- execution ----------------------------------------------------------------------------------

// A call or a creation, executed as a transaction of its own: from, to, precompiles and coinbase
// are warm, nothing intrinsic is charged, no account pays for gas, refunds are counted and not
// paid.
struct hybrid_message {
    struct hybrid_address from;
    struct hybrid_address to; // of a call
    struct hybrid_word value;
    struct hybrid_bytes input;    // calldata; of hybrid_deploy constructor arguments
    uint64_t gas;                 // up to 2^63 - 1
    struct hybrid_word gas_price; // what contracts read
};

struct hybrid_result; // what an execution gave; owned by who asked for it

// Calls message->to. HYBRID_OK: *result is a new object, whatever the contract did; the state has
// its changes only if it succeeded. Otherwise *result is NULL and the state unchanged.
enum hybrid_error hybrid_call(struct hybrid_vm *vm, struct hybrid_state *state,
                              const struct hybrid_message *message, struct hybrid_result **result);

// Creates a contract from `code`, followed by message->input as constructor arguments. `code` is
// EVM init code, a finished creation container, or an ELF (with or without its FF) of a constructor
// program, which gets its container. Uses and increments the sender's nonce.
enum hybrid_error hybrid_deploy(struct hybrid_vm *vm, struct hybrid_state *state,
                                const struct hybrid_message *message, struct hybrid_bytes code,
                                struct hybrid_result **result);

enum hybrid_status {
    HYBRID_SUCCESS = 0,
    HYBRID_REVERT = 1, // by the contract's choice; gas that was left is given back
    HYBRID_HALT = 2,   // exceptional: all gas is used; see hybrid_result_halt
};

// Frees a result; NULL is allowed.
void hybrid_result_free(struct hybrid_result *result);
enum hybrid_status hybrid_result_status(const struct hybrid_result *result);
// Name of the halt reason ("out_of_gas" …, ABI "Halt reasons"), NULL if it did not halt; static.
const char *hybrid_result_halt(const struct hybrid_result *result);
// Gas given less gas left, before refunds; a creation's deposit included.
uint64_t hybrid_result_gas_used(const struct hybrid_result *result);
// The refund counter, uncapped; 0 unless it succeeded.
int64_t hybrid_result_gas_refund(const struct hybrid_result *result);
// What was returned, or the data of a revert; of a successful deployment the contract's code.
struct hybrid_bytes hybrid_result_output(const struct hybrid_result *result);
// Address of what hybrid_deploy created; NULL if nothing.
const struct hybrid_address *hybrid_result_created(const struct hybrid_result *result);
// Figures of all RISC-V contract frames: cycles, instructions, the greatest number of pages held.
uint64_t hybrid_result_cycles(const struct hybrid_result *result);
uint64_t hybrid_result_instructions(const struct hybrid_result *result);
uint32_t hybrid_result_pages(const struct hybrid_result *result);
// A revert's reason in words if the data are Error(string) or Panic(uint256), else NULL.
const char *hybrid_result_reason(const struct hybrid_result *result);

struct hybrid_log {
    struct hybrid_address address;
    uint32_t topic_count; // 0 to 4
    struct hybrid_word topics[4];
    struct hybrid_bytes data;
};

// Logs in their order; none unless it succeeded.
size_t hybrid_result_log_count(const struct hybrid_result *result);
// The log at index, which is below the count.
struct hybrid_log hybrid_result_log(const struct hybrid_result *result, size_t index);

// ---- tracing ------------------------------------------------------------------------------------

enum hybrid_kind {
    HYBRID_KIND_NONE = 0, // an account without code, or a call that was not begun
    HYBRID_KIND_EVM = 1,
    HYBRID_KIND_RISCV = 2,
    HYBRID_KIND_PRECOMPILE = 3,
};

struct hybrid_frame {
    uint32_t depth;
    uint8_t op; // F0 create, F1 call, F2 callcode, F4 delegatecall, F5 create2, FA staticcall
    enum hybrid_kind kind;
    bool is_static;
    struct hybrid_address from, to, code; // code: the account whose code runs
    struct hybrid_word value;
    uint64_t gas;
    struct hybrid_bytes input;
};

struct hybrid_frame_end {
    uint32_t depth;
    uint32_t status;  // enum hybrid_status, or 3: not begun
    const char *halt; // name of the reason if status is HYBRID_HALT, else NULL
    uint64_t gas_left;
    struct hybrid_bytes output;
    uint64_t cycles, instructions; // of a RISC-V frame
    uint32_t pages;
};

struct hybrid_step { // an EVM instruction, before it is executed
    uint32_t depth, pc;
    uint8_t op;
    uint64_t gas;
    int64_t refund;
    const uint64_t *stack; // four limbs a word, the least significant first; the lowest word first
    uint32_t stack_height; // words
    struct hybrid_bytes memory;
};

// What an execution shows while it runs. Each function may be NULL; what it is given is valid
// during the call. None may use the VM or the state.
struct hybrid_tracer {
    void *context;
    void (*enter)(void *context, const struct hybrid_frame *frame);
    void (*leave)(void *context, const struct hybrid_frame_end *end);
    void (*step)(void *context, const struct hybrid_step *step);
    void (*log)(void *context, uint32_t depth, const struct hybrid_log *log);
    void (*debug_log)(void *context, uint32_t depth, struct hybrid_bytes text); // service 0x04
};

// Traces the executions that follow; copied. NULL: none.
void hybrid_vm_set_tracer(struct hybrid_vm *vm, const struct hybrid_tracer *tracer);

// Writes EVM steps of the executions that follow as EIP-3155 lines, some at a time. NULL: none.
void hybrid_vm_set_eip3155(struct hybrid_vm *vm,
                           void (*write)(void *context, struct hybrid_bytes text), void *context);

#ifdef __cplusplus
}
#endif
