// SPDX-License-Identifier: MIT
// Taking transactions and making blocks of them. A block is made on a state of its own that reads
// the last one; only a finished block is kept, so whatever goes wrong before leaves the chain as it
// was.
#include "core/chain/build.h"
#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/num/u256.h"
#include "node/node/priv.h"

static const u8 EXTRA[] = {'h', 'y', 'b', 'r', 'i', 'd'};

static void choose_attributes(const struct node *n, struct block_attributes *a)
{
    const struct header *last = &blocks_last(n->blocks)->header;
    u64 now = n->clock() + n->time_offset;
    *a = (struct block_attributes){
        .timestamp = now > last->timestamp ? now : last->timestamp + 1,
        .gas_limit = last->gas_limit,
        .extra = {EXTRA, sizeof EXTRA},
    };
    if (n->next_time > last->timestamp) {
        a->timestamp = n->next_time;
    }
    keccak256(&a->prev_randao, last->hash.b,
              sizeof last->hash.b); // differs in each block, and is the same again
}

struct making { // a block under way
    struct node *n;
    struct node_view view;
    struct block_rules rules;
    struct chain_ancestry ancestry;
    struct block_context context;
    struct block_builder *builder;
    struct stored_block *block;
    usize taken; // changes of the state that the world has
};

static void begin(struct making *m, struct node *n)
{
    struct block_attributes a;
    const struct stored_block *last = blocks_last(n->blocks);
    choose_attributes(n, &a);
    *m = (struct making){.n = n, .ancestry = {n, node_block_hash}, .block = stored_block_new()};
    struct header *h = &m->block->header;
    u256 difficulty = u256_zero();
    m->rules = schedule_rules(&n->schedule, last->header.number + 1, a.timestamp, &difficulty);
    header_begin(h, &m->rules, &last->header, &a);
    node_view_open(&m->view, n, last);
    m->context = (struct block_context){
        .vm = n->vm,
        .state = m->view.state,
        .commitment = n->commitment,
        .schedule = &n->schedule,
        .rules = &m->rules,
        .ancestry = &m->ancestry,
    };
    m->builder = block_builder_new(&m->context, h, BYTES_NONE);
}

static enum fault add(struct making *m, const struct pooled *t, enum verdict *verdict)
{
    struct chain_receipt receipt;
    bytes raw = buf_bytes(&t->raw);
    TRY(block_builder_add(m->builder, &t->t, &t->sender, raw, verdict, &receipt));
    if (*verdict != VERDICT_VALID) {
        return FAULT_NONE;
    }
    struct stored_transaction kept = {
        .hash = t->hash,
        .sender = t->sender,
        .succeeded = receipt.status == EVM_SUCCESS,
        .gas_used = receipt.gas_used,
        .has_created = receipt.has_created,
        .created = receipt.created,
    };
    stored_block_add(m->block, &kept, m->view.state);
    world_take(m->n->world, m->view.state, &m->taken);
    return FAULT_NONE;
}

// With `t` NULL a block without transactions.
static enum fault make(struct making *m, const struct pooled *t, struct node_answer *out)
{
    TRY(block_builder_begin(m->builder));
    world_take(m->n->world, m->view.state, &m->taken);
    if (t != NULL) {
        TRY(add(m, t, &out->verdict));
        if (out->verdict != VERDICT_VALID) {
            out->refusal = REFUSAL_VERDICT;
            return FAULT_NONE;
        }
    }
    TRY(block_builder_finish(m->builder, &m->block->header, &m->block->wire, &out->block));
    if (out->block != BLOCK_VALID) {
        out->refusal = REFUSAL_BLOCK;
        return FAULT_NONE;
    }
    world_take(m->n->world, m->view.state, &m->taken);
    return FAULT_NONE;
}

static enum fault mine(struct node *n, const struct pooled *t, struct node_answer *out)
{
    struct making m;
    u64 stamp = world_stamp(n->world);
    begin(&m, n);
    enum fault f = make(&m, t, out);
    if (f == FAULT_NONE && out->refusal == REFUSAL_NONE) {
        m.block->stamp = world_stamp(n->world);
        blocks_add(n->blocks, m.block);
        n->next_time = 0;
    } else {
        world_rewind(n->world, stamp);
        stored_block_free(m.block);
    }
    block_builder_free(m.builder);
    node_view_close(&m.view);
    return f;
}

enum fault node_mine(struct node *n)
{
    struct node_answer answer = {.refusal = REFUSAL_NONE};
    TRY(mine(n, NULL, &answer));
    return answer.refusal == REFUSAL_NONE ? FAULT_NONE : FAULT_UNSUPPORTED;
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
        enum fault f = mine(n, t, &answer);
        pooled_free(t);
        if (f != FAULT_NONE || answer.refusal != REFUSAL_NONE) {
            return f; // it has become invalid and is dropped; those behind it wait on
        }
    }
}

static void read_transaction(const struct node *n, struct pooled *t, bytes raw,
                             struct node_answer *out)
{
    enum verdict v = transaction_decode(&t->t, raw);
    if (v == VERDICT_VALID) {
        v = transaction_signer(&t->sender, &t->t, true);
    }
    if (v != VERDICT_VALID) {
        *out = (struct node_answer){.refusal = REFUSAL_VERDICT, .verdict = v};
        return;
    }
    usize index;
    buf_put(&t->raw, raw.p, raw.n);
    transaction_hash(&t->hash, &t->t);
    out->hash = t->hash;
    if (t->t.type == TX_BLOB) {
        out->refusal = REFUSAL_SIDECAR;
    } else if (blocks_of_transaction(n->blocks, &t->hash, &index) != NULL) {
        out->refusal = REFUSAL_KNOWN;
    }
}

// What the pool can see of a transaction without its turn having come.
static void wait_in_pool(struct node *n, struct pooled **t, struct node_answer *out)
{
    out->pool = pool_put(n->pool, *t);
    if (out->pool == POOL_TAKEN) {
        *t = NULL;
        out->refusal = REFUSAL_NONE;
        out->verdict = VERDICT_VALID;
    } else {
        out->refusal = REFUSAL_POOL;
    }
}

enum fault node_submit(struct node *n, bytes raw, struct node_answer *out)
{
    struct pooled *t = mem_zalloc(sizeof *t);
    enum fault f = FAULT_NONE;
    *out = (struct node_answer){.refusal = REFUSAL_NONE};
    read_transaction(n, t, raw, out);
    if (out->refusal == REFUSAL_NONE) {
        f = mine(n, t, out);
        bool early = out->refusal == REFUSAL_VERDICT && out->verdict == VERDICT_NONCE_TOO_HIGH;
        if (f == FAULT_NONE && early) {
            wait_in_pool(n, &t, out);
        } else if (f == FAULT_NONE && out->refusal == REFUSAL_NONE) {
            f = mine_followers(n, t->sender, t->t.nonce);
        }
    }
    pooled_free(t);
    return f;
}
