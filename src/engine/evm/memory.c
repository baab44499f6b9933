// SPDX-License-Identifier: MIT
// A frame's memory: price of expansion, limits, and that new bytes are zero. Memory costs 3 gas a
// word and a 512th of the square of its words (yellow paper, appendix H); the limits of ABI section
// 7 are out of gas too.
#include "engine/evm/frame.h"

#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/num/u256.h"

i64 halted(struct evm *e, enum halt why)
{
    e->halt = why;
    return -1;
}

static u64 price(u64 size)
{
    u64 words = size / WORD; // at most 2^31
    return 3 * words + words * words / 512;
}

// Rounds up to words.
static i64 pay(struct frame *f, u64 size, i64 left)
{
    u64 new = (size + WORD - 1) & ~(u64)(WORD - 1);
    if (new > f->memory_paid) {
        left -= (i64)(price(new) - price(f->memory_paid));
        f->memory_paid = new;
    }
    return left;
}

static void clear(struct evm *e, u8 *from, u8 *to)
{
    if (from < e->dirty_end) {
        zero_bytes(from, (usize)((to < e->dirty_end ? to : e->dirty_end) - from));
    }
    if (to > e->dirty_end) {
        e->dirty_end = to;
    }
}

// To at least `size` bytes, which is more than there are.
static NOINLINE i64 grow(struct evm *e, struct frame *f, u64 size, i64 left)
{
    u64 old = f->memory_size;
    u64 new = (size + WORD - 1) & ~(u64)(WORD - 1);
    left = pay(f, new, left);
    if (left < 0 || e->memory_used + (new - old) > EVM_MEMORY_MAX) {
        return halted(e, HALT_OUT_OF_GAS);
    }
    u8 *end = f->memory + new;
    CHECK(end <= e->arena_end);
    clear(e, f->memory + old, end);
    e->memory_used += new - old;
    f->memory_size = new;
    if (end > e->memory_top) {
        e->memory_top = end;
    }
    return left;
}

i64 memory_touch(struct evm *e, struct frame *f, u64 offset, u64 size, i64 left)
{
    if (size == 0) {
        return left;
    }
    if (offset > EVM_FRAME_MEMORY_MAX || size > EVM_FRAME_MEMORY_MAX - offset) {
        return halted(e, HALT_OUT_OF_GAS);
    }
    u64 end = offset + size;
    return end <= f->memory_size ? left : grow(e, f, end, left);
}

i64 memory_touch_far(struct evm *e, struct frame *f, u64 offset, u64 size, i64 left)
{
    if (offset > EVM_FAR_MEMORY_MAX || size > EVM_FAR_MEMORY_MAX - offset) {
        return halted(e, HALT_OUT_OF_GAS);
    }
    left = pay(f, offset + size, left);
    return left < 0 ? halted(e, HALT_OUT_OF_GAS) : left;
}

i64 memory_range(struct evm *e, struct frame *f, const u256 *offset, const u256 *size, i64 left)
{
    if (u256_is_zero(*size)) {
        return left;
    }
    return memory_touch(e, f, u256_to_u64_saturated(*offset), u256_to_u64_saturated(*size), left);
}

i64 memory_copy_range(struct evm *e, struct frame *f, const u256 *to, const u256 *size, i64 left)
{
    left = memory_range(e, f, to, size, left);
    if (left < 0) {
        return left;
    }
    // Sizes that got here fit the memory.
    left -= (i64)((size->w[0] + WORD - 1) / WORD * e->prices.COPY_WORD);
    return left < 0 ? halted(e, HALT_OUT_OF_GAS) : left;
}
