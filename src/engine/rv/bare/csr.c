// SPDX-License-Identifier: MIT
// The CSRs of the bare machine. csr.def has a row for each; here are their fields, the numbered
// families, and who may access what.
#include "engine/rv/bare/priv.h"

#define MISA                                                                                       \
    (2ull << 62 | extension('A') | extension('B') | extension('C') | extension('D') |              \
     extension('F') | extension('I') | extension('M') | extension('S') | extension('U'))
#define MSTATUS_MASK                                                                               \
    (MSTATUS_SIE | MSTATUS_MIE | MSTATUS_SPIE | MSTATUS_MPIE | MSTATUS_SPP | MSTATUS_MPP |         \
     MSTATUS_FS | MSTATUS_MPRV | MSTATUS_SUM | MSTATUS_MXR | MSTATUS_TVM | MSTATUS_TW |            \
     MSTATUS_TSR)
#define MSTATUS_XL (2ull << 32 | 2ull << 34) // UXL and SXL are fixed at 64 bits
#define MSTATUS_SD (1ull << 63)
#define SSTATUS_MASK                                                                               \
    (MSTATUS_SIE | MSTATUS_SPIE | MSTATUS_SPP | MSTATUS_FS | MSTATUS_SUM | MSTATUS_MXR |           \
     (3ull << 32) | MSTATUS_SD)
#define MEDELEG_MASK 0xb3ffull // all synchronous causes but the ecall from M
#define MIP_SSIP (1ull << 1)
#define S_INTERRUPTS 0x222ull   // software, timer and external of S
#define ALL_INTERRUPTS 0xaaaull // and of M
#define ENVCFG_FIOM 1ull
#define COUNT_CYCLE 1u
#define COUNT_INSTRET 4u

#define CSR_PMPCFG 0x3a0
#define CSR_PMPADDR 0x3b0
#define CSR_MHPMCOUNTER 0xb00
#define CSR_MHPMEVENT 0x320
#define CSR_HPMCOUNTER 0xc00
#define CSR_SATP 0x180
#define CSR_SIREG 0x151
#define CSR_SIREG2 0x152
#define SISELECT_SPMP 0x100

static inline u64 extension(char letter)
{
    return 1ull << (letter - 'A');
}

static inline u64 merge(u64 old, u64 value, u64 mask)
{
    return (old & ~mask) | (value & mask);
}

static void dirty_fp(struct bare_hart *h)
{
    h->mstatus |= MSTATUS_FS;
}

static u64 status_read(const struct bare_hart *h)
{
    const bool is_dirty = (h->mstatus & MSTATUS_FS) == MSTATUS_FS;
    return h->mstatus | MSTATUS_XL | (is_dirty ? MSTATUS_SD : 0);
}

static void status_write(struct bare_hart *h, u64 v, u64 mask)
{
    const u64 old_mpp = h->mstatus & MSTATUS_MPP;
    u64 status = merge(h->mstatus, v, mask & MSTATUS_MASK);
    if ((status & MSTATUS_MPP) >> MSTATUS_MPP_SHIFT == 2) { // no such mode: it stays as it was
        status = merge(status, old_mpp, MSTATUS_MPP);
    }
    h->mstatus = status;
}

// A mode that is not implemented makes the whole write void (10.1.11).
static void satp_write(struct bare_hart *h, u64 v)
{
    const u64 mode = v >> 60;
    if (mode == 0 || (mode >= 8 && mode <= 10)) {
        h->satp = v;
    }
}

static bool in_family(u32 number, u32 first, u32 count)
{
    return number >= first && number - first < count;
}

// Registers that exist, read 0 and ignore writes: PMP entries beyond ours, performance counters 3
// to 31.
static bool is_idle(u32 number)
{
    return in_family(number, CSR_PMPADDR + BARE_PMP_COUNT, 64 - BARE_PMP_COUNT) ||
           in_family(number, CSR_MHPMCOUNTER + 3, 29) || in_family(number, CSR_MHPMEVENT + 3, 29) ||
           in_family(number, CSR_HPMCOUNTER + 3, 29);
}

// The SPMP entry behind siselect, or its count if that selects none.
static u32 selected(const struct bare_hart *h)
{
    const u64 index = h->siselect - SISELECT_SPMP;
    return index < BARE_SPMP_COUNT ? (u32)index : BARE_SPMP_COUNT;
}

static bool counter_enabled(const struct bare_hart *hart, u32 index)
{
    const bool below_m = (hart->mcounteren >> index & 1) != 0;
    const bool below_s = below_m && (hart->scounteren >> index & 1) != 0;
    return hart->mode == BARE_M || (hart->mode == BARE_S ? below_m : below_s);
}

bool bare_csr_may(const struct bare_hart *hart, u32 number, bool write)
{
    if ((number >> 8 & 3) > (u32)hart->mode || (write && number >> 10 == 3)) {
        return false;
    }
    if (number >= 1 && number <= 3) {
        return (hart->mstatus & MSTATUS_FS) != 0;
    }
    if (in_family(number, CSR_HPMCOUNTER, 32)) {
        return counter_enabled(hart, number - CSR_HPMCOUNTER);
    }
    if (number == CSR_SATP) {
        return hart->mode == BARE_M || (hart->mstatus & MSTATUS_TVM) == 0;
    }
    return true;
}

bool bare_csr_read(const struct bare_hart *hart, u64 *value, u32 number)
{
    const struct bare_hart *h = hart;
    switch (number) {
#define CSR(csr, read, write)                                                                      \
    case csr:                                                                                      \
        *value = (read);                                                                           \
        return true;
#include "engine/rv/bare/csr.def"
    case CSR_SIREG:
    case CSR_SIREG2:
        if (selected(h) == BARE_SPMP_COUNT) {
            return false;
        }
        *value = number == CSR_SIREG ? h->spmp[selected(h)].addr : h->spmp[selected(h)].cfg;
        return true;
    default:
        break;
    }
    if (in_family(number, CSR_PMPCFG, 16)) {
        *value = bare_pmpcfg_read(h, number - CSR_PMPCFG);
        return number % 2 == 0;
    }
    if (in_family(number, CSR_PMPADDR, BARE_PMP_COUNT)) {
        *value = h->pmp[number - CSR_PMPADDR].addr;
        return true;
    }
    *value = 0;
    return is_idle(number);
}

static bool write_selected(struct bare_hart *h, bool cfg, u64 v)
{
    if (selected(h) == BARE_SPMP_COUNT) {
        return false;
    }
    if (cfg) {
        bare_spmpcfg_write(h, selected(h), v);
    } else {
        h->spmp[selected(h)].addr = v & ((1ull << 54) - 1);
    }
    return true;
}

bool bare_csr_write(struct bare_hart *hart, u32 number, u64 value)
{
    struct bare_hart *h = hart;
    const u64 v = value;
    switch (number) {
#define CSR(csr, read, write)                                                                      \
    case csr:                                                                                      \
        write;                                                                                     \
        return true;
#include "engine/rv/bare/csr.def"
    case CSR_SIREG:
    case CSR_SIREG2:
        return write_selected(h, number == CSR_SIREG2, v);
    default:
        break;
    }
    if (in_family(number, CSR_PMPCFG, 16)) {
        bare_pmpcfg_write(h, number - CSR_PMPCFG, v);
        return number % 2 == 0;
    }
    if (in_family(number, CSR_PMPADDR, BARE_PMP_COUNT)) {
        bare_pmpaddr_write(h, number - CSR_PMPADDR, v);
        return true;
    }
    return is_idle(number);
}
