// SPDX-License-Identifier: MIT
// The mini-EVM: executes EVM byte code of every fork, one struct for a whole stack of frames, no
// recursion. The same source is built for the host (native form) and free-standing for RV64 (the
// guest). It knows code, stack, memory and gas; the world is behind host.h, and calls, creations
// and frame ends are exits, on which its owner decides what comes next.
//
// Layouts here are shared by host and guest: fixed width, little-endian, pointers as u64 of the
// side that runs the EVM (native: host pointers; guest: guest addresses).
#pragma once

#include "engine/evm/host.h"
#include "lib/base/fork.h"
#include "lib/base/types.h"

#define EVM_RECORD_VERSION 1u
#define EVM_FRAMES_MAX 1025u              // depths 0 to 1,024
#define EVM_STACK_MAX 1024u               // words a frame
#define EVM_FRAME_MEMORY_MAX (1ull << 28) // bytes; more is out of gas (ABI section 7), but for
#define EVM_FAR_MEMORY_MAX (1ull << 36)   // zeros that KECCAK256 reads without hybrid
#define EVM_MEMORY_MAX (768ull << 20)     // bytes in all live frames
#define EVM_CODE_PADDING 40u // zero bytes that follow loaded code, so that PUSH32 needs no bound
#define EVM_INPUT_MAX                                                                              \
    (48ull << 20) // bytes of input from outside this EVM's memory; more is out of gas

// Where the host may put the input of a guest's top frame (EVM_INPUT_MAX bytes; the guest never
// writes there).
#define EVM_GUEST_INPUT 0xBBC00000ull

// ---- records: what the owner gives ------------------------------------------------------------

// A frame to run ("interpreter" part of the record).
struct evm_frame_record {
    u32 version;     // EVM_RECORD_VERSION
    u32 fork;        // enum fork
    u32 depth;       // 0 to 1,024, counted over frames of both kinds
    u32 trace_level; // 0: none; 1: step() before each instruction
    u8 is_static;
    u8 is_create; // code is init code: run once, not worth caching
    u8 pad0[6];
    b256 code_hash; // of `code_size` bytes that host.load_code copies
    u64 code_size;
    u64 input; // address of the input
    u64 input_size;
    address target; // whose storage and balance; ADDRESS
    address caller;
    u256 value;
    u64 gas;
};
static_assert(sizeof(struct evm_frame_record) == 160, "shared layout");

// Block environment.
struct evm_block_record {
    u256 number;
    u256 timestamp;
    u256 gas_limit;
    u256 base_fee;
    u256 blob_base_fee;
    u256 difficulty_or_prevrandao;
    u256 chain_id;
    address coinbase;
    u8 pad0[4];
};
static_assert(sizeof(struct evm_block_record) == 248, "shared layout");

// Transaction environment.
struct evm_tx_record {
    u256 gas_price; // effective
    address origin;
    u8 pad0[4];
};
static_assert(sizeof(struct evm_tx_record) == 56, "shared layout");

// In front of the parts, at 0x8000_0000 for the top frame and where the last exit asked for it
// otherwise.
struct evm_record_head {
    u64 total_size; // of the whole record, this included
    u64 frame_size; // of each part; block and tx are 0 in a nested frame's record
    u64 block_size;
    u64 tx_size;
};

// What the guest leaves at 0x8000_0000 when its outermost frame has ended (x31 = sizeof of it).
struct evm_output_record {
    u64 size;   // of this record
    u32 status; // enum evm_status, 0 to 2
    u32 halt;   // enum halt if status is EVM_HALT
    u64 gas_left;
    u64 gas_refund; // 0: refunds are counted where storage is, in the host
    u64 data;       // guest address of the return data
    u64 data_size;
    u64 memory_top; // as in evm_request
};
static_assert(sizeof(struct evm_output_record) == 56, "shared layout");

// ---- exits: what the EVM asks -----------------------------------------------------------------

enum evm_exit {
    EVM_EXIT_CALL = 1, // request.op is CALL, CALLCODE, DELEGATECALL or STATICCALL
    EVM_EXIT_CREATE,   // request.op is CREATE or CREATE2
    EVM_EXIT_END,      // the top frame ended; it is popped already
};

enum evm_status // of a frame, a call or a creation (numbers of the ABI's service 0x02)
{
    EVM_SUCCESS = 0,
    EVM_REVERT = 1,
    EVM_HALT = 2,
    EVM_NOT_BEGUN = 3,
};

// Filled by evm_run on every exit. The fields that an exit does not name are 0.
struct evm_request {
    u32 exit;       // enum evm_exit
    u32 op;         // CALL, CREATE: the opcode
    u64 gas;        // CALL, CREATE: left in the frame, memory paid, nothing else; END: left
    u64 gas_wanted; // CALL: the gas operand, saturated
    address to;     // CALL
    u8 pad0[4];
    u256 value; // CALL, CALLCODE, CREATE*
    u256 salt;  // CREATE2
    u64 data;   // CALL: input; CREATE: init code; END: output
    u64 data_size;
    u64 record_at;  // where the owner may put a nested frame's record, followed by its input
    u32 status;     // END: enum evm_status
    u32 halt;       // END: enum halt, if status is EVM_HALT
    u64 memory_top; // highest address of EVM memory in use since the outermost frame began
};
static_assert(sizeof(struct evm_request) == 152, "shared layout");

// The outcome of a call or creation, given to evm_resume.
struct evm_outcome {
    u32 status; // enum evm_status
    u32 halt; // HALT_NONE, or why the *asking* frame must halt (cold access unpaid, static rule …)
    u64 gas;  // that the asking frame now has
    u64 return_size; // size of its new return data, which host.return_data_copy serves
    u256 created;    // CREATE*: the new address as a word, 0 if it failed
};
static_assert(sizeof(struct evm_outcome) == 56, "shared layout");

// ---- tracing ----------------------------------------------------------------------------------

struct evm_step {
    u32 pc;
    u32 op;
    u32 depth; // as in the record
    u32 stack_height;
    u64 gas;         // before the instruction
    u64 stack;       // address of the lowest word, u256 each (limbs little-endian)
    u64 memory;      // address of the frame's memory
    u64 memory_size; // bytes
    u64 return_size;
};
static_assert(sizeof(struct evm_step) == 56, "shared layout");

// ---- the machine ------------------------------------------------------------------------------

struct evm; // opaque; lives at the start of the memory that evm_init is given

// Bytes of address space evm_init needs. Only what is used is ever touched; all of it must read as
// zero or hold what an earlier run left there.
u64 evm_memory_needed(void);
// Makes an EVM in `memory` (16-byte aligned). The host table is copied. Gives the struct.
struct evm *evm_init(void *memory, u64 size, const struct evm_host *host);
// The environment of the transaction that follows; forgets nothing else.
void evm_set_environment(struct evm *e, const struct evm_block_record *block,
                         const struct evm_tx_record *tx);
// Begins a frame on top of the stack. The record is copied; the input it names stays where it is
// until the frame has ended, which a caller's memory does. Loads the code (of init code the hash is
// not looked at) or finds it cached. A frame whose input and uncached code exceed the limits halts
// at once, out of gas.
void evm_push(struct evm *e, const struct evm_frame_record *r);
// Gives the top frame the outcome of what it asked for.
void evm_resume(struct evm *e, const struct evm_outcome *o);
// Runs the top frame until an exit and fills *request.
enum evm_exit evm_run(struct evm *e, struct evm_request *request);
u32 evm_frame_count(const struct evm *e);
// Drops all frames, as after a fault of the owner.
void evm_reset(struct evm *e);
