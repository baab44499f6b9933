// SPDX-License-Identifier: MIT
// Balances and allowances of ERC-20 tokens as development wants them. Which slot of the token holds
// one is found out by asking the token: of the slots that it reads for its answer the one that is
// its answer, whatever is put there.
#include "lib/base/bytes.h"
#include "lib/num/u256.h"
#include "node/rpc/priv.h"

#define BALANCE_OF 0x70a08231u // selectors of ERC-20
#define ALLOWANCE 0xdd62ed3eu
#define SLOTS_MAX 64u // that are tried
#define GAS 10000000u

struct place {
    address at;
    u256 key;
};

struct reads { // what the token read, each once
    struct place of[SLOTS_MAX];
    u32 count;
};

static void on_access(void *ctx, enum inspect_access kind, const address *a, const u256 *key,
                      const u256 *value)
{
    struct reads *r = ctx;
    (void)value;
    bool is_known = kind != INSPECT_SLOT_READ || r->count == SLOTS_MAX;
    for (u32 i = 0; !is_known && i < r->count; i++) {
        is_known = address_equal(&r->of[i].at, a) && u256_eq(r->of[i].key, *key);
    }
    if (!is_known) {
        r->of[r->count++] = (struct place){*a, *key};
    }
}

struct question {
    struct rpc_call *c;
    struct node_call call;
    u8 input[4 + 2 * 32];
};

static void put_argument(struct question *q, const address *a)
{
    struct buf *data = &q->call.t.data;
    zero_bytes(data->p + data->n, 12);
    copy_bytes(data->p + data->n + 12, a->b, sizeof a->b);
    data->n += 32;
}

static void ask_for(struct question *q, struct rpc_call *c, const address *token, u32 selector)
{
    *q = (struct question){.c = c};
    store_be32(q->input, selector);
    q->call.at = blocks_last(node_blocks(c->node));
    q->call.t = (struct transaction){
        .to = *token,
        .gas_limit = GAS,
        .data = {.p = q->input, .n = sizeof selector, .cap = sizeof q->input},
    };
}

// What the token answers, with a slot changed (NULL: none). False: no word.
static bool answer(const struct question *q, const struct place *p, const u256 *value,
                   struct reads *reads, u256 *out)
{
    struct node_outcome o = {.verdict = VERDICT_VALID};
    struct node_slot slot;
    struct node_override over = {.slots = &slot, .slot_count = 1};
    struct inspector look = {.ctx = reads, .access = on_access};
    struct node_call call = q->call;
    if (p != NULL) {
        over.at = p->at;
        slot = (struct node_slot){p->key, *value};
        call.overrides = &over;
        call.override_count = 1;
    }
    call.inspector = reads != NULL ? &look : NULL;
    enum fault f = node_run(q->c->node, &call, &o);
    bool ok = f == FAULT_NONE && o.verdict == VERDICT_VALID && o.status == EVM_SUCCESS &&
              o.output.n == 32;
    if (ok) {
        *out = u256_from_be_bytes(o.output.p);
    }
    node_outcome_fini(&o);
    return ok;
}

static bool is_answer(const struct question *q, const struct place *p, const u256 *value)
{
    u256 out;
    return answer(q, p, value, NULL, &out) && u256_eq(out, *value);
}

// The slot whose value is the answer: two values are tried, neither of which is there.
static bool find_place(const struct question *q, const u256 *wanted, struct place *out)
{
    struct reads reads = {.count = 0};
    u256 now;
    if (!answer(q, NULL, NULL, &reads, &now)) {
        return rpc_fail(q->c, RPC_SERVER, "the token does not answer with a number");
    }
    u256 one = u256_from_u64(1);
    u256 first = u256_eq(*wanted, now) ? u256_add(*wanted, one) : *wanted;
    u256 second = u256_add(first, one);
    second = u256_eq(second, now) ? u256_add(second, one) : second;
    for (u32 i = reads.count; i > 0; i--) { // what was read last is nearest to the answer
        *out = reads.of[i - 1];
        if (is_answer(q, out, &first) && is_answer(q, out, &second)) {
            return true;
        }
    }
    return rpc_fail(q->c, RPC_SERVER,
                    "none of the %u slots that the token reads is its answer: nothing is changed",
                    reads.count);
}

static bool set_answer(struct question *q, const u256 *value)
{
    struct place p;
    if (!find_place(q, value, &p)) {
        return false;
    }
    struct node_slot slot = {p.key, *value};
    struct node_override o = {.at = p.at, .slots = &slot, .slot_count = 1};
    enum fault f = node_set_account(q->c->node, &o);
    if (f != FAULT_NONE) {
        return rpc_fail_fault(q->c, f);
    }
    json_put_null(q->c->out, NULL);
    return true;
}

static bool read_address(struct rpc_call *c, address *a, usize i)
{
    json_value v;
    return rpc_param(c, &v, i) && rpc_value_address(c, a, &v);
}

static bool read_amount(struct rpc_call *c, u256 *out, usize i)
{
    json_value v;
    return rpc_param(c, &v, i) && (json_get_u256(out, &v) == FAULT_NONE || rpc_fail_json(c, &v));
}

bool rpc_dev_deal_erc20(struct rpc_call *c)
{
    address of;
    address token;
    u256 amount;
    struct question q;
    if (!read_address(c, &of, 0) || !read_address(c, &token, 1) || !read_amount(c, &amount, 2)) {
        return false;
    }
    ask_for(&q, c, &token, BALANCE_OF);
    put_argument(&q, &of);
    return set_answer(&q, &amount);
}

bool rpc_dev_set_allowance(struct rpc_call *c)
{
    address of;
    address spender;
    address token;
    u256 amount;
    struct question q;
    if (!read_address(c, &of, 0) || !read_address(c, &spender, 1) || !read_address(c, &token, 2) ||
        !read_amount(c, &amount, 3)) {
        return false;
    }
    ask_for(&q, c, &token, ALLOWANCE);
    put_argument(&q, &of);
    put_argument(&q, &spender);
    return set_answer(&q, &amount);
}
