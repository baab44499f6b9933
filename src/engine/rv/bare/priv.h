// SPDX-License-Identifier: MIT
// What the files of the bare machine share: the hart, its memory and the names of the privileged
// manual. By convention a function that can trap returns false after noting cause and trap value in
// the hart; the step loop then enters the handler. Nothing changes registers or memory before its
// last chance to trap.
#pragma once

#include "engine/rv/bare/bare.h"
#include "engine/rv/decode.h"
#include "lib/base/cc.h"
#include "lib/base/types.h"

enum bare_mode { BARE_U = 0, BARE_S = 1, BARE_M = 3 };

enum bare_access { BARE_READ = 1, BARE_WRITE = 2, BARE_FETCH = 4 }; // bits R, W, X of PMP entries

enum bare_cause { // of exceptions, as in mcause
    CAUSE_FETCH_ACCESS = 1,
    CAUSE_ILLEGAL = 2,
    CAUSE_BREAKPOINT = 3,
    CAUSE_LOAD_MISALIGNED = 4,
    CAUSE_LOAD_ACCESS = 5,
    CAUSE_STORE_MISALIGNED = 6,
    CAUSE_STORE_ACCESS = 7,
    CAUSE_ECALL_U = 8, // 8 plus the mode that calls
    CAUSE_FETCH_PAGE = 12,
    CAUSE_LOAD_PAGE = 13,
    CAUSE_STORE_PAGE = 15,
};

#define MSTATUS_SIE (1ull << 1)
#define MSTATUS_MIE (1ull << 3)
#define MSTATUS_SPIE (1ull << 5)
#define MSTATUS_MPIE (1ull << 7)
#define MSTATUS_SPP (1ull << 8)
#define MSTATUS_MPP (3ull << 11)
#define MSTATUS_MPP_SHIFT 11
#define MSTATUS_FS (3ull << 13)
#define MSTATUS_MPRV (1ull << 17)
#define MSTATUS_SUM (1ull << 18)
#define MSTATUS_MXR (1ull << 19)
#define MSTATUS_TVM (1ull << 20)
#define MSTATUS_TW (1ull << 21)
#define MSTATUS_TSR (1ull << 22)

// ---- memory ----

#define BARE_RAM_BASE 0x80000000ull
#define BARE_RAM_SIZE (64ull << 20)     // there, and behind each segment
#define BARE_RAM_TOTAL_MAX (4ull << 30) // of all regions; only touched chunks cost host memory
#define BARE_CHUNK_SIZE 65536u
#define BARE_REGIONS_MAX 17 // BARE_SEGMENTS_MAX and the default one
#define BARE_SEGMENTS_MAX 16

struct bare_region {
    u64 lo, hi; // chunk aligned; regions are disjoint and ascending
    u8 **chunk; // (hi - lo) / BARE_CHUNK_SIZE pointers, NULL until touched
};

struct bare_ram {
    u32 region_count;
    struct bare_region region[BARE_REGIONS_MAX];
};

// Adds [lo, hi) widened to whole chunks; false if the total would pass its bound or the range
// wraps.
MUST_USE bool bare_ram_add(struct bare_ram *ram, u64 lo, u64 hi);
void bare_ram_fini(struct bare_ram *ram);
// Host address of n bytes at pa that lie in one chunk; NULL if there is no memory.
u8 *bare_ram_at(struct bare_ram *ram, u64 pa, u64 n);
// The same for any range that is memory throughout, by copy; false if it is not.
MUST_USE bool bare_ram_copy_in(struct bare_ram *ram, u64 pa, bytes data);
MUST_USE bool bare_ram_copy_out(struct bare_ram *ram, u8 *to, u64 pa, u64 n);

// ---- the image ----

struct bare_segment {
    u64 address, memory_size;
    bytes file;
};

struct bare_image {
    u64 entry;
    u32 segment_count;
    struct bare_segment segment[BARE_SEGMENTS_MAX];
    u64 tohost, fromhost, signature_lo, signature_hi; // symbols
    bool has_tohost, has_fromhost, has_signature;
};

// NULL, or the reason why these bytes are not a program for the machine (a clause).
const char *bare_image_read(struct bare_image *image, bytes elf);

// ---- the hart ----

#define BARE_PMP_COUNT 16
#define BARE_SPMP_COUNT 64
#define BARE_DECODED_COUNT 4096

struct bare_protection { // one entry of PMP or SPMP
    u64 addr;            // bits 55-2 of an address
    u64 cfg;             // R W X in bits 0-2, mode in 3-4, lock in 7; SPMP: U in 8, SHARED in 9
};

struct bare_decoded {
    u32 bits;
    struct rv_insn insn;
};

struct bare_hart {
    u64 x[32];
    u64 f[32];
    u64 pc;
    enum bare_mode mode;
    u32 fflags, frm;
    u64 mstatus; // without the fixed fields UXL, SXL and the derived SD
    u64 medeleg, mideleg, mie, mip, mtvec, mepc, mcause, mtval, mscratch, menvcfg;
    u64 stvec, sepc, scause, stval, sscratch, satp, senvcfg, siselect;
    u32 mcounteren, scounteren, mcountinhibit;
    u64 mcycle, minstret;
    bool counters_written; // by this instruction, which then does not count
    u64 reservation;       // physical address of LR
    u32 reservation_size;  // 0: none
    struct bare_protection pmp[BARE_PMP_COUNT];
    struct bare_protection spmp[BARE_SPMP_COUNT];
    bool pmp_active, spmp_active; // some entry's mode is not off
    u64 cause, tval;              // of the exception just raised
    u64 instructions, steps;
    struct bare_ram ram;
    struct bare_image image;
    bool ended;
    struct bare_result *result;
    struct bare_decoded
        decoded[BARE_DECODED_COUNT]; // by instruction bits: decoding depends on nothing else
};

// ---- exceptions (trap.c) ----

bool bare_raise(struct bare_hart *hart, enum bare_cause cause, u64 tval); // notes it; false
void bare_take_exception(struct bare_hart *hart);                         // enters the handler
void bare_take_interrupt(struct bare_hart *hart);                         // if one is due
void bare_return(struct bare_hart *hart, enum bare_mode from);            // mret, sret
// Notes that the program is over; returns where the reason is to be written.
struct buf *bare_end(struct bare_hart *hart, enum bare_end end);
void bare_end_with(struct bare_hart *hart, u64 test); // passed if 0, else that test failed (host.c)

// ---- memory as the hart sees it (mmu.c, pmp.c) ----

MUST_USE bool bare_fetch(struct bare_hart *hart, u32 *bits);
MUST_USE bool bare_load(struct bare_hart *hart, u64 *value, u64 va, u32 size); // zero-extended
MUST_USE bool bare_store(struct bare_hart *hart, u64 va, u32 size, u64 value);
// For atomics: host and physical address of an aligned operand that may be read, and also written
// if `kind` is BARE_WRITE; NULL after an exception.
u8 *bare_atomic(struct bare_hart *hart, u64 *pa, u64 va, u32 size, enum bare_access kind);
void bare_stored(struct bare_hart *hart, u64 pa, u32 size); // after a store: tohost? (host.c)

MUST_USE bool bare_pmp_allows(const struct bare_hart *hart, u64 pa, u32 size, enum bare_access kind,
                              enum bare_mode mode);
MUST_USE bool bare_spmp_allows(const struct bare_hart *hart, u64 pa, u32 size,
                               enum bare_access kind, enum bare_mode mode);
u64 bare_pmpcfg_read(const struct bare_hart *hart, u32 number); // number: 0 for pmpcfg0, ...
void bare_pmpcfg_write(struct bare_hart *hart, u32 number, u64 value);
void bare_spmpcfg_write(struct bare_hart *hart, u32 index, u64 value);
void bare_pmpaddr_write(struct bare_hart *hart, u32 index, u64 value);

// ---- CSRs and instructions ----

// False if there is no such CSR or this mode may not access it so; the caller raises.
MUST_USE bool bare_csr_read(const struct bare_hart *hart, u64 *value, u32 number);
MUST_USE bool bare_csr_write(struct bare_hart *hart, u32 number, u64 value);
bool bare_csr_may(const struct bare_hart *hart, u32 number, bool write);
MUST_USE bool bare_execute(struct bare_hart *hart, const struct rv_insn *insn, u32 bits);
// Of words that do not decode: executes the compare and swap that they may be; false after an
// exception (zacas.c).
MUST_USE bool bare_compare_and_swap(struct bare_hart *hart, u32 bits);
