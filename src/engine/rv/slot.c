// SPDX-License-Identifier: MIT
// Slots: 4 GiB of address space in which a machine's memory lies at its guest addresses, with a
// permission table of one byte a page below it. The host's page protection says the same as the
// table, so that compiled code may access guest memory directly later; everybody else asks the
// table. A slot's regions keep their protection for ever, only the heap's changes; cleaning touches
// what a frame could have written.
#include "engine/rv/priv.h"

#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"
#include "lib/os/map.h"

#define WINDOW_SIZE (RV_CALLDATA_HI - RV_CALLDATA_LO)
#define CALLDATA_HEADER 8u // the length in front

static_assert(OS_PAGE_SIZE == RV_PAGE_SIZE, "protection is by guest page");

static void set_perm(struct rv_slot *slot, u32 lo, u32 hi, u8 perm)
{
    u8 *table = rv_perm_table(slot->base);
    __builtin_memset(table + lo / RV_PAGE_SIZE, perm, (hi - lo) / RV_PAGE_SIZE);
}

static bool map_window(struct rv_slot *slot)
{
    void *view = NULL;
    if (!os_map_shared_pair(slot->base + RV_CALLDATA_LO, OS_READ, &view, WINDOW_SIZE)) {
        return false;
    }
    slot->calldata = view;
    set_perm(slot, RV_CALLDATA_LO, RV_CALLDATA_HI, RV_PERM_R);
    return true;
}

static bool map_range(struct rv_slot *slot, const struct rv_range *range)
{
    u8 *at = slot->base + range->lo;
    u32 size = range->hi - range->lo;
    bool writable = (range->perm & RV_PERM_W) != 0;
    set_perm(slot, range->lo, range->hi, range->perm);
    if (range->shared) {
        return os_map_again(at, range->data, size, OS_READ);
    }
    if (!os_commit_rw(at, size)) {
        return false;
    }
    if (range->filled) {
        rv_program_fill(slot->program, range, at);
    }
    return writable || os_protect(at, size, OS_READ);
}

static bool map_all(struct rv_slot *slot)
{
    const struct rv_program *p = slot->program;
    if (!os_commit_rw(rv_perm_table(slot->base), RV_PERM_SIZE) ||
        (p->profile == RV_CONTRACT && !map_window(slot))) {
        return false;
    }
    for (u32 i = 0; i < p->range_count; i++) {
        if (!map_range(slot, &p->ranges[i])) {
            return false;
        }
    }
    return true;
}

struct rv_slot *rv_slot_new(struct rv_program *p)
{
    u8 *space = os_reserve(RV_PERM_SIZE + RV_SPACE_SIZE);
    if (space == NULL) {
        return NULL;
    }
    struct rv_slot *slot = mem_zalloc(sizeof *slot);
    slot->base = space + RV_PERM_SIZE;
    slot->program = p;
    slot->heap_end = p->image.heap_lo;
    if (!map_all(slot)) {
        rv_slot_free(slot);
        return NULL;
    }
    return slot;
}

void rv_slot_free(struct rv_slot *slot)
{
    os_release(rv_perm_table(slot->base), RV_PERM_SIZE + RV_SPACE_SIZE);
    os_release(slot->calldata, WINDOW_SIZE);
    mem_free(slot);
}

static bool close_heap(struct rv_slot *slot)
{
    u32 lo = slot->program->image.heap_lo, size = slot->heap_end - lo;
    if (size == 0) {
        return true;
    }
    if (size / RV_PAGE_SIZE > RV_KEPT_PAGES_MAX) {
        os_discard(slot->base + lo, size);
    } else {
        zero_bytes(slot->base + lo, size);
    }
    set_perm(slot, lo, slot->heap_end, 0);
    slot->heap_end = lo;
    return os_protect(slot->base + lo, size, OS_NONE);
}

bool rv_slot_clean(struct rv_slot *slot)
{
    const struct rv_program *p = slot->program;
    for (u32 i = 0; i < p->range_count; i++) {
        const struct rv_range *range = &p->ranges[i];
        u8 *at = slot->base + range->lo;
        if ((range->perm & RV_PERM_W) == 0) {
            continue;
        }
        if (range->filled) {
            copy_bytes(at, range->data, range->hi - range->lo);
        } else if (rv_range_is_given_back(range)) {
            os_discard(at, range->hi - range->lo);
        } else {
            zero_bytes(at, range->hi - range->lo);
        }
    }
    zero_bytes(slot->calldata, slot->calldata_size);
    slot->calldata_size = 0;
    return close_heap(slot);
}

void rv_slot_set_calldata(struct rv_slot *slot, bytes input)
{
    CHECK(slot->calldata != NULL && input.n <= RV_CALLDATA_MAX);
    u32 size = CALLDATA_HEADER + (u32)input.n;
    store_le64(slot->calldata, input.n);
    copy_bytes(slot->calldata + CALLDATA_HEADER, input.p, input.n);
    if (slot->calldata_size > size) {
        zero_bytes(slot->calldata + size, slot->calldata_size - size);
    }
    slot->calldata_size = size;
}

bytes rv_slot_calldata(const struct rv_slot *slot)
{
    if (slot->calldata_size == 0) {
        return BYTES_NONE;
    }
    return (bytes){slot->calldata + CALLDATA_HEADER, slot->calldata_size - CALLDATA_HEADER};
}

u32 rv_slot_grow(struct rv_slot *slot, u32 pages, bool *ok)
{
    u32 old = slot->heap_end;
    CHECK(slot->program->profile == RV_CONTRACT && pages <= (RV_IMAGE_HI - old) / RV_PAGE_SIZE);
    u32 size = pages * RV_PAGE_SIZE;
    *ok = os_protect(slot->base + old, size, OS_READ_WRITE);
    if (*ok) {
        set_perm(slot, old, old + size, RV_PERM_R | RV_PERM_W);
        slot->heap_end += size;
    }
    return old;
}

u32 rv_slot_heap_end(const struct rv_slot *slot)
{
    return slot->heap_end;
}

void rv_slot_discard_above(struct rv_slot *slot, u32 gva)
{
    CHECK(slot->program->profile == RV_GUEST);
    CHECK(gva >= slot->program->image.heap_lo && gva <= RV_GUEST_HI);
    u32 page = (gva + RV_PAGE_SIZE - 1) & ~(RV_PAGE_SIZE - 1);
    zero_bytes(slot->base + gva, page - gva);
    os_discard(slot->base + page, RV_GUEST_HI - page);
}

const u8 *rv_slot_read(const struct rv_slot *slot, u64 gva, u64 n)
{
    u8 *at = slot->base + (u32)gva;
    return n == 0 || rv_range_allowed(slot->base, (u32)gva, n, RV_PERM_R) ? at : NULL;
}

u8 *rv_slot_write(struct rv_slot *slot, u64 gva, u64 n)
{
    u8 *at = slot->base + (u32)gva;
    return n == 0 || rv_range_allowed(slot->base, (u32)gva, n, RV_PERM_W) ? at : NULL;
}
