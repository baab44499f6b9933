// SPDX-License-Identifier: MIT
// A hash table as a template. Define the names below, include this file, and there is `struct NAME`
// with NAME_init, _fini, _find, _put, _remove, _clear, all static inline. Entries lie densely in
// the order of their creation: walk them by `for (u32 i = 0; i < t.count; i++) t.entries[i].key`;
// that order depends on the calls alone, not on the seed. Slots are found by open addressing with
// linear probing.
//
//   #define TABLE_NAME account_table               also the prefix of the functions
//   #define TABLE_KEY address
//   #define TABLE_VALUE struct account *
//   #define TABLE_HASH(key, seed) hash_address(key, seed)   the key by pointer; 64 bits
//   #define TABLE_EQUAL(a, b) address_equal(a, b)           keys by pointer
//   #include "lib/base/table.h"
//
// Invariants: (1) slot_count is 0 or a power of two and at least twice `count`; (2) each entry i
// has exactly one slot with place i + 1, and no empty slot lies between its home (hash & mask) and
// it. No #pragma once: a file may include this several times.

#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"
#include "lib/base/types.h"

#if !defined(TABLE_NAME) || !defined(TABLE_KEY) || !defined(TABLE_VALUE) ||                        \
    !defined(TABLE_HASH) || !defined(TABLE_EQUAL)
#error "define TABLE_NAME, TABLE_KEY, TABLE_VALUE, TABLE_HASH and TABLE_EQUAL first"
#endif

#ifndef TABLE_JOIN
#define TABLE_JOIN_(a, b) a##b
#define TABLE_JOIN(a, b) TABLE_JOIN_(a, b)
#define TABLE_SLOTS_MIN 16u
#define TABLE_SLOTS_MAX (1u << 31)

struct table_slot {
    u32 place; // index of the entry plus one; 0 = empty
    u32 hash;
};
#endif

#define TABLE_FN(verb) TABLE_JOIN(TABLE_NAME, _##verb)
#define TABLE_ENTRY struct TABLE_FN(entry)

TABLE_ENTRY
{
    TABLE_KEY key;
    TABLE_VALUE value;
    u32 hash;
};

struct TABLE_NAME {
    TABLE_ENTRY *entries; // slot_count / 2 of them are owned
    struct table_slot *slots;
    u32 count;
    u32 slot_count;
    u64 seed;
};

static inline UNUSED void TABLE_FN(init)(struct TABLE_NAME *t, u64 seed)
{
    *t = (struct TABLE_NAME){.seed = seed};
}

static inline UNUSED void TABLE_FN(fini)(struct TABLE_NAME *t)
{
    mem_free(t->entries);
    mem_free(t->slots);
    *t = (struct TABLE_NAME){0};
}

static inline UNUSED u32 TABLE_FN(hash_)(const struct TABLE_NAME *t, const TABLE_KEY *key)
{
    u64 h = TABLE_HASH(key, t->seed);
    return (u32)(h ^ h >> 32);
}

// The slot of the key, or the empty one where it would go. Needs slot_count > 0.
static inline UNUSED struct table_slot *TABLE_FN(slot_)(const struct TABLE_NAME *t,
                                                        const TABLE_KEY *key, u32 hash)
{
    u32 mask = t->slot_count - 1;
    for (u32 i = hash & mask;; i = (i + 1) & mask) { // ends: at least half of the slots are empty
        struct table_slot *s = &t->slots[i];
        if (s->place == 0 || (s->hash == hash && TABLE_EQUAL(&t->entries[s->place - 1].key, key))) {
            return s;
        }
    }
}

// The value of the key or NULL; valid until the next put or remove.
static inline UNUSED TABLE_VALUE *TABLE_FN(find)(const struct TABLE_NAME *t, const TABLE_KEY *key)
{
    if (t->count == 0) {
        return NULL;
    }
    const struct table_slot *s = TABLE_FN(slot_)(t, key, TABLE_FN(hash_)(t, key));
    return s->place == 0 ? NULL : &t->entries[s->place - 1].value;
}

static UNUSED NOINLINE void TABLE_FN(grow_)(struct TABLE_NAME *t)
{
    CHECK(t->slot_count < TABLE_SLOTS_MAX);
    u32 slot_count = t->slot_count == 0 ? TABLE_SLOTS_MIN : t->slot_count * 2;
    t->entries = mem_realloc(t->entries, (usize)slot_count / 2 * sizeof(TABLE_ENTRY));
    mem_free(t->slots);
    t->slots = mem_zalloc((usize)slot_count * sizeof(struct table_slot));
    t->slot_count = slot_count;
    for (u32 i = 0; i < t->count; i++) {
        u32 at = t->entries[i].hash & (slot_count - 1);
        while (t->slots[at].place != 0) {
            at = (at + 1) & (slot_count - 1);
        }
        t->slots[at] = (struct table_slot){i + 1, t->entries[i].hash};
    }
}

// The value of the key, made (all zero) if there is none; *created, if asked for, tells which.
// Valid until the next put or remove.
static inline UNUSED TABLE_VALUE *TABLE_FN(put)(struct TABLE_NAME *t, const TABLE_KEY *key,
                                                bool *created)
{
    u32 hash = TABLE_FN(hash_)(t, key);
    if (UNLIKELY(t->count >= t->slot_count / 2)) {
        TABLE_KEY kept = *key; // it may lie in the entries, which move
        TABLE_FN(grow_)(t);
        return TABLE_FN(put)(t, &kept, created);
    }
    struct table_slot *s = TABLE_FN(slot_)(t, key, hash);
    bool is_new = s->place == 0;
    if (is_new) {
        TABLE_ENTRY *e = &t->entries[t->count++];
        __builtin_memset(e, 0, sizeof *e);
        e->key = *key;
        e->hash = hash;
        *s = (struct table_slot){t->count, hash};
    }
    if (created != NULL) {
        *created = is_new;
    }
    return &t->entries[s->place - 1].value;
}

// Empties slot `hole` and moves later ones of its run up, so that (2) holds again.
static inline UNUSED void TABLE_FN(close_)(struct TABLE_NAME *t, u32 hole)
{
    u32 mask = t->slot_count - 1;
    for (u32 i = (hole + 1) & mask; t->slots[i].place != 0; i = (i + 1) & mask) {
        u32 home = t->slots[i].hash & mask;
        if (((i - home) & mask) >= ((i - hole) & mask)) { // home is not behind the hole
            t->slots[hole] = t->slots[i];
            hole = i;
        }
    }
    t->slots[hole] = (struct table_slot){0, 0};
}

// Removes the key; false if it is not there. The last entry moves to the place of the removed one.
static inline UNUSED bool TABLE_FN(remove)(struct TABLE_NAME *t, const TABLE_KEY *key)
{
    if (t->count == 0) {
        return false;
    }
    struct table_slot *s = TABLE_FN(slot_)(t, key, TABLE_FN(hash_)(t, key));
    if (s->place == 0) {
        return false;
    }
    u32 removed = s->place - 1;
    u32 last = t->count - 1;
    if (removed != last) {
        TABLE_FN(slot_)(t, &t->entries[last].key, t->entries[last].hash)->place = removed + 1;
    }
    TABLE_FN(close_)(t, (u32)(s - t->slots));
    t->entries[removed] = t->entries[last];
    t->count = last;
    return true;
}

// Removes all entries and keeps the memory. The time is that of the entries, not of the slots.
static inline UNUSED void TABLE_FN(clear)(struct TABLE_NAME *t)
{
    if (t->count > t->slot_count / 8) {
        zero_bytes(t->slots, (usize)t->slot_count * sizeof(struct table_slot));
        t->count = 0;
        return;
    }
    u32 mask = t->slot_count - 1;
    for (u32 i = 0; i < t->count; i++) {
        u32 at = t->entries[i].hash & mask;
        while (t->slots[at].place != i + 1) { // by (2); passes over slots emptied just now
            at = (at + 1) & mask;
        }
        t->slots[at] = (struct table_slot){0, 0};
    }
    t->count = 0;
}

#undef TABLE_FN
#undef TABLE_ENTRY
#undef TABLE_NAME
#undef TABLE_KEY
#undef TABLE_VALUE
#undef TABLE_HASH
#undef TABLE_EQUAL
