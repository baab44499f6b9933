// SPDX-License-Identifier: MIT
// What the files of engine/rv share and nobody else sees: the predecoded form of a program, the
// layout of a slot's reservation and the permission table that interpreter and services look at.
#pragma once

#include <stdatomic.h>

#include "engine/rv/decode.h"
#include "engine/rv/rv.h"

// ---- predecoded code ----------------------------------------------------------------------------

// What a record does. Each operation of spec/rv64.def is a kind; the others exist in records only.
enum rv_kind {
    RV_KIND_FIRST_OWN = RV_OP_COUNT,
    RV_KIND_NOP = RV_KIND_FIRST_OWN, // an operation whose only effect would be to write x0
    RV_KIND_JUMP,                    // JAL that writes no register
    RV_KIND_OUTSIDE,                 // the end of the run: bad_access
    RV_KIND_FAR,                     // goes on at pc `imm`, outside this run
    RV_KIND_COUNT
};

// One for every even pc of a run, so each of them can be arrived at, also the middle of an
// instruction. A write to x0 goes to register 32, which nothing reads.
struct rv_record {
    const void *handler; // label in the interpreter's function
    u8 rd, rs1, rs2;
    u8 kind; // enum rv_kind
    i32 imm; // as in rv_insn, but: FP: rm | rs3 << 8; branch, JAL: distance in bytes of the record
             // array
};           // that it goes to; AUIPC: low half of the result, its bit 32 in rs1; FAR, OUTSIDE: pc

static_assert(sizeof(struct rv_record) == 16, "a pc step of 2 is one record");
static_assert(RV_KIND_COUNT <= 256, "a kind is one byte");
#define RV_RECORD_SHIFT 3 // record offset = pc offset << 3

// Cost of arriving at a pc, from there to the block's end: cycles in the high half, number of
// instructions in the low half, and of this the two's complement. So one addition to what is left
// charges both, and has a carry exactly if there was something to charge and enough left. 0: not
// decoded yet, or no instruction here.
typedef u64 rv_charge;
#define RV_CHARGE_OF_ONE(cycles) (-((rv_charge)(cycles) << 32 | 1))

static inline u32 rv_charge_cycles(rv_charge c)
{
    return (u32)(-c >> 32);
}

static inline u32 rv_charge_instructions(rv_charge c)
{
    return (u32)-c;
}

// Executable bytes without a gap. Records: `count` for the even pcs, one for the end, then `count`
// for targets outside this run of the direct jumps at these pcs. Charges are parallel to them.
struct rv_run {
    u32 lo, hi; // first byte, one past the last
    u32 first;  // pc of record 0: lo or lo + 1
    u32 count;
    const u8 *bytes; // hi - lo of them
    u8 *own_bytes;   // the same if they are not those of a range, else NULL
    struct rv_record *records;
    rv_charge *charges;
};

// The instruction at a pc in the run. What is not wholly in executable bytes, and what a contract's
// machine does not know, is RV_OP_ILLEGAL.
struct rv_insn rv_run_insn(const struct rv_run *run, u32 pc);
// Sets first and count of a run whose lo and hi are set.
void rv_run_measure(struct rv_run *run);
// Makes the record of the run's end. bytes, records and charges (zeros) were set by the caller.
void rv_run_begin(struct rv_run *run);
// Makes records and charges from record i to the end of its block, so that charges[i] is not 0.
// False, and nothing has changed, if that would be more than `limit` cycles; so nobody pays less
// than the work he causes.
MUST_USE bool rv_run_decode(struct rv_program *p, const struct rv_run *run, u32 i, u64 limit);
// The run with a record for pc, else NULL.
const struct rv_run *rv_run_find(const struct rv_program *p, u32 pc);

struct rv_pairs *rv_pairs_new(void); // freed by mem_free

static inline u32 rv_run_records(const struct rv_run *run)
{
    return 2 * run->count + 1;
}

// Size of the instruction at record i (of the first byte's two lowest bits); i < count.
static inline u32 rv_run_size(const struct rv_run *run, u32 i)
{
    return (run->bytes[run->first - run->lo + 2 * i] & 3) == 3 ? 4 : 2;
}

// The labels of the interpreter: for instructions of 2 and of 4 bytes, and for the rows of
// pairs.def (NULL: this build executes no pairs).
struct rv_handlers {
    const void *of[RV_KIND_COUNT][2];
    const void *const *pair;
    const void *const *chain; // QUAD and TRIPLE rows
    const void *fill;         // a store that begins a loop of rv_fill_*
};

// A loop of three instructions that fills memory with zeros: a store of x0 to 0(p), addi p, p,
// width, and a branch back while p is below (BLTU) or not equal to (BNE) register e. The store's
// record has in its rd, which a store does not use, e and this bit for BNE. Start-up code clears
// its bss with such loops.
#define RV_FILL_UNTIL_EQUAL 0x40u
const struct rv_handlers *rv_interp_handlers(void);

// ---- memory -------------------------------------------------------------------------------------

enum { RV_PERM_R = 1, RV_PERM_W = 2, RV_PERM_X = 4 };

#define RV_PERM_SIZE 0x100000u       // a byte a page of 4 GiB, just below a slot's base
#define RV_SPACE_SIZE 0x100010000ull // 4 GiB, and 64 KiB for accesses that begin at its end
#define RV_GUEST_HI 0xC0000000u
#define RV_GUEST_WINDOW_HI 0x80100000u
#define RV_RANGES_MAX 72

// Whole pages of one kind.
struct rv_range {
    u32 lo, hi;
    u8 perm;     // union over all segments that touch them
    bool filled; // some segment has file bytes here
    bool shared; // `data` are pages of os_share, which slots map again
    u8 *data;    // if filled: contents at the start of a frame
};

#define RV_KEPT_PAGES_MAX                                                                          \
    1024 // of one zeroed range; more are given back to the system at a frame's end

static inline bool rv_range_is_given_back(const struct rv_range *r)
{
    return !r->filled && (r->hi - r->lo) / RV_PAGE_SIZE > RV_KEPT_PAGES_MAX;
}

struct rv_program {
    _Atomic u32 refs;
    enum rv_profile profile;
    struct hv1_image image;
    u8 *elf;
    usize elf_size;
    usize memory;      // host bytes of all this
    usize slot_memory; // bytes that a slot in use may hold, without heap
    u32 run_count;
    u32 range_count;
    struct rv_run runs[HV1_SEGMENTS_MAX];
    void *records;           // and charges of all runs; each is published by its charge
    usize records_size;      // bytes
    bool records_are_mapped; // by os_reserve
    struct rv_pairs *pairs;  // what predecode.c looks pairs of instructions up in
    atomic_flag is_decoding; // held by the thread that decodes
    struct rv_range
        ranges[RV_RANGES_MAX]; // ascending; the calldata window and the heap not among them
};

u32 rv_program_refs(const struct rv_program *p);
// Writes the contents of a range at the start of a frame: file bytes of all segments in it, else
// zeros.
void rv_program_fill(const struct rv_program *p, const struct rv_range *range, u8 *to);

struct rv_slot {
    u8 *base;          // of guest address 0; the permission table is below it
    u8 *calldata;      // host's writable view of the calldata window (contracts)
    u32 calldata_size; // bytes in use in the window, length included
    u32 heap_end;
    struct rv_program *program;    // held by the shelf
    struct rv_shelf *shelf;        // where it returns to
    struct rv_slot *below;         // next free one of the shelf
    struct rv_slot *newer, *older; // all free ones of the pool
};

// A new slot, clean; NULL if the system refuses.
struct rv_slot *rv_slot_new(struct rv_program *p);
// Back to the state of a new one; false if the slot must not be used again.
MUST_USE bool rv_slot_clean(struct rv_slot *slot);
void rv_slot_free(struct rv_slot *slot);

static inline u8 *rv_perm_table(u8 *base)
{
    return base - RV_PERM_SIZE;
}

// Whether all pages of n bytes at gva have the permission; n > 0.
static inline bool rv_range_allowed(const u8 *base, u32 gva, u64 n, u8 perm)
{
    if (n > (1ull << 32) - gva) {
        return false;
    }
    const u8 *table = base - RV_PERM_SIZE;
    u64 last = (gva + n - 1) / RV_PAGE_SIZE;
    for (u64 page = gva / RV_PAGE_SIZE; page <= last; page++) {
        if ((table[page] & perm) == 0) {
            return false;
        }
    }
    return true;
}
