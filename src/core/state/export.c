// SPDX-License-Identifier: MIT
// What leaves a state: its contents in sorted order, and the index of changes by transaction.
// Sorting is what keeps the order of hash maps out of every result.
#include "core/state/priv.h"

#include "lib/base/sort.h"

static i32 compare_accounts(const void *x, const void *y)
{
    const struct account *a = *(struct account *const *)x;
    const struct account *b = *(struct account *const *)y;
    return __builtin_memcmp(a->at.b, b->at.b, sizeof a->at.b);
}

static i32 compare_words(const void *x, const void *y)
{
    return u256_cmp(*(const u256 *)x, *(const u256 *)y);
}

static void visit_slots(const struct account *a, const struct state_visitor *v)
{
    u256 *keys = mem_alloc(a->slots.count * sizeof *keys);
    usize n = 0;
    for (u32 i = 0; i < a->slots.count; i++) {
        if (!u256_is_zero(a->slots.entries[i].value.value)) {
            keys[n++] = a->slots.entries[i].key;
        }
    }
    sort_items(keys, n, sizeof *keys, compare_words);
    for (usize i = 0; i < n; i++) {
        v->slot(v->ctx, &keys[i], &slot_table_find(&a->slots, &keys[i])->value);
    }
    mem_free(keys);
}

void state_visit(struct state *s, const struct state_visitor *v)
{
    struct account **sorted = mem_alloc(s->accounts.count * sizeof(struct account *));
    usize n = 0;
    for (u32 i = 0; i < s->accounts.count; i++) {
        if (s->accounts.entries[i].value->exists) {
            sorted[n++] = s->accounts.entries[i].value;
        }
    }
    sort_items(sorted, n, sizeof *sorted, compare_accounts);
    for (usize i = 0; i < n; i++) {
        v->account(v->ctx, sorted[i], account_code(s, sorted[i]));
        if (v->slot != NULL) {
            visit_slots(sorted[i], v);
        }
    }
    mem_free(sorted);
}

void state_take_dirty(struct state *s, const struct state_dirty_visitor *v)
{
    for (usize i = 0; i < s->dirty_count; i++) {
        struct account *a = s->dirty[i];
        v->begin(v->ctx, a, a->wiped);
        for (usize k = 0; k < a->dirty_count; k++) {
            struct slot *slot = slot_table_find(&a->slots, &a->dirty_keys[k]);
            slot->dirty = false;
            v->slot(v->ctx, &a->dirty_keys[k], &slot->value);
        }
        v->end(v->ctx, a);
        a->dirty = false;
        a->wiped = false;
        a->dirty_count = 0;
    }
    s->dirty_count = 0;
}

static void clone_account(struct state *to, const struct account *from)
{
    struct account *a = mem_alloc(sizeof *a);
    *a = *from;
    a->warm_epoch = a->mark_epoch = a->created_epoch = a->destroyed_epoch = a->touched_epoch = 0;
    a->born_epoch = 0;
    slot_table_init(&a->slots, to->seed);
    a->dirty = false;
    a->dirty_keys = NULL;
    a->dirty_count = a->dirty_cap = 0;
    for (u32 i = 0; i < from->slots.count; i++) {
        struct slot *slot = slot_table_put(&a->slots, &from->slots.entries[i].key, NULL);
        slot->value = from->slots.entries[i].value.value;
        slot->unknown = from->slots.entries[i].value.unknown;
    }
    const bytes *code = code_table_find(&to->codes, &a->code_hash);
    a->code = code != NULL ? *code : a->code; // else the source owns it
    *account_table_put(&to->accounts, &a->at, NULL) = a;
}

struct state *state_clone(const struct state *s)
{
    struct state *to = state_new(s->has_source ? &s->source : NULL);
    for (u32 i = 0; i < s->codes.count; i++) {
        bytes code = s->codes.entries[i].value;
        u8 *copy = mem_alloc(code.n);
        copy_bytes(copy, code.p, code.n);
        *code_table_put(&to->codes, &s->codes.entries[i].key, NULL) = (bytes){copy, code.n};
    }
    for (u32 i = 0; i < s->accounts.count; i++) {
        clone_account(to, s->accounts.entries[i].value);
    }
    return to;
}

// ---- index of changes

struct indexed_change {
    struct state_change c;
    usize order; // position in the journal: the first of equal ones has the value before the
                 // transaction
};

static i32 compare_changes(const void *x, const void *y)
{
    const struct indexed_change *a = x;
    const struct indexed_change *b = y;
    i32 by_address = __builtin_memcmp(a->c.account.b, b->c.account.b, sizeof a->c.account.b);
    if (by_address != 0) {
        return by_address;
    }
    if (a->c.kind != b->c.kind) {
        return a->c.kind < b->c.kind ? -1 : 1;
    }
    i32 by_key = u256_cmp(a->c.key, b->c.key);
    if (by_key != 0) {
        return by_key;
    }
    return a->order < b->order ? -1 : a->order > b->order;
}

// The change that a journal entry stands for, with the value that holds now; false if it is none.
static bool change_of(struct state *s, const struct journal_entry *e, struct state_change *out)
{
    struct account *a = e->a;
    bool deleted = a->destroyed_epoch == s->epoch;
    *out = (struct state_change){.transaction = s->epoch - 2, .account = a->at, .before = e->old};
    switch (e->kind) {
    case JOURNAL_BALANCE:
        out->kind = STATE_CHANGE_BALANCE;
        out->after = deleted ? u256_zero() : a->balance;
        return true;
    case JOURNAL_NONCE:
        out->kind = STATE_CHANGE_NONCE;
        out->after = deleted ? u256_zero() : u256_from_u64(a->nonce);
        return true;
    case JOURNAL_CODE:
        out->kind = STATE_CHANGE_CODE;
        out->after = u256_from_b256(deleted ? STATE_EMPTY_CODE_HASH : a->code_hash);
        return true;
    case JOURNAL_STORAGE:
        out->kind = STATE_CHANGE_STORAGE;
        out->key = e->key;
        out->after = deleted ? u256_zero() : slot_table_find(&a->slots, &e->key)->value;
        return true;
    case JOURNAL_DESTROYED:
    case JOURNAL_TOUCHED:
        out->kind = STATE_CHANGE_DELETED;
        out->before = u256_zero();
        out->after = u256_one();
        return deleted && a->exists && a->born_epoch != s->epoch;
    case JOURNAL_WARM_ACCOUNT:
    case JOURNAL_WARM_SLOT:
    case JOURNAL_MARK_CODE:
    case JOURNAL_TRANSIENT:
    case JOURNAL_EXISTS:
    case JOURNAL_CREATED:
        return false;
    }
    UNREACHABLE();
}

static void append_change(struct state *s, const struct state_change *c)
{
    if (s->change_count == s->change_cap) {
        s->change_cap = s->change_cap == 0 ? 64 : s->change_cap * 2;
        s->changes = mem_realloc(s->changes, s->change_cap * sizeof *s->changes);
    }
    s->changes[s->change_count++] = *c;
}

void state_index_changes(struct state *s)
{
    struct indexed_change *found = mem_alloc((s->journal_count + 1) * sizeof *found);
    usize n = 0;
    for (usize i = 0; i < s->journal_count; i++) {
        if (change_of(s, &s->journal[i], &found[n].c)) {
            found[n++].order = i;
        }
    }
    sort_items(found, n, sizeof *found, compare_changes);
    for (usize i = 0; i < n; i++) {
        const struct state_change *c = &found[i].c;
        const struct state_change *before = i > 0 ? &found[i - 1].c : NULL;
        bool repeated = before != NULL && address_equal(&before->account, &c->account) &&
                        before->kind == c->kind && u256_eq(before->key, c->key);
        if (!repeated && !u256_eq(c->before, c->after)) {
            append_change(s, c);
        }
    }
    mem_free(found);
}

usize state_change_count(const struct state *s)
{
    return s->change_count;
}

const struct state_change *state_change_at(const struct state *s, usize i)
{
    CHECK(i < s->change_count);
    return &s->changes[i];
}
