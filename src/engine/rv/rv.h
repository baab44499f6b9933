// SPDX-License-Identifier: MIT
// The RV64 engine as its users see it: programs (immutable, shared), slots (a machine's memory,
// pooled per program), machines (plain data) and one function that runs a machine until it needs
// its owner. The engine knows nothing of accounts or gas prices; it counts cycles (ABI section 4).
// All tiers give the same exits, cycles, registers and memory.
//
// Threads: a program may be shared by threads once made; a pool, its slots and machines belong to
// one thread.
#pragma once

#include "engine/rv/hv1.h"
#include "lib/base/halt.h"
#include "lib/base/types.h"

struct buf;

// ---- programs -----------------------------------------------------------------------------------

enum rv_profile {
    RV_CONTRACT, // ABI section 2: calldata window, stack, image, heap
    RV_GUEST,    // ABI section 7: the mini-EVM; 0x8000_0000 to 0xC000_0000 is its own, text is not
                 // writable
};

struct rv_program;

// Validates, decodes and returns a program with one reference. `elf` is without the FF and is kept
// by copy. NULL if the image is not valid; *verdict then says why.
struct rv_program *rv_program_new(bytes elf, enum rv_profile profile, enum hv1_verdict *verdict);
struct rv_program *rv_program_ref(struct rv_program *p);
void rv_program_unref(struct rv_program *p);
const struct hv1_image *rv_program_image(const struct rv_program *p);
bytes rv_program_elf(const struct rv_program *p);
usize rv_program_memory(const struct rv_program *p); // bytes of host memory held, for cache bounds

// ---- memory -------------------------------------------------------------------------------------

struct rv_pool; // free slots of all programs of one owner, bounded
struct rv_slot; // one machine's memory

struct rv_pool *rv_pool_new(void);
void rv_pool_free(struct rv_pool *pool); // all its slots must have been released

// A slot for p, in the state that the ABI demands at a frame's start (image loaded, all else zero,
// no calldata, heap empty). Warm: no system call. NULL only if address space or memory is
// exhausted.
MUST_USE struct rv_slot *rv_slot_acquire(struct rv_pool *pool, struct rv_program *p);
void rv_slot_release(struct rv_pool *pool,
                     struct rv_slot *slot); // cleans in proportion to its pages

// Writes the calldata window: u64 length, bytes, (zeros beyond are there already). n <=
// RV_CALLDATA_MAX.
void rv_slot_set_calldata(struct rv_slot *slot, bytes input);
bytes rv_slot_calldata(const struct rv_slot *slot); // what was set, without the length
// Adds `pages` zeroed pages to the heap; returns its old end. The caller has checked limits and
// price. False in *ok only if the machine is out of memory.
u32 rv_slot_grow(struct rv_slot *slot, u32 pages, bool *ok);
u32 rv_slot_heap_end(const struct rv_slot *slot);
// Guest profile: gives back memory above `gva` to the kernel (it reads as zero again).
void rv_slot_discard_above(struct rv_slot *slot, u32 gva);

// Host pointer to n bytes of guest memory at the low 32 bits of gva if all of them are readable
// (writable), else NULL. n = 0 always succeeds without looking at gva (the pointer is then not to
// be used). n counts all 64 bits; a range that reaches beyond 2^32 is refused. Valid until the slot
// is released.
const u8 *rv_slot_read(const struct rv_slot *slot, u64 gva, u64 n);
u8 *rv_slot_write(struct rv_slot *slot, u64 gva, u64 n);

// ---- machines -----------------------------------------------------------------------------------

struct rv_machine {
    u64 x[33]; // x[0] is 0; x[32] takes the interpreter's writes to x0 and is 0 outside of it
    u64 f[32]; // F values NaN-boxed
    u32 pc;
    i64 cycles;       // left; the owner charges services by subtracting, never below 0
    u64 cycles_used;  // block charges so far
    u64 instructions; // executed so far
    u32 fcsr;         // fflags in bits 0-4, frm in 5-7
    u32 reservation_gva;
    u32 reservation_size;                                        // 4, 8, or 0: none
    u64 mstatus, mie, mip, mtvec, mepc, mcause, mtval, mscratch; // plain bits (ABI section 2)
    struct rv_program *program;                                  // not owned
    struct rv_slot *slot;                                        // not owned
};

// Registers as at a frame's start: pc = entry, sp = 0x8030_0000, a0 = 0x8000_0000, all else 0.
void rv_machine_init(struct rv_machine *m, struct rv_program *p, struct rv_slot *slot, i64 cycles);

enum rv_exit {
    RV_EXIT_ECALL, // pc is after the ecall; the reservation is cleared
    RV_EXIT_HALT,  // *halt says why; pc is that of the instruction (of the block's head for
                   // out_of_gas)
};

// Charges the block at pc and runs until an ecall or a halt. The charge for a return from an ecall
// is so taken when the machine is run again. After HALT_OUT_OF_GAS nothing of the block has
// happened.
MUST_USE enum rv_exit rv_run(struct rv_machine *m, enum halt *halt);

// What an inspector sees of a RISC-V frame. Either may be NULL.
struct rv_hooks {
    void *ctx;
    void (*block)(void *ctx, const struct rv_machine *m, u32 cost); // after the charge at m->pc
    void (*step)(void *ctx, const struct rv_machine *m); // before the instruction at m->pc
};
// As rv_run, slower, calling the hooks. Same results in everything else.
MUST_USE enum rv_exit rv_run_hooked(struct rv_machine *m, enum halt *halt,
                                    const struct rv_hooks *hooks);

// ---- snapshots ----------------------------------------------------------------------------------

// Appends the machine and the contents of its writable memory as plain data; restores it into a
// fresh slot of the same program (registers, memory, heap, calldata). False if the data do not
// check out.
void rv_snapshot_save(const struct rv_machine *m, struct buf *out);
MUST_USE bool rv_snapshot_load(struct rv_machine *m, bytes data);
