// SPDX-License-Identifier: MIT
// Physical memory protection (privileged manual, 3.7), and the supervisor's own (the SPMP draft,
// which the official rv64si tests look at): same entries, same matching, different rules of whom
// they bind. The lowest numbered entry that matches any byte of an access decides, and fails it
// unless it matches all bytes.
#include "engine/rv/bare/priv.h"

enum { MODE_OFF = 0, MODE_TOR = 1, MODE_NA4 = 2, MODE_NAPOT = 3 };

#define CFG_LOCK 0x80u
#define CFG_USER 0x100u
#define CFG_SHARED 0x200u
#define CFG_PMP_BITS 0x9fu // bits 5 and 6 read as 0
#define SPMP_CFG_BITS 0x39full
#define ADDR_BITS ((1ull << 54) - 1)

static inline u32 match_mode(u64 cfg)
{
    return cfg >> 3 & 3;
}

// The first entry that touches [pa, pa + size), or count; *whole tells whether it holds all of it.
static u32 find(const struct bare_protection *entry, u32 count, u64 pa, u32 size, bool *whole)
{
    for (u32 i = 0; i < count; i++) {
        const u64 addr = entry[i].addr;
        u64 lo = 0, n = 0; // in bytes; addresses have 56 bits, so nothing here overflows
        switch (match_mode(entry[i].cfg)) {
        case MODE_TOR:
            lo = i == 0 ? 0 : entry[i - 1].addr << 2;
            n = (addr << 2) > lo ? (addr << 2) - lo : 0;
            break;
        case MODE_NA4:
            lo = addr << 2;
            n = 4;
            break;
        case MODE_NAPOT:
            // Trailing ones give the size: addr ^ (addr + 1) are they and the zero above them.
            lo = (addr & ~(addr ^ (addr + 1))) << 2;
            n = ((addr ^ (addr + 1)) + 1) << 2;
            break;
        default:
            break;
        }
        if (n > 0 && pa < lo + n && lo < pa + size) {
            *whole = pa >= lo && pa + size <= lo + n;
            return i;
        }
    }
    return count;
}

static bool is_active(const struct bare_protection *entry, u32 count)
{
    for (u32 i = 0; i < count; i++) {
        if (match_mode(entry[i].cfg) != MODE_OFF) {
            return true;
        }
    }
    return false;
}

bool bare_pmp_allows(const struct bare_hart *hart, u64 pa, u32 size, enum bare_access kind,
                     enum bare_mode mode)
{
    if (!hart->pmp_active) {
        return true;
    }
    bool whole = false;
    u32 i = find(hart->pmp, BARE_PMP_COUNT, pa, size, &whole);
    if (i == BARE_PMP_COUNT) {
        return mode == BARE_M;
    }
    const u64 cfg = hart->pmp[i].cfg;
    if (!whole) {
        return false;
    }
    return (mode == BARE_M && (cfg & CFG_LOCK) == 0) || (cfg & kind) != 0;
}

bool bare_spmp_allows(const struct bare_hart *hart, u64 pa, u32 size, enum bare_access kind,
                      enum bare_mode mode)
{
    if (!hart->spmp_active) {
        return true;
    }
    bool whole = false;
    u32 i = find(hart->spmp, BARE_SPMP_COUNT, pa, size, &whole);
    if (i == BARE_SPMP_COUNT) {
        return mode != BARE_U;
    }
    const u64 cfg = hart->spmp[i].cfg;
    if (!whole || (cfg & kind) == 0) {
        return false;
    }
    if ((cfg & CFG_SHARED) != 0 || mode == ((cfg & CFG_USER) != 0 ? BARE_U : BARE_S)) {
        return true;
    }
    // The supervisor in a user's entry: data if SUM says so, never code.
    return mode == BARE_S && kind != BARE_FETCH && (hart->mstatus & MSTATUS_SUM) != 0;
}

u64 bare_pmpcfg_read(const struct bare_hart *hart, u32 number)
{
    u64 value = 0;
    for (u32 i = 0; i < 8; i++) {
        u32 index = number * 4 + i; // RV64 has only the even registers, of 8 entries each
        value |= index < BARE_PMP_COUNT ? hart->pmp[index].cfg << (8 * i) : 0;
    }
    return value;
}

void bare_pmpcfg_write(struct bare_hart *hart, u32 number, u64 value)
{
    for (u32 i = 0; i < 8; i++) {
        u32 index = number * 4 + i;
        u64 cfg = value >> (8 * i) & CFG_PMP_BITS;
        if (index < BARE_PMP_COUNT && (hart->pmp[index].cfg & CFG_LOCK) == 0) {
            // W without R is reserved: it is kept as neither.
            hart->pmp[index].cfg = (cfg & 3) == BARE_WRITE ? cfg & ~(u64)BARE_WRITE : cfg;
        }
    }
    hart->pmp_active = is_active(hart->pmp, BARE_PMP_COUNT);
}

void bare_spmpcfg_write(struct bare_hart *hart, u32 index, u64 value)
{
    hart->spmp[index].cfg = value & SPMP_CFG_BITS;
    hart->spmp_active = is_active(hart->spmp, BARE_SPMP_COUNT);
}

void bare_pmpaddr_write(struct bare_hart *hart, u32 index, u64 value)
{
    const struct bare_protection *next = index + 1 < BARE_PMP_COUNT ? &hart->pmp[index + 1] : NULL;
    const bool is_base =
        next != NULL && (next->cfg & CFG_LOCK) != 0 && match_mode(next->cfg) == MODE_TOR;
    if (index < BARE_PMP_COUNT && (hart->pmp[index].cfg & CFG_LOCK) == 0 && !is_base) {
        hart->pmp[index].addr = value & ADDR_BITS;
    }
}
