// SPDX-License-Identifier: MIT
// The life of a transaction: validity, purchase of gas, authorizations, warm sets, execution,
// refund, floor, payment of the coinbase. Rules of forks are read from the gas table.
#include "core/chain/transact.h"

#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/num/u256.h"

#define GAS_PER_BLOB 131072u // EIP-4844
#define BLOB_VERSION 0x01

struct blob_schedule blob_schedule_of(enum fork f)
{
    static const struct blob_schedule NONE = {0, 0, 1};
    static const struct blob_schedule CANCUN = {3, 6, 3338477}; // EIP-4844
    static const struct blob_schedule PRAGUE = {6, 9, 5007716}; // EIP-7691
    return f >= FORK_PRAGUE ? PRAGUE : f >= FORK_CANCUN ? CANCUN : NONE;
}

// EIP-4844's fake_exponential with factor 1: the sum of x^i / (i! d^(i-1)) / d, each term rounded
// down.
u256 blob_base_fee(u64 excess_blob_gas, u64 update_fraction)
{
    u256 d = u256_from_u64(update_fraction);
    u256 x = u256_from_u64(excess_blob_gas);
    u256 term = d;
    u256 sum = u256_zero();
    for (u64 i = 1; !u256_is_zero(term); i++) {
        sum = u256_add(sum, term);
        term = u256_div(u256_mul(term, x), u256_mul(d, u256_from_u64(i)));
    }
    return u256_div(sum, d);
}

struct intrinsic_gas transaction_intrinsic_gas(const struct gas_table *p,
                                               const struct transaction *t)
{
    u64 nonzero = 0;
    for (usize i = 0; i < t->data.n; i++) {
        nonzero += t->data.p[i] != 0;
    }
    u64 zero = t->data.n - nonzero;
    u64 price = p->TX_BASE + zero * p->TX_DATA_ZERO + nonzero * p->TX_DATA_NONZERO;
    if (t->is_create) {
        price += p->TX_CREATE + p->INITCODE_WORD * ((t->data.n + 31) / 32);
    }
    price += t->access_count * p->TX_ACCESS_ADDRESS + t->key_count * p->TX_ACCESS_KEY;
    price += t->authorization_count * p->TX_AUTHORIZATION;
    u64 floor = p->TX_FLOOR_TOKEN == 0 ? 0 : p->TX_BASE + p->TX_FLOOR_TOKEN * (zero + 4 * nonzero);
    return (struct intrinsic_gas){price, floor};
}

// ---- validity

struct run { // a transaction under way
    struct vm *vm;
    struct state *s;
    const struct chain_block *b;
    const struct transaction *t;
    struct gas_table price;
    struct account *sender;
    struct intrinsic_gas intrinsic;
    u256 gas_price; // effective
    u256 blob_fee;
};

static enum verdict check_type(const struct run *r)
{
    static const enum verdict BEFORE[TX_TYPE_COUNT] = {
        VERDICT_VALID, VERDICT_TYPE_1_BEFORE_FORK, VERDICT_TYPE_2_BEFORE_FORK,
        VERDICT_TYPE_3_BEFORE_FORK, VERDICT_TYPE_4_BEFORE_FORK};
    const struct transaction *t = r->t;
    if (t->type > r->price.TX_TYPE_MAX) {
        return BEFORE[t->type];
    }
    if (t->has_chain_id && !u256_eq(t->chain_id, r->b->vm.chain_id)) {
        return VERDICT_CHAIN_ID_WRONG;
    }
    if (t->type == TX_AUTHORIZATION) {
        if (t->is_create) {
            return VERDICT_AUTHORIZATIONS_CREATE;
        }
        return t->authorization_count == 0 ? VERDICT_AUTHORIZATIONS_NONE : VERDICT_VALID;
    }
    return VERDICT_VALID;
}

static enum verdict check_blobs(const struct run *r)
{
    const struct transaction *t = r->t;
    if (t->type != TX_BLOB) {
        return VERDICT_VALID;
    }
    if (t->is_create) {
        return VERDICT_BLOBS_CREATE;
    }
    if (t->blob_count == 0) {
        return VERDICT_BLOBS_NONE;
    }
    if (t->blob_count > r->b->blobs.max || t->blob_count > r->price.TX_BLOBS_MAX) {
        return VERDICT_BLOBS_TOO_MANY;
    }
    for (usize i = 0; i < t->blob_count; i++) {
        if (t->blob_hashes[i].b[0] != BLOB_VERSION) {
            return VERDICT_BLOB_HASH_VERSION;
        }
    }
    if (t->blob_count * GAS_PER_BLOB > r->b->blob_gas_left) {
        return VERDICT_BLOBS_OVER_BLOCK;
    }
    return u256_lt(t->max_blob_fee, r->blob_fee) ? VERDICT_BLOB_FEE_TOO_LOW : VERDICT_VALID;
}

static enum verdict check_gas(const struct run *r)
{
    const struct transaction *t = r->t;
    u64 cap = r->b->has_tx_gas_max ? r->b->tx_gas_max : r->price.TX_GAS_MAX;
    if (t->gas_limit > cap && !r->b->is_call) {
        return VERDICT_GAS_OVER_CAP;
    }
    if (t->gas_limit > r->b->gas_left || t->gas_limit >> 63 != 0) {
        return VERDICT_GAS_OVER_BLOCK;
    }
    if (t->gas_limit < r->intrinsic.gas) {
        return VERDICT_INTRINSIC_TOO_LOW;
    }
    if (t->gas_limit < r->intrinsic.floor) {
        return VERDICT_FLOOR_TOO_LOW;
    }
    return VERDICT_VALID;
}

static enum verdict check_fees(const struct run *r)
{
    const struct transaction *t = r->t;
    if (r->price.RULE_BASE_FEE) {
        if (u256_lt(t->max_fee, t->max_priority)) {
            return VERDICT_PRIORITY_OVER_FEE;
        }
        if (u256_lt(t->max_fee, r->b->vm.base_fee)) {
            return VERDICT_FEE_BELOW_BASE;
        }
    }
    return VERDICT_VALID;
}

// A designator is code that an account of a key may have (EIP-7702).
static bool is_designator(bytes code)
{
    return code.n == 23 && code.p[0] == 0xEF && code.p[1] == 0x01 && code.p[2] == 0x00;
}

static enum verdict check_sender(const struct run *r)
{
    const struct transaction *t = r->t;
    if (r->b->is_call && !r->b->checks_nonce) {
        return VERDICT_VALID;
    }
    bytes code = account_code(r->s, r->sender);
    bool any_sender = r->b->any_sender || r->b->is_call;
    if (code.n > 0 && !any_sender && !(r->price.RULE_DELEGATION && is_designator(code))) {
        return VERDICT_SENDER_HAS_CODE;
    }
    u64 nonce = account_nonce(r->sender);
    if (t->nonce != nonce) {
        return t->nonce < nonce ? VERDICT_NONCE_TOO_LOW : VERDICT_NONCE_TOO_HIGH;
    }
    return nonce == ~(u64)0 ? VERDICT_NONCE_IS_MAX : VERDICT_VALID;
}

// Adds a * b to *sum; false if anything does not fit 256 bits.
static bool add_product(u256 *sum, u256 a, u64 b)
{
    u256 product = u256_mul(a, u256_from_u64(b));
    if (b != 0 && !u256_eq(u256_div(product, u256_from_u64(b)), a)) {
        return false;
    }
    bool carry = false;
    *sum = u256_add_carry(&carry, *sum, product);
    return !carry;
}

static enum verdict check_funds(const struct run *r)
{
    const struct transaction *t = r->t;
    u256 most = u256_zero();
    if (!add_product(&most, t->max_fee, t->gas_limit)) {
        return VERDICT_FEE_OVERFLOWS;
    }
    u64 blob_gas = t->blob_count * GAS_PER_BLOB;
    if (!add_product(&most, t->max_blob_fee, blob_gas) || !add_product(&most, t->value, 1)) {
        return VERDICT_FUNDS_TOO_LOW;
    }
    return u256_lt(*account_balance(r->sender), most) ? VERDICT_FUNDS_TOO_LOW : VERDICT_VALID;
}

static u64 init_code_max(const struct run *r)
{
    bytes data = buf_bytes(&r->t->data);
    static const u8 MAGIC[5] = {0xFF, 0x7F, 0x45, 0x4C, 0x46};
    bool container = r->b->params.riscv && data.n >= 10 && data.p[0] == 0xFF &&
                     equal_bytes(data.p + 5, MAGIC, sizeof MAGIC);
    return container ? 2 * r->b->params.max_code_size : r->price.INITCODE_SIZE_MAX;
}

static enum verdict check_transaction(const struct run *r)
{
    static enum verdict (*const CHECKS[])(const struct run *r) = {
        check_type, check_fees, check_blobs, check_gas, check_sender, check_funds,
    };
    for (u32 i = 0; i < COUNT_OF(CHECKS); i++) {
        enum verdict v = CHECKS[i](r);
        if (v != VERDICT_VALID) {
            return v;
        }
    }
    bool too_large = r->t->is_create && r->t->data.n > init_code_max(r);
    return too_large ? VERDICT_INITCODE_TOO_LARGE : VERDICT_VALID;
}

// ---- before execution

static void buy_gas(const struct run *r)
{
    u256 cost = u256_mul(r->gas_price, u256_from_u64(r->t->gas_limit));
    u256 blobs = u256_mul(r->blob_fee, u256_from_u64(r->t->blob_count * GAS_PER_BLOB));
    cost = u256_add(cost, blobs);
    state_sub_balance(r->s, r->sender, &cost);
    if (!r->t->is_create) { // a creation's frame increments it
        state_set_nonce(r->s, r->sender, account_nonce(r->sender) + 1);
    }
}

static void apply_authorization(const struct run *r, const struct authorization *a)
{
    address signer;
    bool here = u256_is_zero(a->chain_id) || u256_eq(a->chain_id, r->b->vm.chain_id);
    if (!here || a->nonce == ~(u64)0 || !authorization_signer(&signer, a)) {
        return;
    }
    struct account *authority = state_account(r->s, &signer);
    (void)state_warm_account(r->s, authority);
    bytes code = account_code(r->s, authority);
    if ((code.n > 0 && !is_designator(code)) || account_nonce(authority) != a->nonce) {
        return;
    }
    if (account_exists(authority)) {
        state_add_refund(r->s, (i64)r->price.TX_AUTHORIZATION_REFUND);
    }
    u8 designator[23] = {0xEF, 0x01, 0x00};
    copy_bytes(designator + 3, a->target.b, sizeof a->target.b);
    static const address NOBODY = {{0}};
    bool clears = address_equal(&a->target, &NOBODY);
    state_set_code(r->s, authority, clears ? BYTES_NONE : (bytes){designator, sizeof designator});
    state_set_nonce(r->s, authority, a->nonce + 1);
}

static void warm_up(const struct run *r)
{
    if (!r->price.RULE_ACCESS_SETS) {
        return;
    }
    (void)state_warm_account(r->s, r->sender);
    for (u32 i = 0; i < vm_precompile_count(r->vm); i++) {
        address a = vm_precompile_at(r->vm, i);
        (void)state_warm_account(r->s, state_account(r->s, &a));
    }
    if (r->price.RULE_WARM_COINBASE) {
        (void)state_warm_account(r->s, state_account(r->s, &r->b->vm.coinbase));
    }
    for (usize i = 0; i < r->t->access_count; i++) {
        const struct access_entry *e = &r->t->access[i];
        struct account *a = state_account(r->s, &e->at);
        (void)state_warm_account(r->s, a);
        for (usize k = 0; k < e->key_count; k++) {
            u256 key = u256_from_b256(r->t->keys[e->first_key + k]);
            (void)state_warm_slot(r->s, a, &key);
        }
    }
    if (!r->t->is_create) {
        struct account *to = state_account(r->s, &r->t->to);
        (void)state_warm_account(r->s, to);
    }
}

// The designator's target is warm too (EIP-7702); looked at after authorizations have been applied.
static void warm_delegate(const struct run *r)
{
    if (r->t->is_create || !r->price.RULE_DELEGATION) {
        return;
    }
    bytes code = account_code(r->s, state_account(r->s, &r->t->to));
    if (is_designator(code)) {
        address target;
        copy_bytes(target.b, code.p + 3, sizeof target.b);
        (void)state_warm_account(r->s, state_account(r->s, &target));
    }
}

// ---- after execution

static u64 settle_gas(const struct run *r, const struct vm_result *result, u64 *most_used)
{
    u64 used = r->t->gas_limit - result->gas_left;
    u64 refund = state_refund(r->s) > 0 ? (u64)state_refund(r->s) : 0;
    u64 most = used / r->price.REFUND_QUOTIENT;
    *most_used = used < r->intrinsic.floor ? r->intrinsic.floor : used;
    used -= refund < most ? refund : most;
    used = used < r->intrinsic.floor ? r->intrinsic.floor : used;
    u256 back = u256_mul(r->gas_price, u256_from_u64(r->t->gas_limit - used));
    state_add_balance(r->s, r->sender, &back);
    u256 tip = r->price.RULE_BASE_FEE ? u256_sub(r->gas_price, r->b->vm.base_fee) : r->gas_price;
    u256 fee = u256_mul(tip, u256_from_u64(used));
    state_add_balance(r->s, state_account(r->s, &r->b->vm.coinbase), &fee);
    return used;
}

static u256 effective_price(const struct run *r)
{
    if (!r->price.RULE_BASE_FEE) {
        return r->t->max_fee;
    }
    u256 room = u256_sub(r->t->max_fee, r->b->vm.base_fee);
    u256 tip = u256_lt(r->t->max_priority, room) ? r->t->max_priority : room;
    return u256_add(r->b->vm.base_fee, tip);
}

static enum fault execute(const struct run *r, const address *sender, struct vm_result *result)
{
    struct vm_block block = r->b->vm;
    block.blob_base_fee = r->blob_fee;
    struct vm_transaction tx = {
        .origin = *sender,
        .gas_price = r->gas_price,
        .blob_hashes = r->t->blob_hashes,
        .blob_hash_count = (u32)r->t->blob_count,
    };
    vm_set_block(r->vm, &block);
    vm_set_transaction(r->vm, &tx);
    struct vm_message m = {
        .is_create = r->t->is_create,
        .from = *sender,
        .to = r->t->to,
        .value = r->t->value,
        .input = buf_bytes(&r->t->data),
        .gas = r->t->gas_limit - r->intrinsic.gas,
    };
    return vm_execute(r->vm, r->s, &m, result);
}

static void run_init(struct run *r, const address *sender)
{
    const struct chain_block *b = r->b;
    vm_set_rules(r->vm, b->fork, &b->params);
    gas_table_init(&r->price, b->fork);
    r->sender = state_account(r->s, sender);
    r->intrinsic = transaction_intrinsic_gas(&r->price, r->t);
    r->blob_fee = b->has_blob_fee    ? b->vm.blob_base_fee
                  : b->blobs.max > 0 ? blob_base_fee(b->excess_blob_gas, b->blobs.update_fraction)
                                     : u256_zero();
}

enum fault chain_check(struct vm *vm, struct state *s, const struct chain_block *b,
                       const struct transaction *t, const address *sender, enum verdict *verdict)
{
    struct run r = {.vm = vm, .s = s, .b = b, .t = t};
    run_init(&r, sender);
    *verdict = check_transaction(&r);
    return state_take_fault(s);
}

enum fault chain_transact(struct vm *vm, struct state *s, const struct chain_block *b,
                          const struct transaction *t, const address *sender, enum verdict *verdict,
                          struct chain_receipt *out)
{
    struct run r = {.vm = vm, .s = s, .b = b, .t = t};
    run_init(&r, sender);
    *verdict = check_transaction(&r);
    if (*verdict != VERDICT_VALID) {
        return state_take_fault(s);
    }
    r.gas_price = effective_price(&r);
    state_begin_transaction(s);
    warm_up(&r);
    buy_gas(&r);
    for (usize i = 0; i < t->authorization_count; i++) {
        apply_authorization(&r, &t->authorizations[i]);
    }
    warm_delegate(&r);
    struct vm_result result;
    struct state_checkpoint nothing = {0};
    enum fault f = execute(&r, sender, &result);
    if (f != FAULT_NONE) {
        state_revert(s, nothing);
        return f;
    }
    *out = (struct chain_receipt){
        .status = result.status,
        .halt = result.halt,
        .output = result.output,
        .created = result.created,
        .has_created = t->is_create && result.status == EVM_SUCCESS,
    };
    out->gas_used = settle_gas(&r, &result, &out->gas_max);
    state_end_transaction(s, r.price.RULE_EMPTY_CLEARED);
    return FAULT_NONE;
}
