// SPDX-License-Identifier: MIT
// The node's life, its tags, its listeners, and small questions about it.
#include "node/node/node.h"

#include <stdarg.h>

#include "core/chain/ethash.h"
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"
#include "lib/num/u256.h"
#include "node/node/dev.h"
#include "node/node/priv.h"

enum fault node_say(struct node *n, enum fault f, const char *format, ...)
{
    va_list list;
    buf_clear(&n->why);
    va_start(list, format);
    buf_vprintf(&n->why, format, list);
    va_end(list);
    buf_put_u8(&n->why, 0);
    n->why.n--;
    return f;
}

const char *node_fault_detail(const struct node *n)
{
    const char *store = store_fault_detail(n->store);
    return n->why.n > 0 ? (const char *)n->why.p : store[0] != 0 ? store : vm_fault_detail(n->vm);
}

void node_reset_tries(struct node *n)
{
    struct store_point head = store_head(n->store);
    commitment_free(n->commitment);
    n->commitment = commitment_open(store_tries(n->store), &head.root);
}

// ---- life

void node_free(struct node *n)
{
    if (n == NULL) {
        return;
    }
    node_forget_bad(n);
    mem_free(n->points);
    mem_free(n->keys);
    mem_free(n->impersonated);
    commitment_free(n->commitment);
    node_results_free(n->results);
    ethash_free(n->ethash);
    pool_free(n->pool);
    stored_block_free(n->pending);
    store_close(n->store);
    node_turns_free(n->turns);
    vm_free(n->vm);
    buf_fini(&n->found);
    buf_fini(&n->why);
    mem_free(n);
}

static enum fault write_genesis(struct node *n, struct node_genesis *g, struct store_txn *t)
{
    struct state_dirty_visitor also = store_changes_visitor(t, g->state);
    b256 root;
    store_begin_changes(t, 0, 0);
    commitment_watch(n->commitment, &also);
    commitment_root(&root, n->commitment, g->state);
    if (!b256_equal(&root, &g->header.state_root)) {
        return node_say(n, FAULT_BAD_INPUT,
                        "the accounts do not have the state root of the first block's header");
    }
    TRY(store_end_changes(t, &g->header.hash, &root));
    TRY(commitment_flush(n->commitment));
    struct stored_block b = {.header = g->header, .total_difficulty = g->header.difficulty};
    b.has_receipts = true;
    block_encode(&b.wire, &b.header, BYTES_NONE, BYTES_NONE);
    enum fault f = store_put_block(t, &b);
    f = f == FAULT_NONE ? store_set_canonical(t, &b) : f;
    buf_fini(&b.wire);
    return f;
}

static enum fault begin_chain(struct node *n, struct node_genesis *g)
{
    static const b256 NOTHING = {{0x56, 0xe8, 0x1f, 0x17, 0x1b, 0xcc, 0x55, 0xa6, 0xff, 0x83, 0x45,
                                  0xe6, 0x92, 0xc0, 0xf8, 0x6e, 0x5b, 0x48, 0xe0, 0x1b, 0x99, 0x6c,
                                  0xad, 0xc0, 0x01, 0x62, 0x2f, 0xb5, 0xe3, 0x63, 0xb4, 0x21}};
    struct store_txn *t = NULL;
    n->commitment = commitment_open(store_tries(n->store), &NOTHING);
    TRY(store_begin(n->store, &t));
    enum fault f = write_genesis(n, g, t);
    if (f != FAULT_NONE) {
        store_abort(t);
        return f;
    }
    return store_commit(t);
}

static void put_hash(struct buf *out, const b256 *hash)
{
    buf_put_text(out, "0x");
    for (u32 i = 0; i < sizeof hash->b; i++) {
        buf_printf(out, "%02x", hash->b[i]);
    }
}

// The chain that the store has must begin as *g does.
static bool continue_chain(struct node *n, const struct node_genesis *g, struct buf *why)
{
    const struct stored_block *first = blocks_at(store_blocks(n->store), 0);
    if (first == NULL) {
        buf_printf(why, "%s: block 0 is missing", n->options.datadir);
        return false;
    }
    if (!b256_equal(&first->header.hash, &g->header.hash)) {
        buf_printf(why, "%s holds another chain: its block 0 is ", n->options.datadir);
        put_hash(why, &first->header.hash);
        buf_put_text(why, ", and that of the genesis is ");
        put_hash(why, &g->header.hash);
        buf_put_text(why, "; give another --datadir, or the genesis of that chain");
        return false;
    }
    struct store_point head = store_head(n->store);
    n->commitment = commitment_open(store_tries(n->store), &head.root);
    return true;
}

static bool open_chain(struct node *n, struct node_genesis *g, struct buf *why)
{
    struct store_options so = {
        .folder = n->options.datadir,
        .history = n->options.history == NODE_HISTORY_ALL ? 0 : n->options.history,
        .blocks = n->options.blocks == NODE_HISTORY_ALL ? 0 : n->options.blocks,
        .is_durable = n->options.is_durable,
    };
    n->store = store_open(&so, &n->found, why);
    buf_put_u8(&n->found, 0);
    if (n->store == NULL) {
        return false;
    }
    if (!store_is_empty(n->store)) {
        return continue_chain(n, g, why);
    }
    enum fault f = begin_chain(n, g);
    if (f != FAULT_NONE) {
        const char *detail = node_fault_detail(n);
        buf_put_text(why, detail[0] != 0 ? detail : fault_text(f));
    }
    return f == FAULT_NONE;
}

static void take_keys(struct node *n, const struct node_options *o)
{
    if (!o->has_dev_keys) {
        return;
    }
    n->key_count = o->keys != NULL ? o->key_count : DEV_ACCOUNT_COUNT;
    n->keys = mem_alloc((n->key_count + 1) * sizeof *n->keys);
    for (u32 i = 0; i < n->key_count; i++) {
        if (o->keys != NULL) {
            n->keys[i] = o->keys[i];
        } else {
            struct dev_account a = dev_account(i);
            n->keys[i] = (struct node_key){a.at, a.key};
        }
    }
}

struct node *node_new(const struct node_options *o, struct node_genesis *g, struct buf *why)
{
    struct node *n = mem_zalloc(sizeof *n);
    n->schedule = g->schedule;
    n->config = g->config;
    n->options = *o;
    take_keys(n, o);
    n->vm = vm_new(o->form);
    n->turns = node_turns_new(n->vm);
    n->pool = pool_new();
    n->results = node_results_new();
    n->next_point = 1;
    bool ok = false;
    if (g->header.number != 0) {
        buf_put_text(why, "the chain does not begin with block 0");
    } else {
        ok = open_chain(n, g, why);
    }
    state_free(g->state);
    g->state = NULL;
    if (!ok) {
        node_free(n);
    }
    return ok ? n : NULL;
}

u64 node_executed(const struct node *n)
{
    return n->executed;
}

void node_trim(struct node *n)
{
    blocks_trim(store_blocks(n->store), node_oldest_reading(n));
}

const char *node_opened_with(const struct node *n)
{
    return (const char *)n->found.p;
}

// ---- small questions

bool node_has_dev_keys(const struct node *n)
{
    return n->options.has_dev_keys;
}

const struct node_key *node_keys(const struct node *n, u32 *count)
{
    *count = n->key_count;
    return n->keys;
}

const struct blocks *node_blocks(const struct node *n)
{
    return store_blocks(n->store);
}

struct store *node_store(const struct node *n)
{
    return n->store;
}

const struct pool *node_pool(const struct node *n)
{
    return n->pool;
}

struct pool *node_pool_changeable(struct node *n)
{
    n->pool_version++;
    return n->pool;
}

const char *node_datadir(const struct node *n)
{
    return n->options.datadir;
}

const struct schedule *node_schedule(const struct node *n)
{
    return &n->schedule;
}

struct block_rules node_rules_after(const struct node *n, const struct header *h,
                                    const struct stored_block *parent)
{
    u256 difficulty = parent != NULL ? parent->total_difficulty : h->difficulty;
    return schedule_rules(&n->schedule, h->number, h->timestamp, &difficulty);
}

const struct stored_block *node_parent(const struct node *n, const struct stored_block *b)
{
    return b->header.number == 0 ? NULL : blocks_by_hash(node_blocks(n), &b->header.parent_hash);
}

const struct config *node_config(const struct node *n)
{
    return &n->config;
}

struct vm *node_vm(struct node *n)
{
    return n->vm;
}

struct block_rules node_rules_of(const struct node *n, const struct header *h)
{
    const struct stored_block *parent =
        h->number == 0 ? NULL : blocks_by_hash(node_blocks(n), &h->parent_hash);
    return node_rules_after(n, h, parent);
}

u256 node_next_base_fee(const struct node *n)
{
    return n->has_base_fee ? n->base_fee : header_base_fee(&blocks_last(node_blocks(n))->header);
}

u64 node_next_excess_blob_gas(const struct node *n)
{
    const struct header *last = &blocks_last(node_blocks(n))->header;
    struct block_rules r = node_rules_of(n, last);
    return header_excess_blob_gas(&r, last);
}

enum fault node_block_hash(void *ctx, u64 number, b256 *out)
{
    struct node *n = ctx;
    bool found = false;
    TRY(store_canonical_hash(n->store, number, out, &found));
    return found ? FAULT_NONE
                 : node_say(n, FAULT_SOURCE, "there is no canonical block %llu",
                            (unsigned long long)number);
}

// ---- tags

static const struct stored_block *pending(struct node *n)
{
    const struct stored_block *head = blocks_last(node_blocks(n));
    if (pool_count(n->pool) == 0) {
        return head;
    }
    bool fresh = n->pending != NULL && n->pending_version == n->pool_version &&
                 b256_equal(&n->pending_parent, &head->header.hash);
    if (!fresh) {
        struct node_answer answer;
        struct stored_block *made = NULL;
        struct node_build b = {.uses_pool = true};
        node_next_attributes(n, &b.attributes);
        enum fault f = node_build(n, &b, &made, &answer);
        if (f != FAULT_NONE || made == NULL) {
            return head;
        }
        blocks_retire(store_blocks(n->store), n->pending); // it may be lent
        n->pending = made;
        n->pending_version = n->pool_version;
        n->pending_parent = made->header.parent_hash;
    }
    return n->pending;
}

static const struct stored_block *marked(const struct node *n, enum store_mark m)
{
    b256 hash;
    return store_marked(n->store, m, &hash) ? blocks_by_hash(node_blocks(n), &hash) : NULL;
}

const struct stored_block *node_block(struct node *n, enum node_tag tag)
{
    switch (tag) {
    case NODE_LATEST:
        return blocks_last(node_blocks(n));
    case NODE_PENDING:
        return pending(n);
    case NODE_EARLIEST:
        return blocks_at(node_blocks(n), 0);
    case NODE_SAFE:
        return marked(n, STORE_SAFE);
    case NODE_FINALIZED:
        return marked(n, STORE_FINALIZED);
    }
    UNREACHABLE();
}

bool node_is_canonical(const struct node *n, const struct stored_block *b)
{
    const struct stored_block *at = blocks_at(node_blocks(n), b->header.number);
    return at != NULL && b256_equal(&at->header.hash, &b->header.hash);
}

static enum fault set_mark(struct node *n, enum store_mark m, const b256 *hash, bool *found)
{
    const struct stored_block *b = blocks_by_hash(node_blocks(n), hash);
    b256 old;
    *found = b != NULL && node_is_canonical(n, b);
    if (!*found || (store_marked(n->store, m, &old) && b256_equal(&old, hash))) {
        return FAULT_NONE;
    }
    struct store_txn *t = NULL;
    TRY(store_begin(n->store, &t));
    enum fault f = store_mark(t, m, hash);
    if (f != FAULT_NONE) {
        store_abort(t);
        return f;
    }
    return store_commit(t);
}

enum fault node_set_safe(struct node *n, const b256 *hash, bool *found)
{
    return set_mark(n, STORE_SAFE, hash, found);
}

enum fault node_set_finalized(struct node *n, const b256 *hash, bool *found)
{
    return set_mark(n, STORE_FINALIZED, hash, found);
}

// ---- events

void node_listen(struct node *n, void *ctx, void (*event)(void *ctx, const struct node_event *e))
{
    CHECK(n->listener_count < NODE_LISTENERS_MAX);
    n->listeners[n->listener_count++] = (struct node_listener){ctx, event};
}

void node_look_on(struct node *n, const struct inspector *i)
{
    n->onlooker = i;
}

void node_tell(struct node *n, enum node_event_kind kind, const struct stored_block *b,
               const b256 *hash)
{
    struct node_event e = {kind, b, hash};
    for (u32 i = 0; i < n->listener_count; i++) {
        n->listeners[i].event(n->listeners[i].ctx, &e);
    }
}
