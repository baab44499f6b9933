// SPDX-License-Identifier: MIT
// Calls and creations, decided once for callers of both kinds: price, gas that goes along, depth,
// balance, static rule, code to run (yellow paper sections 7 and 8; EIP-150, 161, 2929, 3860, 7702;
// ABI section 4).
#include "core/vm/priv.h"

#include "lib/crypto/hash/keccak.h"

#define DESIGNATOR_SIZE 23u // EIP-7702: ef 01 00, then an address

static void report_charged(struct vm *vm, const struct frame *f, gas g)
{
    if (UNLIKELY(vm->inspector.evm_charged != NULL) && f->kind == INSPECT_EVM) {
        vm->inspector.evm_charged(vm->inspector.ctx, f->depth, gas_left(g));
    }
}

struct resolved_code resolve_code(struct vm *vm, const address *a)
{
    struct account *account = state_account(vm->state, a);
    struct resolved_code r = {
        .account = account,
        .at = *a,
        .code = account_code(vm->state, account),
        .hash = *account_code_hash(account),
    };
    const u8 *p = r.code.p;
    if (!vm->price.RULE_DELEGATION || r.code.n != DESIGNATOR_SIZE || p[0] != 0xEF || p[1] != 0x01 ||
        p[2] != 0x00) {
        return r;
    }
    r.delegated = true;
    copy_bytes(r.at.b, p + 3, sizeof r.at.b);
    r.account = state_account(vm->state, &r.at);
    r.hash = *account_code_hash(r.account);
    // A designator that points to a precompile runs no code (EIP-7702, "Delegation Designation").
    r.code = vm_is_precompile(vm, &r.at) ? BYTES_NONE : account_code(vm->state, r.account);
    return r;
}

static u64 new_account_price(struct vm *vm, struct account *to, const u256 *value)
{
    if (vm->price.RULE_EMPTY_CLEARED) {
        return !u256_is_zero(*value) && account_is_empty(to) ? vm->price.NEW_ACCOUNT : 0;
    }
    return account_exists(to) ? 0 : vm->price.NEW_ACCOUNT;
}

// All that is paid before gas is given away. Marks accesses warm and large code loaded.
static u64 call_price(struct vm *vm, const struct call_request *r, struct account *to,
                      const struct resolved_code *code)
{
    u64 price = host_access_price(vm, to, vm->price.CALL);
    bool has_value = !u256_is_zero(r->value);
    if (r->op == OP_CALL || r->op == OP_CALLCODE) {
        price += has_value ? vm->price.CALL_VALUE : 0;
    }
    if (r->op == OP_CALL) {
        price += new_account_price(vm, to, &r->value);
    }
    if (code->delegated) {
        price += host_access_price(vm, code->account, 0);
    }
    return price + (code->code.n > LARGE_CODE ? host_code_mark_price(vm, code->account) : 0);
}

// Takes from *g what goes to the child; false if a definite amount is asked for that is not there.
static bool forward_gas(struct vm *vm, gas *g, const struct call_request *r, u64 *forwarded)
{
    u64 left = gas_left(*g);
    bool sixty_fourth = vm->price.RULE_63_64 || vm_top(vm)->kind == INSPECT_RISCV;
    u64 most = sixty_fourth ? left - left / 64 : left;
    u64 wanted = r->gas_wanted;
    if (wanted > most) {
        if (!r->capped && !sixty_fourth) {
            g->left = 0;
            return false;
        }
        wanted = most;
    }
    *forwarded = wanted;
    return gas_charge(g, wanted);
}

static struct frame_request call_frame(struct vm *vm, const struct call_request *r,
                                       const struct resolved_code *code, u64 forwarded)
{
    const struct frame *f = vm_top(vm);
    struct frame_request q = {
        .op = r->op,
        .depth = f->depth + 1,
        .is_static = f->is_static || r->op == OP_STATICCALL,
        .foreign_input = r->foreign,
        .caller = f->to,
        .code_address = r->to,
        .code_hash = code->hash,
        .code = code->code,
        .input = r->data,
        .gas = forwarded,
    };
    switch (r->op) {
    case OP_CALL:
        q.target = state_account(vm->state, &r->to);
        q.value = r->value;
        q.moves_value = true;
        break;
    case OP_CALLCODE:
        q.target = f->target;
        q.value = r->value;
        break;
    case OP_DELEGATECALL:
        q.target = f->target;
        q.caller = f->caller;
        q.value = f->value;
        break;
    default: // STATICCALL
        q.target = state_account(vm->state, &r->to);
        break;
    }
    return q;
}

enum fault host_call(struct vm *vm, gas *g, const struct call_request *r, enum halt *halt)
{
    struct frame *f = vm_top(vm);
    bool has_value = (r->op == OP_CALL || r->op == OP_CALLCODE) && !u256_is_zero(r->value);
    if (r->op == OP_CALL && has_value && f->is_static) {
        *halt = HALT_STATIC_VIOLATION;
        return FAULT_NONE;
    }
    struct account *to = state_account(vm->state, &r->to);
    struct resolved_code code = resolve_code(vm, &r->to);
    u64 forwarded = 0;
    if (!gas_charge(g, call_price(vm, r, to, &code)) || !forward_gas(vm, g, r, &forwarded)) {
        *halt = HALT_OUT_OF_GAS;
        return FAULT_NONE;
    }
    *halt = HALT_NONE;
    f->gas = f->kind == INSPECT_EVM ? gas_left(*g) : f->gas;
    report_charged(vm, f, *g);
    forwarded += has_value ? vm->price.CALL_STIPEND : 0;
    vm->return_data.n = 0;
    if (f->depth >= FRAME_DEPTH_MAX ||
        (has_value && u256_lt(*account_balance(f->target), r->value))) {
        struct frame_request q = call_frame(vm, r, &code, forwarded);
        frame_refuse(vm, &q, EVM_NOT_BEGUN, HALT_NONE);
        return FAULT_NONE;
    }
    struct frame_request q = call_frame(vm, r, &code, forwarded);
    return frame_begin(vm, &q);
}

// ---- creations

// The address of a creation: the end of the hash of the RLP list (sender, nonce) (yellow paper, 7).
address create_address(const address *sender, u64 nonce)
{
    u8 rlp[1 + 1 + 20 + 9];
    usize n = 1;
    rlp[n++] = 0x80 + 20;
    copy_bytes(rlp + n, sender->b, 20);
    n += 20;
    if (nonce > 0 && nonce < 0x80) {
        rlp[n++] = (u8)nonce;
    } else {
        u8 be[8];
        store_be64(be, nonce);
        u32 zeros = nonce == 0 ? 8 : (u32)__builtin_clzll(nonce) / 8;
        rlp[n++] = (u8)(0x80 + 8 - zeros);
        copy_bytes(rlp + n, be + zeros, 8 - zeros);
        n += 8 - zeros;
    }
    rlp[0] = (u8)(0xC0 + n - 1);
    b256 hash;
    keccak256(&hash, rlp, n);
    address a;
    copy_bytes(a.b, hash.b + 12, 20);
    return a;
}

address create2_address(const address *sender, const u256 *salt, const b256 *init_hash)
{
    u8 text[1 + 20 + 32 + 32]; // EIP-1014
    text[0] = 0xFF;
    copy_bytes(text + 1, sender->b, 20);
    u256_to_be_bytes(text + 21, *salt);
    copy_bytes(text + 53, init_hash->b, 32);
    b256 hash;
    keccak256(&hash, text, sizeof text);
    address a;
    copy_bytes(a.b, hash.b + 12, 20);
    return a;
}

bool initcode_is_container(const struct vm *vm, bytes init)
{
    static const u8 MAGIC[5] = {0xFF, 0x7F, 0x45, 0x4C, 0x46};
    return vm->params.riscv && init.n >= 10 && init.p[0] == 0xFF &&
           equal_bytes(init.p + 5, MAGIC, sizeof MAGIC);
}

u64 initcode_size_max(const struct vm *vm, bytes init)
{
    return initcode_is_container(vm, init) ? 2 * vm->params.max_code_size
                                           : vm->price.INITCODE_SIZE_MAX;
}

u64 initcode_size_most(const struct vm *vm)
{
    u64 container = vm->params.riscv ? 2 * vm->params.max_code_size : 0;
    u64 other = vm->price.INITCODE_SIZE_MAX;
    return container > other ? container : other;
}

static u64 creation_price(const struct vm *vm, const struct call_request *r)
{
    u64 words = words_of(r->data.n);
    u64 price = vm->price.CREATE + vm->price.INITCODE_WORD * words;
    return price + (r->op == OP_CREATE2 ? vm->price.KECCAK_WORD * words : 0);
}

static address creation_address(const struct vm *vm, const struct call_request *r,
                                const struct frame *f)
{
    (void)vm;
    if (r->op == OP_CREATE) {
        return create_address(&f->to, account_nonce(f->target));
    }
    b256 init_hash;
    keccak256(&init_hash, r->data.p, r->data.n);
    return create2_address(&f->to, &r->salt, &init_hash);
}

enum fault host_create(struct vm *vm, gas *g, const struct call_request *r, enum halt *halt)
{
    struct frame *f = vm_top(vm);
    u64 forwarded = 0;
    if (r->data.n > initcode_size_max(vm, r->data)) {
        *halt = HALT_INITCODE_TOO_LARGE;
        return FAULT_NONE;
    }
    if (f->is_static) {
        *halt = HALT_STATIC_VIOLATION;
        return FAULT_NONE;
    }
    if (!gas_charge(g, creation_price(vm, r)) || !forward_gas(vm, g, r, &forwarded)) {
        *halt = HALT_OUT_OF_GAS;
        return FAULT_NONE;
    }
    *halt = HALT_NONE;
    f->gas = f->kind == INSPECT_EVM ? gas_left(*g) : f->gas;
    report_charged(vm, f, *g);
    vm->return_data.n = 0;
    bool refused = f->depth >= FRAME_DEPTH_MAX || u256_lt(*account_balance(f->target), r->value) ||
                   account_nonce(f->target) == ~(u64)0;
    address at = creation_address(vm, r, f);
    struct frame_request q = {
        .op = r->op,
        .depth = f->depth + 1,
        .is_create = true,
        .foreign_input = r->foreign,
        .target = state_account(vm->state, &at),
        .caller = f->to,
        .code_address = at,
        .value = r->value,
        .moves_value = true,
        .code = r->data,
        .gas = forwarded,
    };
    if (refused) {
        frame_refuse(vm, &q, EVM_NOT_BEGUN, HALT_NONE);
        return FAULT_NONE;
    }
    state_set_nonce(vm->state, f->target, account_nonce(f->target) + 1);
    return frame_begin(vm, &q);
}
