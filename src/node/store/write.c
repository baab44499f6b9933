// SPDX-License-Identifier: MIT
// What a transaction writes: changes of the state with their way back, blocks, their indices, and
// what is dropped because it is old.
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"
#include "lib/num/u256.h"
#include "node/store/priv.h"

#define PRUNE_MAX 256u // blocks in a commit

// ---- the state at hand as a source

static enum fault read_account(void *ctx, const address *a, struct state_source_account *out)
{
    const struct store_txn *t = ctx;
    struct store_account found_account;
    bool found = false;
    TRY(store_get_account(t->s, t->kv, a, &found_account, &found));
    store_fill_account(out, &found_account, found);
    return FAULT_NONE;
}

static enum fault read_slot(void *ctx, const address *a, const u256 *key, u256 *out)
{
    const struct store_txn *t = ctx;
    return store_get_slot(t->s, t->kv, a, key, out);
}

// What a transaction lends ends with its next write, so code that only it has is copied.
static enum fault read_code(void *ctx, const b256 *hash, bytes *out)
{
    struct store_txn *t = ctx;
    bytes key = {hash->b, sizeof hash->b};
    bool found = false;
    TRY(kv_get(t->s->reader, KV_CODES, key, out, &found));
    if (found) {
        return FAULT_NONE;
    }
    TRY(kv_get(t->kv, KV_CODES, key, out, &found));
    if (!found) {
        (void)store_damaged(t->s, "a code is missing");
        return FAULT_SOURCE;
    }
    if (t->code_count == t->code_cap) {
        t->code_cap = t->code_cap == 0 ? 8 : t->code_cap * 2;
        t->codes = mem_realloc(t->codes, t->code_cap * sizeof *t->codes);
    }
    u8 *copy = mem_alloc(out->n);
    copy_bytes(copy, out->p, out->n);
    t->codes[t->code_count++] = copy;
    *out = (bytes){copy, out->n};
    return FAULT_NONE;
}

struct state_source store_txn_source(struct store_txn *t)
{
    return (struct state_source){t, read_account, read_slot, read_code};
}

// ---- changes

void store_begin_changes(struct store_txn *t, u64 number, u32 sequence)
{
    buf_clear(&t->changes);
    t->number = number;
    t->sequence = sequence;
}

// Notes what an account or slot was before this record, unless that was noted already.
static enum fault remember(struct store_txn *t, const struct store_change *c, bytes old)
{
    if (t->number == 0 && t->sequence == 0) {
        return FAULT_NONE; // nothing was before the first block
    }
    struct store_key of = {.n = sizeof c->at.b};
    copy_bytes(of.b, c->at.b, sizeof c->at.b);
    if (c->is_slot) {
        of = store_key_slot(&c->at, &c->key);
    }
    enum kv_table table = c->is_slot ? KV_SLOT_HISTORY : KV_ACCOUNT_HISTORY;
    struct store_key k = store_key_history(&of, t->number, t->sequence);
    bytes known;
    bool found = false;
    TRY(kv_get(t->kv, table, store_key_bytes(&k), &known, &found));
    if (found) {
        return FAULT_NONE;
    }
    store_put_change(&t->changes, c);
    return kv_put(t->kv, table, store_key_bytes(&k), old);
}

static enum fault write_slot(struct store_txn *t, const address *at, const u256 *key,
                             const u256 *value)
{
    struct store_key k = store_key_slot(at, key);
    if (u256_is_zero(*value)) {
        return kv_delete(t->kv, KV_SLOTS, store_key_bytes(&k));
    }
    struct buf word = {0};
    store_put_word(&word, value);
    enum fault f = kv_put(t->kv, KV_SLOTS, store_key_bytes(&k), buf_bytes(&word));
    buf_fini(&word);
    return f;
}

static enum fault change_slot(struct store_txn *t, const u256 *key, const u256 *value)
{
    struct store_change c = {.is_slot = true, .at = t->at, .key = *key};
    struct buf old = {0};
    u256 was;
    TRY(store_get_slot(t->s, t->kv, &t->at, key, &was));
    if (u256_eq(was, *value)) {
        return FAULT_NONE;
    }
    t->slots_changed = true;
    t->slots += u256_is_zero(was);
    t->slots -= u256_is_zero(*value);
    store_put_word(&old, &was);
    enum fault f = remember(t, &c, buf_bytes(&old));
    buf_fini(&old);
    TRY(f);
    return write_slot(t, &t->at, key, value);
}

// Removes all slots of the account under way.
static enum fault wipe_slots(struct store_txn *t)
{
    u256 zero = u256_zero();
    for (;;) {
        bytes key;
        bytes value;
        bool found = false;
        TRY(kv_seek(t->kv, KV_SLOTS, (bytes){t->at.b, sizeof t->at.b}, &key, &value, &found));
        if (!found || key.n != 52 || !equal_bytes(key.p, t->at.b, sizeof t->at.b)) {
            return FAULT_NONE;
        }
        u256 slot = u256_from_be_bytes(key.p + 20);
        TRY(change_slot(t, &slot, &zero));
    }
}

static void keep_fault(struct store_txn *t, enum fault f)
{
    t->fault = t->fault == FAULT_NONE ? f : t->fault;
}

static enum fault begin_account(struct store_txn *t, const struct account *a, bool wiped)
{
    t->at = *account_address(a);
    TRY(store_get_account(t->s, t->kv, &t->at, &t->was, &t->existed));
    t->slots = t->was.slots;
    t->slots_changed = false;
    return wiped && t->slots > 0 ? wipe_slots(t) : FAULT_NONE;
}

static enum fault keep_code(struct store_txn *t, struct account *a)
{
    const b256 *hash = account_code_hash(a);
    bytes key = {hash->b, sizeof hash->b};
    bytes known;
    bool found = false;
    if (b256_equal(hash, &STORE_NO_CODE) || (t->existed && b256_equal(hash, &t->was.code_hash))) {
        return FAULT_NONE;
    }
    TRY(kv_get(t->kv, KV_CODES, key, &known, &found));
    return found ? FAULT_NONE : kv_put(t->kv, KV_CODES, key, account_code(t->state, a));
}

static enum fault write_account(struct store_txn *t, const address *at, bool exists,
                                const struct store_account *to)
{
    bytes key = {at->b, sizeof at->b};
    if (!exists) {
        return kv_delete(t->kv, KV_ACCOUNTS, key);
    }
    struct buf record = {0};
    store_put_account(&record, to);
    enum fault f = kv_put(t->kv, KV_ACCOUNTS, key, buf_bytes(&record));
    buf_fini(&record);
    return f;
}

static bool same_account(const struct store_account *a, const struct store_account *b)
{
    return a->nonce == b->nonce && u256_eq(a->balance, b->balance) && a->slots == b->slots &&
           b256_equal(&a->code_hash, &b->code_hash);
}

static enum fault end_account(struct store_txn *t, struct account *a)
{
    struct store_account to = {account_nonce(a), *account_balance(a), *account_code_hash(a),
                               t->slots};
    bool exists = account_exists(a);
    bool same = exists == t->existed && (!exists || same_account(&to, &t->was));
    if (same && !t->slots_changed) {
        return FAULT_NONE; // else it is noted: the way back needs each account whose tries change
    }
    struct store_change c = {.is_slot = false, .at = t->at};
    struct buf old = {0};
    if (t->existed) {
        store_put_account(&old, &t->was);
    }
    enum fault f = remember(t, &c, buf_bytes(&old));
    buf_fini(&old);
    TRY(f);
    TRY(keep_code(t, a));
    return write_account(t, &t->at, exists, &to);
}

static void visit_begin(void *ctx, const struct account *a, bool wiped)
{
    struct store_txn *t = ctx;
    if (t->fault == FAULT_NONE) {
        keep_fault(t, begin_account(t, a, wiped));
    }
}

static void visit_slot(void *ctx, const u256 *key, const u256 *value)
{
    struct store_txn *t = ctx;
    if (t->fault == FAULT_NONE) {
        keep_fault(t, change_slot(t, key, value));
    }
}

static void visit_end(void *ctx, const struct account *a)
{
    struct store_txn *t = ctx;
    if (t->fault == FAULT_NONE) {
        keep_fault(t, end_account(t, state_account(t->state, account_address(a))));
    }
}

struct state_dirty_visitor store_changes_visitor(struct store_txn *t, struct state *s)
{
    t->state = s;
    return (struct state_dirty_visitor){t, visit_begin, visit_slot, visit_end};
}

enum fault store_end_changes(struct store_txn *t, const b256 *hash, const b256 *root)
{
    TRY(t->fault);
    struct store_key k = store_key_record(t->number, t->sequence);
    t->point = (struct store_point){t->number, t->sequence, *hash, *root};
    return kv_put(t->kv, KV_CHANGES, store_key_bytes(&k), buf_bytes(&t->changes));
}

// ---- the way back

// What the history has of a change, taken out of it if `takes`.
static enum fault recall(struct store_txn *t, const struct store_change *c, struct buf *old)
{
    struct store_key of = {.n = sizeof c->at.b};
    copy_bytes(of.b, c->at.b, sizeof c->at.b);
    if (c->is_slot) {
        of = store_key_slot(&c->at, &c->key);
    }
    enum kv_table table = c->is_slot ? KV_SLOT_HISTORY : KV_ACCOUNT_HISTORY;
    struct store_key k = store_key_history(&of, t->point.number, t->point.sequence);
    bytes value;
    bool found = false;
    TRY(kv_get(t->kv, table, store_key_bytes(&k), &value, &found));
    if (!found) {
        return store_damaged(t->s, "the history of a change of block %llu is missing",
                             (unsigned long long)t->point.number);
    }
    buf_clear(old);
    buf_put(old, value.p, value.n);
    return kv_delete(t->kv, table, store_key_bytes(&k));
}

static enum fault undo_slot(struct store_txn *t, struct commitment *c,
                            const struct store_change *change, bytes old)
{
    u256 value;
    if (store_read_word(&value, old) != FAULT_NONE) {
        return store_damaged(t->s, "the history of a slot is malformed");
    }
    commitment_put_slot(c, &change->at, &change->key, &value);
    return write_slot(t, &change->at, &change->key, &value);
}

static enum fault undo_account(struct store_txn *t, struct commitment *c,
                               const struct store_change *change, bytes old)
{
    struct store_account a = {.nonce = 0};
    bool exists = old.n > 0;
    if (exists && store_read_account(&a, old) != FAULT_NONE) {
        return store_damaged(t->s, "the history of an account is malformed");
    }
    struct commitment_account to = {exists, a.nonce, a.balance, a.code_hash};
    commitment_put_account(c, &change->at, &to);
    return write_account(t, &change->at, exists, &a);
}

static enum fault undo_all(struct store_txn *t, struct commitment *c, bytes changes,
                           struct buf *old)
{
    for (u32 slots = 1; slots <= 1; slots--) { // slots come before their accounts
        bytes rest = changes;
        while (rest.n > 0) {
            struct store_change change;
            if (store_next_change(&change, &rest) != FAULT_NONE) {
                return store_damaged(t->s, "the changes of block %llu are malformed",
                                     (unsigned long long)t->point.number);
            }
            if (change.is_slot != (slots == 1)) {
                continue;
            }
            TRY(recall(t, &change, old));
            TRY(change.is_slot ? undo_slot(t, c, &change, buf_bytes(old))
                               : undo_account(t, c, &change, buf_bytes(old)));
        }
    }
    return commitment_fault(c);
}

enum fault store_undo(struct store_txn *t, struct commitment *c)
{
    struct store_key k = store_key_record(t->point.number, t->point.sequence);
    bytes value;
    bool found = false;
    struct buf changes = {0};
    struct buf old = {0};
    TRY(kv_get(t->kv, KV_CHANGES, store_key_bytes(&k), &value, &found));
    if (!found) {
        return FAULT_UNSUPPORTED; // the history does not reach so far
    }
    buf_put(&changes, value.p, value.n);
    enum fault f = undo_all(t, c, buf_bytes(&changes), &old);
    buf_fini(&changes);
    buf_fini(&old);
    TRY(f);
    TRY(kv_delete(t->kv, KV_CHANGES, store_key_bytes(&k)));
    commitment_hash(&t->point.root, c);
    if (t->point.sequence > 0) {
        t->point.sequence--;
        return FAULT_NONE;
    }
    // The block before may have changes by hand, the last of which is where the state is now.
    CHECK(t->point.number > 0);
    struct store_key below = store_key_record(t->point.number - 1, 0);
    t->point.number--;
    for (u32 next = 1;; next++) {
        below = store_key_record(t->point.number, next);
        TRY(kv_get(t->kv, KV_CHANGES, store_key_bytes(&below), &value, &found));
        if (!found) {
            t->point.sequence = next - 1;
            return FAULT_NONE;
        }
    }
}

// ---- blocks

enum fault store_put_block(struct store_txn *t, const struct stored_block *b)
{
    struct store_key k = store_key_block(b->header.number, &b->header.hash);
    struct store_key number = store_key_number(b->header.number);
    bytes hash = {b->header.hash.b, sizeof b->header.hash.b};
    struct buf record = {0};
    store_put_block_record(&record, b);
    enum fault f = kv_put(t->kv, KV_BLOCKS, store_key_bytes(&k), buf_bytes(&record));
    if (f == FAULT_NONE && b->has_receipts) {
        buf_clear(&record);
        store_put_receipts(&record, b);
        f = kv_put(t->kv, KV_RECEIPTS, store_key_bytes(&k), buf_bytes(&record));
    }
    buf_fini(&record);
    return f == FAULT_NONE ? kv_put(t->kv, KV_NUMBERS, hash, store_key_bytes(&number)) : f;
}

enum fault store_delete_block(struct store_txn *t, const struct stored_block *b)
{
    struct store_key k = store_key_block(b->header.number, &b->header.hash);
    TRY(kv_delete(t->kv, KV_BLOCKS, store_key_bytes(&k)));
    TRY(kv_delete(t->kv, KV_RECEIPTS, store_key_bytes(&k)));
    return kv_delete(t->kv, KV_NUMBERS, (bytes){b->header.hash.b, sizeof b->header.hash.b});
}

static enum fault change_log_key(struct store_txn *t, const struct store_key *k, bool sets)
{
    return sets ? kv_put(t->kv, KV_LOGS, store_key_bytes(k), BYTES_NONE)
                : kv_delete(t->kv, KV_LOGS, store_key_bytes(k));
}

static enum fault index_logs(struct store_txn *t, const struct stored_block *b, bool sets)
{
    u64 number = b->header.number;
    if (b->log_count > 0) {
        struct store_key any = store_key_log(STORE_LOG_ANY, BYTES_NONE, number);
        TRY(change_log_key(t, &any, sets));
    }
    for (usize i = 0; i < b->log_count; i++) {
        const struct state_log *l = &b->logs[i];
        struct store_key k = store_key_log(0, (bytes){l->emitter.b, sizeof l->emitter.b}, number);
        TRY(change_log_key(t, &k, sets));
        for (u32 n = 0; n < l->topic_count; n++) {
            k = store_key_log(1 + n, (bytes){l->topic[n].b, sizeof l->topic[n].b}, number);
            TRY(change_log_key(t, &k, sets));
        }
    }
    return FAULT_NONE;
}

enum fault store_set_canonical(struct store_txn *t, const struct stored_block *b)
{
    struct store_key number = store_key_number(b->header.number);
    bytes hash = {b->header.hash.b, sizeof b->header.hash.b};
    TRY(kv_put(t->kv, KV_CANON, store_key_bytes(&number), hash));
    for (usize i = 0; i < b->count; i++) {
        const b256 *tx = &b->transactions[i].hash;
        struct store_key place = store_key_record(b->header.number, (u32)i);
        TRY(kv_put(t->kv, KV_TRANSACTIONS, (bytes){tx->b, sizeof tx->b}, store_key_bytes(&place)));
    }
    return index_logs(t, b, true);
}

enum fault store_unset_canonical(struct store_txn *t, const struct stored_block *b)
{
    struct store_key number = store_key_number(b->header.number);
    TRY(kv_delete(t->kv, KV_CANON, store_key_bytes(&number)));
    for (usize i = 0; i < b->count; i++) {
        const b256 *tx = &b->transactions[i].hash;
        TRY(kv_delete(t->kv, KV_TRANSACTIONS, (bytes){tx->b, sizeof tx->b}));
    }
    return index_logs(t, b, false);
}

// ---- what is old

static enum fault drop_history(struct store_txn *t, bytes changes, u64 number, u32 sequence)
{
    while (changes.n > 0) {
        struct store_change c;
        if (store_next_change(&c, &changes) != FAULT_NONE) {
            return store_damaged(t->s, "the changes of block %llu are malformed",
                                 (unsigned long long)number);
        }
        struct store_key of = {.n = sizeof c.at.b};
        copy_bytes(of.b, c.at.b, sizeof c.at.b);
        if (c.is_slot) {
            of = store_key_slot(&c.at, &c.key);
        }
        struct store_key k = store_key_history(&of, number, sequence);
        enum kv_table table = c.is_slot ? KV_SLOT_HISTORY : KV_ACCOUNT_HISTORY;
        TRY(kv_delete(t->kv, table, store_key_bytes(&k)));
    }
    return FAULT_NONE;
}

// What is dropped led to states below `oldest`; its own record stays, to tell of changes by hand.
static enum fault prune_states(struct store_txn *t, u64 oldest)
{
    while (t->oldest < oldest) {
        bytes key;
        bytes value;
        bool found = false;
        struct buf changes = {0};
        TRY(kv_seek(t->kv, KV_CHANGES, BYTES_NONE, &key, &value, &found));
        if (!found || key.n != 12 || load_be64(key.p) >= oldest) {
            t->oldest = oldest;
            return FAULT_NONE;
        }
        u64 number = load_be64(key.p);
        u32 sequence = load_be32(key.p + 8);
        buf_put(&changes, value.p, value.n);
        enum fault f = drop_history(t, buf_bytes(&changes), number, sequence);
        buf_fini(&changes);
        TRY(f);
        struct store_key k = store_key_record(number, sequence);
        TRY(kv_delete(t->kv, KV_CHANGES, store_key_bytes(&k)));
    }
    return FAULT_NONE;
}

// Blocks of other branches at that height.
static enum fault prune_branches(struct store_txn *t, u64 number)
{
    struct store_key at = store_key_number(number);
    bytes canon;
    bool found = false;
    b256 hash = {{0}};
    TRY(kv_get(t->kv, KV_CANON, store_key_bytes(&at), &canon, &found));
    if (!found || canon.n != sizeof hash.b) {
        return FAULT_NONE;
    }
    copy_bytes(hash.b, canon.p, canon.n);
    for (;;) {
        bytes key;
        bytes value;
        struct stored_block b = {.count = 0};
        TRY(kv_seek(t->kv, KV_BLOCKS, store_key_bytes(&at), &key, &value, &found));
        if (!found || key.n != 40 || load_be64(key.p) != number) {
            return FAULT_NONE;
        }
        copy_bytes(b.header.hash.b, key.p + 8, sizeof b.header.hash.b);
        b.header.number = number;
        if (b256_equal(&b.header.hash, &hash)) { // go on behind it
            at = store_key_block(number, &hash);
            at.b[at.n++] = 0;
        } else {
            TRY(store_delete_block(t, &b));
        }
    }
}

// The canonical block `first`, with what the indices have of it.
static enum fault drop_first_block(struct store_txn *t)
{
    b256 hash;
    bool found = false;
    struct stored_block *b = NULL;
    TRY(store_canonical_hash(t->s, t->first, &hash, &found));
    enum fault f = found ? store_load_from(t->s, t->kv, t->first, &hash, &b) : FAULT_NONE;
    if (f == FAULT_NONE && b == NULL) {
        f = store_damaged(t->s, "block %llu is missing", (unsigned long long)t->first);
    }
    f = f == FAULT_NONE ? store_unset_canonical(t, b) : f;
    f = f == FAULT_NONE ? store_delete_block(t, b) : f;
    stored_block_free(b);
    return f;
}

static enum fault prune_blocks(struct store_txn *t, u64 below)
{
    for (u32 i = 0; i < PRUNE_MAX && t->first < below; i++) {
        TRY(drop_first_block(t));
        t->first++;
    }
    return FAULT_NONE;
}

enum fault store_prune(struct store_txn *t)
{
    const struct store_options *o = &t->s->options;
    u64 head = t->point.number;
    // A state is of no use without its block.
    u64 states =
        o->blocks > 0 && (o->history == 0 || o->blocks < o->history) ? o->blocks : o->history;
    if (states > 0 && head > states) {
        TRY(prune_states(t, head - states));
    }
    if (o->blocks > 0 && head > o->blocks) {
        TRY(prune_blocks(t, head - o->blocks));
    }
    return head > STORE_SIDE_DEPTH ? prune_branches(t, head - STORE_SIDE_DEPTH) : FAULT_NONE;
}
