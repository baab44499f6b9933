// SPDX-License-Identifier: MIT
// Code as the interpreter wants it: followed by zeros, with a map of its jump destinations.
// Deployed code is kept by hash in a cache of a fixed size; a look-up that hits touches one line of
// its index. The cache is emptied as a whole, in O(1), and only when no frame runs. Init code and
// very large code belong to their frame.
#include "engine/evm/frame.h"

#include "lib/base/bytes.h"
#include "lib/base/check.h"

static u64 round_up(u64 n, u64 unit)
{
    return (n + unit - 1) / unit * unit;
}

u64 code_footprint(u64 size)
{
    return round_up(size + EVM_CODE_PADDING, 16) + round_up(size / 8 + 1, 16);
}

// Marks each JUMPDEST that is not data of a PUSH.
static void find_jumps(const u8 *code, u64 size, u8 *jumps)
{
    zero_bytes(jumps, (usize)(size / 8 + 1));
    for (u64 i = 0; i < size; i++) {
        i8 byte = (i8)code[i]; // those from 0x80 on are negative
        if (byte >= (i8)OP_JUMPDEST) {
            if (byte == (i8)OP_JUMPDEST) {
                jumps[i / 8] |= (u8)(1u << i % 8);
            } else if (byte >= (i8)OP_PUSH1) {
                i += (u64)(byte - (i8)OP_PUSH1 + 1);
            }
        }
    }
}

// Without a call or a loop: each frame that begins compares one.
static bool same_hash(const u8 *a, const u8 *b)
{
    return ((load_le64(a) ^ load_le64(b)) | (load_le64(a + 8) ^ load_le64(b + 8)) |
            (load_le64(a + 16) ^ load_le64(b + 16)) | (load_le64(a + 24) ^ load_le64(b + 24))) == 0;
}

static struct code place(struct evm *e, u8 *at, u64 size)
{
    u8 *jumps = at + round_up(size + EVM_CODE_PADDING, 16);
    if (size > 0) {
        e->host.load_code(e->host.ctx, at, size);
    }
    zero_bytes(at + size, EVM_CODE_PADDING);
    find_jumps(at, size, jumps);
    return (struct code){at, jumps, size};
}

static u8 *place_in_arena(struct evm *e, struct frame *f, u8 *arena)
{
    u64 room = code_footprint(f->record.code_size);
    CHECK(room <= (u64)(e->arena_end - arena));
    u8 *end = arena + room;
    if (end > e->dirty_end) {
        e->dirty_end = end;
    }
    f->code = place(e, arena, f->record.code_size);
    return end;
}

void code_cache_trim(struct evm *e)
{
    if (e->cache_used > CODE_CACHE_SIZE / 4 * 3 || e->cache_count > CODE_SLOTS_USED_MAX / 4 * 3) {
        e->generation++;
        e->cache_used = 0;
        e->cache_count = 0;
    }
}

u8 *code_load(struct evm *e, struct frame *f, u8 *arena)
{
    const struct evm_frame_record *r = &f->record;
    if (code_is_transient(r)) {
        return place_in_arena(e, f, arena);
    }
    // The index has free slots always, so the search ends.
    u64 slot = load_le64(r->code_hash.b) % CODE_SLOTS;
    struct cached_code *c = &e->codes[slot];
    while (c->generation == e->generation) {
        if (same_hash(c->hash.b, r->code_hash.b) && c->code.size == r->code_size) {
            f->code = c->code;
            return arena;
        }
        slot = (slot + 1) % CODE_SLOTS;
        c = &e->codes[slot];
    }
    u64 room = code_footprint(r->code_size);
    if (room > CODE_CACHE_SIZE - e->cache_used || e->cache_count == CODE_SLOTS_USED_MAX) {
        return place_in_arena(e, f, arena);
    }
    c->hash = r->code_hash;
    c->generation = e->generation;
    c->code = place(e, e->cache + e->cache_used, r->code_size);
    e->cache_used += room;
    e->cache_count++;
    f->code = c->code;
    return arena;
}
