// SPDX-License-Identifier: MIT
// Import, branches, reorganisation. Whatever moves the canonical chain happens in one transaction
// of the store: blocks are taken back by their reverse changes, those of the other branch are
// executed again, and only when all of it was valid is it committed and told.
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"
#include "lib/num/u256.h"
#include "node/node/priv.h"

#define UNCLE_DEPTH 6u // yellow paper, 11.1
#define UNCLES_MAX 2u

// ---- moves

enum fault node_move_begin(struct node_move *m, struct node *n)
{
    *m = (struct node_move){.n = n};
    buf_clear(&n->why);
    return store_begin(n->store, &m->txn);
}

static void fini(struct node_move *m)
{
    for (usize i = 0; i < m->removed_count; i++) {
        stored_block_free(m->removed[i]);
    }
    for (usize i = 0; i < m->added_count; i++) {
        stored_block_free(m->added[i]);
    }
    mem_free(m->removed);
    mem_free(m->added);
}

void node_move_abort(struct node_move *m)
{
    store_abort(m->txn);
    fini(m);
    node_reset_tries(m->n);
}

static void tell_move(struct node_move *m)
{
    struct node *n = m->n;
    for (usize i = 0; i < m->removed_count; i++) {
        node_pool_return(n, m->removed[i]);
    }
    for (usize i = 0; i < m->added_count; i++) {
        node_pool_settle(n, m->added[i]);
    }
    for (usize i = 0; i < m->removed_count; i++) {
        node_tell(n, NODE_EVENT_REMOVED, m->removed[i], &m->removed[i]->header.hash);
    }
    for (usize i = 0; i < m->added_count; i++) {
        node_tell(n, NODE_EVENT_BLOCK, m->added[i], &m->added[i]->header.hash);
    }
    if (m->removed_count + m->added_count > 0) {
        const struct stored_block *head = blocks_last(node_blocks(n));
        node_tell(n, NODE_EVENT_HEAD, head, &head->header.hash);
    }
}

enum fault node_move_commit(struct node_move *m)
{
    enum fault f = commitment_flush(m->n->commitment);
    f = f == FAULT_NONE ? store_prune(m->txn) : f;
    if (f != FAULT_NONE) {
        node_move_abort(m);
        return f;
    }
    f = store_commit(m->txn);
    if (f == FAULT_NONE) {
        tell_move(m);
    } else {
        node_reset_tries(m->n);
    }
    fini(m);
    return f;
}

static void push(struct stored_block ***list, usize *count, usize *cap, struct stored_block *b)
{
    if (*count == *cap) {
        *cap = *cap == 0 ? 4 : *cap * 2;
        *list = mem_realloc(*list, *cap * sizeof **list);
    }
    (*list)[(*count)++] = b;
}

enum fault node_move_add(struct node_move *m, struct stored_block *b)
{
    push(&m->added, &m->added_count, &m->added_cap, b);
    TRY(store_put_block(m->txn, b));
    return store_set_canonical(m->txn, b);
}

// ---- back

static enum fault undo_block(struct node_move *m)
{
    struct store_point at = store_txn_point(m->txn);
    struct stored_block *b = NULL;
    TRY(store_load(m->n->store, at.number, &at.hash, &b));
    if (b == NULL) {
        return node_say(m->n, FAULT_BAD_INPUT, "block %llu is missing",
                        (unsigned long long)at.number);
    }
    push(&m->removed, &m->removed_count, &m->removed_cap, b);
    TRY(store_undo(m->txn, m->n->commitment));
    TRY(store_unset_canonical(m->txn, b));
    at = store_txn_point(m->txn);
    at.hash = b->header.parent_hash;
    store_set_point(m->txn, &at);
    return FAULT_NONE;
}

enum fault node_move_back(struct node_move *m, const struct store_point *to)
{
    for (;;) {
        struct store_point at = store_txn_point(m->txn);
        if (at.number == to->number && at.sequence <= to->sequence) {
            return FAULT_NONE;
        }
        CHECK(at.number >= to->number);
        enum fault f = at.sequence > 0 ? store_undo(m->txn, m->n->commitment) : undo_block(m);
        if (f == FAULT_UNSUPPORTED) {
            return node_say(m->n, f, "the states before block %llu are not kept (--history)",
                            (unsigned long long)at.number);
        }
        TRY(f);
    }
}

// ---- forward

struct execution { // of a given block, watched for its receipts
    struct node *n;
    struct stored_block *b;
    const struct stored_transaction *known; // senders from an earlier execution; NULL: none
    usize known_count;
    struct state *state;
};

static bool before_transaction(void *ctx, u64 index, const struct transaction *t, address *sender)
{
    const struct execution *e = ctx;
    (void)t;
    if (index >= e->known_count || !e->known[index].was_impersonated) {
        return false;
    }
    *sender = e->known[index].sender;
    return true;
}

static bool after_transaction(void *ctx, u64 index, const struct transaction *t,
                              const address *sender, const struct chain_receipt *r)
{
    struct execution *e = ctx;
    (void)t;
    struct stored_transaction kept = {
        .sender = *sender,
        .succeeded = r->status == EVM_SUCCESS,
        .was_impersonated = index < e->known_count && e->known[index].was_impersonated,
        .gas_used = r->gas_used,
        .has_created = r->has_created,
        .created = r->created,
        .pre_byzantium_root = r->root,
        .has_root = r->has_root,
    };
    stored_block_add(e->b, &kept, e->state);
    return true;
}

static enum fault execute(struct node_move *m, struct execution *e, const struct block_rules *r,
                          enum block_verdict *verdict, struct block_result *result)
{
    struct node *n = m->n;
    struct block decoded;
    struct chain_ancestry ancestry = {n, node_block_hash};
    struct block_watch watch = {e, before_transaction, after_transaction};
    struct state_dirty_visitor also = store_changes_visitor(m->txn, e->state);
    CHECK(block_decode(&decoded, buf_bytes(&e->b->wire)));
    struct block_context c = {
        .vm = n->vm,
        .state = e->state,
        .commitment = n->commitment,
        .schedule = &n->schedule,
        .rules = r,
        .ancestry = &ancestry,
        .watch = &watch,
    };
    commitment_watch(n->commitment, &also);
    store_begin_changes(m->txn, e->b->header.number, 0);
    TRY(block_execute(&c, &decoded, verdict, result));
    TRY(commitment_fault(n->commitment));
    return FAULT_NONE;
}

// Executes a block on the head at hand, which is its parent, and makes it the head at hand. `b` is
// owned from here on.
static enum fault advance(struct node_move *m, struct stored_block *b,
                          const struct stored_block *parent, struct node_imported *out)
{
    struct block_rules r = node_rules_after(m->n, &b->header, parent);
    struct state_source source = store_txn_source(m->txn);
    struct block_result result = {.gas_used = 0};
    struct execution e = {
        .n = m->n,
        .b = b,
        .known = b->transactions,
        .known_count = b->count,
        .state = state_new(&source),
    };
    b->transactions = NULL; // told anew by the execution
    b->count = b->cap = b->log_count = 0;
    buf_clear(&b->log_data);
    out->block = BLOCK_VALID;
    enum fault f = execute(m, &e, &r, &out->block, &result);
    state_free(e.state);
    mem_free((void *)(uintptr_t)e.known);
    if (f == FAULT_NONE && out->block == BLOCK_VALID) {
        b->has_receipts = true;
        CHECK(stored_block_settle(b));
        f = store_end_changes(m->txn, &b->header.hash, &b->header.state_root);
        f = f == FAULT_NONE ? commitment_flush(m->n->commitment) : f;
        if (f == FAULT_NONE) {
            return node_move_add(m, b);
        }
    }
    out->transaction = result.transaction_verdict;
    out->transaction_index = result.transaction_index;
    stored_block_free(b);
    return f;
}

static bool is_canonical_at_hand(struct node *n, const struct stored_block *b, enum fault *f)
{
    b256 hash;
    bool found = false;
    *f = store_canonical_hash(n->store, b->header.number, &hash, &found);
    return *f == FAULT_NONE && found && b256_equal(&hash, &b->header.hash);
}

enum fault node_move_to(struct node_move *m, const struct stored_block *target,
                        struct node_imported *out)
{
    struct node *n = m->n;
    struct buf branch = {0}; // pointers to lent blocks, the target first
    const struct stored_block *b = target;
    enum fault f = FAULT_NONE;
    while (b != NULL && !is_canonical_at_hand(n, b, &f) && f == FAULT_NONE) {
        buf_put(&branch, &b, sizeof b);
        b = node_parent(n, b);
    }
    if (f == FAULT_NONE && b == NULL) {
        f = node_say(n, FAULT_BAD_INPUT, "a block of the branch is missing");
    }
    if (f == FAULT_NONE) {
        struct store_point to = {.number = b->header.number, .sequence = ~(u32)0};
        f = node_move_back(m, &to);
    }
    out->block = BLOCK_VALID;
    const struct stored_block *parent = b;
    for (usize i = branch.n / sizeof b; f == FAULT_NONE && out->block == BLOCK_VALID && i > 0;
         i--) {
        struct stored_block *copy = NULL;
        const struct stored_block *next = ((const struct stored_block **)(void *)branch.p)[i - 1];
        f = store_load(n->store, next->header.number, &next->header.hash, &copy);
        if (f == FAULT_NONE) {
            CHECK(copy != NULL);
            f = advance(m, copy, parent, out);
            parent = next;
        }
    }
    buf_fini(&branch);
    return f;
}

// ---- uncles (yellow paper, 11.1)

static bool is_ancestor(const struct node *n, const struct stored_block *from, const b256 *hash)
{
    for (u32 i = 0; from != NULL && i < UNCLE_DEPTH + 2; i++, from = node_parent(n, from)) {
        if (b256_equal(&from->header.hash, hash)) {
            return true;
        }
    }
    return false;
}

static bool was_included(const struct node *n, const struct stored_block *from, const b256 *hash)
{
    for (u32 i = 0; from != NULL && i <= UNCLE_DEPTH; i++, from = node_parent(n, from)) {
        struct block b;
        struct header uncle;
        CHECK(block_decode(&b, buf_bytes(&from->wire)));
        while (b.uncles.n > 0 && header_decode(&uncle, &b.uncles)) {
            if (b256_equal(&uncle.hash, hash)) {
                return true;
            }
        }
    }
    return false;
}

static enum block_verdict check_uncle(const struct node *n, const struct header *uncle,
                                      const struct header *h, const struct stored_block *parent)
{
    const struct stored_block *base = blocks_by_hash(node_blocks(n), &uncle->parent_hash);
    u64 age = h->number - uncle->number;
    bool placed = base != NULL && base != parent && age >= 1 && age <= UNCLE_DEPTH &&
                  is_ancestor(n, parent, &uncle->parent_hash) &&
                  !is_ancestor(n, parent, &uncle->hash) && !was_included(n, parent, &uncle->hash);
    if (!placed) {
        return BLOCK_UNCLES;
    }
    struct block_rules r = node_rules_after(n, uncle, base);
    return header_check(&r, uncle, &base->header);
}

static enum block_verdict check_uncles(const struct node *n, const struct block *b,
                                       const struct stored_block *parent)
{
    bytes rest = b->uncles;
    b256 seen = {{0}};
    for (u32 i = 0; rest.n > 0; i++) {
        struct header uncle;
        if (!header_decode(&uncle, &rest)) {
            return BLOCK_RLP;
        }
        if (i == UNCLES_MAX || (i > 0 && b256_equal(&seen, &uncle.hash))) {
            return BLOCK_UNCLES;
        }
        seen = uncle.hash;
        enum block_verdict v = check_uncle(n, &uncle, &b->header, parent);
        if (v != BLOCK_VALID) {
            return v;
        }
    }
    return BLOCK_VALID;
}

// ---- import

static enum block_verdict check_block(const struct node *n, const struct block *b,
                                      const struct stored_block *parent)
{
    struct block_rules r = node_rules_after(n, &b->header, parent);
    enum block_verdict v = header_check(&r, &b->header, &parent->header);
    v = v == BLOCK_VALID ? block_check_body(&r, b) : v;
    return v == BLOCK_VALID ? check_uncles(n, b, parent) : v;
}

static struct stored_block *fresh_block(const struct block *b, bytes wire,
                                        const struct stored_block *parent)
{
    struct stored_block *fresh = stored_block_new();
    fresh->header = b->header;
    fresh->total_difficulty = u256_add(parent->total_difficulty, b->header.difficulty);
    buf_put(&fresh->wire, wire.p, wire.n);
    return fresh;
}

// Keeps a valid block of a branch that is not canonical.
static enum fault keep_aside(struct node *n, const struct block *b, bytes wire,
                             const struct stored_block *parent)
{
    struct store_txn *t = NULL;
    TRY(store_begin(n->store, &t));
    struct stored_block *fresh = fresh_block(b, wire, parent);
    enum fault f = store_put_block(t, fresh);
    stored_block_free(fresh);
    if (f != FAULT_NONE) {
        store_abort(t);
        return f;
    }
    return store_commit(t);
}

static enum fault import_on(struct node *n, const struct block *b, bytes wire,
                            const struct stored_block *parent, bool becomes_head,
                            struct node_imported *out)
{
    struct node_move m;
    TRY(node_move_begin(&m, n));
    enum fault f = node_move_to(&m, parent, out);
    if (f == FAULT_NONE && out->block == BLOCK_VALID) {
        f = advance(&m, fresh_block(b, wire, parent), parent, out);
    }
    if (f != FAULT_NONE || out->block != BLOCK_VALID || !becomes_head) {
        node_move_abort(&m);
        bool valid = f == FAULT_NONE && out->block == BLOCK_VALID;
        return valid ? keep_aside(n, b, wire, parent) : f;
    }
    return node_move_commit(&m);
}

// Since Paris whoever imports decides; before, the greater total difficulty.
static bool wants_head(const struct node *n, const struct block *b,
                       const struct stored_block *parent, bool becomes_head)
{
    u256 total = u256_add(parent->total_difficulty, b->header.difficulty);
    bool mined = !u256_is_zero(b->header.difficulty);
    return becomes_head &&
           (!mined || u256_gt(total, blocks_last(node_blocks(n))->total_difficulty));
}

enum fault node_import(struct node *n, bytes wire, bool becomes_head, struct node_imported *out)
{
    struct block b;
    *out = (struct node_imported){.status = IMPORT_INVALID, .block = BLOCK_RLP};
    if (!block_decode(&b, wire)) {
        return FAULT_NONE;
    }
    out->hash = b.header.hash;
    const struct stored_block *known = blocks_by_hash(node_blocks(n), &b.header.hash);
    if (known != NULL) {
        *out = (struct node_imported){
            .status = IMPORT_VALID, .was_known = true, .hash = b.header.hash};
        bool found = false;
        bool moves = becomes_head && !node_is_canonical(n, known);
        return moves ? node_set_head(n, &b.header.hash, &found, out) : FAULT_NONE;
    }
    const struct stored_block *parent = blocks_by_hash(node_blocks(n), &b.header.parent_hash);
    if (parent == NULL) {
        out->status = IMPORT_ORPHAN;
        out->block = BLOCK_PARENT_UNKNOWN;
        return store_take_fault(n->store);
    }
    out->latest_valid = parent->header.hash;
    out->block = check_block(n, &b, parent);
    if (out->block != BLOCK_VALID) {
        return FAULT_NONE;
    }
    bool heads = wants_head(n, &b, parent, becomes_head);
    TRY(import_on(n, &b, wire, parent, heads, out));
    out->status = out->block == BLOCK_VALID ? IMPORT_VALID : IMPORT_INVALID;
    return FAULT_NONE;
}

enum fault node_set_head(struct node *n, const b256 *hash, bool *found, struct node_imported *out)
{
    const struct stored_block *target = blocks_by_hash(node_blocks(n), hash);
    *out = (struct node_imported){.status = IMPORT_VALID, .was_known = true, .hash = *hash};
    *found = target != NULL;
    if (target == NULL || target == blocks_last(node_blocks(n))) {
        return store_take_fault(n->store);
    }
    struct node_move m;
    out->latest_valid = target->header.parent_hash;
    TRY(node_move_begin(&m, n));
    enum fault f = node_move_to(&m, target, out);
    if (f != FAULT_NONE || out->block != BLOCK_VALID) {
        node_move_abort(&m);
        out->status = IMPORT_INVALID;
        return f;
    }
    return node_move_commit(&m);
}
