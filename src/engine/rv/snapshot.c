// SPDX-License-Identifier: MIT
// A machine between two runs as plain data: registers and counters, then calldata, the heap's size
// and every page that differs from what it holds at a frame's start. Little-endian. Loading trusts
// nothing: what does not check out is refused, though the slot may then hold a part of it.
#include "engine/rv/priv.h"
#include "lib/base/buf.h"
#include "lib/base/bytes.h"

#define SNAPSHOT_MAGIC 0x31504E5356520A0Dull // also the version of the layout
#define PAGES_END 0xFFFFFFFFu                // after the last page's address

// Registers and counters in the order of the layout, each as 64 bits.
#define PLAIN_FIELDS(F)                                                                            \
    F(pc)                                                                                          \
    F(cycles)                                                                                      \
    F(cycles_used)                                                                                 \
    F(instructions)                                                                                \
    F(fcsr)                                                                                        \
    F(reservation_gva)                                                                             \
    F(reservation_size)                                                                            \
    F(mstatus)                                                                                     \
    F(mie)                                                                                         \
    F(mip)                                                                                         \
    F(mtvec)                                                                                       \
    F(mepc)                                                                                        \
    F(mcause)                                                                                      \
    F(mtval)                                                                                       \
    F(mscratch)

static const u8 zero_page[RV_PAGE_SIZE];

// ---- saving -------------------------------------------------------------------------------------

static void put_u64(struct buf *out, u64 v)
{
    store_le64(buf_extend(out, 8), v);
}

static void put_u32(struct buf *out, u32 v)
{
    store_le32(buf_extend(out, 4), v);
}

static void put_page(struct buf *out, const struct rv_slot *slot, u32 gva, const u8 *initial)
{
    const u8 *page = slot->base + gva;
    if (!equal_bytes(page, initial, RV_PAGE_SIZE)) {
        put_u32(out, gva);
        buf_put(out, page, RV_PAGE_SIZE);
    }
}

static void put_pages(struct buf *out, const struct rv_slot *slot)
{
    const struct rv_program *p = slot->program;
    for (u32 i = 0; i < p->range_count; i++) {
        const struct rv_range *range = &p->ranges[i];
        if ((range->perm & RV_PERM_W) == 0) {
            continue;
        }
        for (u32 gva = range->lo; gva < range->hi; gva += RV_PAGE_SIZE) {
            const u8 *initial = range->filled ? range->data + (gva - range->lo) : zero_page;
            put_page(out, slot, gva, initial);
        }
    }
    for (u32 gva = p->image.heap_lo; gva < slot->heap_end; gva += RV_PAGE_SIZE) {
        put_page(out, slot, gva, zero_page);
    }
    put_u32(out, PAGES_END);
}

void rv_snapshot_save(const struct rv_machine *m, struct buf *out)
{
    put_u64(out, SNAPSHOT_MAGIC);
    put_u64(out, m->program->elf_size);
    for (u32 i = 0; i < 32; i++) {
        put_u64(out, m->x[i]);
    }
    for (u32 i = 0; i < 32; i++) {
        put_u64(out, m->f[i]);
    }
#define F(field) put_u64(out, (u64)m->field);
    PLAIN_FIELDS(F)
#undef F
    put_u32(out, m->slot->heap_end);
    put_u32(out, m->slot->calldata_size);
    buf_put(out, m->slot->calldata, m->slot->calldata_size);
    put_pages(out, m->slot);
}

// ---- loading ------------------------------------------------------------------------------------

struct reader {
    bytes rest;
    bool bad; // once set, everything reads as 0
};

static const u8 *take(struct reader *r, usize n)
{
    r->bad = r->bad || r->rest.n < n;
    if (r->bad) {
        return zero_page; // n is at most a page where the bytes are looked at before `bad`
    }
    const u8 *at = r->rest.p;
    r->rest = bytes_slice(r->rest, n, r->rest.n - n);
    return at;
}

static u64 take_u64(struct reader *r)
{
    return load_le64(take(r, 8));
}

static u32 take_u32(struct reader *r)
{
    return load_le32(take(r, 4));
}

static void take_registers(struct reader *r, struct rv_machine *m)
{
    for (u32 i = 0; i < 32; i++) {
        m->x[i] = take_u64(r);
    }
    for (u32 i = 0; i < 32; i++) {
        m->f[i] = take_u64(r);
    }
#define F(field)                                                                                   \
    {                                                                                              \
        u64 value = take_u64(r);                                                                   \
        m->field = (__typeof__(m->field))value;                                                    \
        r->bad = r->bad || (u64)m->field != value;                                                 \
    }
    PLAIN_FIELDS(F)
#undef F
    bool sizes = m->reservation_size == 0 || m->reservation_size == 4 || m->reservation_size == 8;
    r->bad = r->bad || m->x[0] != 0 || m->pc % 2 != 0 || m->cycles < 0 || m->fcsr > 0xFF || !sizes;
}

static void take_heap(struct reader *r, struct rv_slot *slot)
{
    u32 end = take_u32(r), old = slot->heap_end;
    u32 most = slot->program->profile == RV_GUEST ? old : RV_IMAGE_HI;
    if (end < old || end > most || end % RV_PAGE_SIZE != 0 ||
        (end - old) / RV_PAGE_SIZE > HV1_PAGES_MAX) {
        r->bad = true;
        return;
    }
    bool ok = true;
    if (end > old) {
        (void)rv_slot_grow(slot, (end - old) / RV_PAGE_SIZE, &ok);
    }
    r->bad = !ok;
}

static void take_calldata(struct reader *r, struct rv_slot *slot)
{
    u32 size = take_u32(r);
    if (size == 0) {
        return;
    }
    if (size < 8 || size - 8 > RV_CALLDATA_MAX || slot->calldata == NULL) {
        r->bad = true;
        return;
    }
    u64 length = take_u64(r);
    const u8 *data = take(r, size - 8);
    r->bad = r->bad || length != size - 8;
    if (!r->bad) {
        rv_slot_set_calldata(slot, (bytes){data, size - 8});
    }
}

static void take_pages(struct reader *r, struct rv_slot *slot)
{
    while (!r->bad) {
        u32 gva = take_u32(r);
        if (gva == PAGES_END) {
            break;
        }
        const u8 *page = take(r, RV_PAGE_SIZE);
        u8 *to = gva % RV_PAGE_SIZE == 0 ? rv_slot_write(slot, gva, RV_PAGE_SIZE) : NULL;
        r->bad = r->bad || to == NULL;
        if (!r->bad) {
            copy_bytes(to, page, RV_PAGE_SIZE);
        }
    }
    r->bad = r->bad || r->rest.n != 0;
}

bool rv_snapshot_load(struct rv_machine *m, bytes data)
{
    struct reader r = {.rest = data};
    struct rv_machine loaded = *m;
    r.bad = take_u64(&r) != SNAPSHOT_MAGIC || take_u64(&r) != m->program->elf_size;
    take_registers(&r, &loaded);
    if (!r.bad) {
        take_heap(&r, m->slot);
    }
    if (!r.bad) {
        take_calldata(&r, m->slot);
    }
    take_pages(&r, m->slot);
    if (!r.bad) {
        *m = loaded;
    }
    return !r.bad;
}
