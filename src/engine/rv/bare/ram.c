// SPDX-License-Identifier: MIT
// Physical memory of the bare machine: a few regions, each a table of chunks that come into being,
// zeroed, when they are first touched. So an image may lie anywhere and memory may be large without
// costing any.
#include "engine/rv/bare/priv.h"
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"

bool bare_ram_add(struct bare_ram *ram, u64 lo, u64 hi)
{
    const u64 mask = BARE_CHUNK_SIZE - 1;
    if (hi < lo || hi > (0 - (u64)BARE_CHUNK_SIZE)) {
        return false;
    }
    lo &= ~mask;
    hi = (hi + mask) & ~mask;
    // Regions that meet the new one are absorbed; nothing has been touched yet, so they hold no
    // chunks.
    u32 kept = 0;
    u64 total = 0;
    for (u32 i = 0; i < ram->region_count; i++) {
        struct bare_region *r = &ram->region[i];
        CHECK(r->chunk == NULL);
        if (r->lo <= hi && lo <= r->hi) {
            lo = r->lo < lo ? r->lo : lo;
            hi = r->hi > hi ? r->hi : hi;
        } else {
            total += r->hi - r->lo;
            ram->region[kept++] = *r;
        }
    }
    if (hi - lo > BARE_RAM_TOTAL_MAX || total + (hi - lo) > BARE_RAM_TOTAL_MAX) {
        return false;
    }
    CHECK(kept < BARE_REGIONS_MAX);
    u32 at = kept;
    for (; at > 0 && ram->region[at - 1].lo > lo; at--) {
        ram->region[at] = ram->region[at - 1];
    }
    ram->region[at] = (struct bare_region){.lo = lo, .hi = hi};
    ram->region_count = kept + 1;
    return true;
}

void bare_ram_fini(struct bare_ram *ram)
{
    for (u32 i = 0; i < ram->region_count; i++) {
        struct bare_region *r = &ram->region[i];
        for (u64 c = 0; r->chunk != NULL && c < (r->hi - r->lo) / BARE_CHUNK_SIZE; c++) {
            mem_free(r->chunk[c]);
        }
        mem_free(r->chunk);
    }
    ram->region_count = 0;
}

u8 *bare_ram_at(struct bare_ram *ram, u64 pa, u64 n)
{
    for (u32 i = 0; i < ram->region_count; i++) {
        struct bare_region *r = &ram->region[i];
        if (pa < r->lo || pa >= r->hi) {
            continue;
        }
        if (UNLIKELY(r->chunk == NULL)) {
            r->chunk = mem_zalloc((r->hi - r->lo) / BARE_CHUNK_SIZE * sizeof *r->chunk);
        }
        u8 **chunk = &r->chunk[(pa - r->lo) / BARE_CHUNK_SIZE];
        if (UNLIKELY(*chunk == NULL)) {
            *chunk = mem_zalloc(BARE_CHUNK_SIZE);
        }
        u64 offset = pa % BARE_CHUNK_SIZE; // regions are chunk aligned
        CHECK(offset + n <= BARE_CHUNK_SIZE);
        return *chunk + offset;
    }
    return NULL;
}

// The longest piece of [pa, pa + n) within one chunk.
static u64 piece(u64 pa, u64 n)
{
    u64 room = BARE_CHUNK_SIZE - pa % BARE_CHUNK_SIZE;
    return n < room ? n : room;
}

bool bare_ram_copy_in(struct bare_ram *ram, u64 pa, bytes data)
{
    while (data.n > 0) {
        u64 n = piece(pa, data.n);
        u8 *at = bare_ram_at(ram, pa, n);
        if (at == NULL) {
            return false;
        }
        copy_bytes(at, data.p, n);
        data = bytes_slice(data, n, data.n - n);
        pa += n;
    }
    return true;
}

bool bare_ram_copy_out(struct bare_ram *ram, u8 *to, u64 pa, u64 n)
{
    while (n > 0) {
        u64 part = piece(pa, n);
        const u8 *at = bare_ram_at(ram, pa, part);
        if (at == NULL) {
            return false;
        }
        copy_bytes(to, at, part);
        to += part;
        pa += part;
        n -= part;
    }
    return true;
}
