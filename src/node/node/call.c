// SPDX-License-Identifier: MIT
// Calls on the state after any block: they run like a transaction on a state of their own that is
// thrown away.
#include "lib/base/bytes.h"
#include "lib/num/u256.h"
#include "node/node/priv.h"

void node_outcome_fini(struct node_outcome *o)
{
    buf_fini(&o->output);
}

static enum fault run_with(struct node *n, const struct node_call *c, u64 gas_limit,
                           struct node_outcome *out)
{
    struct chain_ancestry ancestry = {n, node_block_hash};
    struct block_rules rules = node_rules_of(n, &c->at->header);
    struct chain_block env;
    struct chain_receipt receipt;
    struct node_view view;
    struct transaction t = c->t; // shares its arrays
    buf_clear(&out->output);
    node_view_open(&view, n, c->at);
    chain_block_init(&env, &n->schedule, &rules, &c->at->header, &ancestry);
    env.is_call = true;
    env.gas_left = gas_limit;
    if (!c->has_fee) {
        env.vm.base_fee = u256_zero();
    }
    t.gas_limit = gas_limit;
    t.nonce = account_nonce(state_account(view.state, &c->from));
    enum fault f = chain_transact(n->vm, view.state, &env, &t, &c->from, &out->verdict, &receipt);
    if (f == FAULT_NONE && out->verdict == VERDICT_VALID) {
        out->status = receipt.status;
        out->halt = receipt.halt;
        out->gas_used = receipt.gas_used;
        buf_put(&out->output, receipt.output.p, receipt.output.n);
    }
    node_view_close(&view);
    return f;
}

enum fault node_run(struct node *n, const struct node_call *c, struct node_outcome *out)
{
    *out = (struct node_outcome){.verdict = VERDICT_VALID};
    return run_with(n, c, c->t.gas_limit, out);
}

static bool succeeded(const struct node_outcome *o)
{
    return o->verdict == VERDICT_VALID && o->status == EVM_SUCCESS;
}

// Finds the least limit in (low, high], of which `low` fails and `high` succeeds.
static enum fault search(struct node *n, const struct node_call *c, u64 low, u64 *high)
{
    struct node_outcome probe = {.verdict = VERDICT_VALID};
    enum fault f = FAULT_NONE;
    while (low + 1 < *high) {
        u64 middle = low + (*high - low) / 2;
        f = run_with(n, c, middle, &probe);
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
static enum fault narrow(struct node *n, const struct node_call *c, u64 used, u64 *low, u64 *high)
{
    u64 guesses[] = {used, used + used / 63 + 2300, 2 * used};
    struct node_outcome probe = {.verdict = VERDICT_VALID};
    enum fault f = FAULT_NONE;
    for (u32 i = 0; f == FAULT_NONE && i < COUNT_OF(guesses); i++) {
        if (guesses[i] <= *low || guesses[i] >= *high) {
            continue;
        }
        f = run_with(n, c, guesses[i], &probe);
        if (f == FAULT_NONE && succeeded(&probe)) {
            *high = guesses[i];
            break;
        }
        *low = guesses[i];
    }
    node_outcome_fini(&probe);
    return f;
}

enum fault node_estimate(struct node *n, struct node_call *c, u64 *limit, struct node_outcome *out)
{
    u64 high = c->t.gas_limit;
    *limit = 0;
    TRY(node_run(n, c, out));
    if (!succeeded(out)) {
        return FAULT_NONE;
    }
    u64 low = out->gas_used - 1; // with less than it used it cannot succeed
    TRY(narrow(n, c, out->gas_used, &low, &high));
    TRY(search(n, c, low, &high));
    *limit = high;
    return FAULT_NONE;
}
