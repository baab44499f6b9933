// SPDX-License-Identifier: MIT
// Executing again under tracers; see trace.h.
#include "node/node/trace.h"

#include "core/chain/replay.h"
#include "lib/base/bytes.h"
#include "lib/num/u256.h"
#include "node/node/priv.h"

struct replaying { // a block's replay on a view
    struct node *n;
    struct node_view *view; // the caller's, open
    struct block_rules rules;
    struct node_branch branch; // that the block is built on
    struct node_ancestry known;
    struct chain_ancestry ancestry;
    struct block_context context;
    struct block_replay *replay;
    struct block_watch watch; // for senders
    u64 logs;                 // of the transactions so far
};

// Who sent a transaction that nobody signed is known from when it was executed first.
static bool know_sender(void *ctx, u64 index, const struct transaction *t, address *sender)
{
    const struct stored_block *b = ctx;
    (void)t;
    if (index >= b->count || !b->transactions[index].was_impersonated) {
        return false;
    }
    *sender = b->transactions[index].sender;
    return true;
}

static struct block_watch watch_senders(const struct node *n, const struct block *b)
{
    const struct stored_block *known = blocks_by_hash(node_blocks(n), &b->header.hash);
    return (struct block_watch){.ctx = (void *)(uintptr_t)known,
                                .before = known != NULL ? know_sender : NULL};
}

// On the state after the parent.
static enum fault open_replay(struct replaying *r, struct node *n, struct node_view *view,
                              const struct block *b)
{
    *r = (struct replaying){.n = n, .view = view};
    r->branch = (struct node_branch){n, blocks_by_hash(node_blocks(n), &b->header.parent_hash)};
    r->known = (struct node_ancestry){n->hand, {&r->branch, node_branch_hash}};
    r->ancestry = (struct chain_ancestry){&r->known, node_ancestor_hash};
    r->rules = node_rules_of(n, &b->header);
    r->watch = watch_senders(n, b);
    r->context = (struct block_context){
        .vm = n->vm,
        .state = r->view->state,
        .schedule = &n->schedule,
        .rules = &r->rules,
        .ancestry = &r->ancestry,
        .watch = &r->watch,
    };
    return block_replay_new(&r->replay, &r->context, b);
}

static struct trace_position position_of(const struct block *b, const struct replayed *t, u64 logs)
{
    struct trace_position at = {
        .has_block = true,
        .has_transaction = true,
        .block_number = b->header.number,
        .block_hash = b->header.hash,
        .index = t->index,
        .first_log = logs,
    };
    transaction_hash(&at.transaction_hash, &t->t);
    return at;
}

static enum fault refuse(struct buf *why, const struct replayed *t, enum verdict v)
{
    buf_printf(why, "transaction %zu of the block cannot be executed: %s", t->index,
               verdict_text(v));
    return FAULT_BAD_INPUT;
}

// Executes one transaction that is told of. *go_on false ends the replay.
static enum fault run_told(struct replaying *r, const struct node_tracing *t,
                           const struct replayed *one, struct buf *why, bool *go_on)
{
    struct trace_run run = {
        .vm = r->n->vm,
        .state = r->view->state,
        .block = block_replay_environment(r->replay),
        .t = &one->t,
        .sender = one->sender,
        .at = position_of(t->block, one, r->logs),
    };
    struct tracer *tracer = t->make != NULL ? t->make(t->ctx, one->index) : NULL;
    struct buf json = {0};
    struct buf too_large = {0};
    struct trace_outcome o;
    *go_on = t->before == NULL || t->before(t->ctx, one->index, r->view->state);
    struct node_hand *aside = node_step_aside(r->n);
    enum fault f = *go_on ? trace_transaction(&run, tracer, &json, &too_large, &o) : FAULT_NONE;
    node_step_back(aside);
    if (f == FAULT_NONE && *go_on && o.verdict != VERDICT_VALID) {
        f = refuse(why, one, o.verdict);
    } else if (f == FAULT_NONE && *go_on) {
        struct node_traced told = {
            .index = one->index,
            .t = &one->t,
            .sender = one->sender,
            .hash = run.at.transaction_hash,
            .receipt = &o.receipt,
            .state = r->view->state,
            .json = buf_bytes(&json),
            .ok = o.ok,
            .why = buf_bytes(&too_large),
        };
        r->logs += state_log_count(r->view->state);
        block_replay_count(r->replay, one, &o.receipt);
        *go_on = t->after == NULL || t->after(t->ctx, &told);
    }
    buf_fini(&json);
    buf_fini(&too_large);
    tracer_free(tracer);
    return f;
}

// Executes one that nobody looks at.
static enum fault run_silent(struct replaying *r, const struct replayed *one, struct buf *why)
{
    enum verdict v;
    struct chain_receipt receipt;
    struct vm *vm = r->n->vm;
    struct node_hand *aside = node_step_aside(r->n);
    enum fault f = chain_transact(vm, r->view->state, block_replay_environment(r->replay), &one->t,
                                  &one->sender, &v, &receipt);
    node_step_back(aside);
    TRY(f);
    if (v != VERDICT_VALID) {
        return refuse(why, one, v);
    }
    r->logs += state_log_count(r->view->state);
    block_replay_count(r->replay, one, &receipt);
    return FAULT_NONE;
}

// Executes the transactions before `first`, then tells of `count`.
static enum fault run_all(struct replaying *r, const struct node_tracing *t, struct buf *why)
{
    struct replayed one;
    bool go_on = true;
    enum fault f = FAULT_NONE;
    usize end = t->count > ~(usize)0 - t->first ? ~(usize)0 : t->first + t->count;
    for (usize i = 0; f == FAULT_NONE && go_on && i < end; i++) {
        if (!block_replay_next(r->replay, &one)) {
            return FAULT_NONE;
        }
        f = i < t->first ? run_silent(r, &one, why) : run_told(r, t, &one, why, &go_on);
        transaction_fini(&one.t);
    }
    return f;
}

enum fault node_trace_block(struct node *n, const struct node_tracing *t, struct buf *why)
{
    struct replaying r;
    struct node_view view;
    r.replay = NULL;
    enum fault f = node_view_open(&view, n, t->parent);
    f = f == FAULT_NONE ? open_replay(&r, n, &view, t->block) : f;
    f = f == FAULT_NONE ? run_all(&r, t, why) : f;
    f = f == FAULT_NONE ? state_take_fault(view.state) : f;
    block_replay_free(r.replay);
    node_view_close(&view);
    return f;
}

// ---- calls

enum fault node_trace_open(struct node_trace_session *s, struct node *n,
                           const struct node_trace_place *place, struct buf *why)
{
    struct block b;
    *s = (struct node_trace_session){.at = place->at, .header = place->at->header};
    const struct stored_block *parent =
        blocks_by_hash(node_blocks(n), &place->at->header.parent_hash);
    if (!place->is_inside || parent == NULL) {
        node_view_open(&s->view, n, place->at);
        return FAULT_NONE;
    }
    struct replaying r;
    struct node_tracing before = {.block = &b, .first = place->index};
    node_view_open(&s->view, n, parent);
    if (!block_decode(&b, buf_bytes(&place->at->wire))) {
        return FAULT_BAD_INPUT;
    }
    enum fault f = open_replay(&r, n, &s->view, &b);
    f = f == FAULT_NONE ? run_all(&r, &before, why) : f;
    block_replay_free(r.replay);
    return f;
}

void node_trace_close(struct node_trace_session *s)
{
    if (s->view.state != NULL) {
        node_view_close(&s->view);
    }
}

enum fault node_trace_call(struct node *n, struct node_trace_session *s,
                           const struct node_trace_call *c, struct tracer *t, struct buf *out,
                           struct buf *why, struct trace_outcome *o)
{
    struct node_ancestry known = {n->hand, {n, node_block_hash}};
    struct chain_ancestry ancestry = {&known, node_ancestor_hash};
    struct block_rules rules = node_rules_of(n, &s->header);
    struct chain_block env;
    struct transaction copy = *c->t; // shares its arrays
    chain_block_init(&env, &n->schedule, &rules, &s->header, &ancestry);
    env.is_call = !c->is_real;
    env.gas_left = c->is_real ? s->header.gas_limit : copy.gas_limit;
    if (!c->has_fee && !c->is_real) {
        env.vm.base_fee = u256_zero();
    }
    if (!c->is_real) {
        copy.nonce = account_nonce(state_account(s->view.state, &c->from));
    }
    struct trace_run run = {
        .vm = n->vm,
        .state = s->view.state,
        .block = &env,
        .t = &copy,
        .sender = c->from,
        .at = {.has_block = true,
               .block_number = s->header.number,
               .block_hash = s->header.hash,
               .has_transaction = c->is_real,
               .transaction_hash = c->hash},
    };
    struct node_hand *aside = node_step_aside(n);
    enum fault f = trace_transaction(&run, t, out, why, o);
    node_step_back(aside);
    return f;
}

// ---- whole blocks

static enum fault execute_watched(struct node *n, const struct block *b,
                                  const struct stored_block *parent, const struct inspector *i)
{
    struct node_view view;
    struct node_commitment tries;
    struct block_result result;
    enum block_verdict verdict = BLOCK_VALID;
    struct block_rules rules = node_rules_of(n, &b->header);
    struct chain_ancestry ancestry = {n, node_block_hash};
    struct block_watch watch = watch_senders(n, b);
    enum fault f = node_view_open(&view, n, parent);
    enum fault g = node_commitment_open(&tries, n, parent);
    f = f == FAULT_NONE ? g : f;
    if (f == FAULT_NONE) {
        struct block_context c = {
            .vm = n->vm,
            .state = view.state,
            .commitment = tries.tries,
            .schedule = &n->schedule,
            .rules = &rules,
            .ancestry = &ancestry,
            .watch = &watch,
        };
        vm_set_inspector(n->vm, i);
        f = block_execute(&c, b, &verdict, &result);
        vm_set_inspector(n->vm, NULL);
    }
    if (f == FAULT_NONE && verdict != BLOCK_VALID) {
        f = node_say(n, FAULT_BAD_INPUT, "block %llu is not valid any more: %s",
                     (unsigned long long)b->header.number, block_verdict_text(verdict));
    }
    node_commitment_close(&tries);
    node_view_close(&view);
    return f;
}

enum fault node_watch_block(struct node *n, const struct stored_block *b, const struct inspector *i)
{
    struct block decoded;
    const struct stored_block *parent = blocks_by_hash(node_blocks(n), &b->header.parent_hash);
    if (parent == NULL || !block_decode(&decoded, buf_bytes(&b->wire))) {
        return FAULT_UNSUPPORTED;
    }
    return execute_watched(n, &decoded, parent, i);
}
