// SPDX-License-Identifier: MIT
// State and block overrides: what a call or simulation finds other than it is.
#include "core/eth/checksum.h"
#include "core/precompile/precompile.h"
#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/codec/hex.h"
#include "lib/codec/rlp.h"
#include "lib/num/u256.h"
#include "node/rpc/priv.h"

static bool refuse(struct rpc_call *c, const json_value *v, const char *text)
{
    (void)json_refuse(v, "%s", text);
    return rpc_fail_json(c, v);
}

// ---- state

void rpc_overrides_fini(struct rpc_overrides *o)
{
    for (usize i = 0; i < o->count; i++) {
        mem_free((void *)(uintptr_t)o->of[i].slots);
        mem_free((void *)(uintptr_t)o->of[i].code.p);
    }
    mem_free(o->of);
    buf_fini(&o->moves);
    buf_fini(&o->rules);
    *o = (struct rpc_overrides){0};
}

static bool read_name(struct rpc_call *c, u8 *out, usize size, const json_value *member)
{
    hex_error why;
    usize n = __builtin_strlen(member->name);
    bool ok = n >= 2 && member->name[0] == '0' && member->name[1] == 'x' &&
              hex_decode_exact(out, size, &why, member->name, n);
    return ok || refuse(c, member,
                        size == sizeof(address) ? "the name is not an address"
                                                : "the name is not a word of 32 bytes");
}

static bool read_slots(struct rpc_call *c, struct node_override *o, const json_value *object)
{
    if (json_expect(object, JSON_KIND_OBJECT) != FAULT_NONE) {
        return rpc_fail_json(c, object);
    }
    struct node_slot *slots = mem_alloc((json_count(object) + 1) * sizeof *slots);
    json_value member = {0};
    o->slots = slots;
    while (json_next_member(&member, object)) {
        b256 key;
        b256 value;
        if (!read_name(c, key.b, sizeof key, &member) || !rpc_value_b256(c, &value, &member)) {
            return false;
        }
        slots[o->slot_count++] = (struct node_slot){u256_from_b256(key), u256_from_b256(value)};
    }
    return true;
}

static bool read_storage(struct rpc_call *c, struct node_override *o, const json_value *v)
{
    json_value whole;
    json_value changes;
    bool has_changes;
    if (!rpc_member(c, &whole, &o->replaces_storage, v, "state") ||
        !rpc_member(c, &changes, &has_changes, v, "stateDiff")) {
        return false;
    }
    if (o->replaces_storage && has_changes) {
        return refuse(c, v, "has both 'state' and 'stateDiff'");
    }
    return !o->replaces_storage && !has_changes
               ? true
               : read_slots(c, o, o->replaces_storage ? &whole : &changes);
}

static bool read_code(struct rpc_call *c, struct node_override *o, const json_value *v)
{
    json_value code;
    struct buf bytes_of = {0};
    if (!rpc_member(c, &code, &o->has_code, v, "code")) {
        return false;
    }
    bool ok = !o->has_code || rpc_value_data(c, &bytes_of, &code);
    o->code = buf_bytes(&bytes_of); // freed with the rest
    return ok;
}

static bool read_move(struct rpc_call *c, struct rpc_overrides *o, const json_value *account)
{
    json_value v;
    bool found;
    if (!rpc_member(c, &v, &found, account, "movePrecompileToAddress") || !found) {
        return c->code == 0;
    }
    struct vm_precompile_rule move = {.as = o->of[o->count - 1].at};
    if (!rpc_value_address(c, &move.at, &v)) {
        return false;
    }
    buf_put(&o->moves, &move, sizeof move);
    return true;
}

static bool read_account(struct rpc_call *c, struct rpc_overrides *o, const json_value *member)
{
    if (o->count == o->cap) {
        o->cap = o->cap == 0 ? 4 : o->cap * 2;
        o->of = mem_realloc(o->of, o->cap * sizeof *o->of);
    }
    struct node_override *a = &o->of[o->count++];
    *a = (struct node_override){.has_code = false};
    return read_name(c, a->at.b, sizeof a->at, member) &&
           rpc_member_u256(c, &a->balance, &a->has_balance, member, "balance") &&
           rpc_member_u64(c, &a->nonce, &a->has_nonce, member, "nonce") &&
           read_code(c, a, member) && read_storage(c, a, member) && read_move(c, o, member);
}

bool rpc_read_overrides(struct rpc_call *c, struct rpc_overrides *o, const json_value *v)
{
    json_value member = {0};
    if (json_expect(v, JSON_KIND_OBJECT) != FAULT_NONE) {
        return rpc_fail_json(c, v);
    }
    while (json_next_member(&member, v)) {
        if (!read_account(c, o, &member)) {
            return false;
        }
    }
    return true;
}

static bool is_overridden(const struct rpc_overrides *o, const address *a)
{
    for (usize i = 0; i < o->count; i++) {
        if (address_equal(&o->of[i].at, a)) {
            return true;
        }
    }
    return false;
}

// The n-th move, checked against the ones before it.
static bool add_move(struct rpc_call *c, struct rpc_overrides *o, enum fork f, usize n)
{
    const struct vm_precompile_rule *moves = (const struct vm_precompile_rule *)o->moves.p;
    const struct vm_precompile_rule *m = &moves[n];
    struct buf name = {0};
    if (precompile_find(f, &m->as) == NULL) {
        address_put_checksum(&name, &m->as);
        (void)rpc_fail(c, RPC_SERVER, "account %.*s is not a precompile", (int)name.n,
                       (const char *)name.p);
        buf_fini(&name);
        return false;
    }
    if (address_equal(&m->at, &m->as)) {
        return rpc_fail(c, -38022, "a precompile is moved to where it is");
    }
    if (is_overridden(o, &m->at)) {
        return rpc_fail(c, RPC_SERVER, "a precompile is moved to an account that is overridden");
    }
    buf_put(&o->rules, m, sizeof *m);
    return true;
}

bool rpc_set_precompiles(struct rpc_call *c, struct rpc_overrides *o, enum fork f)
{
    usize moves = o->moves.n / sizeof(struct vm_precompile_rule);
    buf_clear(&o->rules);
    for (usize i = 0; i < moves; i++) {
        if (!add_move(c, o, f, i)) {
            return false;
        }
    }
    for (usize i = 0; i < o->count; i++) { // what is overridden is no precompile any more
        struct vm_precompile_rule gone = {.at = o->of[i].at, .is_gone = true};
        if (precompile_find(f, &gone.at) != NULL) {
            buf_put(&o->rules, &gone, sizeof gone);
        }
    }
    vm_set_precompiles(node_vm(c->node), (const struct vm_precompile_rule *)o->rules.p,
                       o->rules.n / sizeof(struct vm_precompile_rule));
    return true;
}

// ---- the block

void rpc_block_override_fini(struct rpc_block_override *o)
{
    buf_fini(&o->withdrawals);
}

static bool member_address(struct rpc_call *c, address *out, bool *found, const json_value *v,
                           const char *name)
{
    json_value m;
    return rpc_member(c, &m, found, v, name) && (!*found || rpc_value_address(c, out, &m));
}

static bool member_b256(struct rpc_call *c, b256 *out, bool *found, const json_value *v,
                        const char *name)
{
    json_value m;
    return rpc_member(c, &m, found, v, name) && (!*found || rpc_value_b256(c, out, &m));
}

bool rpc_value_withdrawals(struct rpc_call *c, struct buf *out, const json_value *list)
{
    if (json_expect(list, JSON_KIND_LIST) != FAULT_NONE) {
        return rpc_fail_json(c, list);
    }
    for (usize i = 0; i < json_count(list); i++) {
        json_value v = json_element(list, i);
        u64 number[3];
        bool found[4];
        address at;
        if (!rpc_member_u64(c, &number[0], &found[0], &v, "index") ||
            !rpc_member_u64(c, &number[1], &found[1], &v, "validatorIndex") ||
            !rpc_member_u64(c, &number[2], &found[2], &v, "amount") ||
            !member_address(c, &at, &found[3], &v, "address")) {
            return false;
        }
        if (!found[0] || !found[1] || !found[2] || !found[3]) {
            return refuse(c, &v, "a withdrawal has index, validatorIndex, address and amount");
        }
        usize start = rlp_begin_list(out);
        rlp_put_u64(out, number[0]);
        rlp_put_u64(out, number[1]);
        rlp_put_bytes(out, at.b, sizeof at.b);
        rlp_put_u64(out, number[2]);
        rlp_end_list(out, start);
    }
    return true;
}

// Members that have two names: that of execution-apis and the one that was before it.
static bool read_renamed(struct rpc_call *c, struct rpc_block_override *o, const json_value *v)
{
    bool found;
    if (!member_address(c, &o->coinbase, &found, v, "feeRecipient") ||
        !member_address(c, &o->coinbase, &o->has_coinbase, v, "coinbase")) {
        return false;
    }
    o->has_coinbase = o->has_coinbase || found;
    if (!member_b256(c, &o->prev_randao, &found, v, "prevRandao") ||
        !member_b256(c, &o->prev_randao, &o->has_prev_randao, v, "random")) {
        return false;
    }
    o->has_prev_randao = o->has_prev_randao || found;
    if (!rpc_member_u256(c, &o->base_fee, &found, v, "baseFeePerGas") ||
        !rpc_member_u256(c, &o->base_fee, &o->has_base_fee, v, "baseFee")) {
        return false;
    }
    o->has_base_fee = o->has_base_fee || found;
    if (!rpc_member_u64(c, &o->time, &found, v, "timestamp") ||
        !rpc_member_u64(c, &o->time, &o->has_time, v, "time")) {
        return false;
    }
    o->has_time = o->has_time || found;
    return true;
}

bool rpc_read_block_override(struct rpc_call *c, struct rpc_block_override *o, const json_value *v)
{
    json_value list;
    if (json_expect(v, JSON_KIND_OBJECT) != FAULT_NONE) {
        return rpc_fail_json(c, v);
    }
    return rpc_member_u64(c, &o->number, &o->has_number, v, "number") &&
           rpc_member_u64(c, &o->gas_limit, &o->has_gas_limit, v, "gasLimit") &&
           rpc_member_u256(c, &o->blob_base_fee, &o->has_blob_base_fee, v, "blobBaseFee") &&
           rpc_member_u256(c, &o->difficulty, &o->has_difficulty, v, "difficulty") &&
           member_b256(c, &o->beacon_root, &o->has_beacon_root, v, "parentBeaconBlockRoot") &&
           (o->has_beacon_root ||
            member_b256(c, &o->beacon_root, &o->has_beacon_root, v, "beaconRoot")) &&
           read_renamed(c, o, v) && rpc_member(c, &list, &o->has_withdrawals, v, "withdrawals") &&
           (!o->has_withdrawals || rpc_value_withdrawals(c, &o->withdrawals, &list));
}

void rpc_override_header(struct header *h, const struct rpc_block_override *o)
{
    h->number = o->has_number ? o->number : h->number;
    h->timestamp = o->has_time ? o->time : h->timestamp;
    h->gas_limit = o->has_gas_limit ? o->gas_limit : h->gas_limit;
    h->coinbase = o->has_coinbase ? o->coinbase : h->coinbase;
    h->mix_hash = o->has_prev_randao ? o->prev_randao : h->mix_hash;
    h->base_fee = o->has_base_fee ? o->base_fee : h->base_fee;
    h->difficulty = o->has_difficulty ? o->difficulty : h->difficulty;
    h->beacon_root = o->has_beacon_root ? o->beacon_root : h->beacon_root;
}
