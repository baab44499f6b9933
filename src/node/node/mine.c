// SPDX-License-Identifier: MIT
// Making blocks. A block is made in a transaction of the store, on the state at hand; only a
// finished block is committed, so whatever goes wrong before leaves the chain as it was.
#include "core/chain/build.h"
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/num/u256.h"
#include "node/node/priv.h"

#define GAS_LEAST 21000u // of any transaction

static const u8 EXTRA[] = {'h', 'y', 'b', 'r', 'i', 'd'};

void node_next_attributes(const struct node *n, struct block_attributes *a)
{
    const struct header *last = &blocks_last(node_blocks(n))->header;
    u64 now = n->options.clock() + n->time_offset;
    *a = (struct block_attributes){
        .timestamp = now > last->timestamp ? now : last->timestamp + 1,
        .gas_limit = n->has_gas_limit ? n->gas_limit : last->gas_limit,
        .coinbase = n->coinbase,
        .extra = {EXTRA, sizeof EXTRA},
        .prev_randao = n->randao,
    };
    if (n->has_extra) {
        a->extra = (bytes){n->extra, n->extra_size};
    }
    if (n->time_step > 0) {
        a->timestamp = last->timestamp + n->time_step;
    }
    if (n->next_time > last->timestamp) {
        a->timestamp = n->next_time;
    }
    if (!n->has_randao) { // differs in each block, and is the same again
        keccak256(&a->prev_randao, last->hash.b, sizeof last->hash.b);
    }
}

bool node_is_unsigned(const struct transaction *t, const address *sender)
{
    b256 r = {{0}};
    copy_bytes(r.b + 12, sender->b, sizeof sender->b);
    return u256_eq(t->r, u256_from_b256(r)) && u256_eq(t->s, u256_one());
}

struct making { // a block under way
    struct node *n;
    struct node_move *m;
    const struct stored_block *parent;
    struct block_rules rules;
    struct chain_ancestry ancestry;
    struct block_context context;
    struct state_source source;
    struct block_builder *builder;
    struct stored_block *block;
    bool is_watched; // the node's onlooker sees its transactions
};

static enum fault begin(struct making *k, const struct block_attributes *a)
{
    struct node *n = k->n;
    struct header *h = &k->block->header;
    u256 difficulty = k->parent->total_difficulty;
    k->rules =
        schedule_rules(&n->schedule, k->parent->header.number + 1, a->timestamp, &difficulty);
    if (k->rules.fork < FORK_PARIS) {
        return node_say(n, FAULT_UNSUPPORTED,
                        "block %llu would be sealed by work, which is not done here: import it",
                        (unsigned long long)k->parent->header.number + 1);
    }
    header_begin(h, &k->rules, &k->parent->header, a);
    if (n->has_base_fee) {
        h->base_fee = n->base_fee;
    }
    k->block->total_difficulty = difficulty;
    k->ancestry = (struct chain_ancestry){n, node_block_hash};
    k->source = store_txn_source(k->m->txn);
    k->context = (struct block_context){
        .vm = n->vm,
        .state = state_new(&k->source),
        .commitment = n->commitment,
        .schedule = &n->schedule,
        .rules = &k->rules,
        .ancestry = &k->ancestry,
    };
    struct state_dirty_visitor also = store_changes_visitor(k->m->txn, k->context.state);
    commitment_watch(n->commitment, &also);
    store_begin_changes(k->m->txn, h->number, 0);
    k->builder = block_builder_new(&k->context, h, a->withdrawals);
    return FAULT_NONE;
}

static void fini(struct making *k)
{
    block_builder_free(k->builder);
    state_free(k->context.state);
    stored_block_free(k->block);
}

static enum fault add(struct making *k, const struct pooled *t, enum verdict *verdict)
{
    struct chain_receipt receipt;
    bool is_unsigned = node_is_unsigned(&t->t, &t->sender);
    block_builder_allow_any_sender(k->builder, is_unsigned);
    vm_set_inspector(k->n->vm, k->is_watched ? k->n->onlooker : NULL);
    enum fault f =
        block_builder_add(k->builder, &t->t, &t->sender, buf_bytes(&t->raw), verdict, &receipt);
    vm_set_inspector(k->n->vm, NULL);
    TRY(f);
    if (*verdict != VERDICT_VALID) {
        return FAULT_NONE;
    }
    struct stored_transaction kept = {
        .hash = t->hash,
        .sender = t->sender,
        .succeeded = receipt.status == EVM_SUCCESS,
        .was_impersonated = is_unsigned,
        .gas_used = receipt.gas_used,
        .has_created = receipt.has_created,
        .created = receipt.created,
    };
    stored_block_add(k->block, &kept, k->context.state);
    return FAULT_NONE;
}

static u64 nonce_of(void *ctx, const address *a)
{
    const struct making *k = ctx;
    return account_nonce(state_account(k->context.state, a));
}

// Fills the block with what waits, the best payers first, each sender's in order of nonces.
static enum fault add_waiting(struct making *k)
{
    const struct pooled *t;
    enum fault f = FAULT_NONE;
    const u256 *base_fee = &k->block->header.base_fee;
    struct pool_order *order = pool_order_new(k->n->pool, base_fee, k, nonce_of);
    while (f == FAULT_NONE && (t = pool_order_next(order)) != NULL) {
        enum verdict v = VERDICT_VALID;
        u64 left = k->block->header.gas_limit - block_builder_gas_used(k->builder);
        if (left < GAS_LEAST) {
            break;
        }
        if (t->t.gas_limit > left) {
            pool_order_skip(order);
            continue;
        }
        f = add(k, t, &v);
        if (v != VERDICT_VALID) {
            pool_order_skip(order); // later ones of its sender need it
        }
    }
    pool_order_free(order);
    return f;
}

static enum fault add_forced(struct making *k, const struct node_build *b, struct node_answer *out)
{
    for (usize i = 0; i < b->forced_count && out->refusal == REFUSAL_NONE; i++) {
        struct pooled t = {.hash = {{0}}};
        enum verdict v = transaction_decode(&t.t, b->forced[i]);
        v = v == VERDICT_VALID ? transaction_signer(&t.sender, &t.t, true) : v;
        enum fault f = FAULT_NONE;
        if (v == VERDICT_VALID) {
            buf_put(&t.raw, b->forced[i].p, b->forced[i].n);
            transaction_hash(&t.hash, &t.t);
            out->hash = t.hash;
            f = add(k, &t, &v);
        }
        transaction_fini(&t.t);
        buf_fini(&t.raw);
        TRY(f);
        if (v != VERDICT_VALID) {
            out->refusal = REFUSAL_VERDICT;
            out->verdict = v;
        }
    }
    return FAULT_NONE;
}

static enum fault finish(struct making *k, struct node_answer *out)
{
    struct stored_block *b = k->block;
    TRY(block_builder_finish(k->builder, &b->header, &b->wire, &out->block));
    TRY(commitment_fault(k->n->commitment));
    if (out->block != BLOCK_VALID) {
        out->refusal = REFUSAL_BLOCK;
        return FAULT_NONE;
    }
    b->has_receipts = true;
    CHECK(stored_block_settle(b));
    return store_end_changes(k->m->txn, &b->header.hash, &b->header.state_root);
}

// One that must be in the block, or NULL; then what waits.
static enum fault make(struct making *k, const struct pooled *first, const struct node_build *b,
                       struct node_answer *out)
{
    TRY(block_builder_begin(k->builder));
    if (first != NULL) {
        TRY(add(k, first, &out->verdict));
        if (out->verdict != VERDICT_VALID) {
            out->refusal = REFUSAL_VERDICT;
            return FAULT_NONE;
        }
    }
    TRY(add_forced(k, b, out));
    if (out->refusal != REFUSAL_NONE) {
        return FAULT_NONE;
    }
    if (b->uses_pool) {
        TRY(add_waiting(k));
    }
    return finish(k, out);
}

enum fault node_mine_one(struct node *n, const struct pooled *t, bool uses_pool,
                         struct node_answer *out)
{
    struct node_move m;
    struct node_build b = {.uses_pool = uses_pool};
    TRY(node_move_begin(&m, n));
    struct making k = {.is_watched = true,
                       .n = n,
                       .m = &m,
                       .parent = blocks_last(node_blocks(n)),
                       .block = stored_block_new()};
    node_next_attributes(n, &b.attributes);
    enum fault f = begin(&k, &b.attributes);
    f = f == FAULT_NONE ? make(&k, t, &b, out) : f;
    if (f == FAULT_NONE && out->refusal == REFUSAL_NONE) {
        struct stored_block *made = k.block;
        k.block = NULL;
        f = node_move_add(&m, made);
        fini(&k);
        if (f != FAULT_NONE) {
            node_move_abort(&m);
            return f;
        }
        if (n->next_time != 0 && b.attributes.timestamp == n->next_time) {
            node_set_time(n, n->next_time); // the clock goes on from there
        }
        n->next_time = 0;
        n->has_base_fee = n->has_randao = false;
        return node_move_commit(&m);
    }
    fini(&k);
    node_move_abort(&m);
    return f;
}

enum fault node_mine(struct node *n)
{
    struct node_answer answer = {.refusal = REFUSAL_NONE};
    TRY(node_mine_one(n, NULL, true, &answer));
    return answer.refusal == REFUSAL_NONE
               ? FAULT_NONE
               : node_say(n, FAULT_UNSUPPORTED, "no valid block can be made: %s",
                          block_verdict_text(answer.block));
}

enum fault node_mine_many(struct node *n, u64 count, u64 interval)
{
    for (u64 i = 0; i < count; i++) {
        if (i > 0 && interval > 0) {
            n->next_time = blocks_last(node_blocks(n))->header.timestamp + interval;
        }
        TRY(node_mine(n));
        node_trim(n);
    }
    return FAULT_NONE;
}

enum fault node_build(struct node *n, const struct node_build *b, struct stored_block **out,
                      struct node_answer *answer)
{
    struct node_move m;
    struct node_imported moved;
    const struct stored_block *parent = b->parent != NULL ? b->parent : blocks_last(node_blocks(n));
    *answer = (struct node_answer){.refusal = REFUSAL_NONE};
    *out = NULL;
    TRY(node_move_begin(&m, n));
    enum fault f = node_move_to(&m, parent, &moved);
    if (f != FAULT_NONE || moved.block != BLOCK_VALID) {
        answer->refusal = REFUSAL_BLOCK;
        answer->block = moved.block;
        node_move_abort(&m);
        return f;
    }
    struct making k = {.n = n, .m = &m, .parent = parent, .block = stored_block_new()};
    f = begin(&k, &b->attributes);
    f = f == FAULT_NONE ? make(&k, NULL, b, answer) : f;
    if (f == FAULT_NONE && answer->refusal == REFUSAL_NONE) {
        *out = k.block;
        k.block = NULL;
        for (u32 i = 0; b->requests != NULL && i < NODE_REQUEST_TYPES; i++) {
            bytes data = block_builder_requests(k.builder, i);
            buf_put(&b->requests[i], data.p, data.n);
        }
    }
    fini(&k);
    node_move_abort(&m);
    return f;
}
