// SPDX-License-Identifier: MIT
// Import, branches, reorganisation. Whatever moves the canonical chain happens in one transaction
// of the store: blocks are taken back by their reverse changes, those of the other branch are
// executed again, and only when all of it was valid is it committed and told.
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"
#include "lib/num/u256.h"
#include "node/node/priv.h"

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
    n->executed++;
    TRY(block_execute(&c, &decoded, verdict, result));
    TRY(commitment_fault(n->commitment));
    return FAULT_NONE;
}

// Executes a block on the head at hand and brings the state at hand to that after it.
static enum fault run_block(struct node_move *m, struct stored_block *b,
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
    out->transaction = result.transaction_verdict;
    out->transaction_index = result.transaction_index;
    if (f != FAULT_NONE || out->block != BLOCK_VALID) {
        return f;
    }
    b->has_receipts = true;
    CHECK(stored_block_settle(b));
    TRY(store_end_changes(m->txn, &b->header.hash, &b->header.state_root));
    return commitment_flush(m->n->commitment);
}

// The same with a result to be kept. What the tries have in memory goes to the store first, so that
// the writes behind it are the block's own.
static enum fault run_and_keep(struct node_move *m, struct stored_block *b,
                               const struct stored_block *parent, struct node_imported *out)
{
    struct buf writes = {0};
    struct store_point before = store_txn_point(m->txn);
    TRY(commitment_flush(m->n->commitment));
    store_log_writes(m->txn, &writes);
    enum fault f = run_block(m, b, parent, out);
    store_log_writes(m->txn, NULL);
    if (f == FAULT_NONE && out->block == BLOCK_VALID) {
        struct store_point after = store_txn_point(m->txn);
        node_results_put(m->n->results, &before, &after, &writes);
    }
    buf_fini(&writes);
    return f;
}

enum fault node_move_on(struct node_move *m, struct stored_block *b,
                        const struct stored_block *parent, bool keeps, struct node_imported *out)
{
    enum fault f = keeps ? run_and_keep(m, b, parent, out) : run_block(m, b, parent, out);
    if (f == FAULT_NONE && out->block == BLOCK_VALID) {
        return node_move_add(m, b);
    }
    stored_block_free(b);
    return f;
}

// A block whose result is kept, without executing it. `b` is owned from here on.
static enum fault move_by_result(struct node_move *m, struct stored_block *b,
                                 const struct node_result *r)
{
    struct node *n = m->n;
    push(&m->added, &m->added_count, &m->added_cap, b);
    TRY(commitment_flush(n->commitment)); // of what was taken back
    TRY(store_apply(m->txn, buf_bytes(&r->writes), &r->after));
    struct commitment *tries = node_results_take_tries(n->results, &b->header.hash);
    commitment_free(n->commitment);
    n->commitment = tries != NULL ? tries : commitment_open(store_tries(n->store), &r->after.root);
    return store_set_canonical(m->txn, b);
}

// The next block of a branch that is kept, on the head at hand.
static enum fault move_over(struct node_move *m, const struct stored_block *next,
                            const struct stored_block *parent, struct node_imported *out)
{
    struct stored_block *b = NULL;
    TRY(store_load(m->n->store, next->header.number, &next->header.hash, &b));
    CHECK(b != NULL);
    struct store_point at = store_txn_point(m->txn);
    const struct node_result *r = node_results_find(m->n->results, &b->header.hash, &at);
    return r != NULL && b->has_receipts ? move_by_result(m, b, r)
                                        : node_move_on(m, b, parent, true, out);
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
        const struct stored_block *next = ((const struct stored_block **)(void *)branch.p)[i - 1];
        f = move_over(m, next, parent, out);
        parent = next;
    }
    buf_fini(&branch);
    return f;
}
