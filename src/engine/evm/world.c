// SPDX-License-Identifier: MIT
// Bodies of the instructions that ask the host or copy ranges: too long for the interpreter's loop,
// and not worth its registers. Operands are below sp, the top at sp[-1]; results go where the
// instruction's row leaves them; the loop moves sp. Each gives the gas left, or a negative number
// if the frame halts (evm.halt says why).
#include "engine/evm/frame.h"

#include "lib/base/bytes.h"
#include "lib/base/gas.h"
#include "lib/num/u256.h"

static i64 after(struct evm *e, enum halt h, gas g)
{
    return LIKELY(h == HALT_NONE) ? g.left : halted(e, h);
}

static i64 after_free(struct evm *e, enum halt h, i64 left)
{
    return LIKELY(h == HALT_NONE) ? left : halted(e, h);
}

i64 body_exp(struct evm *e, struct frame *f, u256 *sp, i64 left)
{
    (void)f;
    left -= (i64)(u256_byte_length(sp[-2]) * e->prices.EXP_BYTE);
    if (left < 0) {
        return halted(e, HALT_OUT_OF_GAS);
    }
    sp[-2] = u256_exp(sp[-1], sp[-2]);
    return left;
}

// Of a range that is not all in memory that a frame can have: what was never written is zero, so it
// is only paid for.
static NOINLINE i64 keccak_far(struct evm *e, struct frame *f, u256 *sp, i64 left)
{
    u64 at = u256_to_u64_saturated(sp[-1]);
    u64 n = u256_to_u64_saturated(sp[-2]);
    left = memory_touch_far(e, f, at, n, left);
    if (left < 0) {
        return left;
    }
    u64 here = at >= f->memory_size ? 0 : f->memory_size - at; // n reaches beyond
    gas g = {left};
    bytes data = {here > 0 ? f->memory + at : f->memory, here};
    return after(e, e->host.keccak(e->host.ctx, &g, data, n - here, &sp[-2]), g);
}

i64 body_keccak(struct evm *e, struct frame *f, u256 *sp, i64 left)
{
    u64 at = u256_to_u64_saturated(sp[-1]);
    u64 n = u256_to_u64_saturated(sp[-2]);
    if (UNLIKELY(n > 0 && (at > EVM_FRAME_MEMORY_MAX || n > EVM_FRAME_MEMORY_MAX - at))) {
        return keccak_far(e, f, sp, left);
    }
    left = memory_touch(e, f, at, n, left);
    if (left < 0) {
        return left;
    }
    gas g = {left};
    bytes data = {n > 0 ? f->memory + at : f->memory, n};
    return after(e, e->host.keccak(e->host.ctx, &g, data, 0, &sp[-2]), g);
}

// ---- accounts and block -----------------------------------------------------------------------

i64 body_balance(struct evm *e, struct frame *f, u256 *sp, i64 left)
{
    (void)f;
    gas g = {left};
    address a = u256_to_address(sp[-1]);
    return after(e, e->host.balance(e->host.ctx, &g, &a, &sp[-1]), g);
}

i64 body_self_balance(struct evm *e, struct frame *f, u256 *sp, i64 left)
{
    (void)f;
    return after_free(e, e->host.self_balance(e->host.ctx, sp), left);
}

i64 body_ext_code_size(struct evm *e, struct frame *f, u256 *sp, i64 left)
{
    (void)f;
    gas g = {left};
    address a = u256_to_address(sp[-1]);
    return after(e, e->host.code_size(e->host.ctx, &g, &a, &sp[-1]), g);
}

i64 body_ext_code_hash(struct evm *e, struct frame *f, u256 *sp, i64 left)
{
    (void)f;
    gas g = {left};
    address a = u256_to_address(sp[-1]);
    return after(e, e->host.code_hash(e->host.ctx, &g, &a, &sp[-1]), g);
}

i64 body_ext_code_copy(struct evm *e, struct frame *f, u256 *sp, i64 left)
{
    left = memory_range(e, f, &sp[-2], &sp[-4], left);
    if (left < 0) {
        return left;
    }
    gas g = {left};
    address a = u256_to_address(sp[-1]);
    u64 n = sp[-4].w[0];
    u8 *to = n > 0 ? f->memory + sp[-2].w[0] : f->memory;
    u64 from = u256_to_u64_saturated(sp[-3]);
    return after(e, e->host.code_copy(e->host.ctx, &g, &a, from, to, n), g);
}

i64 body_block_hash(struct evm *e, struct frame *f, u256 *sp, i64 left)
{
    (void)f;
    gas g = {left};
    u256 number = sp[-1];
    return after(e, e->host.block_hash(e->host.ctx, &g, &number, &sp[-1]), g);
}

i64 body_blob_hash(struct evm *e, struct frame *f, u256 *sp, i64 left)
{
    (void)f;
    u256 index = sp[-1];
    return after_free(e, e->host.blob_hash(e->host.ctx, &index, &sp[-1]), left);
}

// ---- storage ----------------------------------------------------------------------------------

i64 body_sload(struct evm *e, struct frame *f, u256 *sp, i64 left)
{
    (void)f;
    gas g = {left};
    return after(e, e->host.sload(e->host.ctx, &g, &sp[-1], &sp[-1]), g);
}

i64 body_sstore(struct evm *e, struct frame *f, u256 *sp, i64 left)
{
    (void)f;
    gas g = {left};
    return after(e, e->host.sstore(e->host.ctx, &g, &sp[-1], &sp[-2]), g);
}

i64 body_tload(struct evm *e, struct frame *f, u256 *sp, i64 left)
{
    (void)f;
    gas g = {left};
    u256 key = sp[-1];
    return after(e, e->host.tload(e->host.ctx, &g, &key, &sp[-1]), g);
}

i64 body_tstore(struct evm *e, struct frame *f, u256 *sp, i64 left)
{
    (void)f;
    gas g = {left};
    return after(e, e->host.tstore(e->host.ctx, &g, &sp[-1], &sp[-2]), g);
}

// ---- copies -----------------------------------------------------------------------------------

// Copies n bytes of `source` from `from` on to the frame's memory; zeros beyond the source's end.
static void copy_padded(u8 *to, u64 n, bytes source, const u256 *from)
{
    u64 start = u256_to_u64_saturated(*from);
    u64 there = start < source.n ? source.n - start : 0;
    there = there < n ? there : n;
    if (there > 0) {
        copy_bytes(to, source.p + start, there);
    }
    zero_bytes(to + there, n - there);
}

static i64 copy_in(struct evm *e, struct frame *f, const u256 *sp, i64 left, bytes source)
{
    left = memory_copy_range(e, f, &sp[-1], &sp[-3], left);
    u64 n = sp[-3].w[0];
    if (left >= 0 && n > 0) {
        copy_padded(f->memory + sp[-1].w[0], n, source, &sp[-2]);
    }
    return left;
}

static bytes input_of(const struct frame *f)
{
    return (bytes){(const u8 *)f->record.input, f->record.input_size};
}

void body_calldata_load(struct frame *f, u256 *sp)
{
    u8 word[WORD];
    copy_padded(word, WORD, input_of(f), &sp[-1]);
    sp[-1] = u256_from_be_bytes(word);
}

i64 body_calldata_copy(struct evm *e, struct frame *f, u256 *sp, i64 left)
{
    return copy_in(e, f, sp, left, input_of(f));
}

i64 body_code_copy(struct evm *e, struct frame *f, u256 *sp, i64 left)
{
    return copy_in(e, f, sp, left, (bytes){f->code.bytes, f->code.size});
}

i64 body_return_data_copy(struct evm *e, struct frame *f, u256 *sp, i64 left)
{
    left = memory_copy_range(e, f, &sp[-1], &sp[-3], left);
    if (left < 0) {
        return left;
    }
    u64 n = sp[-3].w[0];
    u64 from = u256_to_u64_saturated(sp[-2]);
    if (from > f->return_size || n > f->return_size - from) {
        return halted(e,
                      HALT_RETURN_DATA_OUT_OF_BOUNDS); // EIP-211: also for no bytes beyond the end
    }
    if (n > 0) {
        e->host.return_data_copy(e->host.ctx, from, f->memory + sp[-1].w[0], n);
    }
    return left;
}

i64 body_mcopy(struct evm *e, struct frame *f, u256 *sp, i64 left)
{
    const u256 *upper = u256_lt(sp[-1], sp[-2]) ? &sp[-2] : &sp[-1];
    left = memory_copy_range(e, f, upper, &sp[-3], left);
    u64 n = sp[-3].w[0];
    if (left >= 0 && n > 0) {
        move_bytes(f->memory + sp[-1].w[0], f->memory + sp[-2].w[0], n);
    }
    return left;
}

// ---- the rest ---------------------------------------------------------------------------------

i64 body_log(struct evm *e, struct frame *f, u256 *sp, i64 left, u32 count)
{
    left = memory_range(e, f, &sp[-1], &sp[-2], left);
    if (left < 0) {
        return left;
    }
    u256 topics[4];
    for (u32 i = 0; i < count; i++) {
        topics[i] = sp[-3 - (i64)i];
    }
    gas g = {left};
    bytes data = {f->memory, sp[-2].w[0]};
    if (data.n > 0) {
        data.p += sp[-1].w[0];
    }
    return after(e, e->host.log(e->host.ctx, &g, data, topics, count), g);
}

i64 body_self_destruct(struct evm *e, struct frame *f, u256 *sp, i64 left)
{
    (void)f;
    gas g = {left};
    address a = u256_to_address(sp[-1]);
    return after(e, e->host.self_destruct(e->host.ctx, &g, &a), g);
}
