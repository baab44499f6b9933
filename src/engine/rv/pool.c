// SPDX-License-Identifier: MIT
// Free slots, kept clean for the next frame of the same program. Each program has a shelf; the
// slots of all shelves are also one list by age. The pool is bounded in slots, bytes and mappings:
// a little more than the 1,024 live frames that a transaction can have, so that deep recursion of
// ordinary programs finds its slots again. A shelf holds a reference to its program while it has
// slots, free or in use.
#include "engine/rv/priv.h"

#include "lib/base/check.h"
#include "lib/base/mem.h"

#define FREE_SLOTS_MAX 1088u
#define FREE_BYTES_MAX (384ull << 20)
#define FREE_MAPPINGS_MAX 16384u // of the 65,530 that Linux gives a process by default
#define BUCKETS 512u

struct rv_shelf {
    struct rv_program *program;
    struct rv_shelf *next; // in the bucket
    struct rv_slot *top;   // free ones, the youngest first
    u32 free_count;
    u32 live_count;
};

struct rv_pool {
    struct rv_shelf *buckets[BUCKETS];
    struct rv_slot *newest, *oldest;
    u32 free_count;
    u32 live_count;
    u64 free_bytes;
    u32 free_mappings;
};

// Of a slot, about: each range and the hole behind it, the table, the window seen twice, the rest.
static u32 mappings_of(const struct rv_program *p)
{
    return 2 * p->range_count + 6;
}

static struct rv_shelf **bucket_of(struct rv_pool *pool, const struct rv_program *p)
{
    return &pool->buckets[((uintptr_t)p >> 4) * 0x9E3779B97F4A7C15u >> 55];
}

static struct rv_shelf *find_shelf(struct rv_pool *pool, const struct rv_program *p)
{
    struct rv_shelf *shelf = *bucket_of(pool, p);
    while (shelf != NULL && shelf->program != p) {
        shelf = shelf->next;
    }
    return shelf;
}

static void remove_shelf(struct rv_pool *pool, struct rv_shelf *shelf)
{
    struct rv_shelf **at = bucket_of(pool, shelf->program);
    while (*at != shelf) {
        at = &(*at)->next;
    }
    *at = shelf->next;
    rv_program_unref(shelf->program);
    mem_free(shelf);
}

// Out of both lists; the slot need not be the youngest of its shelf.
static void take_out(struct rv_pool *pool, struct rv_slot *slot)
{
    struct rv_slot **at = &slot->shelf->top;
    while (*at != slot) {
        at = &(*at)->below;
    }
    *at = slot->below;
    *(slot->newer != NULL ? &slot->newer->older : &pool->newest) = slot->older;
    *(slot->older != NULL ? &slot->older->newer : &pool->oldest) = slot->newer;
    slot->below = slot->newer = slot->older = NULL;
    slot->shelf->free_count--;
    pool->free_count--;
    pool->free_bytes -= slot->program->slot_memory;
    pool->free_mappings -= mappings_of(slot->program);
}

static void put_in(struct rv_pool *pool, struct rv_slot *slot)
{
    slot->below = slot->shelf->top;
    slot->shelf->top = slot;
    slot->older = pool->newest;
    slot->newer = NULL;
    *(pool->newest != NULL ? &pool->newest->newer : &pool->oldest) = slot;
    pool->newest = slot;
    slot->shelf->free_count++;
    pool->free_count++;
    pool->free_bytes += slot->program->slot_memory;
    pool->free_mappings += mappings_of(slot->program);
}

static void drop_slot(struct rv_pool *pool, struct rv_slot *slot)
{
    struct rv_shelf *shelf = slot->shelf;
    take_out(pool, slot);
    rv_slot_free(slot);
    if (shelf->free_count == 0 && shelf->live_count == 0) {
        remove_shelf(pool, shelf);
    }
}

// Slots of programs that nobody but this pool holds any more.
static void drop_orphans(struct rv_pool *pool)
{
    struct rv_slot *slot = pool->oldest;
    while (slot != NULL) {
        struct rv_slot *newer = slot->newer;
        if (slot->shelf->live_count == 0 && rv_program_refs(slot->program) == 1) {
            drop_slot(pool, slot);
        }
        slot = newer;
    }
}

static struct rv_shelf *new_shelf(struct rv_pool *pool, struct rv_program *p)
{
    drop_orphans(pool);
    struct rv_shelf **bucket = bucket_of(pool, p);
    struct rv_shelf *shelf = mem_zalloc(sizeof *shelf);
    shelf->program = rv_program_ref(p);
    shelf->next = *bucket;
    *bucket = shelf;
    return shelf;
}

struct rv_pool *rv_pool_new(void)
{
    return mem_zalloc(sizeof(struct rv_pool));
}

void rv_pool_free(struct rv_pool *pool)
{
    if (pool == NULL) {
        return;
    }
    CHECK(pool->live_count == 0);
    while (pool->oldest != NULL) {
        drop_slot(pool, pool->oldest);
    }
    mem_free(pool);
}

struct rv_slot *rv_slot_acquire(struct rv_pool *pool, struct rv_program *p)
{
    struct rv_shelf *shelf = find_shelf(pool, p);
    if (shelf == NULL) {
        shelf = new_shelf(pool, p);
    }
    struct rv_slot *slot = shelf->top;
    if (slot != NULL) {
        take_out(pool, slot);
    } else {
        slot = rv_slot_new(p);
        if (slot == NULL && pool->oldest != NULL) { // address space may be short: give some back
            while (pool->oldest != NULL) {
                drop_slot(pool, pool->oldest);
            }
            slot = rv_slot_new(p);
        }
    }
    if (slot == NULL) {
        if (shelf->live_count == 0) {
            remove_shelf(pool, shelf);
        }
        return NULL;
    }
    slot->shelf = shelf;
    shelf->live_count++;
    pool->live_count++;
    return slot;
}

void rv_slot_release(struct rv_pool *pool, struct rv_slot *slot)
{
    if (slot == NULL) {
        return;
    }
    bool clean = rv_slot_clean(slot);
    slot->shelf->live_count--;
    pool->live_count--;
    put_in(pool, slot);
    if (!clean) {
        drop_slot(pool, slot);
    }
    while (pool->free_count > FREE_SLOTS_MAX || pool->free_bytes > FREE_BYTES_MAX ||
           pool->free_mappings > FREE_MAPPINGS_MAX) {
        drop_slot(pool, pool->oldest);
    }
}
