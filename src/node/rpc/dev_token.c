// SPDX-License-Identifier: MIT
// Balances and allowances of ERC-20 tokens, set by hand (anvil_dealERC20 and its kin). A token's
// code of either kind says by itself where it keeps them: its own `balanceOf` or `allowance` runs,
// the slots that it reads are tried one by one on a view, and the slot is taken whose value is what
// the function gives. Nothing is changed before one has been found.
#include "lib/base/bytes.h"
#include "lib/base/cc.h"
#include "lib/codec/hex.h"
#include "lib/num/u256.h"
#include "node/rpc/priv.h"

#define SLOTS_MAX 64u // that one call may read

struct place { // of another contract, if the token keeps its balances there
    address at;
    u256 key;
};

static_assert(SLOTS_MAX == 64, "as the error says");

struct token_question { // a function of the token without effects that gives one word
    const char *text;   // for errors
    address token;
    u8 input[4 + 2 * 32];
    usize size;
};

struct places {
    struct place of[SLOTS_MAX];
    u32 count;
    bool is_full;
};

static void on_access(void *ctx, enum inspect_access kind, const address *a, const u256 *key,
                      const u256 *value)
{
    struct places *p = ctx;
    (void)value;
    if (kind != INSPECT_SLOT_READ) {
        return;
    }
    for (u32 i = 0; i < p->count; i++) {
        if (address_equal(&p->of[i].at, a) && u256_eq(p->of[i].key, *key)) {
            return;
        }
    }
    p->is_full = p->count == SLOTS_MAX;
    if (!p->is_full) {
        p->of[p->count++] = (struct place){*a, *key};
    }
}

// Asks the token, with one slot as it would be. False: it does not answer with one word. A fault is
// left to the caller.
static bool ask(struct rpc_call *c, const struct token_question *q, const struct node_override *as,
                const struct inspector *look, u256 *out)
{
    const struct stored_block *last = blocks_last(node_blocks(c->node));
    struct node_outcome o = {.verdict = VERDICT_VALID};
    struct node_call call = {
        .at = last,
        .t = {.to = q->token, .gas_limit = RPC_GAS_MAX},
        .overrides = as,
        .override_count = as != NULL,
        .inspector = look,
    };
    if (call.t.gas_limit < last->header.gas_limit) {
        call.t.gas_limit = last->header.gas_limit;
    }
    buf_put(&call.t.data, q->input, q->size);
    enum fault f = node_run(c->node, &call, &o);
    bool ok = f == FAULT_NONE && o.verdict == VERDICT_VALID && o.status == EVM_SUCCESS &&
              o.output.n == sizeof(b256);
    if (ok) {
        b256 word;
        copy_bytes(word.b, o.output.p, sizeof word.b);
        *out = u256_from_b256(word);
    } else if (f != FAULT_NONE) {
        (void)rpc_fail_fault(c, f);
    }
    buf_fini(&call.t.data);
    node_outcome_fini(&o);
    return ok;
}

// Whether the token gives just what the slot holds. Two values that it cannot hold by chance are
// tried besides the wanted one, so that neither a flag, a factor nor the place of other code is
// taken for a balance.
static bool fits(struct rpc_call *c, const struct token_question *q, const struct place *p,
                 const u256 *amount)
{
    const u256 values[] = {
        *amount,
        {{0x9E3779B97F4A7C15, 0, 0, 0}}, // narrow, as some tokens keep their amounts
        {{0x2545F491, 0, 0, 0}},
    };
    for (u32 i = 0; i < COUNT_OF(values); i++) {
        struct node_slot slot = {p->key, values[i]};
        struct node_override as = {.at = p->at, .slots = &slot, .slot_count = 1};
        u256 given;
        if (!ask(c, q, &as, NULL, &given) || !u256_eq(given, values[i])) {
            return false;
        }
    }
    return true;
}

static bool refuse(struct rpc_call *c, const struct token_question *q, const char *why)
{
    struct buf at = {0};
    hex_put_data(&at, q->token.b, sizeof q->token.b);
    (void)rpc_fail(c, RPC_SERVER, "%s of %.*s %s", q->text, (int)at.n, (const char *)at.p, why);
    buf_fini(&at);
    return false;
}

static bool set(struct rpc_call *c, const struct token_question *q, const u256 *amount)
{
    struct places places = {.count = 0};
    struct inspector look = {.ctx = &places, .access = on_access};
    u256 before;
    if (!ask(c, q, NULL, &look, &before)) {
        return refuse(c, q, "does not give one word: this is no token of ERC-20");
    }
    if (places.is_full) {
        return refuse(c, q, "reads too many slots: more than 64");
    }
    for (u32 i = places.count; i-- > 0;) { // the balance is most often what is read last
        const struct place *p = &places.of[i];
        if (!fits(c, q, p, amount)) {
            continue;
        }
        struct node_slot slot = {p->key, *amount};
        struct node_override o = {.at = p->at, .slots = &slot, .slot_count = 1};
        enum fault f = node_set_account(c->node, &o);
        if (f != FAULT_NONE) {
            return rpc_fail_fault(c, f);
        }
        json_put_null(c->out, NULL);
        return true;
    }
    return refuse(c, q, "is not kept as one word of storage: no slot that it reads can be set");
}

// ---- parameters

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

static void put_address(struct token_question *q, const address *a)
{
    q->size += 12; // the word's upper bytes are zero
    copy_bytes(q->input + q->size, a->b, sizeof a->b);
    q->size += sizeof a->b;
}

// (account, token, amount): balanceOf(address)
bool rpc_anvil_set_erc20_balance(struct rpc_call *c)
{
    struct token_question q = {"balanceOf", .input = {0x70, 0xA0, 0x82, 0x31}, .size = 4};
    address account;
    u256 amount;
    if (!read_address(c, &account, 0) || !read_address(c, &q.token, 1) ||
        !read_amount(c, &amount, 2)) {
        return false;
    }
    put_address(&q, &account);
    return set(c, &q, &amount);
}

// (owner, spender, token, amount): allowance(address, address)
bool rpc_anvil_set_erc20_allowance(struct rpc_call *c)
{
    struct token_question q = {"allowance", .input = {0xDD, 0x62, 0xED, 0x3E}, .size = 4};
    address owner;
    address spender;
    u256 amount;
    if (!read_address(c, &owner, 0) || !read_address(c, &spender, 1) ||
        !read_address(c, &q.token, 2) || !read_amount(c, &amount, 3)) {
        return false;
    }
    put_address(&q, &owner);
    put_address(&q, &spender);
    return set(c, &q, &amount);
}
