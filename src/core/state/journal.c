// SPDX-License-Identifier: MIT
// The journal: every change leaves what was there before; reverting walks back to a checkpoint.
// Marks of a transaction (warm, touched, created …) are journaled too, since a reverted frame
// undoes them.
#include "core/state/priv.h"

void state_mark_dirty(struct state *s, struct account *a)
{
    if (a->dirty) {
        return;
    }
    if (s->dirty_count == s->dirty_cap) {
        s->dirty_cap = s->dirty_cap == 0 ? 64 : s->dirty_cap * 2;
        s->dirty = mem_realloc(s->dirty, s->dirty_cap * sizeof(struct account *));
    }
    s->dirty[s->dirty_count++] = a;
    a->dirty = true;
}

struct journal_entry *state_journal(struct state *s, enum journal_kind kind, struct account *a)
{
    if (s->journal_count == s->journal_cap) {
        s->journal_cap = s->journal_cap == 0 ? 64 : s->journal_cap * 2;
        s->journal = mem_realloc(s->journal, s->journal_cap * sizeof *s->journal);
    }
    if (kind > JOURNAL_MARK_CODE && kind != JOURNAL_TRANSIENT) { // not an access mark
        state_mark_dirty(s, a);
    }
    struct journal_entry *e = &s->journal[s->journal_count++];
    e->kind = kind;
    e->a = a;
    return e;
}

struct state_checkpoint state_checkpoint(const struct state *s)
{
    return (struct state_checkpoint){s->journal_count, s->log_count, s->log_data.n, s->refund};
}

// One touch outlives its revert: that of the RIPEMD-160 precompile. It happened so on the main
// network in block 2,675,119, and every client follows it since (EIP-161's discussion; yellow
// paper, appendix K).
static bool is_ripemd(const struct account *a)
{
    static const address THREE = {{[19] = 3}};
    return address_equal(&a->at, &THREE);
}

static void undo(struct state *s, const struct journal_entry *e)
{
    struct account *a = e->a;
    switch (e->kind) {
    case JOURNAL_WARM_ACCOUNT:
        a->warm_epoch = 0;
        break;
    case JOURNAL_WARM_SLOT:
        slot_table_find(&a->slots, &e->key)->warm_epoch = 0;
        break;
    case JOURNAL_MARK_CODE:
        a->mark_epoch = 0;
        break;
    case JOURNAL_BALANCE:
        a->balance = e->old;
        break;
    case JOURNAL_NONCE:
        a->nonce = e->old.w[0];
        break;
    case JOURNAL_CODE:
        a->code_hash = u256_to_b256(e->old);
        a->code = (bytes){(const u8 *)(uintptr_t)e->key.w[0], e->key.w[1]};
        break;
    case JOURNAL_STORAGE:
        slot_table_find(&a->slots, &e->key)->value = e->old;
        break;
    case JOURNAL_TRANSIENT:
        *transient_table_find(&s->transient, &(struct transient_key){a, e->key}) = e->old;
        break;
    case JOURNAL_EXISTS:
        a->exists = false;
        a->born_epoch = 0;
        break;
    case JOURNAL_CREATED:
        a->created_epoch = 0;
        a->storage_known = e->old.w[0] != 0;
        break;
    case JOURNAL_DESTROYED:
        a->destroyed_epoch = 0;
        break;
    case JOURNAL_TOUCHED:
        a->touched_epoch = 0;
        s->ripemd_touched = s->ripemd_touched || is_ripemd(a);
        break;
    }
}

void state_revert(struct state *s, struct state_checkpoint to)
{
    CHECK(to.journal <= s->journal_count && to.logs <= s->log_count);
    while (s->journal_count > to.journal) {
        s->journal_count--;
        undo(s, &s->journal[s->journal_count]);
    }
    s->log_count = to.logs;
    s->log_data.n = to.log_data;
    s->refund = to.refund;
}

// ---- marks

bool state_account_is_warm(const struct state *s, const struct account *a)
{
    return a->warm_epoch == s->epoch;
}

bool state_warm_account(struct state *s, struct account *a)
{
    if (a->warm_epoch == s->epoch) {
        return true;
    }
    state_journal(s, JOURNAL_WARM_ACCOUNT, a);
    a->warm_epoch = s->epoch;
    return false;
}

bool state_warm_slot(struct state *s, struct account *a, const u256 *key)
{
    struct slot *slot = state_slot(s, a, key);
    if (slot->warm_epoch == s->epoch) {
        return true;
    }
    state_journal(s, JOURNAL_WARM_SLOT, a)->key = *key;
    slot->warm_epoch = s->epoch;
    return false;
}

bool state_code_is_marked(const struct state *s, const struct account *a)
{
    return a->mark_epoch == s->epoch;
}

bool state_mark_code(struct state *s, struct account *a)
{
    if (a->mark_epoch == s->epoch) {
        return true;
    }
    state_journal(s, JOURNAL_MARK_CODE, a);
    a->mark_epoch = s->epoch;
    return false;
}

void state_touch(struct state *s, struct account *a)
{
    if (a->touched_epoch != s->epoch) {
        state_journal(s, JOURNAL_TOUCHED, a);
        a->touched_epoch = s->epoch;
    }
}

// ---- refunds and logs

void state_add_refund(struct state *s, i64 amount)
{
    s->refund += amount;
}

i64 state_refund(const struct state *s)
{
    return s->refund;
}

void state_log(struct state *s, const address *emitter, bytes data, const b256 *topics, u32 count)
{
    CHECK(count <= 4);
    if (s->log_count == s->log_cap) {
        s->log_cap = s->log_cap == 0 ? 16 : s->log_cap * 2;
        s->logs = mem_realloc(s->logs, s->log_cap * sizeof *s->logs);
    }
    struct state_log *l = &s->logs[s->log_count++];
    *l = (struct state_log){.emitter = *emitter, .topic_count = count};
    for (u32 i = 0; i < count; i++) {
        l->topic[i] = topics[i];
    }
    l->data_at = s->log_data.n;
    l->data_size = data.n;
    buf_put(&s->log_data, data.p, data.n);
}

usize state_log_count(const struct state *s)
{
    return s->log_count;
}

const struct state_log *state_log_at(const struct state *s, usize i)
{
    CHECK(i < s->log_count);
    return &s->logs[i];
}

bytes state_log_data(const struct state *s, const struct state_log *l)
{
    return (bytes){s->log_data.p + l->data_at, l->data_size};
}
