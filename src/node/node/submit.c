// SPDX-License-Identifier: MIT
// Taking transactions: at once into a block, or into the pool if they must wait for another, for a
// lower base fee, or because blocks are made by the clock.
#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/num/u256.h"
#include "node/node/priv.h"

static bool mines_at_once(const struct node *n)
{
    return n->options.mining == MINING_INSTANT || n->options.mining == MINING_MIXED;
}

// Those of the same sender that waited for the transaction before them.
static enum fault mine_followers(struct node *n, address sender, u64 nonce)
{
    for (;;) {
        struct pooled *t = pool_take(n->pool, &sender, ++nonce);
        if (t == NULL) {
            return FAULT_NONE;
        }
        struct node_answer answer = {.refusal = REFUSAL_NONE};
        enum fault f = node_mine_one(n, t, false, &answer);
        pooled_free(t);
        n->pool_version++;
        if (f != FAULT_NONE || answer.refusal != REFUSAL_NONE) {
            return f; // it has become invalid and is dropped; those behind it wait on
        }
    }
}

static bool may_wait(enum verdict v)
{
    return v == VERDICT_VALID || v == VERDICT_NONCE_TOO_HIGH || v == VERDICT_FEE_BELOW_BASE ||
           v == VERDICT_BLOB_FEE_TOO_LOW;
}

static enum fault put_in_pool(struct node *n, struct pooled **t, struct node_answer *out)
{
    b256 hash = (*t)->hash;
    out->pool = pool_put(n->pool, *t);
    if (out->pool == POOL_TAKEN) {
        *t = NULL;
        n->pool_version++;
        out->refusal = REFUSAL_NONE;
        out->verdict = VERDICT_VALID;
        node_tell(n, NODE_EVENT_PENDING, NULL, &hash);
    } else {
        out->refusal = REFUSAL_POOL;
    }
    return FAULT_NONE;
}

// Whether it would be valid in the next block.
static enum fault check(struct node *n, const struct pooled *t, enum verdict *verdict)
{
    const struct stored_block *head = blocks_last(node_blocks(n));
    struct chain_ancestry ancestry = {n, node_block_hash};
    struct block_attributes a;
    struct header h;
    struct chain_block env;
    struct node_view view;
    node_next_attributes(n, &a);
    u256 difficulty = head->total_difficulty;
    struct block_rules r =
        schedule_rules(&n->schedule, head->header.number + 1, a.timestamp, &difficulty);
    if (r.fork < FORK_PARIS) {
        return node_say(n, FAULT_UNSUPPORTED, "the next block would be sealed by work");
    }
    header_begin(&h, &r, &head->header, &a);
    h.base_fee = node_next_base_fee(n);
    chain_block_init(&env, &n->schedule, &r, &h, &ancestry);
    env.any_sender = node_is_unsigned(&t->t, &t->sender);
    enum fault f = node_view_open(&view, n, head);
    if (f == FAULT_NONE) {
        f = chain_check(n->vm, view.state, &env, &t->t, &t->sender, verdict);
    }
    node_view_close(&view);
    return f;
}

static enum fault take(struct node *n, struct pooled **t, struct node_answer *out)
{
    usize index;
    out->hash = (*t)->hash;
    if (blocks_of_transaction(node_blocks(n), &(*t)->hash, &index) != NULL) {
        out->refusal = REFUSAL_KNOWN;
        return FAULT_NONE;
    }
    if (mines_at_once(n)) {
        TRY(node_mine_one(n, *t, false, out));
        if (out->refusal == REFUSAL_NONE) {
            return mine_followers(n, (*t)->sender, (*t)->t.nonce);
        }
        bool early = out->refusal == REFUSAL_VERDICT && out->verdict == VERDICT_NONCE_TOO_HIGH;
        return early ? put_in_pool(n, t, out) : FAULT_NONE;
    }
    TRY(check(n, *t, &out->verdict));
    if (!may_wait(out->verdict)) {
        out->refusal = REFUSAL_VERDICT;
        return FAULT_NONE;
    }
    return put_in_pool(n, t, out);
}

static enum fault submit(struct node *n, bytes raw, bool has_sidecar, struct node_answer *out)
{
    struct pooled *t = mem_zalloc(sizeof *t);
    enum fault f = FAULT_NONE;
    *out = (struct node_answer){.refusal = REFUSAL_NONE};
    enum verdict v = transaction_decode(&t->t, raw);
    v = v == VERDICT_VALID ? transaction_signer(&t->sender, &t->t, true) : v;
    if (v != VERDICT_VALID) {
        *out = (struct node_answer){.refusal = REFUSAL_VERDICT, .verdict = v};
    } else if (t->t.type == TX_BLOB && !has_sidecar) {
        out->refusal = REFUSAL_SIDECAR;
    } else {
        buf_put(&t->raw, raw.p, raw.n);
        transaction_hash(&t->hash, &t->t);
        f = take(n, &t, out);
    }
    pooled_free(t);
    return f;
}

enum fault node_submit(struct node *n, bytes raw, struct node_answer *out)
{
    return submit(n, raw, false, out);
}

enum fault node_submit_blobs(struct node *n, bytes raw, struct node_answer *out)
{
    return submit(n, raw, true, out);
}

enum fault node_submit_as(struct node *n, const struct transaction *t, const address *from,
                          struct node_answer *out)
{
    struct transaction marked = *t; // shares its arrays
    struct pooled *p = mem_zalloc(sizeof *p);
    b256 r = {{0}};
    *out = (struct node_answer){.refusal = REFUSAL_NONE};
    copy_bytes(r.b + 12, from->b, sizeof from->b);
    marked.r = u256_from_b256(r); // a signature that nobody made, and that tells senders apart
    marked.s = u256_one();
    marked.y_parity = 0;
    transaction_encode(&p->raw, &marked);
    enum verdict v = transaction_decode(&p->t, buf_bytes(&p->raw));
    enum fault f = FAULT_NONE;
    if (v != VERDICT_VALID) {
        *out = (struct node_answer){.refusal = REFUSAL_VERDICT, .verdict = v};
    } else {
        p->sender = *from;
        transaction_hash(&p->hash, &p->t);
        f = take(n, &p, out);
    }
    pooled_free(p);
    return f;
}

// ---- blocks that come and go

void node_pool_settle(struct node *n, const struct stored_block *b)
{
    for (usize i = 0; i < b->count; i++) {
        struct transaction t = {.nonce = 0};
        if (pool_count(n->pool) > 0 &&
            transaction_decode(&t, b->transactions[i].raw) == VERDICT_VALID) {
            pool_drop_below(n->pool, &b->transactions[i].sender, t.nonce + 1);
            n->pool_version++;
        }
        transaction_fini(&t);
    }
}

void node_pool_return(struct node *n, const struct stored_block *b)
{
    for (usize i = 0; i < b->count; i++) {
        struct pooled *p = mem_zalloc(sizeof *p);
        buf_put(&p->raw, b->transactions[i].raw.p, b->transactions[i].raw.n);
        p->sender = b->transactions[i].sender;
        p->hash = b->transactions[i].hash;
        bool taken = transaction_decode(&p->t, buf_bytes(&p->raw)) == VERDICT_VALID &&
                     pool_put(n->pool, p) == POOL_TAKEN;
        if (!taken) {
            pooled_free(p);
        }
        n->pool_version++;
    }
}
