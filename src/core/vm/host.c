// SPDX-License-Identifier: MIT
// Operations on the world, each once, for all three doors (ARCHITECTURE, "One room, three doors"):
// prices by the fork's table, warm and cold (EIP-2929), static rule, effect. They act for the frame
// on top. A price that cannot be paid leaves gas 0 and returns HALT_OUT_OF_GAS before anything is
// read or done, except that the access is marked warm, which the halt of the frame undoes.
#include "core/vm/priv.h"

#include "lib/crypto/hash/keccak.h"

static void report_access(struct vm *vm, enum inspect_access kind, const address *a,
                          const u256 *key, const u256 *value)
{
    if (UNLIKELY(vm->inspector.access != NULL)) {
        vm->inspector.access(vm->inspector.ctx, kind, a, key, value);
    }
}

u64 host_access_price(struct vm *vm, struct account *a, u64 flat)
{
    if (!vm->price.RULE_ACCESS_SETS) {
        return flat;
    }
    return state_warm_account(vm->state, a) ? vm->price.WARM_ACCESS : vm->price.COLD_ACCOUNT;
}

u64 large_code_price(const struct vm *vm, u64 size)
{
    return vm->params.riscv && size > LARGE_CODE ? 4 * words_of(size - LARGE_CODE) : 0;
}

u64 host_code_mark_price(struct vm *vm, struct account *a)
{
    if (!vm->params.riscv || account_code_size(vm->state, a) <= LARGE_CODE) {
        return 0;
    }
    bytes code = account_code(vm->state, a);
    if (code.p[0] != 0xFF || vm_is_precompile(vm, account_address(a))) {
        return 0;
    }
    return state_mark_code(vm->state, a) ? 0 : large_code_price(vm, code.n);
}

enum halt host_balance(struct vm *vm, gas *g, const address *a, u256 *out)
{
    struct account *account = state_account(vm->state, a);
    if (!gas_charge(g, host_access_price(vm, account, vm->price.BALANCE))) {
        return HALT_OUT_OF_GAS;
    }
    report_access(vm, INSPECT_ACCOUNT_READ, a, NULL, NULL);
    *out = *account_balance(account);
    return HALT_NONE;
}

enum halt host_self_balance(struct vm *vm, u256 *out)
{
    struct frame *f = vm_top(vm);
    report_access(vm, INSPECT_ACCOUNT_READ, &f->to, NULL, NULL);
    *out = *account_balance(f->target);
    return HALT_NONE;
}

enum halt host_code_size(struct vm *vm, gas *g, const address *a, u256 *out)
{
    struct account *account = state_account(vm->state, a);
    if (!gas_charge(g, host_access_price(vm, account, vm->price.EXTCODESIZE))) {
        return HALT_OUT_OF_GAS;
    }
    report_access(vm, INSPECT_ACCOUNT_READ, a, NULL, NULL);
    *out = u256_from_u64(account_code_size(vm->state, account));
    return HALT_NONE;
}

enum halt host_code_hash(struct vm *vm, gas *g, const address *a, u256 *out)
{
    struct account *account = state_account(vm->state, a);
    if (!gas_charge(g, host_access_price(vm, account, vm->price.EXTCODEHASH))) {
        return HALT_OUT_OF_GAS;
    }
    report_access(vm, INSPECT_ACCOUNT_READ, a, NULL, NULL);
    // EIP-1052 with EIP-161: absent and empty accounts answer 0.
    bool none = !account_exists(account) || account_is_empty(account);
    *out = none ? u256_zero() : u256_from_b256(*account_code_hash(account));
    return HALT_NONE;
}

void copy_padded(u8 *to, bytes from, u64 offset, u64 n)
{
    u64 have = offset < from.n ? from.n - offset : 0;
    have = have < n ? have : n;
    copy_bytes(to, have > 0 ? from.p + offset : NULL, have);
    zero_bytes(to + have, n - have);
}

enum halt host_code_copy(struct vm *vm, gas *g, const address *a, u64 offset, u8 *to, u64 n)
{
    // The words are paid first: their price needs no state (ABI section 5, order within a service).
    if (!gas_charge(g, vm->price.COPY_WORD * words_of(n))) {
        return HALT_OUT_OF_GAS;
    }
    struct account *account = state_account(vm->state, a);
    u64 price = host_access_price(vm, account, vm->price.EXTCODECOPY);
    if (!gas_charge(g, price + host_code_mark_price(vm, account))) {
        return HALT_OUT_OF_GAS;
    }
    report_access(vm, INSPECT_ACCOUNT_READ, a, NULL, NULL);
    copy_padded(to, account_code(vm->state, account), offset, n);
    return HALT_NONE;
}

enum halt host_block_hash(struct vm *vm, gas *g, const u256 *number, u256 *out)
{
    if (!gas_charge(g, vm->price.BLOCKHASH)) {
        return HALT_OUT_OF_GAS;
    }
    *out = u256_zero();
    u64 now = u256_to_u64_saturated(vm->block.number);
    if (vm->block.block_hash == NULL || !u256_fits_u64(*number) || number->w[0] >= now ||
        now - number->w[0] > 256) {
        return HALT_NONE;
    }
    b256 hash = {{0}};
    enum fault f = vm->block.block_hash(vm->block.ctx, number->w[0], &hash);
    if (f != FAULT_NONE) {
        vm->hash_fault =
            vm_fault(vm, f, "the hash of block %llu", (unsigned long long)number->w[0]);
        return HALT_NONE;
    }
    *out = u256_from_b256(hash);
    return HALT_NONE;
}

enum halt host_blob_hash(struct vm *vm, const u256 *index, u256 *out)
{
    u64 i = u256_to_u64_saturated(*index);
    *out = i < vm->tx.blob_hash_count ? u256_from_b256(vm->tx.blob_hashes[i]) : u256_zero();
    return HALT_NONE;
}

enum halt host_sload(struct vm *vm, gas *g, const u256 *key, u256 *out)
{
    struct frame *f = vm_top(vm);
    u64 price = vm->price.SLOAD;
    if (vm->price.RULE_ACCESS_SETS && !state_warm_slot(vm->state, f->target, key)) {
        price = vm->price.COLD_SLOT;
    }
    if (!gas_charge(g, price)) {
        return HALT_OUT_OF_GAS;
    }
    u256 value = state_sload(vm->state, f->target, key);
    report_access(vm, INSPECT_SLOT_READ, &f->to, key, &value);
    *out = value;
    return HALT_NONE;
}

struct sstore_price {
    u64 gas;
    i64 refund;
};

// EIP-1283, EIP-2200 and EIP-2929 have one shape: the price of writing by (original, current, new),
// with SLOAD as the price of a write that changes nothing that a transaction pays for twice.
static struct sstore_price net_sstore_price(const struct gas_table *p, u256 original, u256 current,
                                            u256 value)
{
    i64 clear = (i64)p->SSTORE_CLEAR_REFUND;
    if (u256_eq(current, value)) {
        return (struct sstore_price){p->SLOAD, 0};
    }
    if (u256_eq(original, current)) {
        if (u256_is_zero(original)) {
            return (struct sstore_price){p->SSTORE_SET, 0};
        }
        return (struct sstore_price){p->SSTORE_RESET, u256_is_zero(value) ? clear : 0};
    }
    i64 refund = 0;
    if (!u256_is_zero(original)) {
        refund -= u256_is_zero(current) ? clear : 0;
        refund += u256_is_zero(value) ? clear : 0;
    }
    if (u256_eq(original, value)) {
        refund += (i64)(u256_is_zero(original) ? p->SSTORE_SET : p->SSTORE_RESET) - (i64)p->SLOAD;
    }
    return (struct sstore_price){p->SLOAD, refund};
}

enum halt host_sstore(struct vm *vm, gas *g, const u256 *key, const u256 *value)
{
    struct frame *f = vm_top(vm);
    const struct gas_table *p = &vm->price;
    if (f->is_static) {
        return HALT_STATIC_VIOLATION;
    }
    if (p->RULE_SSTORE_NET == 2 && gas_left(*g) <= p->CALL_STIPEND) {
        g->left = 0;
        return HALT_OUT_OF_GAS; // EIP-2200's sentry
    }
    u64 cold = 0;
    if (p->RULE_ACCESS_SETS && !state_warm_slot(vm->state, f->target, key)) {
        cold = p->COLD_SLOT;
    }
    u256 current = state_sload(vm->state, f->target, key);
    struct sstore_price price;
    if (p->RULE_SSTORE_NET != 0) {
        price =
            net_sstore_price(p, state_sload_original(vm->state, f->target, key), current, *value);
    } else {
        bool sets = u256_is_zero(current) && !u256_is_zero(*value);
        bool clears = !u256_is_zero(current) && u256_is_zero(*value);
        price = (struct sstore_price){sets ? p->SSTORE_SET : p->SSTORE_RESET,
                                      clears ? (i64)p->SSTORE_CLEAR_REFUND : 0};
    }
    if (!gas_charge(g, cold + price.gas)) {
        return HALT_OUT_OF_GAS;
    }
    state_add_refund(vm->state, price.refund);
    state_sstore(vm->state, f->target, key, value);
    report_access(vm, INSPECT_SLOT_WRITE, &f->to, key, value);
    return HALT_NONE;
}

enum halt host_tload(struct vm *vm, gas *g, const u256 *key, u256 *out)
{
    struct frame *f = vm_top(vm);
    if (!gas_charge(g, vm->price.TLOAD)) {
        return HALT_OUT_OF_GAS;
    }
    u256 value = state_tload(vm->state, f->target, key);
    report_access(vm, INSPECT_TRANSIENT_READ, &f->to, key, &value);
    *out = value;
    return HALT_NONE;
}

enum halt host_tstore(struct vm *vm, gas *g, const u256 *key, const u256 *value)
{
    struct frame *f = vm_top(vm);
    if (f->is_static) {
        return HALT_STATIC_VIOLATION;
    }
    if (!gas_charge(g, vm->price.TSTORE)) {
        return HALT_OUT_OF_GAS;
    }
    state_tstore(vm->state, f->target, key, value);
    report_access(vm, INSPECT_TRANSIENT_WRITE, &f->to, key, value);
    return HALT_NONE;
}

enum halt host_keccak(struct vm *vm, gas *g, bytes data, u64 zeros, u256 *out)
{
    if ((zeros > 0 && vm->params.riscv) ||
        !gas_charge(g, vm->price.KECCAK + vm->price.KECCAK_WORD * words_of(data.n + zeros))) {
        return HALT_OUT_OF_GAS;
    }
    b256 hash;
    keccak256_with_zeros(&hash, data, zeros);
    *out = u256_from_b256(hash);
    return HALT_NONE;
}

enum halt host_log(struct vm *vm, gas *g, bytes data, const u256 *topics, u32 count)
{
    struct frame *f = vm_top(vm);
    CHECK(count <= 4);
    if (f->is_static) {
        return HALT_STATIC_VIOLATION;
    }
    // No overflow: data lie in memory, so there are fewer than 2^32 bytes.
    u64 price = vm->price.LOG + vm->price.LOG_TOPIC * count + vm->price.LOG_BYTE * data.n;
    if (!gas_charge(g, price)) {
        return HALT_OUT_OF_GAS;
    }
    b256 words[4];
    for (u32 i = 0; i < count; i++) {
        words[i] = u256_to_b256(topics[i]);
    }
    state_log(vm->state, &f->to, data, words, count);
    if (UNLIKELY(vm->inspector.log != NULL)) {
        const struct state_log *l = state_log_at(vm->state, state_log_count(vm->state) - 1);
        vm->inspector.log(vm->inspector.ctx, f->depth, l, data);
    }
    return HALT_NONE;
}

static bool destroys_pay_for_new_account(struct vm *vm, struct frame *f, struct account *to)
{
    if (vm->price.NEW_ACCOUNT_SELFDESTRUCT == 0) {
        return false;
    }
    if (!vm->price.RULE_EMPTY_CLEARED) {
        return !account_exists(to);
    }
    return account_is_empty(to) && !u256_is_zero(*account_balance(f->target));
}

enum halt host_self_destruct(struct vm *vm, gas *g, const address *beneficiary)
{
    struct frame *f = vm_top(vm);
    const struct gas_table *p = &vm->price;
    if (f->is_static) {
        return HALT_STATIC_VIOLATION;
    }
    struct account *to = state_account(vm->state, beneficiary);
    u64 price = p->SELFDESTRUCT;
    if (p->RULE_ACCESS_SETS && !state_warm_account(vm->state, to)) {
        price += p->COLD_ACCOUNT;
    }
    price += destroys_pay_for_new_account(vm, f, to) ? p->NEW_ACCOUNT_SELFDESTRUCT : 0;
    if (!gas_charge(g, price)) {
        return HALT_OUT_OF_GAS;
    }
    if (!state_is_destroyed(vm->state, f->target)) {
        state_add_refund(vm->state, (i64)p->SELFDESTRUCT_REFUND);
    }
    u256 balance = *account_balance(f->target);
    bool destroys = !p->RULE_DESTROY_NEW_ONLY || state_created_now(vm->state, f->target);
    if (to != f->target) {
        state_sub_balance(vm->state, f->target, &balance);
        state_add_balance(vm->state, to, &balance);
    } else if (destroys) {
        state_sub_balance(vm->state, f->target, &balance); // burnt
    }
    if (destroys) {
        state_destroy(vm->state, f->target);
    }
    report_access(vm, INSPECT_ACCOUNT_WRITE, beneficiary, NULL, NULL);
    if (UNLIKELY(vm->inspector.destroy != NULL)) {
        struct inspect_destroy d = {f->depth, f->to, *beneficiary, balance, destroys};
        vm->inspector.destroy(vm->inspector.ctx, &d);
    }
    return HALT_NONE;
}

void host_return_data_copy(struct vm *vm, u64 offset, u8 *to, u64 n)
{
    CHECK(offset <= vm->return_data.n && n <= vm->return_data.n - offset);
    copy_bytes(to, n > 0 ? vm->return_data.p + offset : NULL, n);
}
