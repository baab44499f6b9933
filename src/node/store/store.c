// SPDX-License-Identifier: MIT
// Opening a store, what it knows of itself, its transactions, and reading single records.
#include "node/store/store.h"

#include <stdarg.h>

#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"
#include "lib/num/u256.h"
#include "node/store/priv.h"

static const char *const MARK_NAMES[2] = {"safe", "finalized"};

static bytes name_of(const char *text)
{
    return (bytes){(const u8 *)text, __builtin_strlen(text)};
}

enum fault store_damaged(struct store *s, const char *format, ...)
{
    va_list list;
    buf_clear(&s->why);
    va_start(list, format);
    buf_put_text(&s->why, "the database is damaged: ");
    buf_vprintf(&s->why, format, list);
    va_end(list);
    buf_put_u8(&s->why, 0);
    s->why.n--;
    return FAULT_BAD_INPUT;
}

const char *store_fault_detail(const struct store *s)
{
    return s->why.n > 0 ? (const char *)s->why.p : kv_fault_detail(s->kv);
}

enum fault store_take_fault(struct store *s)
{
    enum fault f = s->fault;
    s->fault = FAULT_NONE;
    return f;
}

// ---- the tries of the state at hand

static struct kv_txn *at_hand(const struct store *s)
{
    return s->writing != NULL ? s->writing->kv : s->reader;
}

enum fault store_node_read(struct store *s, struct kv_txn *t, const b256 *owner, bytes nibbles,
                           struct buf *out)
{
    struct store_key k = store_key_node(owner, nibbles);
    bytes value;
    bool found = false;
    TRY(kv_get(t, KV_NODES, store_key_bytes(&k), &value, &found));
    if (!found) {
        (void)store_damaged(s, "a node of the state's trie is missing");
        return FAULT_SOURCE;
    }
    buf_put(out, value.p, value.n);
    return FAULT_NONE;
}

static enum fault read_node(void *ctx, const b256 *owner, bytes nibbles, struct buf *out)
{
    return store_node_read(ctx, at_hand(ctx), owner, nibbles, out);
}

static enum fault write_node(void *ctx, const b256 *owner, bytes nibbles, bytes coded)
{
    const struct store *s = ctx;
    struct store_key k = store_key_node(owner, nibbles);
    CHECK(s->writing != NULL);
    return kv_put(s->writing->kv, KV_NODES, store_key_bytes(&k), coded);
}

static enum fault remove_node(void *ctx, const b256 *owner, bytes nibbles)
{
    const struct store *s = ctx;
    struct store_key k = store_key_node(owner, nibbles);
    CHECK(s->writing != NULL);
    return kv_delete(s->writing->kv, KV_NODES, store_key_bytes(&k));
}

static enum fault remove_nodes(void *ctx, const b256 *owner)
{
    const struct store *s = ctx;
    struct store_key k = store_key_node(owner, BYTES_NONE);
    CHECK(s->writing != NULL && owner != NULL);
    return kv_delete_prefix(s->writing->kv, KV_NODES, store_key_bytes(&k));
}

struct trie_store *store_tries(struct store *s)
{
    return &s->tries;
}

// ---- opening

static enum fault read_meta(struct store *s)
{
    bytes v;
    bool found = false;
    TRY(kv_get(s->reader, KV_META, name_of("schema"), &v, &found));
    if (!found) {
        s->is_empty = true;
        return FAULT_NONE;
    }
    if (v.n != 4 || load_be32(v.p) != STORE_SCHEMA) {
        return store_damaged(s,
                             "its format is not number %u, or it is of another version of this "
                             "program; export the chain with that version and import it here",
                             STORE_SCHEMA);
    }
    TRY(kv_get(s->reader, KV_META, name_of("head"), &v, &found));
    if (!found || store_read_point(&s->head, v) != FAULT_NONE) {
        return store_damaged(s, "it does not say which block is its head");
    }
    TRY(kv_get(s->reader, KV_META, name_of("oldest"), &v, &found));
    if (!found || v.n != 8) {
        return store_damaged(s, "it does not say which state is its oldest");
    }
    s->oldest = load_be64(v.p);
    TRY(kv_get(s->reader, KV_META, name_of("first"), &v, &found)); // absent: none was dropped
    if (found && v.n != 8) {
        return store_damaged(s, "it does not say which block is its first");
    }
    s->first = found ? load_be64(v.p) : 1;
    for (u32 i = 0; i < COUNT_OF(MARK_NAMES); i++) {
        TRY(kv_get(s->reader, KV_META, name_of(MARK_NAMES[i]), &v, &found));
        s->has_mark[i] = found && v.n == sizeof s->mark[i].b;
        copy_bytes(s->mark[i].b, v.p, s->has_mark[i] ? v.n : 0);
    }
    return FAULT_NONE;
}

// What a kill can leave is a complete block; this finds a file that someone else has damaged.
static enum fault check_head(struct store *s, struct buf *found_out)
{
    struct stored_block *b = NULL;
    TRY(store_load(s, s->head.number, &s->head.hash, &b));
    if (b == NULL) {
        return store_damaged(s, "its head, block %llu, is missing",
                             (unsigned long long)s->head.number);
    }
    struct trie top = {.top = NULL};
    trie_open(&top, &s->tries, NULL, &s->head.root);
    (void)trie_get(&top, (bytes){b->header.hash.b, 32}); // some way down from the root
    enum fault f = top.fault;
    bool same = s->head.sequence > 0 || b256_equal(&s->head.root, &b->header.state_root);
    if (f != FAULT_NONE || !same) {
        f = store_damaged(s, "the state is not that of its head, block %llu",
                          (unsigned long long)s->head.number);
    } else {
        buf_printf(found_out, "The store is at block %llu 0x", (unsigned long long)s->head.number);
        for (u32 i = 0; i < 32; i++) {
            buf_printf(found_out, "%02x", s->head.hash.b[i]);
        }
        buf_printf(found_out, "; states are kept from block %llu on",
                   (unsigned long long)s->oldest);
        if (s->first > 1) {
            buf_printf(found_out, ", blocks from %llu on", (unsigned long long)s->first);
        }
        buf_put_text(found_out, ".\n");
    }
    trie_fini(&top);
    stored_block_free(b);
    return f;
}

struct store *store_open(const struct store_options *o, struct buf *found, struct buf *why)
{
    struct kv_options ko = {o->folder, o->map_size, o->is_durable};
    struct kv *kv = kv_open(&ko, why);
    if (kv == NULL) {
        return NULL;
    }
    struct store *s = mem_zalloc(sizeof *s);
    s->kv = kv;
    s->options = *o;
    s->tries = (struct trie_store){s, read_node, write_node, remove_node, remove_nodes, 0};
    s->blocks = blocks_new(s);
    s->first = 1;
    enum fault f = kv_begin(kv, false, &s->reader);
    f = f == FAULT_NONE ? read_meta(s) : f;
    f = f == FAULT_NONE && !s->is_empty ? check_head(s, found) : f;
    if (f != FAULT_NONE) {
        buf_printf(why, "%s%s%s", o->folder == NULL ? "" : o->folder, o->folder == NULL ? "" : ": ",
                   store_fault_detail(s));
        store_close(s);
        return NULL;
    }
    return s;
}

void store_close(struct store *s)
{
    if (s == NULL) {
        return;
    }
    CHECK(s->writing == NULL);
    blocks_free(s->blocks);
    kv_abort(s->reader);
    kv_close(s->kv);
    buf_fini(&s->why);
    mem_free(s);
}

bool store_is_empty(const struct store *s)
{
    return s->is_empty;
}

struct store_point store_head(const struct store *s)
{
    return s->head;
}

u64 store_oldest_state(const struct store *s)
{
    return s->oldest;
}

u64 store_first_block(const struct store *s)
{
    return s->first;
}

struct blocks *store_blocks(struct store *s)
{
    return s->blocks;
}

struct kv *store_kv(struct store *s)
{
    return s->kv;
}

bool store_marked(const struct store *s, enum store_mark m, b256 *hash)
{
    *hash = s->mark[m];
    return s->has_mark[m];
}

// ---- transactions

enum fault store_begin(struct store *s, struct store_txn **out)
{
    struct kv_txn *kv = NULL;
    CHECK(s->writing == NULL);
    buf_clear(&s->why);
    TRY(kv_begin(s->kv, true, &kv));
    struct store_txn *t = mem_zalloc(sizeof *t);
    t->s = s;
    t->kv = kv;
    t->point = s->head;
    t->oldest = s->oldest;
    t->first = s->first;
    for (u32 i = 0; i < 2; i++) {
        t->has_mark[i] = s->has_mark[i];
        t->mark[i] = s->mark[i];
    }
    s->writing = t;
    *out = t;
    return FAULT_NONE;
}

static void end(struct store_txn *t)
{
    for (usize i = 0; i < t->code_count; i++) {
        mem_free(t->codes[i]);
    }
    mem_free(t->codes);
    buf_fini(&t->changes);
    t->s->writing = NULL;
    mem_free(t);
}

void store_abort(struct store_txn *t)
{
    if (t != NULL) {
        kv_abort(t->kv);
        end(t);
    }
}

static enum fault write_meta(struct store_txn *t)
{
    u8 number[8];
    struct buf point = {0};
    store_put_point(&point, &t->point);
    enum fault f = kv_put(t->kv, KV_META, name_of("head"), buf_bytes(&point));
    buf_fini(&point);
    TRY(f);
    store_be64(number, t->oldest);
    TRY(kv_put(t->kv, KV_META, name_of("oldest"), (bytes){number, sizeof number}));
    if (t->first != t->s->first) {
        store_be64(number, t->first);
        TRY(kv_put(t->kv, KV_META, name_of("first"), (bytes){number, sizeof number}));
    }
    for (u32 i = 0; i < COUNT_OF(MARK_NAMES); i++) {
        bytes mark = {t->mark[i].b, sizeof t->mark[i].b};
        bool same = t->has_mark[i] == t->s->has_mark[i] && b256_equal(&t->mark[i], &t->s->mark[i]);
        if (t->has_mark[i] && !same) {
            TRY(kv_put(t->kv, KV_META, name_of(MARK_NAMES[i]), mark));
        }
    }
    if (t->s->is_empty) {
        store_be32(number, STORE_SCHEMA);
        TRY(kv_put(t->kv, KV_META, name_of("schema"), (bytes){number, 4}));
    }
    return FAULT_NONE;
}

// The reader that follows the last commit.
static enum fault renew_reader(struct store *s)
{
    struct kv_txn *fresh = NULL;
    TRY(kv_begin(s->kv, false, &fresh));
    kv_abort(s->reader);
    s->reader = fresh;
    return FAULT_NONE;
}

enum fault store_commit(struct store_txn *t)
{
    struct store *s = t->s;
    enum fault f = write_meta(t);
    if (f != FAULT_NONE) {
        store_abort(t);
        return f;
    }
    f = kv_commit(t->kv);
    if (f == FAULT_NONE) {
        s->head = t->point;
        s->oldest = t->oldest;
        s->first = t->first;
        s->is_empty = false;
        for (u32 i = 0; i < 2; i++) {
            s->has_mark[i] = t->has_mark[i];
            s->mark[i] = t->mark[i];
        }
    }
    end(t);
    if (f == FAULT_NONE) {
        blocks_refresh(s->blocks);
        f = renew_reader(s);
    }
    return f;
}

// By the canonical chain at hand.
enum fault store_canonical_hash(struct store *s, u64 number, b256 *out, bool *found)
{
    struct store_key k = store_key_number(number);
    bytes v;
    TRY(kv_get(at_hand(s), KV_CANON, store_key_bytes(&k), &v, found));
    if (*found && v.n != sizeof out->b) {
        return store_damaged(s, "the canonical hash of block %llu is malformed",
                             (unsigned long long)number);
    }
    copy_bytes(out->b, v.p, *found ? v.n : 0);
    return FAULT_NONE;
}

struct store_point store_txn_point(const struct store_txn *t)
{
    return t->point;
}

void store_set_point(struct store_txn *t, const struct store_point *p)
{
    t->point = *p;
}

void store_log_writes(struct store_txn *t, struct buf *log)
{
    kv_log_writes(t->kv, log);
}

enum fault store_apply(struct store_txn *t, bytes log, const struct store_point *after)
{
    TRY(kv_apply(t->kv, log));
    t->point = *after;
    return FAULT_NONE;
}

enum fault store_mark(struct store_txn *t, enum store_mark m, const b256 *hash)
{
    t->has_mark[m] = true;
    t->mark[m] = *hash;
    return FAULT_NONE;
}

// ---- single records

enum fault store_get_account(struct store *s, struct kv_txn *t, const address *a,
                             struct store_account *out, bool *found)
{
    bytes v;
    *out = (struct store_account){.code_hash = STORE_NO_CODE};
    TRY(kv_get(t, KV_ACCOUNTS, (bytes){a->b, sizeof a->b}, &v, found));
    if (*found && store_read_account(out, v) != FAULT_NONE) {
        return store_damaged(s, "a record of an account is malformed");
    }
    return FAULT_NONE;
}

enum fault store_get_slot(struct store *s, struct kv_txn *t, const address *a, const u256 *key,
                          u256 *out)
{
    struct store_key k = store_key_slot(a, key);
    bytes v;
    bool found = false;
    *out = u256_zero();
    TRY(kv_get(t, KV_SLOTS, store_key_bytes(&k), &v, &found));
    if (found && store_read_word(out, v) != FAULT_NONE) {
        return store_damaged(s, "a record of a slot is malformed");
    }
    return FAULT_NONE;
}

void store_fill_account(struct state_source_account *out, const struct store_account *a, bool found)
{
    *out = (struct state_source_account){
        .exists = found,
        .has_storage = a->slots > 0,
        .nonce = a->nonce,
        .balance = a->balance,
        .code_hash = a->code_hash,
    };
}

enum fault store_load_from(struct store *s, struct kv_txn *t, u64 number, const b256 *hash,
                           struct stored_block **out)
{
    struct store_key k = store_key_block(number, hash);
    bytes v;
    bool found = false;
    *out = NULL;
    TRY(kv_get(t, KV_BLOCKS, store_key_bytes(&k), &v, &found));
    if (!found) {
        return FAULT_NONE;
    }
    struct stored_block *b = stored_block_new();
    enum fault f = store_read_block_record(b, v);
    if (f == FAULT_NONE && !b256_equal(&b->header.hash, hash)) {
        f = FAULT_BAD_INPUT;
    }
    if (f == FAULT_NONE) {
        f = kv_get(t, KV_RECEIPTS, store_key_bytes(&k), &v, &found);
    }
    if (f == FAULT_NONE && found) {
        f = store_read_receipts(b, v);
    }
    if (f != FAULT_NONE) {
        stored_block_free(b);
        return f == FAULT_BAD_INPUT ? store_damaged(s, "the record of block %llu is malformed",
                                                    (unsigned long long)number)
                                    : f;
    }
    *out = b;
    return FAULT_NONE;
}

enum fault store_load(struct store *s, u64 number, const b256 *hash, struct stored_block **out)
{
    return store_load_from(s, s->reader, number, hash, out);
}

enum fault store_changed_by_hand(struct store *s, u64 number, bool *changed)
{
    struct store_key k = store_key_record(number, 1);
    bytes ignored;
    return kv_get(s->reader, KV_CHANGES, store_key_bytes(&k), &ignored, changed);
}

enum fault store_load_at(struct store *s, u64 number, struct stored_block **out)
{
    struct store_key k = store_key_number(number);
    bytes v;
    bool found = false;
    b256 hash;
    *out = NULL;
    TRY(kv_get(s->reader, KV_CANON, store_key_bytes(&k), &v, &found));
    if (!found) {
        return FAULT_NONE;
    }
    if (v.n != sizeof hash.b) {
        return store_damaged(s, "the canonical hash of block %llu is malformed",
                             (unsigned long long)number);
    }
    copy_bytes(hash.b, v.p, v.n);
    return store_load(s, number, &hash, out);
}
