// SPDX-License-Identifier: MIT
// States as they were: a reader of the database that keeps seeing the moment it was opened, and a
// number. What an account was after block n is what the first change behind n found, and if none
// has changed it since, what the flat table has.
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"
#include "lib/num/u256.h"
#include "node/store/priv.h"

struct store_view {
    struct store *s;
    struct kv_txn *kv;
    u64 number;
    bool is_head; // nothing has changed since
    struct store_point head;
    struct trie_store tries;
};

static enum fault read_node(void *ctx, const b256 *owner, bytes nibbles, struct buf *out)
{
    const struct store_view *v = ctx;
    return store_node_read(v->s, v->kv, owner, nibbles, out);
}

enum fault store_view_open(struct store *s, u64 number, struct store_view **out)
{
    *out = NULL;
    if (s->is_empty || number > s->head.number || number < s->oldest) {
        return FAULT_UNSUPPORTED;
    }
    struct kv_txn *kv = NULL;
    TRY(kv_begin(s->kv, false, &kv));
    struct store_view *v = mem_zalloc(sizeof *v);
    *v = (struct store_view){
        .s = s,
        .kv = kv,
        .number = number,
        .is_head = number == s->head.number,
        .head = s->head,
        .tries = {.ctx = v, .read = read_node},
    };
    *out = v;
    return FAULT_NONE;
}

void store_view_close(struct store_view *v)
{
    if (v != NULL) {
        kv_abort(v->kv);
        mem_free(v);
    }
}

struct trie_store *store_view_tries(struct store_view *v)
{
    return &v->tries;
}

struct store_point store_view_head(const struct store_view *v)
{
    return v->head;
}

// The first change of an account or slot behind the view's block; *found false: there is none.
static enum fault first_change(const struct store_view *v, enum kv_table table,
                               const struct store_key *of, bytes *old, bool *found)
{
    bytes key;
    struct store_key from = store_key_history(of, v->number + 1, 0);
    TRY(kv_seek(v->kv, table, store_key_bytes(&from), &key, old, found));
    *found = *found && key.n == of->n + 12 && equal_bytes(key.p, of->b, of->n);
    return FAULT_NONE;
}

static enum fault account_at(const struct store_view *v, const address *a,
                             struct store_account *out, bool *exists)
{
    struct store_key of = {.n = sizeof a->b};
    bytes old;
    bool found = false;
    if (!v->is_head) {
        copy_bytes(of.b, a->b, sizeof a->b);
        TRY(first_change(v, KV_ACCOUNT_HISTORY, &of, &old, &found));
    }
    if (!found) {
        return store_get_account(v->s, v->kv, a, out, exists);
    }
    *out = (struct store_account){.code_hash = STORE_NO_CODE};
    *exists = old.n > 0;
    if (*exists && store_read_account(out, old) != FAULT_NONE) {
        return store_damaged(v->s, "the history of an account is malformed");
    }
    return FAULT_NONE;
}

static enum fault slot_at(const struct store_view *v, const address *a, const u256 *key, u256 *out)
{
    bytes old;
    bool found = false;
    if (!v->is_head) {
        struct store_key of = store_key_slot(a, key);
        TRY(first_change(v, KV_SLOT_HISTORY, &of, &old, &found));
    }
    if (!found) {
        return store_get_slot(v->s, v->kv, a, key, out);
    }
    if (store_read_word(out, old) != FAULT_NONE) {
        return store_damaged(v->s, "the history of a slot is malformed");
    }
    return FAULT_NONE;
}

// ---- as a source

enum fault store_view_account(struct store_view *v, const address *a,
                              struct state_source_account *out)
{
    struct store_account found_account;
    bool exists = false;
    TRY(account_at(v, a, &found_account, &exists));
    store_fill_account(out, &found_account, exists);
    return FAULT_NONE;
}

static enum fault read_account(void *ctx, const address *a, struct state_source_account *out)
{
    return store_view_account(ctx, a, out);
}

static enum fault read_slot(void *ctx, const address *a, const u256 *key, u256 *out)
{
    return slot_at(ctx, a, key, out);
}

enum fault store_view_code(struct store_view *v, const b256 *hash, bytes *out, bool *found)
{
    return kv_get(v->kv, KV_CODES, (bytes){hash->b, sizeof hash->b}, out, found);
}

static enum fault read_code(void *ctx, const b256 *hash, bytes *out)
{
    struct store_view *v = ctx;
    bool found = false;
    TRY(store_view_code(v, hash, out, &found));
    if (!found) {
        (void)store_damaged(v->s, "a code is missing");
    }
    return found ? FAULT_NONE : FAULT_SOURCE;
}

struct state_source store_view_source(struct store_view *v)
{
    return (struct state_source){v, read_account, read_slot, read_code};
}

// ---- walks: what is now and what was are two sorted tables, of which the smaller key comes next

// The first `size` bytes of the first key at or behind `from` in either table.
static enum fault next_key(const struct store_view *v, enum kv_table now, enum kv_table was,
                           const struct store_key *from, usize size, struct store_key *out,
                           bool *found)
{
    const enum kv_table tables[2] = {now, was};
    *found = false;
    for (u32 i = 0; i < (v->is_head ? 1 : 2); i++) {
        bytes key;
        bytes value;
        bool there = false;
        TRY(kv_seek(v->kv, tables[i], store_key_bytes(from), &key, &value, &there));
        if (!there || key.n < size) {
            continue;
        }
        if (!*found || __builtin_memcmp(key.p, out->b, size) < 0) {
            copy_bytes(out->b, key.p, size);
            out->n = size;
        }
        *found = true;
    }
    return FAULT_NONE;
}

// The least key of that size behind one; false if that was the last.
static bool step(struct store_key *k)
{
    for (usize i = k->n; i > 0; i--) {
        if (++k->b[i - 1] != 0) {
            return true;
        }
    }
    return false;
}

enum fault store_visit_accounts(struct store_view *v, const address *from,
                                const struct store_visitor *visitor)
{
    struct store_key at = {.n = sizeof from->b};
    copy_bytes(at.b, from->b, sizeof from->b);
    for (;;) {
        struct store_key next;
        struct store_account a;
        address found_at;
        bool found = false;
        bool exists = false;
        TRY(next_key(v, KV_ACCOUNTS, KV_ACCOUNT_HISTORY, &at, 20, &next, &found));
        if (!found) {
            return FAULT_NONE;
        }
        copy_bytes(found_at.b, next.b, sizeof found_at.b);
        TRY(account_at(v, &found_at, &a, &exists));
        if ((exists && !visitor->account(visitor->ctx, &found_at, &a)) || !step(&next)) {
            return FAULT_NONE;
        }
        at = next;
    }
}

enum fault store_visit_slots(struct store_view *v, const address *a, const u256 *from,
                             const struct store_visitor *visitor)
{
    struct store_key at = store_key_slot(a, from);
    for (;;) {
        struct store_key next;
        u256 value;
        bool found = false;
        TRY(next_key(v, KV_SLOTS, KV_SLOT_HISTORY, &at, 52, &next, &found));
        if (!found || !equal_bytes(next.b, a->b, sizeof a->b)) {
            return FAULT_NONE;
        }
        u256 key = u256_from_be_bytes(next.b + 20);
        TRY(slot_at(v, a, &key, &value));
        bool goes_on = u256_is_zero(value) || visitor->slot(visitor->ctx, &key, &value);
        if (!goes_on || !step(&next)) {
            return FAULT_NONE;
        }
        at = next;
    }
}

// ---- tries

static enum fault rewind_change(struct store_view *v, struct commitment *c,
                                const struct store_change *change)
{
    if (change->is_slot) {
        u256 value;
        TRY(slot_at(v, &change->at, &change->key, &value));
        commitment_put_slot(c, &change->at, &change->key, &value);
        return commitment_fault(c);
    }
    struct store_account a;
    bool exists = false;
    TRY(account_at(v, &change->at, &a, &exists));
    struct commitment_account to = {exists, a.nonce, a.balance, a.code_hash};
    commitment_put_account(c, &change->at, &to);
    return commitment_fault(c);
}

static enum fault rewind_all(struct store_view *v, struct commitment *c, bool slots)
{
    struct store_key at = store_key_record(v->number + 1, 0);
    for (;;) {
        bytes key;
        bytes changes;
        bool found = false;
        TRY(kv_seek(v->kv, KV_CHANGES, store_key_bytes(&at), &key, &changes, &found));
        if (!found || key.n != 12) {
            return FAULT_NONE;
        }
        at = store_key_record(load_be64(key.p), load_be32(key.p + 8) + 1);
        while (changes.n > 0) {
            struct store_change change;
            if (store_next_change(&change, &changes) != FAULT_NONE) {
                return store_damaged(v->s, "a list of changes is malformed");
            }
            if (change.is_slot == slots) {
                TRY(rewind_change(v, c, &change));
            }
        }
    }
}

enum fault store_view_rewind(struct store_view *v, struct commitment *c)
{
    TRY(rewind_all(v, c, true));
    return rewind_all(v, c, false);
}
