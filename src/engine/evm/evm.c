// SPDX-License-Identifier: MIT
// The mini-EVM as its owner sees it: making one, beginning frames, giving them outcomes, running
// them. What a frame costs before its first instruction is decided here, so evm_push touches as
// little as it can.
#include "engine/evm/evm.h"

#include "engine/evm/frame.h"
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/num/u256.h"

#define STACKS_AT ((sizeof(struct evm) + 63) / 64 * 64)

static u8 *align16(u8 *p)
{
    return p + (-(u64)p & 15);
}

u64 evm_memory_needed(void)
{
    return STACKS_AT + STACK_SPACE + CODE_CACHE_SIZE + ARENA_SIZE;
}

struct evm *evm_init(void *memory, u64 size, const struct evm_host *host)
{
    CHECK(size >= evm_memory_needed() && (u64)memory % 16 == 0);
    struct evm *e = memory;
    u8 *stacks = (u8 *)memory + STACKS_AT;
    e->bodies_ready[0] = false;
    e->bodies_ready[1] = false;
    e->fork = FORK_COUNT;
    e->halt = HALT_NONE;
    e->count = 0;
    e->top = e->frames;
    e->host = *host;
    e->stacks = (u256 *)(void *)stacks;
    e->cache = stacks + STACK_SPACE;
    e->arena = e->cache + CODE_CACHE_SIZE;
    e->arena_end = (u8 *)memory + size;
    e->memory_top = e->arena;
    e->memory_used = 0;
    // What an earlier run left in the index is of an older generation, what it left in the arena is
    // dirty.
    e->generation++;
    e->cache_used = 0;
    e->cache_count = 0;
    if (e->dirty_end == NULL) {
        e->dirty_end = e->arena;
    }
    return e;
}

void evm_set_environment(struct evm *e, const struct evm_block_record *block,
                         const struct evm_tx_record *tx)
{
    e->block = *block;
    e->tx = *tx;
}

static void set_fork(struct evm *e, u32 fork)
{
    CHECK(fork < FORK_COUNT);
    e->fork = fork;
    e->bodies_ready[0] = false;
    e->bodies_ready[1] = false;
    gas_table_init(&e->prices, (enum fork)fork);
}

// The arena from here on is the new frame's.
static u8 *arena_bottom(struct evm *e)
{
    if (e->count == 0) {
        return e->arena;
    }
    const struct frame *caller = e->top;
    return align16(caller->memory + caller->memory_size);
}

// The owner has written n bytes at the address `at`. If they lie in the free part of the arena,
// which begins at `bottom`, it is no longer known to be zero. Returns where they end, else
// `bottom`.
static u8 *written(struct evm *e, u8 *bottom, u64 at, u64 n)
{
    if (at < (u64)bottom || at >= (u64)e->arena_end) {
        return bottom;
    }
    CHECK(n <= (u64)e->arena_end - at);
    u8 *end = align16(bottom + (at - (u64)bottom) + n);
    if (end > e->dirty_end) {
        e->dirty_end = end;
    }
    return end;
}

// Bytes of the record's code and input that count as memory, so that all that a frame may bring
// into the arena is bounded. Input within a caller's memory has been counted there.
static u64 counted_size(const struct evm *e, const u8 *bottom, const struct evm_frame_record *r)
{
    u64 n = code_is_transient(r) ? r->code_size : 0;
    bool is_inside = r->input >= (u64)e->arena && r->input < (u64)bottom;
    if (is_inside || n > EVM_MEMORY_MAX) {
        return n;
    }
    return r->input_size > EVM_INPUT_MAX ? EVM_MEMORY_MAX + 1 : n + r->input_size;
}

void evm_push(struct evm *e, const struct evm_frame_record *r)
{
    CHECK(r->version == EVM_RECORD_VERSION && e->count < EVM_FRAMES_MAX);
    if (UNLIKELY(r->fork != e->fork)) {
        set_fork(e, r->fork);
    }
    if (e->count == 0) {
        e->memory_top = e->arena;
        code_cache_trim(e);
    }
    u8 *bottom = arena_bottom(e);
    struct frame *f = e->top + 1;
    f->used_before = e->memory_used;
    f->stack = e->count == 0 ? e->stacks : f[-1].sp;
    f->stack_end = f->stack + EVM_STACK_MAX;
    f->sp = f->stack;
    f->left = (i64)r->gas;
    f->memory_size = 0;
    f->memory_paid = 0;
    f->record = *r;
    f->return_size = 0;
    written(e, bottom, (u64)r, sizeof *r);
    u64 counted = counted_size(e, bottom, &f->record);
    if (UNLIKELY(counted > EVM_MEMORY_MAX - e->memory_used)) {
        f->left = halted(e, HALT_OUT_OF_GAS);
        f->code = (struct code){NULL, NULL, 0};
    } else {
        e->memory_used += counted;
        bottom = written(e, bottom, f->record.input, f->record.input_size);
        bottom = code_load(e, f, bottom);
    }
    f->memory = bottom;
    f->pc = f->code.bytes;
    e->count++;
    e->top = f;
}

void evm_resume(struct evm *e, const struct evm_outcome *o)
{
    CHECK(e->count > 0);
    struct frame *f = e->top;
    if (UNLIKELY(o->halt != HALT_NONE)) {
        f->left = halted(e, (enum halt)o->halt);
        return;
    }
    f->left = (i64)o->gas;
    f->return_size = o->return_size;
    *f->sp++ = f->creates ? o->created : u256_from_bool(o->status == EVM_SUCCESS);
    u64 n = o->return_size < f->out_size ? o->return_size : f->out_size;
    if (n > 0) {
        e->host.return_data_copy(e->host.ctx, 0, f->memory + f->out, n);
    }
}

enum evm_exit evm_run(struct evm *e, struct evm_request *request)
{
    CHECK(e->count > 0);
    const struct frame *f = e->top;
    return LIKELY(f->record.trace_level == 0) ? run_plain(e, request) : run_traced(e, request);
}

u32 evm_frame_count(const struct evm *e)
{
    return e->count;
}

void evm_reset(struct evm *e)
{
    e->count = 0;
    e->top = e->frames;
    e->memory_used = 0;
}
