// SPDX-License-Identifier: MIT
// The EVMC entry against a small host: a host written on core/state, as a client would write one,
// must see the same results, gas, logs and storage as the engine's own orchestrator for the same
// messages.
#include "app/api/evmc.h"

#include <string.h>

#include "core/precompile/precompile.h"
#include "core/vm/vm.h"
#include "engine/evm/opcode.h"
#include "lib/base/buf.h"
#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/num/u256.h"
#include "test/test.h"

// ---- the host -----------------------------------------------------------------------------------

struct evmc_host_context {
    struct evmc_vm *vm;
    struct state *state;
    enum fork fork;
    struct gas_table price;
    u32 calls;
};

static address in_address(const evmc_address *a)
{
    address v;
    memcpy(v.b, a->bytes, sizeof v.b);
    return v;
}

static struct account *account_at(struct evmc_host_context *c, const evmc_address *a)
{
    address v = in_address(a);
    return state_account(c->state, &v);
}

static u256 in_word(const evmc_bytes32 *w)
{
    return u256_from_be_bytes(w->bytes);
}

static evmc_bytes32 out_word(u256 v)
{
    evmc_bytes32 w;
    u256_to_be_bytes(w.bytes, v);
    return w;
}

static bool account_exists_fn(struct evmc_host_context *c, const evmc_address *a)
{
    struct account *account = account_at(c, a);
    return c->price.RULE_EMPTY_CLEARED ? !account_is_empty(account) : account_exists(account);
}

static evmc_bytes32 get_storage(struct evmc_host_context *c, const evmc_address *a,
                                const evmc_bytes32 *key)
{
    u256 k = in_word(key);
    return out_word(state_sload(c->state, account_at(c, a), &k));
}

static enum evmc_storage_status status_of(u256 original, u256 current, u256 value)
{
    bool o = !u256_is_zero(original);
    bool n = !u256_is_zero(value);
    if (u256_eq(current, value)) {
        return EVMC_STORAGE_ASSIGNED;
    }
    if (u256_eq(original, current)) {
        return !o ? EVMC_STORAGE_ADDED : n ? EVMC_STORAGE_MODIFIED : EVMC_STORAGE_DELETED;
    }
    bool back = u256_eq(original, value);
    if (!o) {
        return back ? EVMC_STORAGE_ADDED_DELETED : EVMC_STORAGE_ASSIGNED;
    }
    if (u256_is_zero(current)) {
        return back ? EVMC_STORAGE_DELETED_RESTORED : EVMC_STORAGE_DELETED_ADDED;
    }
    return back ? EVMC_STORAGE_MODIFIED_RESTORED
           : n  ? EVMC_STORAGE_ASSIGNED
                : EVMC_STORAGE_MODIFIED_DELETED;
}

static enum evmc_storage_status set_storage(struct evmc_host_context *c, const evmc_address *a,
                                            const evmc_bytes32 *key, const evmc_bytes32 *value)
{
    struct account *account = account_at(c, a);
    u256 k = in_word(key);
    u256 v = in_word(value);
    u256 current = state_sload(c->state, account, &k);
    u256 original = state_sload_original(c->state, account, &k);
    state_sstore(c->state, account, &k, &v);
    if (c->price.RULE_SSTORE_NET == 0) { // what the slot was at the start does not count then
        original = current;
    }
    return status_of(original, current, v);
}

static evmc_bytes32 get_balance(struct evmc_host_context *c, const evmc_address *a)
{
    return out_word(*account_balance(account_at(c, a)));
}

static size_t get_code_size(struct evmc_host_context *c, const evmc_address *a)
{
    return account_code_size(c->state, account_at(c, a));
}

static evmc_bytes32 get_code_hash(struct evmc_host_context *c, const evmc_address *a)
{
    struct account *account = account_at(c, a);
    bool none = !account_exists(account) || account_is_empty(account);
    return none ? (evmc_bytes32){{0}} : out_word(u256_from_b256(*account_code_hash(account)));
}

static size_t copy_code(struct evmc_host_context *c, const evmc_address *a, size_t offset,
                        uint8_t *to, size_t size)
{
    bytes code = account_code(c->state, account_at(c, a));
    usize have = offset < code.n ? code.n - offset : 0;
    have = have < size ? have : size;
    copy_bytes(to, have > 0 ? code.p + offset : NULL, have);
    return have;
}

static bool selfdestruct(struct evmc_host_context *c, const evmc_address *a,
                         const evmc_address *beneficiary)
{
    struct account *from = account_at(c, a);
    struct account *to = account_at(c, beneficiary);
    u256 balance = *account_balance(from);
    bool first = !state_is_destroyed(c->state, from);
    bool destroys = !c->price.RULE_DESTROY_NEW_ONLY || state_created_now(c->state, from);
    if (from != to || destroys) {
        state_sub_balance(c->state, from, &balance);
    }
    if (from != to) {
        state_add_balance(c->state, to, &balance);
    }
    if (destroys) {
        state_destroy(c->state, from);
    }
    return first;
}

static struct evmc_tx_context get_tx_context(struct evmc_host_context *c)
{
    (void)c;
    return (struct evmc_tx_context){
        .tx_gas_price = out_word(u256_from_u64(7)),
        .tx_origin = {{0xaa}},
        .block_coinbase = {{0xcb}},
        .block_number = 1000,
        .block_timestamp = 1234,
        .block_gas_limit = 30000000,
        .block_prev_randao = out_word(u256_from_u64(99)),
        .chain_id = out_word(u256_from_u64(5)),
        .block_base_fee = out_word(u256_from_u64(3)),
        .blob_base_fee = out_word(u256_from_u64(2)),
    };
}

static evmc_bytes32 get_block_hash(struct evmc_host_context *c, int64_t number)
{
    (void)c;
    return out_word(u256_from_u64((u64)number * 17));
}

static void emit_log(struct evmc_host_context *c, const evmc_address *a, const uint8_t *data,
                     size_t size, const evmc_bytes32 topics[], size_t topic_count)
{
    address v = in_address(a);
    state_log(c->state, &v, (bytes){data, size}, (const b256 *)topics, (u32)topic_count);
}

static enum evmc_access_status access_account(struct evmc_host_context *c, const evmc_address *a)
{
    return state_warm_account(c->state, account_at(c, a)) ? EVMC_ACCESS_WARM : EVMC_ACCESS_COLD;
}

static enum evmc_access_status access_storage(struct evmc_host_context *c, const evmc_address *a,
                                              const evmc_bytes32 *key)
{
    u256 k = in_word(key);
    return state_warm_slot(c->state, account_at(c, a), &k) ? EVMC_ACCESS_WARM : EVMC_ACCESS_COLD;
}

static evmc_bytes32 get_transient(struct evmc_host_context *c, const evmc_address *a,
                                  const evmc_bytes32 *key)
{
    u256 k = in_word(key);
    return out_word(state_tload(c->state, account_at(c, a), &k));
}

static void set_transient(struct evmc_host_context *c, const evmc_address *a,
                          const evmc_bytes32 *key, const evmc_bytes32 *value)
{
    u256 k = in_word(key);
    u256 v = in_word(value);
    state_tstore(c->state, account_at(c, a), &k, &v);
}

static struct evmc_result host_call(struct evmc_host_context *c, const struct evmc_message *m);

static const struct evmc_host_interface interface = {
    account_exists_fn, get_storage,    set_storage,   get_balance,    get_code_size,  get_code_hash,
    copy_code,         selfdestruct,   host_call,     get_tx_context, get_block_hash, emit_log,
    access_account,    access_storage, get_transient, set_transient,
};

static address hash_address(const u8 *text, usize n)
{
    b256 hash;
    keccak256(&hash, text, n);
    address a;
    memcpy(a.b, hash.b + 12, 20);
    return a;
}

static address new_address(struct evmc_host_context *c, const struct evmc_message *m)
{
    u8 text[1 + 20 + 32 + 32];
    if (m->kind == EVMC_CREATE2) {
        text[0] = 0xff;
        memcpy(text + 1, m->sender.bytes, 20);
        memcpy(text + 21, m->create2_salt.bytes, 32);
        b256 hash;
        keccak256(&hash, m->input_data, m->input_size);
        memcpy(text + 53, hash.b, 32);
        return hash_address(text, sizeof text);
    }
    u64 nonce = account_nonce(account_at(c, &m->sender));
    EXPECT(nonce < 0x80);
    text[0] = 0xc0 + 22;
    text[1] = 0x94;
    memcpy(text + 2, m->sender.bytes, 20);
    text[22] = nonce == 0 ? 0x80 : (u8)nonce;
    return hash_address(text, 23);
}

static struct evmc_result failure(enum evmc_status_code code)
{
    return (struct evmc_result){.status_code = code};
}

static void move_value(struct evmc_host_context *c, const struct evmc_message *m,
                       struct account *to)
{
    u256 value = in_word(&m->value);
    if (u256_is_zero(value)) {
        state_touch(c->state, to);
        return;
    }
    state_sub_balance(c->state, account_at(c, &m->sender), &value);
    state_add_balance(c->state, to, &value);
}

// Pays for and stores what init code returned.
static void deposit(struct evmc_host_context *c, struct evmc_result *r, struct account *to)
{
    bytes code = {r->output_data, r->output_size};
    i64 price = (i64)(c->price.CODE_DEPOSIT_BYTE * code.n);
    bool refused = code.n > c->price.CODE_SIZE_MAX ||
                   (c->price.RULE_REFUSE_EF && code.n > 0 && code.p[0] == 0xef);
    if (refused || (price > r->gas_left && c->price.RULE_DEPOSIT_OR_FAIL)) {
        r->status_code = EVMC_FAILURE;
        r->gas_left = 0;
    } else if (price <= r->gas_left) {
        r->gas_left -= price;
        state_set_code(c->state, to, code);
    }
}

static struct evmc_result create(struct evmc_host_context *c, const struct evmc_message *m)
{
    struct account *sender = account_at(c, &m->sender);
    address at = new_address(c, m);
    struct account *to = state_account(c->state, &at);
    state_set_nonce(c->state, sender, account_nonce(sender) + 1);
    state_warm_account(c->state, to);
    if (account_nonce(to) != 0 || account_code_size(c->state, to) != 0) {
        return failure(EVMC_FAILURE);
    }
    struct state_checkpoint checkpoint = state_checkpoint(c->state);
    state_create_contract(c->state, to, c->price.RULE_CREATE_NONCE_1);
    move_value(c, m, to);
    struct evmc_message inner = *m;
    memcpy(inner.recipient.bytes, at.b, 20);
    struct evmc_result r = c->vm->execute(c->vm, &interface, c, (enum evmc_revision)c->fork, &inner,
                                          m->input_data, m->input_size);
    if (r.status_code == EVMC_SUCCESS) {
        deposit(c, &r, to);
    }
    if (r.status_code != EVMC_SUCCESS) {
        state_revert(c->state, checkpoint);
    }
    memcpy(r.create_address.bytes, at.b, 20);
    return r;
}

static struct evmc_result host_call(struct evmc_host_context *c, const struct evmc_message *m)
{
    c->calls++;
    if (m->kind == EVMC_CREATE || m->kind == EVMC_CREATE2) {
        return create(c, m);
    }
    struct state_checkpoint checkpoint = state_checkpoint(c->state);
    if (m->kind == EVMC_CALL) {
        move_value(c, m, account_at(c, &m->recipient));
    }
    bytes code = account_code(c->state, account_at(c, &m->code_address));
    struct evmc_result r =
        c->vm->execute(c->vm, &interface, c, (enum evmc_revision)c->fork, m, code.p, code.n);
    if (r.status_code != EVMC_SUCCESS) {
        state_revert(c->state, checkpoint);
    }
    return r;
}

// ---- both sides ---------------------------------------------------------------------------------

enum { CONTRACTS = 3, GAS = 300000 };

static address contract_at(u32 i)
{
    address a = {{0}};
    a.b[0] = 0xc0;
    a.b[19] = (u8)(0x70 + i);
    return a;
}

static void fill_state(struct state *s, const bytes *code)
{
    u256 rich = u256_from_u64(1000);
    state_begin_transaction(s);
    for (u32 i = 0; i < CONTRACTS; i++) {
        address a = contract_at(i);
        struct account *account = state_account(s, &a);
        state_set_balance(s, account, &rich);
        state_set_code(s, account, code[i]);
        for (u64 k = 0; k < 4; k++) {
            u256 key = u256_from_u64(k);
            u256 value = u256_from_u64(k % 2);
            state_sstore(s, account, &key, &value);
        }
    }
    state_end_transaction(s, false);
}

static enum fault block_hash(void *ctx, u64 number, b256 *out)
{
    (void)ctx;
    *out = u256_to_b256(u256_from_u64(number * 17));
    return FAULT_NONE;
}

static void warm(struct state *s, const address *from, const address *to, u32 precompiles)
{
    state_begin_transaction(s);
    state_warm_account(s, state_account(s, from));
    state_warm_account(s, state_account(s, to));
    for (u32 i = 1; i <= precompiles; i++) {
        address a = {{0}};
        a.b[19] = (u8)i;
        state_warm_account(s, state_account(s, &a));
    }
}

static void give_environment(struct vm *vm, const address *from)
{
    struct evmc_tx_context t = get_tx_context(NULL);
    struct vm_block b = {
        .number = u256_from_u64(1000),
        .timestamp = u256_from_u64(1234),
        .gas_limit = u256_from_u64(30000000),
        .base_fee = u256_from_u64(3),
        .blob_base_fee = u256_from_u64(2),
        .difficulty_or_prevrandao = u256_from_u64(99),
        .chain_id = u256_from_u64(5),
        .coinbase = in_address(&t.block_coinbase),
        .block_hash = block_hash,
    };
    vm_set_block(vm, &b);
    struct vm_transaction tx = {.origin = *from, .gas_price = u256_from_u64(7)};
    vm_set_transaction(vm, &tx);
}

struct sides {
    struct vm *vm;
    struct evmc_vm *evmc;
};

static void open_sides(struct sides *s)
{
    s->vm = vm_new(VM_EVM_NATIVE);
    s->evmc = evmc_create_hybrid();
    EXPECT(s->evmc != NULL);
    EXPECT_EQ(s->evmc->abi_version, 12);
}

static void close_sides(struct sides *s)
{
    vm_free(s->vm);
    s->evmc->destroy(s->evmc);
}

struct listing {
    struct buf text;
};

static void list_account(void *ctx, const struct account *a, bytes code)
{
    struct listing *l = ctx;
    buf_put(&l->text, account_address(a)->b, 20);
    buf_put(&l->text, account_balance(a), 32);
    buf_put(&l->text, code.p, code.n);
    buf_printf(&l->text, "nonce %llu", (unsigned long long)account_nonce(a));
}

static void list_slot(void *ctx, const u256 *key, const u256 *value)
{
    struct listing *l = ctx;
    buf_put(&l->text, key, 32);
    buf_put(&l->text, value, 32);
}

static struct listing list(struct state *s)
{
    struct listing l = {0};
    struct state_visitor v = {.ctx = &l, .account = list_account, .slot = list_slot};
    state_visit(s, &v);
    for (usize i = 0; i < state_log_count(s); i++) {
        const struct state_log *log = state_log_at(s, i);
        bytes data = state_log_data(s, log);
        buf_put(&l.text, log->emitter.b, 20);
        buf_put(&l.text, log->topic, log->topic_count * sizeof log->topic[0]);
        buf_put(&l.text, data.p, data.n);
    }
    return l;
}

// Calls contract 0 on both sides; all that can be seen must be the same. Gives the EVMC status.
static enum evmc_status_code compare(struct sides *s, enum fork fork, const bytes *code)
{
    address from = {{0xaa}};
    address to = contract_at(0);
    const u8 input[] = {1, 2, 3, 4, 5};
    struct vm_params params = vm_params_default();
    params.riscv = false;
    vm_set_rules(s->vm, fork, &params);
    give_environment(s->vm, &from);
    u32 precompiles = vm_precompile_count(s->vm);

    struct state *a = state_new(NULL);
    fill_state(a, code);
    warm(a, &from, &to, precompiles);
    struct vm_message m = {.from = from, .to = to, .gas = GAS, .input = {input, sizeof input}};
    struct vm_result expected;
    EXPECT_EQ(vm_execute(s->vm, a, &m, &expected), FAULT_NONE);

    struct state *b = state_new(NULL);
    fill_state(b, code);
    warm(b, &from, &to, precompiles);
    struct evmc_host_context c = {.vm = s->evmc, .state = b, .fork = fork};
    gas_table_init(&c.price, fork);
    struct evmc_message em = {.gas = GAS, .input_data = input, .input_size = sizeof input};
    memcpy(em.recipient.bytes, to.b, 20);
    memcpy(em.code_address.bytes, to.b, 20);
    memcpy(em.sender.bytes, from.b, 20);
    struct evmc_result got = host_call(&c, &em);

    u32 status = got.status_code == EVMC_SUCCESS  ? EVM_SUCCESS
                 : got.status_code == EVMC_REVERT ? EVM_REVERT
                                                  : EVM_HALT;
    EXPECT_EQ(status, expected.status);
    EXPECT_EQ(got.gas_left, expected.gas_left);
    EXPECT_EQ(got.gas_refund, expected.gas_refund);
    EXPECT_EQ(got.output_size, expected.output.n);
    EXPECT_BYTES(got.output_data, expected.output.p, expected.output.n);
    struct listing x = list(a);
    struct listing y = list(b);
    EXPECT_EQ(x.text.n, y.text.n);
    EXPECT_BYTES(x.text.p, y.text.p, x.text.n);
    buf_fini(&x.text);
    buf_fini(&y.text);
    if (got.release != NULL) {
        got.release(&got);
    }
    state_free(a);
    state_free(b);
    return got.status_code;
}

#define CODE(...) ((bytes){(const u8[]){__VA_ARGS__}, sizeof((const u8[]){__VA_ARGS__})})

static enum evmc_status_code run_one(bytes code)
{
    struct sides s;
    open_sides(&s);
    enum evmc_status_code status = compare(&s, FORK_OSAKA, (bytes[CONTRACTS]){code});
    close_sides(&s);
    return status;
}

TEST(evmc, halts_have_their_status_codes)
{
    EXPECT_EQ(run_one(CODE(OP_STOP)), EVMC_SUCCESS);
    EXPECT_EQ(run_one(CODE(OP_PUSH0, OP_PUSH0, OP_REVERT)), EVMC_REVERT);
    EXPECT_EQ(run_one(CODE(OP_JUMPDEST, OP_PUSH0, OP_JUMP)), EVMC_OUT_OF_GAS);
    EXPECT_EQ(run_one(CODE(OP_INVALID)), EVMC_INVALID_INSTRUCTION);
    EXPECT_EQ(run_one(CODE(0x0c)), EVMC_UNDEFINED_INSTRUCTION);
    EXPECT_EQ(run_one(CODE(OP_ADD)), EVMC_STACK_UNDERFLOW);
    EXPECT_EQ(run_one(CODE(OP_PUSH1, 9, OP_JUMP)), EVMC_BAD_JUMP_DESTINATION);
    EXPECT_EQ(run_one(CODE(OP_PUSH1, 1, OP_PUSH0, OP_PUSH0, OP_RETURNDATACOPY)),
              EVMC_INVALID_MEMORY_ACCESS);
}

TEST(evmc, options_and_revisions_that_do_not_exist_are_refused)
{
    struct evmc_vm *vm = evmc_create_hybrid();
    EXPECT_EQ(vm->set_option(vm, "evm", "native"), EVMC_SET_OPTION_SUCCESS);
    EXPECT_EQ(vm->set_option(vm, "evm", "riscv"), EVMC_SET_OPTION_INVALID_VALUE);
    EXPECT_EQ(vm->set_option(vm, "speed", "9"), EVMC_SET_OPTION_INVALID_NAME);
    EXPECT_EQ(vm->set_option(vm, "riscv", "maybe"), EVMC_SET_OPTION_INVALID_VALUE);
    EXPECT_EQ(vm->get_capabilities(vm), EVMC_CAPABILITY_EVM1);
    struct evmc_host_context c = {.vm = vm, .state = state_new(NULL), .fork = FORK_OSAKA};
    struct evmc_message m = {.gas = 1000};
    const u8 code[] = {0xff, 0x00};
    EXPECT_EQ(vm->execute(vm, &interface, &c, 99, &m, code, 2).status_code, EVMC_REJECTED);
    EXPECT_EQ(vm->execute(vm, &interface, &c, EVMC_OSAKA, &m, code, 2).status_code,
              EVMC_STACK_UNDERFLOW);
    EXPECT_EQ(vm->set_option(vm, "riscv", "on"), EVMC_SET_OPTION_SUCCESS);
    EXPECT_EQ(vm->execute(vm, &interface, &c, EVMC_OSAKA, &m, code, 2).status_code, EVMC_REJECTED);
    state_free(c.state);
    vm->destroy(vm);
}

TEST(evmc, a_contract_may_call_itself_until_its_gas_ends)
{
    // Each frame calls this contract with all its gas: nested execute() on one instance.
    bytes code =
        CODE(OP_PUSH0, OP_PUSH0, OP_PUSH0, OP_PUSH0, OP_PUSH0, OP_ADDRESS, OP_GAS, OP_CALL);
    EXPECT_EQ(run_one(code), EVMC_SUCCESS);
}

// ---- random code --------------------------------------------------------------------------------

enum { CODE_SIZE = 160 };

static usize put_call(u8 *p, u64 r)
{
    static const u8 ops[] = {OP_CALL, OP_CALLCODE, OP_DELEGATECALL, OP_STATICCALL};
    u8 op = ops[r % 4];
    usize n = 0;
    p[n++] = OP_PUSH1;
    p[n++] = 32; // output
    p[n++] = OP_PUSH0;
    p[n++] = OP_PUSH1;
    p[n++] = (u8)(r >> 8); // input
    p[n++] = OP_PUSH0;
    if (op == OP_CALL || op == OP_CALLCODE) {
        p[n++] = OP_PUSH1;
        p[n++] = (r >> 16) % 3 == 0 ? (u8)(r >> 20) : 0;
    }
    address to = contract_at((u32)((r >> 24) % (CONTRACTS + 2))); // two of them do not exist
    p[n++] = OP_PUSH20;
    memcpy(p + n, to.b, 20);
    n += 20;
    p[n++] = (r >> 32) % 2 == 0 ? OP_GAS : OP_PUSH2;
    if (p[n - 1] == OP_PUSH2) {
        p[n++] = (u8)(r >> 33);
        p[n++] = (u8)(r >> 41);
    }
    p[n++] = op;
    return n;
}

static usize put_random(u8 *p, u64 r)
{
    static const u8 ops[] = {
        OP_SLOAD,       OP_SSTORE,      OP_SSTORE,       OP_BALANCE,
        OP_EXTCODESIZE, OP_EXTCODEHASH, OP_EXTCODECOPY,  OP_LOG0,
        OP_LOG0 + 2,    OP_CREATE,      OP_CREATE2,      OP_RETURNDATASIZE,
        OP_SELFBALANCE, OP_KECCAK256,   OP_MSTORE,       OP_SELFDESTRUCT,
        OP_RETURN,      OP_REVERT,      OP_TLOAD,        OP_TSTORE,
        OP_BLOCKHASH,   OP_ADD,         OP_CALLDATALOAD, OP_MLOAD,
        OP_EXP,         OP_NUMBER,      OP_TIMESTAMP,    OP_CHAINID,
        OP_DIFFICULTY,  OP_BASEFEE,     OP_BLOBBASEFEE,  OP_GASPRICE,
        OP_ORIGIN,      OP_COINBASE,    OP_GAS,          OP_BLOBHASH,
        OP_CODECOPY,    OP_ADDRESS,     OP_CALLDATACOPY,
    };
    if (r % 8 == 0) {
        return put_call(p, r >> 3);
    }
    if (r % 8 < 5) {
        p[0] = OP_PUSH1;
        p[1] = (u8)((r >> 8) % ((r >> 16) % 3 == 0 ? 256 : 4));
        return 2;
    }
    p[0] = ops[(r >> 8) % COUNT_OF(ops)];
    return 1;
}

TEST(evmc, random_code_does_what_the_orchestrator_does_at_every_fork)
{
    struct sides s;
    open_sides(&s);
    u64 seed = test_seed();
    u32 rounds = test_is_long() ? 100000 : 3000;
    u32 successes = 0;
    for (u32 i = 0; i < rounds; i++) {
        u8 text[CONTRACTS][CODE_SIZE + 64] = {{0}};
        bytes code[CONTRACTS];
        for (u32 k = 0; k < CONTRACTS; k++) {
            usize n = 0;
            usize most = 20 + test_random(&seed) % (CODE_SIZE - 20);
            while (n < most) {
                n += put_random(text[k] + n, test_random(&seed));
            }
            code[k] = (bytes){text[k], n};
        }
        enum fork fork = test_random(&seed) % 2 == 0 ? FORK_LATEST
                                                     : (enum fork)(test_random(&seed) % FORK_COUNT);
        successes += compare(&s, fork, code) == EVMC_SUCCESS;
    }
    EXPECT(successes > rounds / 20);
    close_sides(&s);
}

TEST(evmc, a_delegated_account_runs_its_targets_code_on_its_own_storage)
{
    struct sides s;
    open_sides(&s);
    u8 designator[23] = {0xef, 0x01, 0x00};
    address target = contract_at(2);
    memcpy(designator + 3, target.b, 20);
    u8 caller[64];
    usize n = put_call(caller, 0 | (u64)1 << 24); // CALL of contract 1 with all gas
    bytes code[CONTRACTS] = {
        {caller, n},
        {designator, sizeof designator},
        CODE(OP_PUSH1, 5, OP_PUSH1, 9, OP_SSTORE, OP_PUSH1, 1, OP_PUSH0, OP_RETURN),
    };
    EXPECT_EQ(compare(&s, FORK_OSAKA, code), EVMC_SUCCESS);
    EXPECT_EQ(compare(&s, FORK_CANCUN, code), EVMC_SUCCESS);
    close_sides(&s);
}
