// SPDX-License-Identifier: MIT
// The mini-EVM's operations on the world (engine/evm/host.h) over an EVMC host. Prices are those of
// the fork's table, charged as core/vm/host.c does, with the host's answers in the place of a
// state.
#include "app/api/evmc_run.h"
#include "lib/base/check.h"
#include "lib/crypto/hash/keccak.h"

static struct run *run_of(void *ctx)
{
    struct evmc_hybrid *h = ctx;
    return h->run;
}

u64 run_access_price(struct run *r, const address *a, u64 flat)
{
    if (!r->price.RULE_ACCESS_SETS) {
        return flat;
    }
    bool warm = r->host->access_account(r->context, out_address(a)) == EVMC_ACCESS_WARM;
    return warm ? r->price.WARM_ACCESS : r->price.COLD_ACCOUNT;
}

static enum halt op_balance(void *ctx, gas *g, const address *a, u256 *out)
{
    struct run *r = run_of(ctx);
    if (!gas_charge(g, run_access_price(r, a, r->price.BALANCE))) {
        return HALT_OUT_OF_GAS;
    }
    *out = in_word(r->host->get_balance(r->context, out_address(a)));
    return HALT_NONE;
}

static enum halt op_self_balance(void *ctx, u256 *out)
{
    struct run *r = run_of(ctx);
    *out = in_word(r->host->get_balance(r->context, &r->message->recipient));
    return HALT_NONE;
}

static enum halt op_code_size(void *ctx, gas *g, const address *a, u256 *out)
{
    struct run *r = run_of(ctx);
    if (!gas_charge(g, run_access_price(r, a, r->price.EXTCODESIZE))) {
        return HALT_OUT_OF_GAS;
    }
    *out = u256_from_u64(r->host->get_code_size(r->context, out_address(a)));
    return HALT_NONE;
}

static enum halt op_code_hash(void *ctx, gas *g, const address *a, u256 *out)
{
    struct run *r = run_of(ctx);
    if (!gas_charge(g, run_access_price(r, a, r->price.EXTCODEHASH))) {
        return HALT_OUT_OF_GAS;
    }
    *out = in_word(r->host->get_code_hash(r->context, out_address(a)));
    return HALT_NONE;
}

static enum halt op_code_copy(void *ctx, gas *g, const address *a, u64 offset, u8 *to, u64 n)
{
    struct run *r = run_of(ctx);
    if (!gas_charge(g, r->price.COPY_WORD * words_of(n)) ||
        !gas_charge(g, run_access_price(r, a, r->price.EXTCODECOPY))) {
        return HALT_OUT_OF_GAS;
    }
    usize copied = n == 0 ? 0 : r->host->copy_code(r->context, out_address(a), offset, to, n);
    CHECK(copied <= n);
    zero_bytes(to + copied, n - copied);
    return HALT_NONE;
}

static enum halt op_block_hash(void *ctx, gas *g, const u256 *number, u256 *out)
{
    struct run *r = run_of(ctx);
    if (!gas_charge(g, r->price.BLOCKHASH)) {
        return HALT_OUT_OF_GAS;
    }
    u64 now = (u64)r->tx.block_number;
    bool known = u256_fits_u64(*number) && number->w[0] < now && now - number->w[0] <= 256;
    *out = known ? in_word(r->host->get_block_hash(r->context, (i64)number->w[0])) : u256_zero();
    return HALT_NONE;
}

static enum halt op_blob_hash(void *ctx, const u256 *index, u256 *out)
{
    const struct run *r = run_of(ctx);
    u64 i = u256_to_u64_saturated(*index);
    *out = i < r->tx.blob_hashes_count ? in_word(r->tx.blob_hashes[i]) : u256_zero();
    return HALT_NONE;
}

static bool slot_is_cold(struct run *r, const evmc_bytes32 *key)
{
    return r->price.RULE_ACCESS_SETS &&
           r->host->access_storage(r->context, &r->message->recipient, key) == EVMC_ACCESS_COLD;
}

static enum halt op_sload(void *ctx, gas *g, const u256 *key, u256 *out)
{
    struct run *r = run_of(ctx);
    evmc_bytes32 k = out_word(*key);
    if (!gas_charge(g, slot_is_cold(r, &k) ? r->price.COLD_SLOT : r->price.SLOAD)) {
        return HALT_OUT_OF_GAS;
    }
    *out = in_word(r->host->get_storage(r->context, &r->message->recipient, &k));
    return HALT_NONE;
}

struct store_price {
    u64 gas;
    i64 refund;
};

// Net metering (EIP-1283, 2200, 2929, 3529) by what the host says the write did.
static struct store_price net_price(const struct gas_table *p, enum evmc_storage_status status)
{
    i64 clear = (i64)p->SSTORE_CLEAR_REFUND;
    i64 unset = (i64)p->SSTORE_SET - (i64)p->SLOAD;
    i64 undo = (i64)p->SSTORE_RESET - (i64)p->SLOAD;
    switch (status) {
    case EVMC_STORAGE_ASSIGNED:
        return (struct store_price){p->SLOAD, 0};
    case EVMC_STORAGE_ADDED:
        return (struct store_price){p->SSTORE_SET, 0};
    case EVMC_STORAGE_DELETED:
        return (struct store_price){p->SSTORE_RESET, clear};
    case EVMC_STORAGE_MODIFIED:
        return (struct store_price){p->SSTORE_RESET, 0};
    case EVMC_STORAGE_DELETED_ADDED:
        return (struct store_price){p->SLOAD, -clear};
    case EVMC_STORAGE_MODIFIED_DELETED:
        return (struct store_price){p->SLOAD, clear};
    case EVMC_STORAGE_DELETED_RESTORED:
        return (struct store_price){p->SLOAD, undo - clear};
    case EVMC_STORAGE_ADDED_DELETED:
        return (struct store_price){p->SLOAD, unset};
    case EVMC_STORAGE_MODIFIED_RESTORED:
        return (struct store_price){p->SLOAD, undo};
    }
    return (struct store_price){p->SSTORE_SET, 0}; // a host that answers something else
}

// Before net metering only the value before and after count.
static struct store_price flat_price(const struct gas_table *p, enum evmc_storage_status status)
{
    bool sets = status == EVMC_STORAGE_ADDED || status == EVMC_STORAGE_DELETED_ADDED ||
                status == EVMC_STORAGE_DELETED_RESTORED;
    bool clears = status == EVMC_STORAGE_DELETED || status == EVMC_STORAGE_MODIFIED_DELETED ||
                  status == EVMC_STORAGE_ADDED_DELETED;
    return (struct store_price){sets ? p->SSTORE_SET : p->SSTORE_RESET,
                                clears ? (i64)p->SSTORE_CLEAR_REFUND : 0};
}

static enum halt op_sstore(void *ctx, gas *g, const u256 *key, const u256 *value)
{
    struct run *r = run_of(ctx);
    if (run_is_static(r)) {
        return HALT_STATIC_VIOLATION;
    }
    if (r->price.RULE_SSTORE_NET == 2 && gas_left(*g) <= r->price.CALL_STIPEND) {
        g->left = 0;
        return HALT_OUT_OF_GAS; // EIP-2200's sentry
    }
    evmc_bytes32 k = out_word(*key);
    evmc_bytes32 v = out_word(*value);
    u64 cold = slot_is_cold(r, &k) ? r->price.COLD_SLOT : 0;
    enum evmc_storage_status status =
        r->host->set_storage(r->context, &r->message->recipient, &k, &v);
    struct store_price price = r->price.RULE_SSTORE_NET != 0 ? net_price(&r->price, status)
                                                             : flat_price(&r->price, status);
    if (!gas_charge(g, cold + price.gas)) {
        return HALT_OUT_OF_GAS; // the frame fails, and the host undoes the write
    }
    r->refund += price.refund;
    return HALT_NONE;
}

static enum halt op_tload(void *ctx, gas *g, const u256 *key, u256 *out)
{
    struct run *r = run_of(ctx);
    if (!gas_charge(g, r->price.TLOAD)) {
        return HALT_OUT_OF_GAS;
    }
    evmc_bytes32 k = out_word(*key);
    *out = in_word(r->host->get_transient_storage(r->context, &r->message->recipient, &k));
    return HALT_NONE;
}

static enum halt op_tstore(void *ctx, gas *g, const u256 *key, const u256 *value)
{
    struct run *r = run_of(ctx);
    if (run_is_static(r)) {
        return HALT_STATIC_VIOLATION;
    }
    if (!gas_charge(g, r->price.TSTORE)) {
        return HALT_OUT_OF_GAS;
    }
    evmc_bytes32 k = out_word(*key);
    evmc_bytes32 v = out_word(*value);
    r->host->set_transient_storage(r->context, &r->message->recipient, &k, &v);
    return HALT_NONE;
}

static enum halt op_keccak(void *ctx, gas *g, bytes data, u64 zeros, u256 *out)
{
    struct run *r = run_of(ctx);
    if ((zeros > 0 && r->hybrid) ||
        !gas_charge(g, r->price.KECCAK + r->price.KECCAK_WORD * words_of(data.n + zeros))) {
        return HALT_OUT_OF_GAS;
    }
    b256 hash;
    keccak256_with_zeros(&hash, data, zeros);
    *out = u256_from_b256(hash);
    return HALT_NONE;
}

static enum halt op_log(void *ctx, gas *g, bytes data, const u256 *topics, u32 count)
{
    struct run *r = run_of(ctx);
    CHECK(count <= 4);
    if (run_is_static(r)) {
        return HALT_STATIC_VIOLATION;
    }
    if (!gas_charge(g, r->price.LOG + r->price.LOG_TOPIC * count + r->price.LOG_BYTE * data.n)) {
        return HALT_OUT_OF_GAS;
    }
    evmc_bytes32 words[4];
    for (u32 i = 0; i < count; i++) {
        words[i] = out_word(topics[i]);
    }
    r->host->emit_log(r->context, &r->message->recipient, data.p, data.n, words, count);
    return HALT_NONE;
}

static bool pays_for_new_beneficiary(struct run *r, const address *to)
{
    if (r->price.NEW_ACCOUNT_SELFDESTRUCT == 0 ||
        r->host->account_exists(r->context, out_address(to))) {
        return false;
    }
    return !r->price.RULE_EMPTY_CLEARED ||
           !u256_is_zero(in_word(r->host->get_balance(r->context, &r->message->recipient)));
}

static enum halt op_self_destruct(void *ctx, gas *g, const address *beneficiary)
{
    struct run *r = run_of(ctx);
    if (run_is_static(r)) {
        return HALT_STATIC_VIOLATION;
    }
    u64 price = r->price.SELFDESTRUCT;
    if (r->price.RULE_ACCESS_SETS &&
        r->host->access_account(r->context, out_address(beneficiary)) == EVMC_ACCESS_COLD) {
        price += r->price.COLD_ACCOUNT;
    }
    price += pays_for_new_beneficiary(r, beneficiary) ? r->price.NEW_ACCOUNT_SELFDESTRUCT : 0;
    if (!gas_charge(g, price)) {
        return HALT_OUT_OF_GAS;
    }
    if (r->host->selfdestruct(r->context, &r->message->recipient, out_address(beneficiary))) {
        r->refund += (i64)r->price.SELFDESTRUCT_REFUND;
    }
    return HALT_NONE;
}

static void op_return_data_copy(void *ctx, u64 offset, u8 *to, u64 n)
{
    const struct run *r = run_of(ctx);
    CHECK(offset <= r->return_data.n && n <= r->return_data.n - offset);
    copy_bytes(to, r->return_data.p + offset, n);
}

static void op_load_code(void *ctx, u8 *to, u64 n)
{
    const struct run *r = run_of(ctx);
    usize have = n < r->code.n ? n : r->code.n;
    copy_bytes(to, r->code.p, have);
    zero_bytes(to + have, n - have);
}

static void op_step(void *ctx, const struct evm_step *s)
{
    (void)ctx;
    (void)s;
}

struct evm_host evmc_operations(struct evmc_hybrid *h)
{
    return (struct evm_host){
        .ctx = h,
        .balance = op_balance,
        .self_balance = op_self_balance,
        .code_size = op_code_size,
        .code_hash = op_code_hash,
        .code_copy = op_code_copy,
        .block_hash = op_block_hash,
        .blob_hash = op_blob_hash,
        .sload = op_sload,
        .sstore = op_sstore,
        .tload = op_tload,
        .tstore = op_tstore,
        .keccak = op_keccak,
        .log = op_log,
        .self_destruct = op_self_destruct,
        .return_data_copy = op_return_data_copy,
        .load_code = op_load_code,
        .step = op_step,
    };
}
