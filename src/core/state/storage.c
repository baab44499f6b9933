// SPDX-License-Identifier: MIT
// Storage and transient storage. A slot is looked up once for value, original value and warmth
// together.
#include "core/state/priv.h"

static void load_slot(struct state *s, struct account *a, struct slot *slot, const u256 *key)
{
    slot->unknown = false;
    slot->original_epoch = 0;
    if (a->storage_known) {
        return;
    }
    enum fault f = s->source.storage(s->source.ctx, &a->at, key, &slot->value);
    if (f != FAULT_NONE) {
        s->fault = s->fault != FAULT_NONE ? s->fault : f;
        slot->value = u256_zero();
        slot->unknown = true;
    }
}

struct slot *state_slot(struct state *s, struct account *a, const u256 *key)
{
    bool created = false;
    struct slot *slot = slot_table_put(&a->slots, key, &created);
    if (created || UNLIKELY(slot->unknown)) {
        load_slot(s, a, slot, key);
    }
    if (slot->original_epoch != s->epoch) {
        slot->original = slot->value;
        slot->original_epoch = s->epoch;
    }
    return slot;
}

void state_wipe_storage(struct account *a)
{
    slot_table_clear(&a->slots);
    a->wiped = true;
    a->dirty_count = 0;
    a->storage_known = true;
}

u256 state_sload(struct state *s, struct account *a, const u256 *key)
{
    return state_slot(s, a, key)->value;
}

u256 state_sload_original(struct state *s, struct account *a, const u256 *key)
{
    return state_slot(s, a, key)->original;
}

void state_sstore(struct state *s, struct account *a, const u256 *key, const u256 *value)
{
    struct slot *slot = state_slot(s, a, key);
    if (u256_eq(slot->value, *value)) {
        return;
    }
    if (!slot->dirty) {
        slot->dirty = true;
        if (a->dirty_count == a->dirty_cap) {
            a->dirty_cap = a->dirty_cap == 0 ? 16 : a->dirty_cap * 2;
            a->dirty_keys = mem_realloc(a->dirty_keys, a->dirty_cap * sizeof *a->dirty_keys);
        }
        a->dirty_keys[a->dirty_count++] = *key;
    }
    struct journal_entry *e = state_journal(s, JOURNAL_STORAGE, a);
    e->key = *key;
    e->old = slot->value;
    slot->value = *value;
}

void state_clear_storage(struct state *s, struct account *a)
{
    state_mark_dirty(s, a);
    state_wipe_storage(a);
}

u256 state_tload(struct state *s, struct account *a, const u256 *key)
{
    const u256 *v = transient_table_find(&s->transient, &(struct transient_key){a, *key});
    return v != NULL ? *v : u256_zero();
}

void state_tstore(struct state *s, struct account *a, const u256 *key, const u256 *value)
{
    bool created = false;
    u256 *v = transient_table_put(&s->transient, &(struct transient_key){a, *key}, &created);
    struct journal_entry *e = state_journal(s, JOURNAL_TRANSIENT, a);
    e->key = *key;
    e->old = created ? u256_zero() : *v;
    *v = *value;
}
