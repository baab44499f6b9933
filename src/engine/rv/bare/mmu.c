// SPDX-License-Identifier: MIT
// Loads, stores and fetches of the bare machine: virtual to physical (privileged manual, chapter
// 10: Sv39 and its larger kin), protection, and memory. There is no TLB; every access walks the
// tables, so sfence.vma has nothing to do and a changed mapping is seen at once.
#include "engine/rv/bare/priv.h"
#include "lib/base/bytes.h"

#define PAGE_SIZE 4096u
#define PTE_V 1u
#define PTE_R 2u
#define PTE_W 4u
#define PTE_X 8u
#define PTE_U 16u
#define PTE_A 64u
#define PTE_D 128u
#define PTE_PPN_SHIFT 10
#define PPN_BITS ((1ull << 44) - 1)
#define PTE_RESERVED (~0ull << 54) // Svnapot, Svpbmt and what is reserved: not implemented
#define SATP_MODE_SHIFT 60
#define SATP_SV39 8 // three levels; each number above it one more

static bool access_fault(struct bare_hart *hart, enum bare_access kind, u64 va)
{
    return bare_raise(hart,
                      kind == BARE_FETCH   ? CAUSE_FETCH_ACCESS
                      : kind == BARE_WRITE ? CAUSE_STORE_ACCESS
                                           : CAUSE_LOAD_ACCESS,
                      va);
}

static bool page_fault(struct bare_hart *hart, enum bare_access kind, u64 va)
{
    return bare_raise(hart,
                      kind == BARE_FETCH   ? CAUSE_FETCH_PAGE
                      : kind == BARE_WRITE ? CAUSE_STORE_PAGE
                                           : CAUSE_LOAD_PAGE,
                      va);
}

// The mode whose rules hold for this access: MPRV lends MPP's to loads and stores.
static enum bare_mode effective_mode(const struct bare_hart *hart, enum bare_access kind)
{
    if (kind != BARE_FETCH && (hart->mstatus & MSTATUS_MPRV) != 0) {
        return (enum bare_mode)((hart->mstatus & MSTATUS_MPP) >> MSTATUS_MPP_SHIFT);
    }
    return hart->mode;
}

static bool leaf_allows(const struct bare_hart *hart, u64 pte, enum bare_access kind,
                        enum bare_mode mode)
{
    if ((pte & PTE_U) != 0) {
        if (mode == BARE_S && (kind == BARE_FETCH || (hart->mstatus & MSTATUS_SUM) == 0)) {
            return false;
        }
    } else if (mode == BARE_U) {
        return false;
    }
    switch (kind) {
    case BARE_READ:
        return (pte & PTE_R) != 0 || ((pte & PTE_X) != 0 && (hart->mstatus & MSTATUS_MXR) != 0);
    case BARE_WRITE:
        return (pte & PTE_W) != 0;
    case BARE_FETCH:
        return (pte & PTE_X) != 0;
    }
    return false;
}

// Walks the tables of satp. Steps and their numbers are those of 10.3.2.
static bool walk(struct bare_hart *hart, u64 *pa, u64 va, enum bare_access kind,
                 enum bare_mode mode)
{
    const i32 levels = (i32)(hart->satp >> SATP_MODE_SHIFT) - SATP_SV39 + 3;
    const i32 unused = 64 - (12 + 9 * levels);
    if ((u64)((i64)(va << unused) >> unused) != va) {
        return page_fault(hart, kind, va);
    }
    u64 table = (hart->satp & PPN_BITS) * PAGE_SIZE;
    for (i32 level = levels - 1; level >= 0; level--) {
        const i32 shift = 12 + 9 * level;
        const u64 at = table + (va >> shift & 511) * 8;
        u8 *entry =
            bare_pmp_allows(hart, at, 8, BARE_READ, BARE_S) ? bare_ram_at(&hart->ram, at, 8) : NULL;
        if (entry == NULL) {
            return access_fault(hart, kind, va);
        }
        const u64 pte = load_le64(entry);
        if ((pte & PTE_V) == 0 || (pte & (PTE_R | PTE_W)) == PTE_W || (pte & PTE_RESERVED) != 0) {
            return page_fault(hart, kind, va); // step 3
        }
        const u64 base = (pte >> PTE_PPN_SHIFT & PPN_BITS) * PAGE_SIZE;
        if ((pte & (PTE_R | PTE_X)) == 0) { // step 4: a pointer to the next table
            if ((pte & (PTE_A | PTE_D | PTE_U)) != 0) {
                return page_fault(hart, kind, va);
            }
            table = base;
            continue;
        }
        const u64 inside = (1ull << shift) - 1;
        if ((base & inside) != 0 || !leaf_allows(hart, pte, kind, mode)) { // steps 5 to 8
            return page_fault(hart, kind, va);
        }
        const u64 marked = pte | PTE_A | (kind == BARE_WRITE ? PTE_D : 0);
        if (marked != pte) { // step 9
            if (!bare_pmp_allows(hart, at, 8, BARE_WRITE, BARE_S)) {
                return access_fault(hart, kind, va);
            }
            store_le64(entry, marked);
        }
        *pa = base | (va & inside);
        return true;
    }
    return page_fault(hart, kind, va);
}

// Host and physical address of `size` bytes that lie in one page; NULL after an exception.
static u8 *locate(struct bare_hart *hart, u64 *pa, u64 va, u32 size, enum bare_access kind)
{
    const enum bare_mode mode = effective_mode(hart, kind);
    const bool paged = mode != BARE_M && hart->satp >> SATP_MODE_SHIFT != 0;
    *pa = va;
    if (paged && !walk(hart, pa, va, kind, mode)) {
        return NULL;
    }
    bool allowed = bare_pmp_allows(hart, *pa, size, kind, mode);
    if (mode != BARE_M && !paged) {
        allowed = allowed && bare_spmp_allows(hart, *pa, size, kind, mode);
    }
    u8 *at = allowed ? bare_ram_at(&hart->ram, *pa, size) : NULL;
    if (at == NULL) {
        (void)access_fault(hart, kind, va);
    }
    return at;
}

// An access of up to 8 bytes as one or two pieces, none crossing a page. Both are found before
// either is used.
struct pieces {
    u8 *at[2];
    u64 pa[2];
    u32 size[2];
};

static bool locate_pieces(struct bare_hart *hart, struct pieces *p, u64 va, u32 size,
                          enum bare_access kind)
{
    const u32 room = PAGE_SIZE - (u32)(va % PAGE_SIZE);
    p->size[0] = size < room ? size : room;
    p->size[1] = size - p->size[0];
    p->at[0] = locate(hart, &p->pa[0], va, p->size[0], kind);
    if (p->at[0] == NULL) {
        return false;
    }
    p->at[1] = p->at[0];
    if (p->size[1] > 0) {
        p->at[1] = locate(hart, &p->pa[1], va + p->size[0], p->size[1], kind);
    }
    return p->at[1] != NULL;
}

bool bare_fetch(struct bare_hart *hart, u32 *bits)
{
    u64 pa;
    const u64 pc = hart->pc;
    const u8 *low = locate(hart, &pa, pc, 2, BARE_FETCH);
    if (low == NULL) {
        return false;
    }
    *bits = load_le16(low);
    if ((*bits & 3) != 3) {
        return true;
    }
    const u8 *high = locate(hart, &pa, pc + 2, 2, BARE_FETCH);
    if (high == NULL) {
        return false;
    }
    *bits |= (u32)load_le16(high) << 16;
    return true;
}

bool bare_load(struct bare_hart *hart, u64 *value, u64 va, u32 size)
{
    struct pieces p;
    if (!locate_pieces(hart, &p, va, size, BARE_READ)) {
        return false;
    }
    u8 data[8] = {0};
    copy_bytes(data, p.at[0], p.size[0]);
    copy_bytes(data + p.size[0], p.at[1], p.size[1]);
    *value = load_le64(data);
    return true;
}

bool bare_store(struct bare_hart *hart, u64 va, u32 size, u64 value)
{
    struct pieces p;
    if (!locate_pieces(hart, &p, va, size, BARE_WRITE)) {
        return false;
    }
    u8 data[8];
    store_le64(data, value);
    copy_bytes(p.at[0], data, p.size[0]);
    copy_bytes(p.at[1], data + p.size[0], p.size[1]);
    bare_stored(hart, p.pa[0], p.size[0]);
    if (p.size[1] > 0) {
        bare_stored(hart, p.pa[1], p.size[1]);
    }
    return true;
}

u8 *bare_atomic(struct bare_hart *hart, u64 *pa, u64 va, u32 size, enum bare_access kind)
{
    if (va % size != 0) {
        (void)bare_raise(hart, kind == BARE_WRITE ? CAUSE_STORE_MISALIGNED : CAUSE_LOAD_MISALIGNED,
                         va);
        return NULL;
    }
    return locate(hart, pa, va, size, kind);
}
