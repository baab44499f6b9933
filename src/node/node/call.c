// SPDX-License-Identifier: MIT
// Reading states, calls on them, and blocks that are executed again for who watches.
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"
#include "lib/num/u256.h"
#include "node/node/priv.h"

// ---- views

// A source that fails, for a view without a state.
static enum fault no_account(void *ctx, const address *a, struct state_source_account *out)
{
    (void)ctx;
    (void)a;
    (void)out;
    return FAULT_UNSUPPORTED;
}

static enum fault no_slot(void *ctx, const address *a, const u256 *key, u256 *out)
{
    (void)ctx;
    (void)a;
    (void)key;
    (void)out;
    return FAULT_UNSUPPORTED;
}

static enum fault no_code(void *ctx, const b256 *hash, bytes *out)
{
    (void)ctx;
    (void)hash;
    (void)out;
    return FAULT_UNSUPPORTED;
}

static const struct state_source NO_SOURCE = {NULL, no_account, no_slot, no_code};

static enum fault open_at(struct node_view *v, const struct node *n, u64 number)
{
    *v = (struct node_view){.view = NULL};
    enum fault f = store_view_open(n->store, number, &v->view);
    struct state_source source = f == FAULT_NONE ? store_view_source(v->view) : NO_SOURCE;
    source = node_reader_source(&v->reader, n->hand, &source);
    v->state = state_new(&source);
    if (f == FAULT_UNSUPPORTED) {
        struct node *changed = (struct node *)(uintptr_t)n; // for the sentence only
        return node_say(changed, f,
                        "the state after block %llu is not kept; the oldest is that of "
                        "block %llu",
                        (unsigned long long)number,
                        (unsigned long long)store_oldest_state(n->store));
    }
    return f;
}

bool node_has_state(const struct node *n, const struct stored_block *at)
{
    return at->header.number >= store_oldest_state(n->store) && node_is_canonical(n, at);
}

u64 node_oldest_state(const struct node *n)
{
    return store_oldest_state(n->store);
}

u64 node_first_block(const struct node *n)
{
    return store_first_block(n->store);
}

static enum fault open_branch(struct node_view *v, struct node *n, const struct stored_block *at);

enum fault node_view_open(struct node_view *v, const struct node *n, const struct stored_block *at)
{
    if (node_is_canonical(n, at)) {
        return open_at(v, n, at->header.number);
    }
    return open_branch(v, (struct node *)(uintptr_t)n, at); // of another branch, or pending
}

void node_view_again(struct node_view *v, const struct node_view *of)
{
    *v = (struct node_view){.state = state_clone(of->state)};
}

void node_view_close(struct node_view *v)
{
    state_free(v->state);
    mem_free(v->reader);
    store_view_close(v->view);
    *v = (struct node_view){.view = NULL};
}

enum fault node_view_code(const struct node_view *v, const b256 *hash, bytes *out, bool *found)
{
    *found = false;
    return v->view != NULL ? store_view_code(v->view, hash, out, found) : FAULT_NONE;
}

struct visiting {
    void *ctx;
    bool (*account)(void *ctx, const struct node_account *a);
    bool (*slot)(void *ctx, const u256 *key, const u256 *value);
};

static bool visit_account(void *ctx, const address *a, const struct store_account *as)
{
    const struct visiting *v = ctx;
    struct node_account out = {*a, as->nonce, as->balance, as->code_hash};
    return v->account(v->ctx, &out);
}

static bool visit_slot(void *ctx, const u256 *key, const u256 *value)
{
    const struct visiting *v = ctx;
    return v->slot(v->ctx, key, value);
}

enum fault node_visit_accounts(const struct node_view *v, const address *from, void *ctx,
                               bool (*visit)(void *ctx, const struct node_account *a))
{
    struct visiting to = {.ctx = ctx, .account = visit};
    struct store_visitor visitor = {&to, visit_account, visit_slot};
    return v->view == NULL ? FAULT_UNSUPPORTED : store_visit_accounts(v->view, from, &visitor);
}

enum fault node_visit_slots(const struct node_view *v, const address *at, const u256 *from,
                            void *ctx, bool (*visit)(void *ctx, const u256 *key, const u256 *value))
{
    struct visiting to = {.ctx = ctx, .slot = visit};
    struct store_visitor visitor = {&to, visit_account, visit_slot};
    return v->view == NULL ? FAULT_UNSUPPORTED : store_visit_slots(v->view, at, from, &visitor);
}

enum fault node_commitment_open(struct node_commitment *c, const struct node *n,
                                const struct stored_block *at)
{
    *c = (struct node_commitment){.view = NULL};
    if (!node_is_canonical(n, at)) {
        return FAULT_UNSUPPORTED;
    }
    TRY(store_view_open(n->store, at->header.number, &c->view));
    struct store_point head = store_view_head(c->view);
    c->tries = commitment_open(store_view_tries(c->view), &head.root);
    return store_view_rewind(c->view, c->tries);
}

void node_commitment_close(struct node_commitment *c)
{
    commitment_free(c->tries);
    store_view_close(c->view);
    *c = (struct node_commitment){.view = NULL};
}

// ---- one transaction

void node_outcome_fini(struct node_outcome *o)
{
    buf_fini(&o->output);
}

enum fault node_execute(struct node *n, const struct node_run *r, struct node_outcome *out)
{
    struct node_ancestry known = {n->hand, {n, node_block_hash}};
    struct chain_ancestry ancestry = {&known, node_ancestor_hash};
    if (r->block_hash != NULL) {
        known.of = (struct chain_ancestry){r->ctx, r->block_hash};
    }
    struct vm *vm = n->vm;
    struct block_rules rules = node_rules_of(n, r->header);
    struct chain_block env;
    struct chain_receipt receipt;
    struct transaction t = *r->t; // shares its arrays
    buf_clear(&n->why);
    buf_clear(&out->output);
    chain_block_init(&env, &n->schedule, &rules, r->header, &ancestry);
    env.is_call = r->is_call;
    env.any_sender = r->is_call || node_is_impersonated(n, &r->from);
    env.gas_left = r->gas_left > 0 ? r->gas_left : r->header->gas_limit;
    if (!r->has_fee) {
        env.vm.base_fee = u256_zero();
    }
    if (r->has_blob_base_fee) {
        env.has_blob_fee = true;
        env.vm.blob_base_fee = r->blob_base_fee;
    }
    if (r->is_call) {
        t.nonce = account_nonce(state_account(r->view->state, &r->from));
    }
    if (r->inspector != NULL) {
        vm_set_inspector(vm, r->inspector);
    }
    struct node_hand *aside = node_step_aside(n);
    enum fault f = chain_transact(vm, r->view->state, &env, &t, &r->from, &out->verdict, &receipt);
    node_step_back(aside);
    vm_set_inspector(vm, NULL);
    if (f == FAULT_NONE && out->verdict == VERDICT_VALID) {
        out->status = receipt.status;
        out->halt = receipt.halt;
        out->gas_used = receipt.gas_used;
        out->has_created = receipt.has_created;
        out->created = receipt.created;
        bytes output = receipt.output;
        if (receipt.has_created) { // what a creation gives is the code
            struct account *created = state_account(r->view->state, &receipt.created);
            output = account_code(r->view->state, created);
        }
        buf_put(&out->output, output.p, output.n);
        f = state_take_fault(r->view->state);
    }
    return f;
}

void node_view_override(struct node_view *v, const struct node_override *o)
{
    struct state *s = v->state;
    state_begin_transaction(s);
    struct account *a = state_account(s, &o->at);
    if (o->has_balance) {
        state_set_balance(s, a, &o->balance);
    }
    if (o->has_nonce) {
        state_set_nonce(s, a, o->nonce);
    }
    if (o->has_code) {
        state_set_code(s, a, o->code);
    }
    if (o->replaces_storage) {
        state_clear_storage(s, a);
    }
    for (usize i = 0; i < o->slot_count; i++) {
        state_sstore(s, a, &o->slots[i].key, &o->slots[i].value);
    }
    state_end_transaction(s, false);
}

// ---- calls that leave nothing behind

static enum fault run_in(struct node *n, struct node_view *v, const struct node_call *c,
                         u64 gas_limit, struct node_outcome *out)
{
    struct transaction t = c->t;
    t.gas_limit = gas_limit;
    struct node_run r = {
        .view = v,
        .header = c->header != NULL ? c->header : &c->at->header,
        .t = &t,
        .from = c->from,
        .is_call = true,
        .has_fee = c->has_fee,
        .has_blob_base_fee = c->has_blob_base_fee,
        .blob_base_fee = c->blob_base_fee,
        .gas_left = gas_limit,
        .inspector = c->inspector,
    };
    for (usize i = 0; i < c->override_count; i++) {
        node_view_override(v, &c->overrides[i]);
    }
    return node_execute(n, &r, out);
}

static enum fault run_on(struct node *n, const struct node_view *of, const struct node_call *c,
                         u64 gas_limit, struct node_outcome *out)
{
    struct node_view v;
    node_view_again(&v, of);
    enum fault f = run_in(n, &v, c, gas_limit, out);
    node_view_close(&v);
    return f;
}

enum fault node_run_on(struct node *n, const struct node_view *of, const struct node_call *c,
                       struct node_outcome *out)
{
    *out = (struct node_outcome){.verdict = VERDICT_VALID};
    return run_on(n, of, c, c->t.gas_limit, out);
}

enum fault node_run(struct node *n, const struct node_call *c, struct node_outcome *out)
{
    struct node_view v;
    *out = (struct node_outcome){.verdict = VERDICT_VALID};
    enum fault f = node_view_open(&v, n, c->at);
    f = f == FAULT_NONE ? run_in(n, &v, c, c->t.gas_limit, out) : f;
    node_view_close(&v);
    return f;
}

static bool succeeded(const struct node_outcome *o)
{
    return o->verdict == VERDICT_VALID && o->status == EVM_SUCCESS;
}

// Finds the least limit in (low, high], of which `low` fails and `high` succeeds.
static enum fault search(struct node *n, const struct node_view *of, const struct node_call *c,
                         u64 low, u64 *high)
{
    struct node_outcome probe = {.verdict = VERDICT_VALID};
    enum fault f = FAULT_NONE;
    while (low + 1 < *high) {
        u64 middle = low + (*high - low) / 2;
        f = run_on(n, of, c, middle, &probe);
        if (f != FAULT_NONE) {
            break;
        }
        if (succeeded(&probe)) {
            *high = middle;
        } else {
            low = middle;
        }
    }
    node_outcome_fini(&probe);
    return f;
}

// Guesses from what the call used that make the interval small before it is halved: the use itself
// suffices if no frame wants more than it uses; a 63rd more and a stipend is enough for most
// others.
static enum fault narrow(struct node *n, const struct node_view *of, const struct node_call *c,
                         u64 used, u64 *low, u64 *high)
{
    u64 guesses[] = {used, used + used / 63 + 2300, 2 * used};
    struct node_outcome probe = {.verdict = VERDICT_VALID};
    enum fault f = FAULT_NONE;
    for (u32 i = 0; f == FAULT_NONE && i < COUNT_OF(guesses); i++) {
        if (guesses[i] <= *low || guesses[i] >= *high) {
            continue;
        }
        f = run_on(n, of, c, guesses[i], &probe);
        if (f == FAULT_NONE && succeeded(&probe)) {
            *high = guesses[i];
            break;
        }
        *low = guesses[i];
    }
    node_outcome_fini(&probe);
    return f;
}

static enum fault estimate(struct node *n, const struct node_view *of, const struct node_call *c,
                           u64 *limit, struct node_outcome *out)
{
    u64 high = c->t.gas_limit;
    TRY(node_run_on(n, of, c, out));
    if (!succeeded(out)) {
        return FAULT_NONE;
    }
    u64 low = out->gas_used - 1; // with less than it used it cannot succeed
    TRY(narrow(n, of, c, out->gas_used, &low, &high));
    TRY(search(n, of, c, low, &high));
    *limit = high;
    return FAULT_NONE;
}

enum fault node_estimate(struct node *n, struct node_call *c, u64 *limit, struct node_outcome *out)
{
    struct node_view of;
    *limit = 0;
    *out = (struct node_outcome){.verdict = VERDICT_VALID};
    enum fault f = node_view_open(&of, n, c->at);
    f = f == FAULT_NONE ? estimate(n, &of, c, limit, out) : f;
    node_view_close(&of);
    return f;
}

// ---- again

struct replaying {
    struct node *n;
    const struct stored_block *b;
    const struct node_replay *r;
    struct state *state;
    struct node_hand *hand;
    usize end;   // transactions to execute
    bool to_end; // and what comes behind them
};

enum fault node_branch_hash(void *ctx, u64 number, b256 *out)
{
    const struct node_branch *b = ctx;
    const struct stored_block *at = b->last;
    while (at != NULL && at->header.number > number && !node_is_canonical(b->n, at)) {
        at = node_parent(b->n, at);
    }
    if (at != NULL && at->header.number == number) {
        *out = at->header.hash;
        return FAULT_NONE;
    }
    return node_block_hash(b->n, number, out);
}

static bool before_transaction(void *ctx, u64 index, const struct transaction *t, address *sender)
{
    const struct replaying *p = ctx;
    bool was_aside = node_come_back(p->hand);
    bool known = index < p->b->count;
    if (known) {
        *sender = p->b->transactions[index].sender; // recovered once is enough
    }
    const struct inspector *i = p->r == NULL || p->r->before == NULL
                                    ? NULL
                                    : p->r->before(p->r->ctx, (usize)index, t, sender, p->state);
    vm_set_inspector(p->n->vm, i);
    node_go_again(p->hand, was_aside);
    return known;
}

static bool after_transaction(void *ctx, u64 index, const struct transaction *t,
                              const address *sender, const struct chain_receipt *receipt)
{
    const struct replaying *p = ctx;
    (void)t;
    (void)sender;
    bool was_aside = node_come_back(p->hand);
    vm_set_inspector(p->n->vm, NULL);
    bool more = p->r == NULL || p->r->after == NULL ||
                p->r->after(p->r->ctx, (usize)index, receipt, p->state);
    node_go_again(p->hand, was_aside);
    return more && (p->to_end || index + 1 < p->end);
}

static enum fault replay(struct replaying *p, const struct stored_block *parent)
{
    struct node *n = p->n;
    struct block decoded;
    struct block_rules rules = node_rules_after(n, &p->b->header, parent);
    struct node_branch branch = {n, parent};
    struct node_ancestry known = {n->hand, {&branch, node_branch_hash}};
    struct chain_ancestry ancestry = {&known, node_ancestor_hash};
    struct block_watch watch = {p, before_transaction, after_transaction};
    enum block_verdict verdict = BLOCK_VALID;
    CHECK(block_decode(&decoded, buf_bytes(&p->b->wire)));
    if (p->end == 0 && !p->to_end) {
        decoded.transactions = BYTES_NONE;
    }
    struct block_context c = {
        .vm = n->vm,
        .state = p->state,
        .schedule = &n->schedule,
        .rules = &rules,
        .ancestry = &ancestry,
        .watch = &watch,
    };
    buf_clear(&n->why);
    struct node_hand *aside = node_step_aside(n);
    enum fault f = block_replay(&c, &decoded, p->to_end, &verdict);
    node_step_back(aside);
    vm_set_inspector(n->vm, NULL);
    if (f == FAULT_NONE && verdict != BLOCK_VALID) {
        f = node_say(n, FAULT_UNSUPPORTED, "block %llu cannot be executed again: %s",
                     (unsigned long long)p->b->header.number, block_verdict_text(verdict));
    }
    return f;
}

// The state after a block of any branch: that after the last canonical ancestor, with the blocks
// behind it executed on.
static enum fault open_branch(struct node_view *v, struct node *n, const struct stored_block *at)
{
    const struct stored_block *branch[NODE_BRANCH_MAX];
    u32 count = 0;
    const struct stored_block *b = at;
    *v = (struct node_view){.view = NULL};
    while (b != NULL && !node_is_canonical(n, b) && count < NODE_BRANCH_MAX) {
        branch[count++] = b;
        b = node_parent(n, b);
    }
    if (b == NULL || !node_is_canonical(n, b)) {
        v->state = state_new(&NO_SOURCE);
        return node_say(n, FAULT_UNSUPPORTED,
                        "block %llu is of no branch that leaves the chain within %u blocks",
                        (unsigned long long)at->header.number, NODE_BRANCH_MAX);
    }
    TRY(open_at(v, n, b->header.number));
    for (u32 i = count; i > 0; i--) {
        const struct stored_block *b1 = branch[i - 1];
        struct replaying p = {n, b1, NULL, v->state, n->hand, b1->count, true};
        TRY(replay(&p, i == count ? b : branch[i]));
    }
    return FAULT_NONE;
}

// Opens the state of the parent and executes the first `end` transactions on it.
static enum fault replay_on(struct node_view *v, struct node *n, const struct stored_block *b,
                            const struct node_replay *r, usize end)
{
    const struct stored_block *parent = node_parent(n, b);
    if (parent == NULL) {
        *v = (struct node_view){.state = state_new(&NO_SOURCE)};
        return node_say(n, FAULT_UNSUPPORTED, "block %llu has no parent whose state is kept",
                        (unsigned long long)b->header.number);
    }
    TRY(node_view_open(v, n, parent));
    struct replaying p = {n, b, r, v->state, n->hand, end, false};
    return replay(&p, parent);
}

enum fault node_replay(struct node *n, const struct stored_block *b, const struct node_replay *r)
{
    struct node_view v;
    enum fault f = replay_on(&v, n, b, r, b->count);
    node_view_close(&v);
    return f;
}

enum fault node_view_open_inside(struct node_view *v, struct node *n, const struct stored_block *b,
                                 usize index)
{
    return replay_on(v, n, b, NULL, index);
}

// ---- logs

bool node_log_matches(const struct node_log_filter *f, const struct state_log *l)
{
    bool ok = f->address_count == 0 && l->topic_count >= f->topics;
    for (usize i = 0; !ok && l->topic_count >= f->topics && i < f->address_count; i++) {
        ok = address_equal(&f->addresses[i], &l->emitter);
    }
    for (u32 k = 0; ok && k < f->topics; k++) {
        ok = f->topic_count[k] == 0;
        for (usize i = 0; !ok && i < f->topic_count[k]; i++) {
            ok = b256_equal(&f->topic[k][i], &l->topic[k]);
        }
    }
    return ok;
}

struct searching {
    const struct node *n;
    const struct node_log_filter *f;
    void *ctx;
    bool (*visit)(void *ctx, const struct stored_block *b, usize transaction, usize log);
    enum fault fault;
};

static bool visit_logs(const struct searching *s, const struct stored_block *b)
{
    for (usize t = 0; t < b->count; t++) {
        const struct stored_transaction *of = &b->transactions[t];
        for (usize i = of->first_log; i < of->first_log + of->log_count; i++) {
            if (node_log_matches(s->f, &b->logs[i]) && !s->visit(s->ctx, b, t, i)) {
                return false;
            }
        }
    }
    return true;
}

static bool visit_block(void *ctx, u64 number)
{
    struct searching *s = ctx;
    struct stored_block *b = NULL;
    s->fault = store_load_at(s->n->store, number, &b);
    bool more = s->fault == FAULT_NONE && (b == NULL || visit_logs(s, b));
    stored_block_free(b);
    return more;
}

enum fault node_logs(const struct node *n, const struct node_log_filter *f, void *ctx,
                     bool (*visit)(void *ctx, const struct stored_block *b, usize transaction,
                                   usize log))
{
    struct searching s = {n, f, ctx, visit, FAULT_NONE};
    struct store_log_query q = {.first = f->first, .last = f->last};
    if (f->address_count > 0) {
        q.any[q.count].kind = 0;
        q.any[q.count].values = (const u8 *)f->addresses;
        q.any[q.count].size = sizeof(address);
        q.any[q.count++].count = f->address_count;
    }
    for (u32 i = 0; i < f->topics; i++) {
        if (f->topic_count[i] > 0) {
            q.any[q.count].kind = 1 + i;
            q.any[q.count].values = (const u8 *)f->topic[i];
            q.any[q.count].size = sizeof(b256);
            q.any[q.count++].count = f->topic_count[i];
        }
    }
    TRY(store_query_logs(n->store, &q, &s, visit_block));
    return s.fault;
}
