// SPDX-License-Identifier: MIT
// The interpreter (ABI sections 2 and 4): threaded code over the records of a program. Its function
// is made twice from interp_body.inc, plain and with an inspector's hooks; both give the same
// results. Memory is checked against the slot's permission table, so no signal is ever needed. What
// a block costs is read once on arrival.
#include "engine/rv/csr.h"
#include "engine/rv/fp.h"
#include "engine/rv/priv.h"
#include "engine/rv/semantics.h"
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/os/map.h"

// Guest addresses wrap at 2^32; the pages at both ends of the address space have no permission.
static ALWAYS_INLINE bool is_allowed(const u8 *base, u32 gva, u32 n, u8 perm)
{
    const u8 *table = base - RV_PERM_SIZE;
    return (table[gva / RV_PAGE_SIZE] & table[(gva + n - 1) / RV_PAGE_SIZE] & perm) != 0;
}

// What the interpreter keeps of the run that it is in. Records stand at 8 times, charges at 4 times
// the pc, each plus a constant, so that going from one to the other takes a shift and an addition.
struct view {
    const struct rv_run *run;
    u32 first, span;   // pcs of the run: first to first + span
    u32 pcs;           // pc = pcs + record / 8
    uintptr_t records; // record = records + pc * 8
    uintptr_t charges; // charge = charges + record / 2
};

static struct view view_of(const struct rv_run *run)
{
    uintptr_t records = (uintptr_t)run->records;
    return (struct view){
        .run = run,
        .first = run->first,
        .span = 2 * run->count,
        .pcs = run->first - (u32)(records >> RV_RECORD_SHIFT),
        .records = records - ((uintptr_t)run->first << RV_RECORD_SHIFT),
        .charges = (uintptr_t)run->charges - records / 2,
    };
}

// A charge that is not 0 publishes the records of its block.
static ALWAYS_INLINE rv_charge load_charge(const struct view *v, const struct rv_record *r)
{
    return __atomic_load_n((const rv_charge *)(v->charges + (uintptr_t)r / 2), __ATOMIC_ACQUIRE);
}

static ALWAYS_INLINE const struct rv_record *record_at(const struct rv_record *r, i32 distance)
{
    return (const struct rv_record *)((const u8 *)r + distance);
}

static ALWAYS_INLINE bool view_has(const struct view *v, u32 pc)
{
    return pc - v->first < v->span;
}

static ALWAYS_INLINE const struct rv_record *record_of(const struct view *v, u32 pc)
{
    return (const struct rv_record *)(v->records + ((uintptr_t)pc << RV_RECORD_SHIFT));
}

// Of a record that is not a far target.
static ALWAYS_INLINE u32 pc_in(const struct view *v, const struct rv_record *r)
{
    return v->pcs + (u32)((uintptr_t)r >> RV_RECORD_SHIFT);
}

static u32 pc_of(const struct view *v, const struct rv_record *r)
{
    return r - v->run->records > v->run->count ? (u32)r->imm : pc_in(v, r);
}

static u32 size_of(const struct view *v, const struct rv_record *r)
{
    const struct rv_run *run = v->run;
    u32 i = (u32)(r - run->records);
    return i < run->count ? rv_run_size(run, i) : 2;
}

// The rows of spec/rv64.def as functions and types, for the pairs.
#define VALUE(NAME, ...) static ALWAYS_INLINE UNUSED u64 value_##NAME(__VA_ARGS__)
#define RV_R(NAME, text, match, cost, ...)                                                         \
    VALUE(NAME, u64 a, u64 b)                                                                      \
    {                                                                                              \
        return (u64)(__VA_ARGS__);                                                                 \
    }
#define RV_I(NAME, text, match, cost, ...)                                                         \
    VALUE(NAME, u64 a, u64 imm)                                                                    \
    {                                                                                              \
        return (u64)(__VA_ARGS__);                                                                 \
    }
#define RV_UNARY(NAME, text, match, cost, ...)                                                     \
    VALUE(NAME, u64 a)                                                                             \
    {                                                                                              \
        return (u64)(__VA_ARGS__);                                                                 \
    }
#define RV_SHIFT RV_I
#define RV_SHIFTW RV_I
#define RV_BRANCH RV_R
#define RV_LOAD(NAME, text, match, cost, type) typedef type memory_##NAME;
#define RV_STORE RV_LOAD
#include "spec/rv64.def"

// ---- fill loops ---------------------------------------------------------------------------------

#define FILL_BYTES_MIN 64 // shorter loops are not worth the call

// Bytes from gva on that may be written without a gap, at most `want`.
static u64 writable_bytes(const u8 *base, u32 gva, u64 want)
{
    const u8 *table = base - RV_PERM_SIZE;
    u64 end = gva / RV_PAGE_SIZE;
    while (end * RV_PAGE_SIZE < gva + want && (table[end] & RV_PERM_W) != 0) {
        end++; // ends at the last page of the address space, which nobody may write
    }
    end *= RV_PAGE_SIZE;
    return end <= gva ? 0 : end - gva < want ? end - gva : want;
}

// Whole pages of a large range are given back to the system, which is as good as zeros.
static void zero_guest(u8 *at, u64 n)
{
    u64 head = -(uintptr_t)at % RV_PAGE_SIZE;
    if (n / RV_PAGE_SIZE <= RV_KEPT_PAGES_MAX) {
        zero_bytes(at, n);
        return;
    }
    u64 pages = (n - head) / RV_PAGE_SIZE * RV_PAGE_SIZE;
    zero_bytes(at, head);
    os_discard(at + head, pages);
    zero_bytes(at + head + pages, n - head - pages);
}

// For the fill loop at r, in its first round: does the stores of as many rounds as are affordable,
// not the last and may be written; returns how many. p and e as in the registers.
static NOINLINE u64 fill_ahead(u8 *base, const struct rv_record *r, u64 p, u64 e, u64 affordable)
{
    u64 width = r->kind == RV_OP_SD ? 8 : r->kind == RV_OP_SW ? 4 : r->kind == RV_OP_SH ? 2 : 1;
    if (e <= p || ((r->rd & RV_FILL_UNTIL_EQUAL) != 0 && (e - p) % width != 0)) {
        return 0;
    }
    u64 rounds = (e - p - 1) / width; // without the last one
    rounds = rounds < affordable ? rounds : affordable;
    rounds = rounds < (1ull << 32) ? rounds : 1ull << 32;
    u64 n = writable_bytes(base, (u32)p, rounds * width) / width * width;
    zero_guest(base + (u32)p, n);
    return n / width;
}

// ---- the two functions --------------------------------------------------------------------------

// Cycles that may be spent and instructions executed are one 64-bit number, `budget`: the high half
// counts down cycles, the low half counts down instructions from 2^32 - 1, so that one addition of
// a charge takes both. What does not fit in the high half waits in `reserve`; each instruction
// costs a cycle at least, so the low half is never used up first.
#define BUDGET(cycles) ((u64)(cycles) << 32 | UINT32_MAX)
#define CYCLES_LEFT() (reserve + (budget >> 32))
#define INSTRUCTIONS() (instructions + (u32)~budget)

// Charges the block at r, or goes to see whether it must be decoded or there is more in the
// reserve.
#define CHARGE()                                                                                   \
    charge = load_charge(&view, r);                                                                \
    budget += charge;                                                                              \
    __asm__("" : "+r"(budget));       /* gcc would keep the old one, too */                        \
    if (UNLIKELY(budget >= charge)) { /* no carry */                                               \
        goto out_of_budget;                                                                        \
    }

#define RUN run_plain
#define HOOK_BLOCK()
#define HOOK_STEP()
#define LABEL() r->handler
// With a jump at the end of each handler, the processor predicts the next handler from the last
// ones. In sanitized builds, and for clang, whose time is quadratic in their number, there is one
// for all.
#if defined(__clang__) || defined(__SANITIZE_ADDRESS__)
#define ENTER() goto enter
#define DISPATCH() goto dispatch
#else
#define ENTER()                                                                                    \
    CHARGE()                                                                                       \
    DISPATCH()
#define DISPATCH() goto * r->handler
#define WITH_PAIRS
#endif
// clang would need minutes to compile its checks of this one function; gcc's cover the same code.
#ifdef __clang__
#define RUN_ATTRIBUTES __attribute__((no_sanitize("undefined")))
#else
#define RUN_ATTRIBUTES
#endif
#include "engine/rv/interp_body.inc"

#define HOOK_SYNC()                                                                                \
    hart->pc = pc_of(&view, r);                                                                    \
    hart->cycles = (i64)CYCLES_LEFT();                                                             \
    hart->cycles_used = used_before + cycles_before - CYCLES_LEFT();                               \
    hart->instructions = INSTRUCTIONS() - rv_charge_instructions(load_charge(&view, r))
#define RUN run_hooked
#define HOOK_BLOCK()                                                                               \
    if (hooks->block != NULL) {                                                                    \
        HOOK_SYNC();                                                                               \
        hooks->block(hooks->ctx, hart, rv_charge_cycles(charge));                                  \
    }
#define HOOK_STEP()                                                                                \
    if (hooks->step != NULL && r->kind != RV_KIND_OUTSIDE) {                                       \
        HOOK_SYNC();                                                                               \
        hooks->step(hooks->ctx, hart);                                                             \
    }
#define LABEL() handlers.of[r->kind][size_of(&view, r) == 4]
#define ENTER() goto enter
#define DISPATCH() goto dispatch
#include "engine/rv/interp_body.inc"

const struct rv_handlers *rv_interp_handlers(void)
{
    const struct rv_handlers *table = NULL;
    (void)run_plain(NULL, NULL, NULL, &table);
    return table;
}

enum rv_exit rv_run(struct rv_machine *m, enum halt *halt)
{
    DCHECK(m->cycles >= 0);
    return run_plain(m, halt, NULL, NULL);
}

enum rv_exit rv_run_hooked(struct rv_machine *m, enum halt *halt, const struct rv_hooks *hooks)
{
    DCHECK(m->cycles >= 0);
    return run_hooked(m, halt, hooks, NULL);
}
