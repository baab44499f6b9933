// SPDX-License-Identifier: MIT
// The mini-EVM's insides, shared by its own files: the machine, its frames, its code, and the slow
// paths that the interpreter calls. All of it lies in the one piece of memory that evm_init was
// given:
//
//   struct evm | words of all stacks | code cache | arena
//
// A frame's stack begins where its caller's ends. The arena is stacked too: a frame owns, from its
// bottom, the code that is not cached, then its memory, which grows upwards and never moves.
#pragma once

#include "engine/evm/evm.h"
#include "engine/evm/opcode.h"
#include "lib/base/fork.h"
#include "lib/base/types.h"

enum {
    CODE_SLOTS = 8192, // of the cache's index, a power of two
    CODE_SLOTS_USED_MAX = CODE_SLOTS / 4 * 3,
    CODE_CACHED_MAX = 48 << 10, // bytes; larger code is loaded for its frame only
    WORD = 32,                  // bytes
};
#define CODE_CACHE_SIZE (32ull << 20)
#define STACK_SPACE ((u64)EVM_FRAMES_MAX * EVM_STACK_MAX * WORD)
// Beyond the memory that counts: one input, code of 1,025 frames for which the cache has no place,
// records.
#define ARENA_SIZE (EVM_MEMORY_MAX + EVM_INPUT_MAX + (56ull << 20))

struct code {
    const u8 *bytes; // EVM_CODE_PADDING zeros follow
    const u8 *jumps; // a bit for each byte: it is a JUMPDEST
    u64 size;
};

struct cached_code {
    b256 hash;
    u64 generation; // in use if it is the cache's
    struct code code;
};

struct frame {
    const u8 *pc;
    u256 *sp; // one above the top word
    i64 left; // gas; below 0: the frame halts at once
    u256 *stack;
    u256 *stack_end; // sp of a full stack
    u8 *memory;
    u64 memory_size; // bytes, a multiple of 32
    u64 memory_paid; // bytes, a multiple of 32, at least memory_size: those beyond it are zero
    struct code code;
    u64 return_size; // of the last call's return data
    u64 out;         // of the call under way: where its output goes
    u64 out_size;
    bool creates;    // the call under way is a creation
    u64 used_before; // evm.memory_used before this frame
    struct evm_frame_record record;
};

struct evm {
    // What each frame touches comes first: RV64 reaches 2 KiB from a pointer.
    u32 fork;          // enum fork; FORK_COUNT before the first frame
    u32 halt;          // why a slow path has halted the frame
    u32 count;         // of frames
    struct frame *top; // &frames[count]
    u256 *stacks;
    u8 *arena;
    u8 *arena_end;
    u8 *dirty_end;   // all of the arena above is zero
    u8 *memory_top;  // see evm_request
    u64 memory_used; // of EVM_MEMORY_MAX
    // code cache
    u64 generation; // never 0
    u8 *cache;
    u64 cache_used;
    u32 cache_count;
    bool bodies_ready[2]; // for .fork
    struct evm_host host;
    struct gas_table prices;
    struct evm_block_record block;
    struct evm_tx_record tx;
    const void *bodies[2][256];              // by byte; [1]: the traced form
    struct frame frames[EVM_FRAMES_MAX + 1]; // the first is below all
    struct cached_code codes[CODE_SLOTS];
};

// ---- code.c

// Bytes that code of this size takes with its padding and jump bits, a multiple of 16.
u64 code_footprint(u64 size);
// True if the cache never takes it, so that it counts as memory of its frame.
static inline bool code_is_transient(const struct evm_frame_record *r)
{
    return r->is_create != 0 || r->code_size > CODE_CACHED_MAX;
}
// Makes room for new code if the cache is nearly full. No frame may be alive.
void code_cache_trim(struct evm *e);
// Finds or loads the code of the frame's record into f->code. Code that is not cached goes to
// `arena`; returns where the arena is free then.
u8 *code_load(struct evm *e, struct frame *f, u8 *arena);

// ---- memory.c: all give the gas left after expansion, or a negative number if the frame halts

// For bytes [offset, offset + size) of the frame's memory.
i64 memory_touch(struct evm *e, struct frame *f, u64 offset, u64 size, i64 left);
// Pays for memory like memory_touch, up to EVM_FAR_MEMORY_MAX, but makes none: it reads as zero.
i64 memory_touch_far(struct evm *e, struct frame *f, u64 offset, u64 size, i64 left);
i64 memory_range(struct evm *e, struct frame *f, const u256 *offset, const u256 *size, i64 left);
// The same, and COPY_WORD for each word of `size`.
i64 memory_copy_range(struct evm *e, struct frame *f, const u256 *to, const u256 *size, i64 left);
// Sets why; returns -1.
i64 halted(struct evm *e, enum halt why);

// ---- world.c: bodies of instructions that are not worth a place in the loop. They leave sp as it
// is: results are where the instruction's table row says. Same return value.

typedef i64 body_function(struct evm *e, struct frame *f, u256 *sp, i64 left);
body_function body_exp, body_keccak, body_balance, body_self_balance, body_calldata_copy,
    body_code_copy, body_ext_code_size, body_ext_code_copy, body_return_data_copy,
    body_ext_code_hash, body_block_hash, body_blob_hash, body_sload, body_sstore, body_tload,
    body_tstore, body_mcopy, body_self_destruct;
i64 body_log(struct evm *e, struct frame *f, u256 *sp, i64 left, u32 topics);
void body_calldata_load(struct frame *f, u256 *sp);

// ---- exit.c: the exits; they fill *request

i64 exit_call(struct evm *e, u256 *sp, i64 left, enum opcode op, struct evm_request *request);
i64 exit_create(struct evm *e, u256 *sp, i64 left, enum opcode op, struct evm_request *request);
// Ends the top frame with RETURN's or REVERT's operands on its stack. No return of -1: it ends in
// any case.
void exit_output(struct evm *e, u256 *sp, i64 left, enum evm_status status,
                 struct evm_request *request);
void exit_success(struct evm *e, i64 left, struct evm_request *request); // no output
void exit_halt(struct evm *e, enum halt why, struct evm_request *request);

void trace_step(struct evm *e, struct frame *f, const u8 *pc, u256 *sp, i64 left);

// ---- run.c

enum evm_exit run_plain(struct evm *e, struct evm_request *request);
enum evm_exit run_traced(struct evm *e, struct evm_request *request);
