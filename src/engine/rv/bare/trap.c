// SPDX-License-Identifier: MIT
// Entering and leaving trap handlers (privileged manual, 3.1 and 10.1), and the exit call of
// user-mode programs. That call is a plain trap to a program that has both a handler and `tohost`;
// without the latter nothing that the handler could do would report.
#include "engine/rv/bare/priv.h"

#include <inttypes.h>

#define INTERRUPT (1ull << 63)
#define EXIT_CALL 93

static const char *cause_text(u64 cause)
{
    static const char *const text[] = {
        "a misaligned fetch",
        "a fetch where nothing is",
        "an illegal instruction",
        "a breakpoint",
        "a misaligned load",
        "a load where nothing is",
        "a misaligned store",
        "a store where nothing is",
        "an ecall from user mode",
        "an ecall from supervisor mode",
        NULL,
        "an ecall from machine mode",
        "a page fault at a fetch",
        "a page fault at a load",
        NULL,
        "a page fault at a store",
    };
    return cause < COUNT_OF(text) && text[cause] != NULL ? text[cause] : "an interrupt";
}

bool bare_raise(struct bare_hart *hart, enum bare_cause cause, u64 tval)
{
    hart->cause = cause;
    hart->tval = tval;
    return false;
}

struct buf *bare_end(struct bare_hart *hart, enum bare_end end)
{
    hart->result->end = end;
    hart->ended = true;
    return &hart->result->text;
}

static void enter(struct bare_hart *hart, u64 cause, u64 tval, enum bare_mode to)
{
    const u64 tvec = to == BARE_M ? hart->mtvec : hart->stvec;
    const u64 base = tvec & ~3ull;
    const bool vectored = (tvec & 1) != 0 && (cause & INTERRUPT) != 0;
    const u64 pc = hart->pc;
    if (to == BARE_M) {
        hart->mepc = pc;
        hart->mcause = cause;
        hart->mtval = tval;
        const bool enabled = (hart->mstatus & MSTATUS_MIE) != 0;
        hart->mstatus &= ~(MSTATUS_MPIE | MSTATUS_MIE | MSTATUS_MPP);
        hart->mstatus |= enabled ? MSTATUS_MPIE : 0;
        hart->mstatus |= (u64)hart->mode << MSTATUS_MPP_SHIFT;
    } else {
        hart->sepc = pc;
        hart->scause = cause;
        hart->stval = tval;
        const bool enabled = (hart->mstatus & MSTATUS_SIE) != 0;
        hart->mstatus &= ~(MSTATUS_SPIE | MSTATUS_SIE | MSTATUS_SPP);
        hart->mstatus |= enabled ? MSTATUS_SPIE : 0;
        hart->mstatus |= hart->mode == BARE_S ? MSTATUS_SPP : 0;
    }
    hart->mode = to;
    hart->pc = base + (vectored ? 4 * (cause & ~INTERRUPT) : 0);
}

void bare_take_exception(struct bare_hart *hart)
{
    const u64 cause = hart->cause;
    const bool delegated = hart->mode != BARE_M && (hart->medeleg >> cause & 1) != 0;
    const enum bare_mode to = delegated ? BARE_S : BARE_M;
    const u64 base = (to == BARE_M ? hart->mtvec : hart->stvec) & ~3ull;
    const bool is_exit = cause - CAUSE_ECALL_U <= BARE_M && hart->x[17] == EXIT_CALL;
    if (is_exit && (base == 0 || !hart->image.has_tohost)) {
        bare_end_with(hart, hart->x[10]);
        return;
    }
    if (base == 0) {
        buf_printf(bare_end(hart, BARE_BROKEN),
                   "%s at 0x%" PRIx64 " (value 0x%" PRIx64 "), no trap vector is set",
                   cause_text(cause), hart->pc, hart->tval);
        return;
    }
    // A handler that cannot be fetched traps to itself for ever, unless a higher mode takes it
    // over.
    const bool is_fetch = cause == CAUSE_FETCH_ACCESS || cause == CAUSE_FETCH_PAGE;
    if (is_fetch && hart->pc == base && hart->mode == to) {
        buf_printf(bare_end(hart, BARE_BROKEN), "%s at the trap vector, 0x%" PRIx64,
                   cause_text(cause), base);
        return;
    }
    enter(hart, cause, hart->tval, to);
}

// Bits of external, software and timer interrupts of M, then of S, in the order of priority
// (3.1.9).
static const u8 INTERRUPT_ORDER[] = {11, 3, 7, 9, 1, 5};

void bare_take_interrupt(struct bare_hart *hart)
{
    const u64 pending = hart->mip & hart->mie;
    const bool to_m = hart->mode < BARE_M || (hart->mstatus & MSTATUS_MIE) != 0;
    const bool to_s =
        hart->mode < BARE_S || (hart->mode == BARE_S && (hart->mstatus & MSTATUS_SIE) != 0);
    const u64 for_m = to_m ? pending & ~hart->mideleg : 0;
    const u64 for_s = to_s ? pending & hart->mideleg : 0;
    const u64 due = for_m != 0 ? for_m : for_s;
    for (u32 i = 0; due != 0 && i < COUNT_OF(INTERRUPT_ORDER); i++) {
        if ((due >> INTERRUPT_ORDER[i] & 1) != 0) {
            enter(hart, INTERRUPT | INTERRUPT_ORDER[i], 0, for_m != 0 ? BARE_M : BARE_S);
            return;
        }
    }
}

void bare_return(struct bare_hart *hart, enum bare_mode from)
{
    u64 status = hart->mstatus;
    bool enable;
    if (from == BARE_M) {
        hart->mode = (enum bare_mode)((status & MSTATUS_MPP) >> MSTATUS_MPP_SHIFT);
        enable = (status & MSTATUS_MPIE) != 0;
        status &= ~(MSTATUS_MIE | MSTATUS_MPP);
        status |= MSTATUS_MPIE | (enable ? MSTATUS_MIE : 0);
        hart->pc = hart->mepc;
    } else {
        hart->mode = (status & MSTATUS_SPP) != 0 ? BARE_S : BARE_U;
        enable = (status & MSTATUS_SPIE) != 0;
        status &= ~(MSTATUS_SIE | MSTATUS_SPP);
        status |= MSTATUS_SPIE | (enable ? MSTATUS_SIE : 0);
        hart->pc = hart->sepc;
    }
    if (hart->mode != BARE_M) {
        status &= ~MSTATUS_MPRV;
    }
    hart->mstatus = status;
    hart->reservation_size = 0;
}
