// SPDX-License-Identifier: MIT
// Memory by lifetime: allocations are bumped off large chunks and given back all at once, or back
// to a mark. A frame takes a mark on entry and rewinds on exit. Chunks stay with the arena for
// reuse until it ends. Debug builds overwrite what a rewind gives back.
#pragma once

#include "lib/base/types.h"

#define ARENA_ALIGN 16u

struct arena_chunk;

struct arena {
    struct arena_chunk *first;
    struct arena_chunk
        *current;     // chunks before it are in use, those behind it are free; NULL = first
    usize used;       // bytes in use of the current chunk
    usize chunk_size; // bytes of an ordinary chunk
};

typedef struct {
    struct arena_chunk *chunk;
    usize used;
} arena_point;

void arena_init(struct arena *a, usize chunk_size);
void arena_fini(struct arena *a);

void *arena_alloc(struct arena *a, usize n);               // uninitialised, aligned to ARENA_ALIGN
void *arena_zalloc(struct arena *a, usize n);              // all zero
void *arena_copy(struct arena *a, const void *p, usize n); // a copy of n bytes

arena_point arena_mark(const struct arena *a);

// Gives back all that was allocated since the mark was taken. Marks are rewound in reverse order.
void arena_rewind(struct arena *a, arena_point mark);

void arena_reset(struct arena *a); // gives back everything, keeps the chunks
