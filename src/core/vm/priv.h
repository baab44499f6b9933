// SPDX-License-Identifier: MIT
// Inside of core/vm: the virtual machine, its frames, and the pieces that pass them around.
//
//   vm.c       life, settings, the run loop          frame.c   begin and end of frames of both
//   kinds host.c     operations on the world               call.c    calls and creations syscalls.c
//   door of RISC-V contracts              guest.c   door of the mini-EVM in the machine native.c
//   door of the mini-EVM linked in        code.c    cache of RISC-V programs
//
// Invariants: (1) frames[0 .. count-1] are live, strictly nested; only the top one runs. (2)
// `answer` is set from the moment a call or creation is decided until the asking frame (or the
// caller of vm_execute) has taken it. (3) return_data belongs to the top frame: a new frame starts
// with none, an ended one leaves its output there for its parent. (4) The mini-EVM's own stack of
// frames is the sub-sequence of EVM frames here.
#pragma once

#include "core/precompile/precompile.h"
#include "core/vm/vm.h"
#include "engine/evm/opcode.h"
#include "engine/rv/rv.h"
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"
#include "lib/num/u256.h"

#define FRAME_DEPTH_MAX 1024u // of the deepest frame; the top frame has depth 0
#define LARGE_CODE 24576u     // bytes of RISC-V code above which its loading is paid (EIP-7907)
#define RISCV_GAS_MAX (1ull << 48) // a RISC-V frame computes with at most this much
#define LIVE_PAGES_MAX 32768u      // of all frames of a transaction

struct frame {
    enum inspect_kind kind; // INSPECT_EVM or INSPECT_RISCV
    u8 op;
    u32 depth;
    bool is_static;
    bool is_create;
    bool foreign_input;     // EVM: input is not in the mini-EVM's memory
    struct account *target; // whose storage and balance
    address to, caller;
    u256 value;
    b256 code_hash;
    bytes code;  // as stored; of a creation the init code
    bytes input; // as the frame sees it
    struct state_checkpoint checkpoint;
    u64 gas; // EVM: what it has while a child runs; RISC-V: beyond 2^48, untouched
    struct evm_frame_record record; // EVM frames, native form
    // RISC-V frames only
    struct rv_machine m;
    struct rv_program *program; // one reference
    u32 pages;                  // held, counted in vm->pages_live
    u32 last_status;            // service 0x02
    address last_created;       // service 0x01
    bool is_invoke;             // the call under way came by invoke
    u8 *created_at;             // invoke of a creation: where its address goes, else NULL
};

// The outcome of a call or creation on its way to the frame that asked.
struct answer {
    bool ready;
    bool was_create;
    u32 status; // enum evm_status
    enum halt halt;
    u64 gas; // returned
    address created;
};

struct evm_door { // one form of the mini-EVM
    // Queues the frame to be begun at the next run; its code and input are the frame's.
    enum fault (*begin)(struct vm *vm, struct frame *f);
    void (*resume)(struct vm *vm, const struct evm_outcome *o);
    // Runs until the next exit; request->data is checked to be readable.
    enum fault (*run)(struct vm *vm, struct evm_request *request);
    const u8 *(*read)(struct vm *vm, u64 at, u64 n); // memory of the EVM; NULL if out of bounds
    enum fault (*reset)(struct vm *vm);              // after a fault
};

struct vm_code; // cache, code.c

struct vm {
    enum vm_form form;
    const struct evm_door *door;
    enum fork fork;
    struct gas_table price;
    struct vm_params params;
    struct inspector inspector;
    bool inspected; // any function of the inspector is set
    struct vm_block block;
    struct vm_transaction tx;
    bool environment_changed; // the native EVM has not seen block and tx yet
    struct state *state;
    struct frame **frames; // FRAME_DEPTH_MAX + 1, allocated when first used
    u32 count;
    struct answer answer;
    struct buf return_data;
    u32 pages_live, pages_peak;
    u64 cycles, instructions;
    u64 work_left; // vm_limit_work
    bool has_run_out;
    struct vm_code *code;
    struct rv_pool *pool;
    struct buf fault_detail; // ends with a 0 byte, or is empty
    enum fault hash_fault;   // what asking for a block's hash failed with; told at a frame's end
    const struct vm_precompile_rule *precompile_rules;
    usize precompile_rule_count;
    // guest form
    struct rv_program *guest_program;
    struct rv_slot *guest_slot;
    struct rv_machine guest;
    struct frame *guest_begin; // queued by begin, else NULL
    bool guest_resuming;       // queued by resume
    bool guest_nested;         // stopped in the exit service, else idle: waiting for a top record
    struct evm_outcome guest_outcome;
    u64 guest_outcome_at; // where the exit service wants its outcome
    u64 guest_record_at;  // and a nested frame's record
    u64 guest_gas;        // given when it was run last
    u64 guest_memory_top; // highest since the guest was made
    // native form
    void *native_memory;
    struct evm *native;
    u64 native_memory_top; // highest since the EVM was made
};

// The precompile at an address, with what simulations say of it; NULL: none.
const struct precompile *vm_find_precompile(const struct vm *vm, const address *a);

static inline struct frame *vm_top(struct vm *vm)
{
    return vm->count > 0 ? vm->frames[vm->count - 1] : NULL;
}

// Work that was done; what a gas pays for counts as WORK_PER_GAS cycles.
#define WORK_PER_GAS 4u
static inline void vm_worked(struct vm *vm, u64 cycles)
{
    if (UNLIKELY(vm->work_left != VM_WORK_ANY)) {
        vm->work_left -= cycles < vm->work_left ? cycles : vm->work_left;
    }
}
enum fault vm_run_out(struct vm *vm); // ends the execution

static inline u64 words_of(u64 n)
{
    return n / 32 + (n % 32 != 0);
}

__attribute__((format(printf, 3, 4))) enum fault vm_fault(struct vm *vm, enum fault f,
                                                          const char *format, ...);
// What failed outside (the state's source, block hashes) since the last call.
MUST_USE enum fault vm_take_fault(struct vm *vm);

// ---- frame.c

struct frame_request { // everything a frame is made of
    u8 op;
    u32 depth;
    bool is_static;
    bool is_create;
    bool foreign_input;
    struct account *target;
    address caller;
    address code_address;
    u256 value;
    bool moves_value; // from `caller`'s balance to the target's
    b256 code_hash;
    bytes code;
    bytes input;
    u64 gas;
    u64 start_price; // top frame: what reaching its large code costs, charged to the frame
};

// Begins: moves value, then runs a precompile, or pushes a frame, or has nothing to run. Either
// vm->answer is ready or the new frame is on top afterwards.
MUST_USE enum fault frame_begin(struct vm *vm, const struct frame_request *r);
// Ends the top frame with what its code did; the deposit of a creation is settled here. `output`
// may point into the frame's own memory.
MUST_USE enum fault frame_end(struct vm *vm, u32 status, enum halt halt, u64 gas_left,
                              bytes output);
// The answer of something that had no frame.
void answer_without_frame(struct vm *vm, u32 status, enum halt halt, u64 returned, bool was_create);
// The same for one that inspectors are to be told of. Of one that was not begun the gas goes back.
void frame_refuse(struct vm *vm, const struct frame_request *q, u32 status, enum halt halt);
void frames_drop(struct vm *vm); // after a fault
u64 large_code_price(const struct vm *vm, u64 size);
// Limits, then the price of `count` more pages for a RISC-V frame; counts them.
enum halt frame_take_pages(struct vm *vm, struct frame *f, gas *g, u64 count);

// ---- code.c

struct vm_code *code_new(void);
void code_free(struct vm_code *c);
void code_empty(struct vm_code *c); // programs of live frames live on
// The program of an image (FF, then the ELF) with one reference for the caller; NULL if it is not
// valid.
struct rv_program *code_program(struct vm_code *c, const b256 *hash, bytes image);

// ---- host.c: operations on the world for the top frame. Each charges all its opcode costs.

u64 host_access_price(struct vm *vm, struct account *a, u64 flat); // marks it warm
// Price of the first reach for large RISC-V code at `a` in this transaction; marks it.
u64 host_code_mark_price(struct vm *vm, struct account *a);
enum halt host_balance(struct vm *vm, gas *g, const address *a, u256 *out);
enum halt host_self_balance(struct vm *vm, u256 *out);
enum halt host_code_size(struct vm *vm, gas *g, const address *a, u256 *out);
enum halt host_code_hash(struct vm *vm, gas *g, const address *a, u256 *out);
enum halt host_code_copy(struct vm *vm, gas *g, const address *a, u64 offset, u8 *to, u64 n);
enum halt host_block_hash(struct vm *vm, gas *g, const u256 *number, u256 *out);
enum halt host_blob_hash(struct vm *vm, const u256 *index, u256 *out);
enum halt host_sload(struct vm *vm, gas *g, const u256 *key, u256 *out);
enum halt host_sstore(struct vm *vm, gas *g, const u256 *key, const u256 *value);
enum halt host_tload(struct vm *vm, gas *g, const u256 *key, u256 *out);
enum halt host_tstore(struct vm *vm, gas *g, const u256 *key, const u256 *value);
// Of the data and then as many zeros: memory that the mini-EVM was paid for and does not have (ABI
// section 7).
enum halt host_keccak(struct vm *vm, gas *g, bytes data, u64 zeros, u256 *out);
enum halt host_log(struct vm *vm, gas *g, bytes data, const u256 *topics, u32 count);
enum halt host_self_destruct(struct vm *vm, gas *g, const address *beneficiary);
void host_return_data_copy(struct vm *vm, u64 offset, u8 *to, u64 n);
// Copies n bytes from `from` at offset, zeros beyond its end.
void copy_padded(u8 *to, bytes from, u64 offset, u64 n);

// ---- call.c

struct call_request {
    u8 op;
    bool capped;  // the gas wanted is a limit; else, before EIP-150, more than there is halts
    bool foreign; // the data is not in the mini-EVM's memory
    u64 gas_wanted;
    address to;
    u256 value;
    u256 salt;
    bytes data;
};

// Decides a call or creation of the top frame, which has *g left. HALT_NONE: vm->answer is ready or
// a frame is on top, and *g is what the asking frame keeps. Else the asking frame must halt.
MUST_USE enum fault host_call(struct vm *vm, gas *g, const struct call_request *r, enum halt *halt);
MUST_USE enum fault host_create(struct vm *vm, gas *g, const struct call_request *r,
                                enum halt *halt);
// The code that a call to `a` runs: its own, or that of its designator's target.
struct resolved_code {
    struct account *account; // that holds it
    address at;
    bytes code;
    b256 hash;
    bool delegated;
};
struct resolved_code resolve_code(struct vm *vm, const address *a);
address create_address(const address *sender, u64 nonce);
address create2_address(const address *sender, const u256 *salt, const b256 *init_hash);
// Whether init code has the limit of containers: it begins as one of an ELF (ABI section 1,
// "size").
bool initcode_is_container(const struct vm *vm, bytes init);
u64 initcode_size_max(const struct vm *vm, bytes init);
u64 initcode_size_most(const struct vm *vm); // of any init code

// ---- syscalls.c

// Runs the RISC-V contract frame on top until it ends, begins a child, or has an answer waiting.
MUST_USE enum fault riscv_run(struct vm *vm);
void riscv_take_answer(struct vm *vm, struct frame *f, const struct answer *a);

// ---- guest.c, native.c

extern const struct evm_door GUEST_DOOR;
extern const struct evm_door NATIVE_DOOR;
void fill_frame_record(struct vm *vm, const struct frame *f, struct evm_frame_record *r);
void fill_environment(const struct vm *vm, struct evm_block_record *b, struct evm_tx_record *t);
void report_step(struct vm *vm, const struct evm_step *s, const u256 *stack, bytes memory);
enum fault guest_start(struct vm *vm);
void guest_stop(struct vm *vm);
enum fault native_start(struct vm *vm);
void native_stop(struct vm *vm);
