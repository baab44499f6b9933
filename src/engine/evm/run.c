// SPDX-License-Identifier: MIT
// The interpreter (rung E0): byte code directly, one body an instruction (run_body.inc), computed
// goto, the dispatch repeated in each body, machine state in locals whose address nobody takes.
// Stack effects and prices are constants compiled into each body from spec/opcodes.def. The same
// source is built twice: without and with a trace step before each instruction.
#include "engine/evm/frame.h"

#include "lib/base/bytes.h"
#include "lib/base/cc.h"
#include "lib/num/u256.h"

// Arithmetic that is long anyway: out of the loop, operands by address (they are passed by value
// otherwise).
#define SLOW_BINARY(f)                                                                             \
    static NOINLINE void slow_##f(u256 *sp)                                                        \
    {                                                                                              \
        sp[-2] = f(sp[-1], sp[-2]);                                                                \
    }
#define SLOW_TERNARY(f)                                                                            \
    static NOINLINE void slow_##f(u256 *sp)                                                        \
    {                                                                                              \
        sp[-3] = f(sp[-1], sp[-2], sp[-3]);                                                        \
    }
SLOW_BINARY(u256_div)
SLOW_BINARY(u256_sdiv)
SLOW_BINARY(u256_mod)
SLOW_BINARY(u256_smod)
SLOW_TERNARY(u256_addmod)
SLOW_TERNARY(u256_mulmod)

// Limb i of the n bytes at p as a big-endian number. May read up to 8 bytes at p whatever n is.
static ALWAYS_INLINE u64 push_limb(const u8 *p, u32 n, u32 i)
{
    if (n >= 8 * (i + 1)) {
        return load_be64(p + n - 8 * (i + 1));
    }
    u32 bytes_left = n > 8 * i ? n - 8 * i : 0;
    if (bytes_left == 1) {
        return p[0];
    }
    return bytes_left > 0 ? load_be64(p) >> (64 - 8 * bytes_left) : 0;
}

static ALWAYS_INLINE u256 push_word(const u8 *p, u32 n)
{
    return (u256){{push_limb(p, n, 0), push_limb(p, n, 1), push_limb(p, n, 2), push_limb(p, n, 3)}};
}

// A place to jump to, given as a word.
static ALWAYS_INLINE bool is_jump_target(const struct frame *f, const u256 *t)
{
    u64 at = t->w[0];
    return (t->w[1] | t->w[2] | t->w[3]) == 0 && at < f->code.size &&
           (f->code.jumps[at / 8] >> at % 8 & 1) != 0;
}

// True if `n` bytes from the word `at` on are within memory already. Offsets from 2^32 on never
// are.
static ALWAYS_INLINE bool is_in_memory(const u256 *at, u64 n, u64 memory_size)
{
    return (at->w[1] | at->w[2] | at->w[3] | at->w[0] >> 32) == 0 && at->w[0] + n <= memory_size;
}

#define TRACED 0
#define STEP() ((void)0)
enum evm_exit run_plain(struct evm *e, struct evm_request *request)
{
#include "engine/evm/run_body.inc"
}
#undef TRACED
#undef STEP

#define TRACED 1
#define STEP() trace_step(e, f, pc, sp, left)
enum evm_exit run_traced(struct evm *e, struct evm_request *request)
{
#include "engine/evm/run_body.inc"
}
