// SPDX-License-Identifier: MIT
// Costs of held steps; see held.h.
#include "core/trace/held.h"

#include "engine/evm/opcode.h"
#include "lib/num/u256.h"

static bool is_creation(u8 op)
{
    return op == OP_CREATE || op == OP_CREATE2;
}

// Price of growing memory of `size` bytes to hold [offset, offset + n) (yellow paper, appendix H: 3
// gas a word and words² / 512); saturated.
static u64 memory_cost(u64 size, u256 offset, u256 n)
{
    if (u256_is_zero(n)) {
        return 0;
    }
    u64 from = u256_to_u64_saturated(offset);
    u64 count = u256_to_u64_saturated(n);
    if (from >= 1ull << 40 || count >= 1ull << 40) {
        return ~(u64)0;
    }
    u64 before = (size + 31) / 32;
    u64 after = (from + count + 31) / 32; // below 2^37: its square fits
    if (after <= before) {
        return 0;
    }
    u128 cost =
        (u128)3 * (after - before) + (u128)after * after / 512 - (u128)before * before / 512;
    return cost > ~(u64)0 ? ~(u64)0 : (u64)cost;
}

// Lets go of the step, whose frame now has `gas_left`.
static struct held_due release_after(struct held_step *h, u64 gas_left)
{
    struct held_due d = {.due = h->held};
    if (h->held) {
        d.cost = h->gas >= gas_left ? h->gas - gas_left : 0;
        h->held = false;
    }
    return d;
}

struct held_due held_enter(struct held_step *h, const struct inspect_frame *f)
{
    if (f->depth == 0 || !h->held) {
        h->held = false;
        return (struct held_due){0};
    }
    u64 after = h->charged ? h->gas_after : h->gas;
    return release_after(h, is_creation(h->op) ? after + f->gas : after);
}

struct held_due held_charged(struct held_step *h, u32 depth, u64 gas_left)
{
    if (!h->held || h->depth != depth) {
        return (struct held_due){0};
    }
    if (!is_creation(h->op)) {
        return release_after(h, gas_left);
    }
    h->charged = true; // what is forwarded comes off when the frame begins
    h->gas_after = gas_left;
    return (struct held_due){0};
}

struct held_due held_next(struct held_step *h, const struct inspect_step *s)
{
    struct held_due d = release_after(h, h->charged ? h->gas_after : s->gas);
    *h = (struct held_step){
        .held = true,
        .op = s->op,
        .pc = s->pc,
        .depth = s->depth,
        .gas = s->gas,
        .stack_height = s->stack_height,
    };
    if ((s->op == OP_RETURN || s->op == OP_REVERT) && s->stack_height >= 2) {
        h->end_cost =
            memory_cost(s->memory.n, s->stack[s->stack_height - 1], s->stack[s->stack_height - 2]);
    }
    return d;
}

// What happens after the last instruction (a creation's deposit, a refused code) is not that
// instruction's.
struct held_due held_leave(struct held_step *h, const struct inspect_end *e, enum fork fork)
{
    if (!h->held || h->depth != e->depth) {
        return (struct held_due){0};
    }
    bool ends = h->op == OP_STOP || h->op == OP_RETURN || h->op == OP_REVERT;
    struct opcode_info info = opcode_info(fork, h->op);
    bool fits = info.defined && h->stack_height >= info.pops && h->end_cost <= h->gas;
    if (e->status == 2 && !(ends && fits)) {
        h->held = false;
        u64 cost = h->end_cost == ~(u64)0 ? info.price : info.price + h->end_cost;
        return (struct held_due){.due = true, .cost = cost, .halted = true};
    }
    if (ends) {
        h->held = false;
        return (struct held_due){.due = true, .cost = h->end_cost};
    }
    return release_after(h, e->gas_left);
}
