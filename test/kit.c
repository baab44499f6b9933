// SPDX-License-Identifier: MIT
// The kit's two sides (guest and native form), its recorder, and the comparison of everything that
// both show. Side 0 runs RISC-V contracts with block hooks, side 1 without, so that the engine's
// two functions are compared as well.
#include "test/kit.h"

#include "core/state/state.h"
#include "lib/base/mem.h"
#include "lib/crypto/hash/keccak.h"

#include <stdlib.h>

enum { RECORDS_MAX = 200000, DEPTH_COUNT = 1026 };

struct kit_side {
    struct kit *kit;
    struct vm *vm;
    struct state *state;
    struct kit_service *service;
    usize service_count, service_cap;
    struct kit_frame *frame;
    usize frame_count, frame_cap;
    usize open[DEPTH_COUNT]; // frames that have not ended
    u32 open_count;
    usize waiting[DEPTH_COUNT]; // by depth: 1 + the service whose frame has not gone on yet
    struct vm_result result;
    struct buf dump;
};

const address KIT_ALICE = {{0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7, 0xA8, 0xA9, 0xAA,
                            0xAB, 0xAC, 0xAD, 0xAE, 0xAF, 0xB0, 0xB1, 0xB2, 0xB3, 0xB4}};
const address KIT_COINBASE = {{0xF1, 0xE2, 0xD3, 0xC4, 0xB5, 0xA6, 0x97, 0x88, 0x79, 0x6A,
                               0x5B, 0x4C, 0x3D, 0x2E, 0x1F, 0x10, 0x21, 0x32, 0x43, 0x54}};

address kit_at(u8 n)
{
    address a;
    for (u32 i = 0; i < sizeof a.b; i++) {
        a.b[i] = (u8)(0xC1 + i);
    }
    a.b[19] = n;
    return a;
}

// ---- recorder

static void on_enter(void *ctx, const struct inspect_frame *f)
{
    struct kit_side *s = ctx;
    if (s->frame_count == s->frame_cap) {
        s->frame_cap = s->frame_cap == 0 ? 64 : s->frame_cap * 2;
        s->frame = mem_realloc(s->frame, s->frame_cap * sizeof *s->frame);
    }
    EXPECT(s->frame_count < RECORDS_MAX && s->open_count < DEPTH_COUNT);
    EXPECT_EQ(f->depth, s->open_count);
    s->open[s->open_count++] = s->frame_count;
    struct kit_frame *r = &s->frame[s->frame_count++];
    *r = (struct kit_frame){.begin = *f, .input_size = f->input.n};
    keccak256(&r->input_hash, f->input.p, f->input.n);
    r->begin.input = BYTES_NONE;
}

static void on_leave(void *ctx, const struct inspect_end *e)
{
    struct kit_side *s = ctx;
    EXPECT(s->open_count > 0);
    struct kit_frame *r = &s->frame[s->open[--s->open_count]];
    EXPECT_EQ(e->depth, r->begin.depth);
    r->end = *e;
    r->output_size = e->output.n;
    r->end.output = BYTES_NONE;
    s->waiting[e->depth] = 0;
}

static void on_service(void *ctx, u32 depth, u8 id, const struct rv_machine *m)
{
    struct kit_side *s = ctx;
    if (s->service_count == s->service_cap) {
        s->service_cap = s->service_cap == 0 ? 16 : s->service_cap * 2;
        s->service = mem_realloc(s->service, s->service_cap * sizeof *s->service);
    }
    EXPECT(s->service_count < RECORDS_MAX);
    struct kit_service *r = &s->service[s->service_count++];
    *r = (struct kit_service){.depth = depth, .id = id, .cycles = m->cycles};
    copy_bytes(r->x, m->x, sizeof r->x);
    s->waiting[depth] = s->service_count;
}

// The first block after a service shows what it left.
static void on_block(void *ctx, u32 depth, const struct rv_machine *m, u32 cost)
{
    struct kit_side *s = ctx;
    if (s->waiting[depth] == 0) {
        return;
    }
    struct kit_service *r = &s->service[s->waiting[depth] - 1];
    s->waiting[depth] = 0;
    r->returned = true;
    r->cycles_after = m->cycles + cost;
    copy_bytes(r->after, m->x, sizeof r->after);
    u32 n = s->kit->watch_n;
    const u8 *p = n > 0 ? rv_slot_read(m->slot, s->kit->watch_at, n) : NULL;
    if (p != NULL) {
        copy_bytes(r->watched, p, n);
    }
}

// ---- both sides

static u32 first_side(const struct kit *k)
{
    return k->one_form ? VM_EVM_NATIVE : VM_EVM_GUEST;
}

struct kit *kit_new(void)
{
    struct kit *k = mem_zalloc(sizeof *k);
    k->fork = FORK_LATEST;
    k->params = vm_params_default();
    k->block = (struct vm_block){
        .number = u256_from_u64(1000),
        .timestamp = u256_from_u64(1700000000),
        .gas_limit = u256_from_u64(60000000),
        .base_fee = u256_from_u64(7),
        .blob_base_fee = u256_from_u64(3),
        .difficulty_or_prevrandao = {{0x1111, 0x2222, 0x3333, 0x4444}},
        .chain_id = {{33500, 5, 0, 0}},
        .coinbase = KIT_COINBASE,
    };
    k->tx = (struct vm_transaction){.origin = KIT_ALICE, .gas_price = u256_from_u64(11)};
    for (u32 i = 0; i < 2; i++) {
        struct kit_side *s = mem_zalloc(sizeof *s);
        s->kit = k;
        s->vm = vm_new(i == 0 ? VM_EVM_GUEST : VM_EVM_NATIVE);
        s->state = state_new(NULL);
        k->side[i] = s;
    }
    kit_balance(k, KIT_ALICE, 1000000000000000000);
    return k;
}

void kit_free(struct kit *k)
{
    for (u32 i = 0; i < 2; i++) {
        struct kit_side *s = k->side[i];
        vm_free(s->vm);
        state_free(s->state);
        mem_free(s->service);
        mem_free(s->frame);
        buf_fini(&s->dump);
        mem_free(s);
    }
    buf_fini(&k->output);
    mem_free(k);
}

static void begin_side(const struct kit *k, struct kit_side *s)
{
    state_begin_transaction(s->state);
    (void)state_warm_account(s->state, state_account(s->state, &KIT_ALICE));
    vm_set_rules(s->vm, k->fork, &k->params);
    for (u32 i = 0; i < vm_precompile_count(s->vm); i++) {
        address a = vm_precompile_at(s->vm, i);
        (void)state_warm_account(s->state, state_account(s->state, &a));
    }
}

static void end_side(const struct kit *k, struct kit_side *s)
{
    state_end_transaction(s->state, k->fork >= FORK_SPURIOUS);
}

void kit_begin(struct kit *k)
{
    EXPECT(!k->in_transaction);
    begin_side(k, k->side[0]);
    begin_side(k, k->side[1]);
    k->in_transaction = true;
}

void kit_end(struct kit *k)
{
    EXPECT(k->in_transaction);
    end_side(k, k->side[0]);
    end_side(k, k->side[1]);
    k->in_transaction = false;
}

// One change of the world on both sides.
#define ON_BOTH(k, a, ...)                                                                         \
    for (u32 side_ = 0; side_ < 2; side_++) {                                                      \
        struct state *state = (k)->side[side_]->state;                                             \
        if (!(k)->in_transaction) {                                                                \
            state_begin_transaction(state);                                                        \
        }                                                                                          \
        struct account *account = state_account(state, &(a));                                      \
        __VA_ARGS__;                                                                               \
        if (!(k)->in_transaction) {                                                                \
            state_end_transaction(state, false);                                                   \
        }                                                                                          \
    }

void kit_code(struct kit *k, address a, bytes code)
{
    ON_BOTH(
        k, a, state_set_code(state, account, code);
        if (account_nonce(account) == 0) { state_set_nonce(state, account, 1); })
}

void kit_balance(struct kit *k, address a, u64 balance)
{
    u256 b = u256_from_u64(balance);
    ON_BOTH(k, a, state_set_balance(state, account, &b))
}

void kit_wealth(struct kit *k, address a, u256 balance)
{
    ON_BOTH(k, a, state_set_balance(state, account, &balance))
}

void kit_nonce(struct kit *k, address a, u64 nonce)
{
    ON_BOTH(k, a, state_set_nonce(state, account, nonce))
}

void kit_store(struct kit *k, address a, u64 key, u64 value)
{
    u256 at = u256_from_u64(key);
    u256 v = u256_from_u64(value);
    ON_BOTH(k, a, state_sstore(state, account, &at, &v))
}

address kit_rv_layout(struct kit *k, u8 n, struct buf *code, struct rv_layout l)
{
    struct buf image = {0};
    l.code = buf_bytes(code);
    rv_image_of(&image, &l);
    kit_code(k, kit_at(n), buf_bytes(&image));
    buf_fini(&image);
    buf_fini(code);
    return kit_at(n);
}

address kit_rv(struct kit *k, u8 n, struct buf *code)
{
    return kit_rv_layout(k, n, code, (struct rv_layout){.stack = 4096});
}

address kit_evm(struct kit *k, u8 n, struct buf *code)
{
    kit_code(k, kit_at(n), buf_bytes(code));
    buf_fini(code);
    return kit_at(n);
}

void kit_designate(struct kit *k, address a, address target)
{
    u8 code[23] = {0xEF, 0x01, 0x00};
    copy_bytes(code + 3, target.b, sizeof target.b);
    kit_code(k, a, (bytes){code, sizeof code});
}

address kit_contract(struct kit *k, u8 n, const char *name)
{
    struct buf path = {0};
    buf_printf(&path, "contracts/%s.elf%c", name, 0);
    usize size = 0;
    char *elf = test_read(test_asset((const char *)path.p), &size);
    EXPECT(elf != NULL);
    struct buf image = {0};
    if ((u8)elf[0] != 0xFF) {
        buf_put_u8(&image, 0xFF);
    }
    buf_put(&image, elf, size);
    kit_code(k, kit_at(n), buf_bytes(&image));
    buf_fini(&image);
    buf_fini(&path);
    free(elf);
    return kit_at(n);
}

// ---- comparison

static void dump_account(void *ctx, const struct account *a, bytes code)
{
    struct buf *b = ctx;
    buf_put(b, account_address(a)->b, 20);
    buf_printf(b, " nonce %llu balance", (unsigned long long)account_nonce(a));
    buf_put(b, account_balance(a), sizeof(u256));
    buf_put(b, account_code_hash(a), sizeof(b256));
    buf_printf(b, "%zu\n", code.n);
}

static void dump_slot(void *ctx, const u256 *key, const u256 *value)
{
    buf_put(ctx, key, sizeof *key);
    buf_put(ctx, value, sizeof *value);
}

static void dump_side(struct kit_side *s)
{
    buf_clear(&s->dump);
    struct state_visitor v = {&s->dump, dump_account, dump_slot};
    state_visit(s->state, &v);
    for (usize i = 0; i < state_log_count(s->state); i++) {
        const struct state_log *l = state_log_at(s->state, i);
        bytes data = state_log_data(s->state, l);
        buf_put(&s->dump, l->emitter.b, 20);
        buf_put(&s->dump, l->topic, l->topic_count * sizeof(b256));
        buf_printf(&s->dump, "%u %zu\n", l->topic_count, data.n);
        buf_put(&s->dump, data.p, data.n);
    }
}

static void compare_records(const struct kit_side *a, const struct kit_side *b)
{
    EXPECT_EQ(a->service_count, b->service_count);
    for (usize i = 0; i < a->service_count; i++) {
        EXPECT_EQ(a->service[i].depth, b->service[i].depth);
        EXPECT_EQ(a->service[i].id, b->service[i].id);
        EXPECT_EQ(a->service[i].cycles, b->service[i].cycles);
        EXPECT_BYTES(a->service[i].x, b->service[i].x, sizeof a->service[i].x);
    }
    EXPECT_EQ(a->frame_count, b->frame_count);
    for (usize i = 0; i < a->frame_count; i++) {
        const struct kit_frame *x = &a->frame[i];
        const struct kit_frame *y = &b->frame[i];
        EXPECT_EQ(x->begin.kind, y->begin.kind);
        EXPECT_EQ(x->begin.op, y->begin.op);
        EXPECT_EQ(x->begin.is_static, y->begin.is_static);
        EXPECT_EQ(x->begin.gas, y->begin.gas);
        EXPECT_BYTES(&x->begin.from, &y->begin.from, 3 * sizeof(address));
        EXPECT_U256(x->begin.value, y->begin.value);
        EXPECT_BYTES(&x->input_hash, &y->input_hash, sizeof x->input_hash);
        EXPECT_EQ(x->end.status, y->end.status);
        EXPECT_STR(halt_name(x->end.halt), halt_name(y->end.halt));
        EXPECT_EQ(x->end.gas_left, y->end.gas_left);
        EXPECT_EQ(x->output_size, y->output_size);
        EXPECT_EQ(x->end.cycles, y->end.cycles);
        EXPECT_EQ(x->end.instructions, y->end.instructions);
        EXPECT_EQ(x->end.pages, y->end.pages);
    }
}

static void compare_sides(struct kit *k)
{
    struct kit_side *a = k->side[0];
    struct kit_side *b = k->side[1];
    const struct vm_result *x = &a->result;
    const struct vm_result *y = &b->result;
    EXPECT_STR(halt_name(x->halt), halt_name(y->halt));
    EXPECT_EQ(x->status, y->status);
    EXPECT_EQ(x->gas_left, y->gas_left);
    EXPECT_EQ(x->gas_refund, y->gas_refund);
    EXPECT_EQ(x->output.n, y->output.n);
    EXPECT_BYTES(x->output.p, y->output.p, x->output.n);
    EXPECT_BYTES(&x->created, &y->created, sizeof x->created);
    EXPECT_EQ(x->cycles, y->cycles);
    EXPECT_EQ(x->instructions, y->instructions);
    EXPECT_EQ(x->pages, y->pages);
    dump_side(a);
    dump_side(b);
    EXPECT_EQ(a->dump.n, b->dump.n);
    EXPECT_BYTES(a->dump.p, b->dump.p, a->dump.n);
    compare_records(a, b);
}

// ---- messages

static enum fault run_side(struct kit *k, u32 index, const struct vm_message *m)
{
    struct kit_side *s = k->side[index];
    s->service_count = 0;
    s->frame_count = 0;
    s->open_count = 0;
    zero_bytes(s->waiting, sizeof s->waiting);
    struct inspector i = {
        .ctx = s, .frame_enter = on_enter, .frame_leave = on_leave, .service = on_service};
    i.rv_block = index == first_side(k) ? on_block : NULL;
    vm_set_inspector(s->vm, k->unrecorded ? NULL : &i);
    vm_set_rules(s->vm, k->fork, &k->params);
    vm_set_block(s->vm, &k->block);
    vm_set_transaction(s->vm, &k->tx);
    if (!k->in_transaction) {
        begin_side(k, s);
        address to = m->to;
        (void)(m->is_create || state_warm_account(s->state, state_account(s->state, &to)));
    }
    enum fault f = vm_execute(s->vm, s->state, m, &s->result);
    if (!k->in_transaction) {
        end_side(k, s);
    }
    return f;
}

static void take_result(struct kit *k, u64 gas_given)
{
    const struct kit_side *s = k->side[first_side(k)];
    const struct vm_result *r = &s->result;
    buf_clear(&k->output);
    buf_put(&k->output, r->output.p, r->output.n);
    EXPECT(r->gas_left <= gas_given);
    k->r = (struct kit_result){
        .status = r->status,
        .halt = r->halt,
        .gas = gas_given,
        .gas_left = r->gas_left,
        .gas_used = gas_given - r->gas_left,
        .refund = r->gas_refund,
        .output = buf_bytes(&k->output),
        .created = r->created,
        .cycles = r->cycles,
        .instructions = r->instructions,
        .pages = r->pages,
    };
    k->service = s->service;
    k->service_count = s->service_count;
    k->frame = s->frame;
    k->frame_count = s->frame_count;
}

const struct kit_result *kit_run(struct kit *k, const struct vm_message *m)
{
    for (u32 i = first_side(k); i < 2; i++) {
        enum fault f = run_side(k, i, m);
        if (f != FAULT_NONE) {
            FAIL("form %u: %s: %s", i, fault_text(f), vm_fault_detail(k->side[i]->vm));
        }
        EXPECT_EQ(k->side[i]->open_count, 0);
    }
    if (!k->one_form) {
        compare_sides(k);
    }
    take_result(k, m->gas);
    return &k->r;
}

enum fault kit_fault(struct kit *k, const struct vm_message *m)
{
    enum fault first = run_side(k, 0, m);
    EXPECT_NE(first, FAULT_NONE);
    EXPECT_EQ(run_side(k, 1, m), first);
    return first;
}

const struct kit_result *kit_call(struct kit *k, address to, bytes input, u64 given)
{
    struct vm_message m = {.from = KIT_ALICE, .to = to, .input = input, .gas = given};
    return kit_run(k, &m);
}

const struct kit_result *kit_call_value(struct kit *k, address to, u64 value, u64 given)
{
    struct vm_message m = {
        .from = KIT_ALICE, .to = to, .value = u256_from_u64(value), .gas = given};
    return kit_run(k, &m);
}

const struct kit_result *kit_create(struct kit *k, bytes init, u64 given)
{
    struct vm_message m = {.is_create = true, .from = KIT_ALICE, .input = init, .gas = given};
    return kit_run(k, &m);
}

const struct kit_result *kit_rv_run(struct kit *k, struct buf *code)
{
    return kit_call(k, kit_rv(k, 1, code), BYTES_NONE, KIT_GAS);
}

// ---- probes

#define PROBE_MARK 0xABCDEF0123456700u // above the id in t0

void kit_put_probe(struct buf *code, u32 id, const u64 arguments[8])
{
    for (u32 r = 1; r < 32; r++) {
        bool argument = r >= A0 && r <= A7;
        rv_li(code, r,
              r == T0    ? PROBE_MARK | id
              : argument ? arguments[r - A0]
                         : 0x0101010101010101u * r);
    }
    rv_put(code, RV_ECALL);
}

const struct kit_service *kit_probed(const struct kit *k)
{
    for (usize i = 0; i < k->service_count; i++) {
        if ((k->service[i].x[T0] & ~(u64)0xFF) == PROBE_MARK) {
            return &k->service[i];
        }
    }
    return NULL;
}

const struct kit_service *kit_probe(struct kit *k, struct buf *setup, u32 id,
                                    const u64 arguments[8])
{
    struct buf none = {0};
    struct buf *code = setup != NULL ? setup : &none;
    kit_put_probe(code, id, arguments);
    rv_end(code);
    kit_call(k, kit_rv(k, 1, code), BYTES_NONE, KIT_GAS);
    return kit_probed(k);
}

// ---- what came of it

struct state *kit_state(struct kit *k)
{
    return k->side[first_side(k)]->state;
}

u256 kit_loaded(struct kit *k, address a, u64 key)
{
    struct state *s = kit_state(k);
    u256 at = u256_from_u64(key);
    return state_sload(s, state_account(s, &a), &at);
}

u64 kit_balance_of(struct kit *k, address a)
{
    struct state *s = kit_state(k);
    return u256_to_u64_saturated(*account_balance(state_account(s, &a)));
}

bytes kit_code_of(struct kit *k, address a)
{
    struct state *s = kit_state(k);
    return account_code(s, state_account(s, &a));
}

bool kit_exists(struct kit *k, address a)
{
    return account_exists(state_account(kit_state(k), &a));
}

u256 kit_output_word(struct kit *k, usize index)
{
    EXPECT(k->r.output.n >= 32 * (index + 1));
    return u256_from_be_bytes(k->r.output.p + 32 * index);
}

u64 kit_output_le64(struct kit *k, usize index)
{
    EXPECT(k->r.output.n >= 8 * (index + 1));
    return load_le64(k->r.output.p + 8 * index);
}

usize kit_top_service(struct kit *k, usize n)
{
    for (usize i = 0; i < k->service_count; i++) {
        if (k->service[i].depth == 0 && n-- == 0) {
            return i;
        }
    }
    FAIL("there are only %zu services", k->service_count);
}

u64 kit_cycles(struct kit *k, usize i)
{
    EXPECT(i < k->service_count && k->service[i].returned);
    return (u64)(k->service[i].cycles - k->service[i].cycles_after);
}

u64 kit_price(struct kit *k, usize i)
{
    u64 cycles = kit_cycles(k, i);
    EXPECT_EQ(cycles % k->params.cycles_per_gas, 0);
    return cycles / k->params.cycles_per_gas;
}
