// SPDX-License-Identifier: MIT
// The arena of arena.h. Chunks form a list; (1) chunks before the current one and the first `used`
// bytes of the current one are in use, (2) `used` is a multiple of ARENA_ALIGN, (3) a chunk behind
// the current one is free. A request that does not fit takes the next free chunk if that is large
// enough, else a new chunk is put in front of it.
#include "lib/base/arena.h"

#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"

#define GIVEN_BACK 0xdd // what debug builds write over dead memory

struct arena_chunk {
    struct arena_chunk *next;
    usize size; // bytes of data
    _Alignas(ARENA_ALIGN) u8 data[];
};

void arena_init(struct arena *a, usize chunk_size)
{
    CHECK(chunk_size >= ARENA_ALIGN && chunk_size <= SIZE_MAX / 4);
    *a = (struct arena){.chunk_size = chunk_size};
}

void arena_fini(struct arena *a)
{
    struct arena_chunk *c = a->first;
    while (c != NULL) {
        struct arena_chunk *next = c->next;
        mem_free(c);
        c = next;
    }
    *a = (struct arena){0};
}

static NOINLINE void enter_chunk(struct arena *a, usize n)
{
    struct arena_chunk **link = a->current == NULL ? &a->first : &a->current->next;
    if (*link == NULL || (*link)->size < n) {
        usize size = n > a->chunk_size ? n : a->chunk_size;
        struct arena_chunk *c = mem_alloc(sizeof *c + size);
        c->next = *link;
        c->size = size;
        *link = c;
    }
    a->current = *link;
    a->used = 0;
}

void *arena_alloc(struct arena *a, usize n)
{
    CHECK(n <= SIZE_MAX / 4);
    n = (n + ARENA_ALIGN - 1) & ~(usize)(ARENA_ALIGN - 1);
    if (UNLIKELY(a->current == NULL || n > a->current->size - a->used)) {
        enter_chunk(a, n);
    }
    void *p = a->current->data + a->used;
    a->used += n;
    return p;
}

void *arena_zalloc(struct arena *a, usize n)
{
    void *p = arena_alloc(a, n);
    zero_bytes(p, n);
    return p;
}

void *arena_copy(struct arena *a, const void *p, usize n)
{
    void *copy = arena_alloc(a, n);
    copy_bytes(copy, p, n);
    return copy;
}

arena_point arena_mark(const struct arena *a)
{
    return (arena_point){a->current, a->used};
}

#ifdef HYBRID_DCHECK
// Also finds marks that are not behind the current point: the walk then ends without meeting it.
static void overwrite(struct arena *a, arena_point mark)
{
    struct arena_chunk *c = mark.chunk == NULL ? a->first : mark.chunk;
    usize from = mark.used;
    for (; c != a->current; c = c->next, from = 0) {
        CHECK(c != NULL);
        __builtin_memset(c->data + from, GIVEN_BACK, c->size - from);
    }
    if (c != NULL) {
        CHECK(from <= a->used);
        __builtin_memset(c->data + from, GIVEN_BACK, a->used - from);
    }
}
#endif

void arena_rewind(struct arena *a, arena_point mark)
{
#ifdef HYBRID_DCHECK
    overwrite(a, mark);
#endif
    a->current = mark.chunk;
    a->used = mark.used;
}

void arena_reset(struct arena *a)
{
    arena_rewind(a, (arena_point){NULL, 0});
}
