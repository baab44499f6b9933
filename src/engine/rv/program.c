// SPDX-License-Identifier: MIT
// Programs: a validated ELF, its code in the interpreter's form, and the map of its memory as
// ranges of pages, from which slots are made and cleaned. A program does not change once it is
// made, so threads may share it; only its reference count moves, and code is decoded where control
// arrives (predecode.c).
#include "engine/rv/priv.h"

#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"
#include "lib/os/map.h"

#define PAGE_MASK (RV_PAGE_SIZE - 1)
#define POINTS_MAX 72 // two for the memory, two for the file bytes of 16 segments, 8 of the profile
#define RECORDS_SMALL 0x40000u // bytes of records and charges for which no mapping is made
#define COPIED_MAX 0x4000u     // bytes of contents that each slot has a copy of
#define SLOT_OVERHEAD 0x10000u // page tables and the permission table's pages of a slot, about

static u32 page_down(u32 n)
{
    return n & ~PAGE_MASK;
}

static u32 page_up(u32 n)
{
    return (n + PAGE_MASK) & ~PAGE_MASK;
}

// ---- executable runs ----------------------------------------------------------------------------

// The pages of a run allow the same and are all filled, so its bytes are those of one range.
static void find_run_bytes(struct rv_program *p, struct rv_run *run)
{
    for (u32 i = 0; i < p->range_count; i++) {
        const struct rv_range *range = &p->ranges[i];
        if (range->lo <= run->lo && run->hi <= range->hi && range->data != NULL) {
            run->bytes = range->data + (run->lo - range->lo);
            return;
        }
    }
    run->own_bytes = mem_alloc(run->hi - run->lo);
    run->bytes = run->own_bytes;
    p->memory += run->hi - run->lo;
    for (u32 i = 0; i < p->image.segment_count; i++) {
        const struct hv1_segment *s = &p->image.segment[i];
        if (s->x && s->gva >= run->lo && s->gva < run->hi) {
            copy_bytes(run->own_bytes + (s->gva - run->lo), p->elf + s->offset, s->file_size);
        }
    }
}

// Zeros for all records and charges. Those of large programs are pages of their own, which cost
// memory only where something is decoded.
static void take_records(struct rv_program *p, usize size)
{
    usize pages = (size + PAGE_MASK) & ~(usize)PAGE_MASK;
    p->records = size > RECORDS_SMALL ? os_reserve(pages) : NULL;
    p->records_size = pages;
    p->records_are_mapped = p->records != NULL;
    if (p->records != NULL && !os_commit_rw(p->records, pages)) {
        os_release(p->records, pages);
        p->records_are_mapped = false;
    }
    if (!p->records_are_mapped) {
        p->records = mem_zalloc(size);
    }
}

static void make_records(struct rv_program *p)
{
    usize count = 0;
    for (u32 i = 0; i < p->run_count; i++) {
        count += rv_run_records(&p->runs[i]);
    }
    take_records(p, count * (sizeof(struct rv_record) + sizeof(rv_charge)));
    struct rv_record *records = p->records;
    rv_charge *charges = (rv_charge *)(records + count);
    for (u32 i = 0; i < p->run_count; i++) {
        struct rv_run *run = &p->runs[i];
        run->records = records;
        run->charges = charges;
        records += rv_run_records(run);
        charges += rv_run_records(run);
        rv_run_begin(run);
    }
}

static void free_records(struct rv_program *p)
{
    if (p->records_are_mapped) {
        os_release(p->records, p->records_size);
    } else {
        mem_free(p->records);
    }
}

static void make_runs(struct rv_program *p)
{
    for (u32 i = 0; i < p->image.segment_count; i++) {
        const struct hv1_segment *s = &p->image.segment[i];
        if (!s->x) {
            continue;
        }
        if (p->run_count > 0 && p->runs[p->run_count - 1].hi == s->gva) {
            p->runs[p->run_count - 1].hi = s->gva + s->size;
        } else {
            p->runs[p->run_count++] = (struct rv_run){.lo = s->gva, .hi = s->gva + s->size};
        }
    }
    for (u32 i = 0; i < p->run_count; i++) {
        struct rv_run *run = &p->runs[i];
        find_run_bytes(p, run);
        rv_run_measure(run);
        p->memory += run->count * (sizeof(struct rv_record) + sizeof(rv_charge));
    }
    make_records(p);
}

const struct rv_run *rv_run_find(const struct rv_program *p, u32 pc)
{
    for (u32 i = 0; i < p->run_count; i++) {
        const struct rv_run *run = &p->runs[i];
        if (pc >= run->first && (pc - run->first) / 2 < run->count) {
            return run;
        }
    }
    return NULL;
}

// ---- memory map ---------------------------------------------------------------------------------

static void add_point(u32 *points, u32 *count, u32 at)
{
    u32 i = *count;
    for (; i > 0 && points[i - 1] > at; i--) {
        points[i] = points[i - 1];
    }
    CHECK(*count < POINTS_MAX);
    points[i] = at;
    *count += 1;
}

// Access of the profile alone: stack, and what is the guest's own.
static u8 profile_perm(const struct rv_program *p, u32 gva)
{
    bool stack = gva >= RV_STACK_HI - p->image.stack_size && gva < RV_STACK_HI;
    bool own = p->profile == RV_GUEST &&
               ((gva >= RV_CALLDATA_LO && gva < RV_GUEST_WINDOW_HI) || gva >= p->image.heap_lo);
    return stack || own ? RV_PERM_R | RV_PERM_W : 0;
}

static struct rv_range describe(const struct rv_program *p, u32 lo, u32 hi)
{
    struct rv_range range = {.lo = lo, .hi = hi, .perm = profile_perm(p, lo)};
    for (u32 i = 0; i < p->image.segment_count; i++) {
        const struct hv1_segment *s = &p->image.segment[i];
        if (lo >= page_down(s->gva) && lo < page_up(s->gva + s->size)) {
            range.perm |=
                (u8)((s->r ? RV_PERM_R : 0) | (s->w ? RV_PERM_W : 0) | (s->x ? RV_PERM_X : 0));
            range.filled |= s->file_size > 0 && lo < page_up(s->gva + s->file_size);
        }
    }
    return range;
}

void rv_program_fill(const struct rv_program *p, const struct rv_range *range, u8 *to)
{
    zero_bytes(to, range->hi - range->lo);
    for (u32 i = 0; i < p->image.segment_count; i++) {
        const struct hv1_segment *s = &p->image.segment[i];
        u32 lo = s->gva > range->lo ? s->gva : range->lo;
        u32 hi = s->gva + s->file_size < range->hi ? s->gva + s->file_size : range->hi;
        if (lo < hi) {
            copy_bytes(to + (lo - range->lo), p->elf + s->offset + (lo - s->gva), hi - lo);
        }
    }
}

static void take_range(struct rv_program *p, struct rv_range range)
{
    struct rv_range *last = p->range_count > 0 ? &p->ranges[p->range_count - 1] : NULL;
    if (last != NULL && last->hi == range.lo && last->perm == range.perm &&
        last->filled == range.filled) {
        last->hi = range.hi;
    } else {
        CHECK(p->range_count < RV_RANGES_MAX);
        p->ranges[p->range_count++] = range;
    }
}

// Cuts the address space at every border of a segment's memory or file bytes and of the profile's
// regions; between two cuts all pages are alike.
static void make_ranges(struct rv_program *p)
{
    u32 points[POINTS_MAX], count = 0;
    add_point(points, &count, RV_STACK_HI - p->image.stack_size);
    add_point(points, &count, RV_STACK_HI);
    if (p->profile == RV_GUEST) {
        add_point(points, &count, RV_CALLDATA_LO);
        add_point(points, &count, RV_GUEST_WINDOW_HI);
        add_point(points, &count, RV_GUEST_HI);
    }
    for (u32 i = 0; i < p->image.segment_count; i++) {
        const struct hv1_segment *s = &p->image.segment[i];
        add_point(points, &count, page_down(s->gva));
        add_point(points, &count, page_up(s->gva + s->size));
        add_point(points, &count, page_up(s->gva + s->file_size));
    }
    for (u32 i = 0; i + 1 < count; i++) {
        if (points[i] < points[i + 1]) {
            struct rv_range range = describe(p, points[i], points[i + 1]);
            if (range.perm != 0) {
                take_range(p, range);
            }
        }
    }
}

// Large contents that cannot be written are in memory that all slots share: nobody pays for such
// pages, so a slot must not cost what they hold. Small ones are copied, because shared ones take a
// mapping of the few that the system gives a process, also for a program that is only cached. So
// are large ones if the system refuses.
static void take_contents(struct rv_range *range, u32 size)
{
    bool writable = (range->perm & RV_PERM_W) != 0;
    range->data = !writable && size > COPIED_MAX ? os_share(size) : NULL;
    range->shared = range->data != NULL;
    if (!range->shared) {
        range->data = mem_alloc(size);
    }
}

static void make_contents(struct rv_program *p)
{
    p->slot_memory = SLOT_OVERHEAD;
    for (u32 i = 0; i < p->range_count; i++) {
        struct rv_range *range = &p->ranges[i];
        u32 size = range->hi - range->lo;
        if (range->filled) {
            take_contents(range, size);
            rv_program_fill(p, range, range->data);
            p->memory += size;
        }
        if (!rv_range_is_given_back(range) && !range->shared) {
            p->slot_memory += size;
        }
    }
}

static void free_contents(struct rv_range *range)
{
    if (range->shared) {
        os_release(range->data, range->hi - range->lo);
    } else {
        mem_free(range->data);
    }
}

// ---- public -------------------------------------------------------------------------------------

struct rv_program *rv_program_new(bytes elf, enum rv_profile profile, enum hv1_verdict *verdict)
{
    struct hv1_image image;
    *verdict = hv1_validate(&image, NULL, elf);
    if (*verdict != HV1_OK) {
        return NULL;
    }
    struct rv_program *p = mem_zalloc(sizeof *p);
    atomic_init(&p->refs, 1);
    p->profile = profile;
    p->image = image;
    p->elf = mem_alloc(elf.n);
    p->elf_size = elf.n;
    p->memory = sizeof *p + elf.n;
    copy_bytes(p->elf, elf.p, elf.n);
    p->pairs = rv_pairs_new();
    atomic_flag_clear(&p->is_decoding);
    make_ranges(p);
    make_contents(p);
    make_runs(p);
    return p;
}

struct rv_program *rv_program_ref(struct rv_program *p)
{
    atomic_fetch_add_explicit(&p->refs, 1, memory_order_relaxed);
    return p;
}

void rv_program_unref(struct rv_program *p)
{
    if (p == NULL || atomic_fetch_sub_explicit(&p->refs, 1, memory_order_acq_rel) != 1) {
        return;
    }
    for (u32 i = 0; i < p->run_count; i++) {
        mem_free(p->runs[i].own_bytes);
    }
    for (u32 i = 0; i < p->range_count; i++) {
        free_contents(&p->ranges[i]);
    }
    free_records(p);
    mem_free(p->pairs);
    mem_free(p->elf);
    mem_free(p);
}

u32 rv_program_refs(const struct rv_program *p)
{
    return atomic_load_explicit(&p->refs, memory_order_acquire);
}

const struct hv1_image *rv_program_image(const struct rv_program *p)
{
    return &p->image;
}

bytes rv_program_elf(const struct rv_program *p)
{
    return (bytes){p->elf, p->elf_size};
}

usize rv_program_memory(const struct rv_program *p)
{
    return p->memory;
}
