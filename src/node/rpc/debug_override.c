// SPDX-License-Identifier: MIT
// Overrides of debug_traceCall: accounts and the block's environment are other than they are, for
// this call (geth, "Object - State override set", "Object - Block override set").
#include "lib/base/bytes.h"
#include "lib/codec/hex.h"
#include "lib/num/u256.h"
#include "node/rpc/tracing.h"

static bool refuse(struct rpc_call *c, const json_value *v, const char *text)
{
    (void)json_refuse(v, "%s", text);
    return rpc_fail_json(c, v);
}

static bool read_word_name(struct rpc_call *c, u256 *out, const json_value *member)
{
    b256 word;
    hex_error why;
    if (!hex_decode_exact(word.b, sizeof word.b, &why, member->name,
                          __builtin_strlen(member->name))) {
        return refuse(c, member, "the name is not a slot of 32 bytes");
    }
    *out = u256_from_b256(word);
    return true;
}

static bool set_slots(struct rpc_call *c, struct state *s, struct account *a,
                      const json_value *slots)
{
    json_value member = {0};
    if (json_expect(slots, JSON_KIND_OBJECT) != FAULT_NONE) {
        return rpc_fail_json(c, slots);
    }
    while (json_next_member(&member, slots)) {
        u256 key;
        b256 value;
        if (!read_word_name(c, &key, &member) || !rpc_value_b256(c, &value, &member)) {
            return false;
        }
        u256 word = u256_from_b256(value);
        state_sstore(s, a, &key, &word);
    }
    return true;
}

// `state` stands for the whole storage: what was there is gone.
static bool set_storage(struct rpc_call *c, struct state *s, const address *at,
                        const json_value *slots)
{
    struct account *a = state_account(s, at);
    u64 nonce = account_nonce(a);
    u256 balance = *account_balance(a);
    struct buf code = {0};
    bytes old = account_code(s, a);
    buf_put(&code, old.p, old.n);
    state_destroy(s, a);
    state_end_transaction(s, false);
    state_begin_transaction(s);
    a = state_account(s, at);
    state_set_balance(s, a, &balance);
    state_set_nonce(s, a, nonce);
    if (code.n > 0) {
        state_set_code(s, a, buf_bytes(&code));
    }
    buf_fini(&code);
    return set_slots(c, s, a, slots);
}

static bool override_storage(struct rpc_call *c, struct state *s, const address *at,
                             const json_value *object)
{
    json_value state;
    json_value diff;
    bool has_state;
    bool has_diff;
    if (!rpc_member(c, &state, &has_state, object, "state") ||
        !rpc_member(c, &diff, &has_diff, object, "stateDiff")) {
        return false;
    }
    if (has_state && has_diff) {
        return refuse(c, object, "give either state or stateDiff");
    }
    if (has_state) {
        return set_storage(c, s, at, &state);
    }
    return !has_diff || set_slots(c, s, state_account(s, at), &diff);
}

static bool override_account(struct rpc_call *c, struct state *s, const address *at,
                             const json_value *object)
{
    struct account *a = state_account(s, at);
    u256 balance;
    u64 nonce;
    bool found;
    json_value v;
    struct buf code = {0};
    if (!rpc_member(c, &v, &found, object, "movePrecompileToAddress") || found) {
        return refuse(c, object, "movePrecompileToAddress is not supported by traces");
    }
    if (!rpc_member_u256(c, &balance, &found, object, "balance")) {
        return false;
    }
    if (found) {
        state_set_balance(s, a, &balance);
    }
    if (!rpc_member_u64(c, &nonce, &found, object, "nonce")) {
        return false;
    }
    if (found) {
        state_set_nonce(s, a, nonce);
    }
    if (!rpc_member(c, &v, &found, object, "code") || (found && !rpc_value_data(c, &code, &v))) {
        buf_fini(&code);
        return false;
    }
    if (found) {
        state_set_code(s, a, buf_bytes(&code));
    }
    buf_fini(&code);
    return override_storage(c, s, at, object);
}

bool override_state(struct rpc_call *c, struct state *s, const json_value *overrides)
{
    json_value member = {0};
    bool ok = json_expect(overrides, JSON_KIND_OBJECT) == FAULT_NONE;
    if (!ok) {
        return rpc_fail_json(c, overrides);
    }
    state_begin_transaction(s);
    while (ok && json_next_member(&member, overrides)) {
        address at;
        hex_error why;
        if (!hex_decode_exact(at.b, sizeof at.b, &why, member.name,
                              __builtin_strlen(member.name))) {
            ok = refuse(c, &member, "the name is not an address");
        } else if (json_expect(&member, JSON_KIND_OBJECT) != FAULT_NONE) {
            ok = rpc_fail_json(c, &member);
        } else {
            ok = override_account(c, s, &at, &member);
        }
    }
    state_end_transaction(s, false);
    return ok;
}

static bool override_hash(struct rpc_call *c, b256 *out, const json_value *object, const char *name)
{
    json_value v;
    bool found;
    return rpc_member(c, &v, &found, object, name) && (!found || rpc_value_b256(c, out, &v));
}

static bool override_coinbase(struct rpc_call *c, address *out, const json_value *object,
                              const char *name)
{
    json_value v;
    bool found;
    return rpc_member(c, &v, &found, object, name) && (!found || rpc_value_address(c, out, &v));
}

bool override_block(struct rpc_call *c, struct header *h, const json_value *overrides)
{
    json_value v;
    bool found;
    if (json_expect(overrides, JSON_KIND_OBJECT) != FAULT_NONE) {
        return rpc_fail_json(c, overrides);
    }
    if (!rpc_member(c, &v, &found, overrides, "blobBaseFee") || found) {
        return refuse(c, overrides, "blobBaseFee is not supported by traces");
    }
    return rpc_member_u64(c, &h->number, &found, overrides, "number") &&
           rpc_member_u64(c, &h->timestamp, &found, overrides, "time") &&
           rpc_member_u64(c, &h->gas_limit, &found, overrides, "gasLimit") &&
           rpc_member_u256(c, &h->difficulty, &found, overrides, "difficulty") &&
           rpc_member_u256(c, &h->base_fee, &found, overrides, "baseFeePerGas") &&
           override_coinbase(c, &h->coinbase, overrides, "feeRecipient") &&
           override_coinbase(c, &h->coinbase, overrides, "coinbase") &&
           override_hash(c, &h->mix_hash, overrides, "prevRandao") &&
           override_hash(c, &h->mix_hash, overrides, "random");
}
