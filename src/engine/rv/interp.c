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

// Guest addresses wrap at 2^32; the pages at both ends of the address space have no permission.
static ALWAYS_INLINE bool is_allowed(const u8 *base, u32 gva, u32 n, u8 perm)
{
    const u8 *table = base - RV_PERM_SIZE;
    return (table[gva / RV_PAGE_SIZE] & table[(gva + n - 1) / RV_PAGE_SIZE] & perm) != 0;
}

// A record's charge stands at half its address plus a constant of the run: no index is computed.
static ALWAYS_INLINE const u8 *charges_of(const struct rv_run *run)
{
    return (const u8 *)((uintptr_t)run->charges - (uintptr_t)run->records / 2);
}

static ALWAYS_INLINE rv_charge load_charge(const u8 *charges, const struct rv_record *r)
{
    return *(const rv_charge *)((uintptr_t)charges + (uintptr_t)r / 2);
}

static ALWAYS_INLINE const struct rv_record *record_at(const struct rv_record *r, i32 distance)
{
    return (const struct rv_record *)((const u8 *)r + distance);
}

static ALWAYS_INLINE bool run_has(const struct rv_run *run, u32 pc)
{
    return pc - run->first < 2 * run->count;
}

static ALWAYS_INLINE const struct rv_record *record_of(const struct rv_run *run, u32 pc)
{
    return record_at(run->records, (i32)((pc - run->first) << RV_RECORD_SHIFT));
}

// Of a record that is not a far target.
static ALWAYS_INLINE u32 pc_in(const struct rv_run *run, const struct rv_record *r)
{
    return run->first + (u32)(((uintptr_t)r - (uintptr_t)run->records) >> RV_RECORD_SHIFT);
}

static u32 pc_of(const struct rv_run *run, const struct rv_record *r)
{
    return r - run->records > run->count ? (u32)r->imm : pc_in(run, r);
}

static u32 size_of(const struct rv_run *run, const struct rv_record *r)
{
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

// Charges the block at r, or ends.
#define CHARGE()                                                                                   \
    charge = load_charge(charges, r);                                                              \
    if (UNLIKELY((u64)cycles < (u32)charge)) {                                                     \
        goto out_of_gas;                                                                           \
    }                                                                                              \
    cycles -= (u32)charge;                                                                         \
    instructions += charge >> 32

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
    CHARGE();                                                                                      \
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
    hart->pc = pc_of(run, r);                                                                      \
    hart->cycles = cycles;                                                                         \
    hart->cycles_used = used_before + (u64)(cycles_before - cycles);                               \
    hart->instructions = instructions - (load_charge(charges, r) >> 32)
#define RUN run_hooked
#define HOOK_BLOCK()                                                                               \
    if (hooks->block != NULL && r->kind != RV_KIND_OUTSIDE) {                                      \
        HOOK_SYNC();                                                                               \
        hooks->block(hooks->ctx, hart, (u32)charge);                                               \
    }
#define HOOK_STEP()                                                                                \
    if (hooks->step != NULL && r->kind != RV_KIND_OUTSIDE && r->kind != RV_KIND_FAR) {             \
        HOOK_SYNC();                                                                               \
        hooks->step(hooks->ctx, hart);                                                             \
    }
#define LABEL() handlers.of[r->kind][size_of(run, r) == 4]
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
    return run_plain(m, halt, NULL, NULL);
}

enum rv_exit rv_run_hooked(struct rv_machine *m, enum halt *halt, const struct rv_hooks *hooks)
{
    return run_hooked(m, halt, hooks, NULL);
}
