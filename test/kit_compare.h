// SPDX-License-Identifier: MIT
// One random world (kit_world.h) held twice and run by the guest and by the native EVM, message
// after message: results, outputs, states, logs, the index of changes and everything that
// inspectors are told must be equal. Virtual machines are kept from world to world, states are
// fresh. Free of the test runner; the fuzz target and the test use it.
#pragma once

#include "core/vm/vm.h"
#include "test/kit_world.h"

#include <stdio.h>

struct compared_side {
    struct vm *vm;
    struct state *s;
    struct vm_result r;
    struct buf seen;  // events, 16 bytes each: what, and a hash of its contents
    struct buf state; // dump
};

struct compared {
    struct compared_side side[2];
    char text[400]; // of the first difference
};

static inline void compared_init(struct compared *c)
{
    *c = (struct compared){0};
    c->side[0].vm = vm_new(VM_EVM_GUEST);
    c->side[1].vm = vm_new(VM_EVM_NATIVE);
}

static inline void compared_fini(struct compared *c)
{
    for (u32 i = 0; i < 2; i++) {
        vm_free(c->side[i].vm);
        buf_fini(&c->side[i].seen);
        buf_fini(&c->side[i].state);
    }
}

// ---- events

static inline u64 mix(u64 h, const void *p, usize n)
{
    const u8 *b = p;
    for (usize i = 0; i < n; i++) {
        h = (h ^ b[i]) * 0x100000001B3;
    }
    return h;
}

enum { SEEN_MAX = 1 << 22 };

static inline void see(void *ctx, u64 what, u64 hash)
{
    struct compared_side *s = ctx;
    if (s->seen.n < SEEN_MAX) {
        u64 event[2] = {what, hash};
        buf_put(&s->seen, event, sizeof event);
    }
}

static void see_enter(void *ctx, const struct inspect_frame *f)
{
    u64 h = mix(f->op, f->from.b, 20);
    h = mix(mix(h, f->to.b, 20), f->code.b, 20);
    h = mix(mix(h, &f->value, 32), &f->gas, 8);
    h = mix(mix(h, f->input.p, f->input.n), &f->depth, 4);
    see(ctx, 0x100 | f->kind, h ^ f->is_static);
}

static void see_leave(void *ctx, const struct inspect_end *e)
{
    u64 numbers[7] = {e->depth,  e->status,       e->halt, e->gas_left,
                      e->cycles, e->instructions, e->pages};
    see(ctx, 0x200 | e->halt, mix(mix(1, numbers, sizeof numbers), e->output.p, e->output.n));
}

static void see_step(void *ctx, const struct inspect_step *s)
{
    u64 numbers[5] = {s->pc, s->gas, (u64)s->refund, s->stack_height, s->return_size};
    u64 h = mix(mix(s->depth, numbers, sizeof numbers), s->stack, s->stack_height * sizeof(u256));
    see(ctx, 0x300 | s->op, mix(h, s->memory.p, s->memory.n < 512 ? s->memory.n : 512));
}

static void see_charged(void *ctx, u32 depth, u64 gas_left)
{
    see(ctx, 0x400, mix(depth, &gas_left, 8));
}

static void see_service(void *ctx, u32 depth, u8 id, const struct rv_machine *m)
{
    see(ctx, 0x500 | id, mix(mix(depth, m->x, 256), &m->cycles, 8));
}

static void see_log(void *ctx, u32 depth, const struct state_log *l, bytes data)
{
    see(ctx, 0x600, mix(mix(depth, l->topic, l->topic_count * 32), data.p, data.n));
}

static void see_access(void *ctx, enum inspect_access kind, const address *a, const u256 *key,
                       const u256 *value)
{
    u64 h = mix(kind, a->b, 20);
    h = key != NULL ? mix(h, key, 32) : h;
    see(ctx, 0x700, value != NULL ? mix(h, value, 32) : h);
}

static void see_block(void *ctx, u32 depth, const struct rv_machine *m, u32 cost)
{
    (void)ctx;
    (void)depth;
    (void)m;
    (void)cost; // only that the other function of the engine runs
}

static inline struct inspector compared_inspector(struct compared_side *s, bool steps, bool blocks)
{
    return (struct inspector){
        .ctx = s,
        .frame_enter = see_enter,
        .frame_leave = see_leave,
        .evm_step = steps ? see_step : NULL,
        .evm_charged = see_charged,
        .rv_block = blocks ? see_block : NULL,
        .service = see_service,
        .log = see_log,
        .access = see_access,
    };
}

// ---- states

static void dump_one(void *ctx, const struct account *a, bytes code)
{
    buf_put(ctx, account_address(a)->b, 20);
    u64 nonce = account_nonce(a);
    buf_put(ctx, &nonce, 8);
    buf_put(ctx, account_balance(a), 32);
    buf_put(ctx, code.p, code.n);
}

static void dump_key(void *ctx, const u256 *key, const u256 *value)
{
    buf_put(ctx, key, 32);
    buf_put(ctx, value, 32);
}

static inline void dump_state(struct compared_side *s)
{
    buf_clear(&s->state);
    state_visit(s->s, &(struct state_visitor){&s->state, dump_one, dump_key});
    for (usize i = 0; i < state_log_count(s->s); i++) {
        const struct state_log *l = state_log_at(s->s, i);
        bytes data = state_log_data(s->s, l);
        buf_put(&s->state, l->topic, l->topic_count * sizeof(b256));
        buf_put(&s->state, data.p, data.n);
    }
    for (usize i = 0; i < state_change_count(s->s); i++) {
        const struct state_change *c = state_change_at(s->s, i);
        buf_put(&s->state, c->account.b, 20);
        buf_put(&s->state, &c->key, 96); // key, before, after
    }
}

// ---- comparison

static inline const char *differ(struct compared *c, const char *what, u64 a, u64 b)
{
    snprintf(c->text, sizeof c->text, "%s: guest 0x%llx, native 0x%llx", what,
             (unsigned long long)a, (unsigned long long)b);
    return c->text;
}

static inline const char *differ_in_bytes(struct compared *c, const char *what, bytes a, bytes b)
{
    if (a.n != b.n) {
        return differ(c, what, a.n, b.n);
    }
    for (usize i = 0; i < a.n; i++) {
        if (a.p[i] != b.p[i]) {
            snprintf(c->text, sizeof c->text, "%s: at byte %zu of %zu", what, i, a.n);
            return c->text;
        }
    }
    return NULL;
}

static inline const char *differ_in_events(struct compared *c)
{
    bytes a = buf_bytes(&c->side[0].seen);
    bytes b = buf_bytes(&c->side[1].seen);
    for (usize i = 0; i + 16 <= a.n && i + 16 <= b.n; i += 16) {
        if (!equal_bytes(a.p + i, b.p + i, 16)) {
            u64 before = i > 0 ? load_le64(a.p + i - 16) : 0;
            snprintf(c->text, sizeof c->text,
                     "event %zu (after 0x%llx): guest 0x%llx, native 0x%llx", i / 16,
                     (unsigned long long)before, (unsigned long long)load_le64(a.p + i),
                     (unsigned long long)load_le64(b.p + i));
            return c->text;
        }
    }
    return a.n != b.n ? differ(c, "number of events", a.n / 16, b.n / 16) : NULL;
}

static inline const char *compare_results(struct compared *c)
{
    const struct vm_result *x = &c->side[0].r;
    const struct vm_result *y = &c->side[1].r;
    const char *d = differ_in_events(c);
    d = d == NULL && x->status != y->status ? differ(c, "status", x->status, y->status) : d;
    d = d == NULL && x->halt != y->halt ? differ(c, "halt", x->halt, y->halt) : d;
    d = d == NULL && x->gas_left != y->gas_left ? differ(c, "gas", x->gas_left, y->gas_left) : d;
    d = d == NULL && x->gas_refund != y->gas_refund
            ? differ(c, "refund", (u64)x->gas_refund, (u64)y->gas_refund)
            : d;
    d = d == NULL && x->cycles != y->cycles ? differ(c, "cycles", x->cycles, y->cycles) : d;
    d = d == NULL && x->pages != y->pages ? differ(c, "pages", x->pages, y->pages) : d;
    d = d == NULL ? differ_in_bytes(c, "output", x->output, y->output) : d;
    dump_state(&c->side[0]);
    dump_state(&c->side[1]);
    return d == NULL ? differ_in_bytes(c, "state", buf_bytes(&c->side[0].state),
                                       buf_bytes(&c->side[1].state))
                     : d;
}

// ---- a world

struct world {
    enum fork fork;
    struct vm_params params;
    struct buf code[WORLD_CONTRACTS + 2];
    u32 balance[WORLD_CONTRACTS + 2], slot[WORLD_CONTRACTS + 2];
    bool steps;
};

static const address WORLD_SENDER = {{0x5E, [19] = 0x11}};

static inline struct world throw_world(struct dice *d)
{
    static const u32 rates[] = {4, 4, 4, 1, 7, 64};
    struct world w = {.fork = FORK_LATEST, .params = vm_params_default()};
    if (throw_one_in(d, 3)) {
        w.fork = (enum fork)throw_below(d, FORK_COUNT);
    }
    w.params.riscv = !throw_one_in(d, 12);
    w.params.cycles_per_gas = ANY_OF(d, rates);
    w.steps = throw_one_in(d, 4);
    for (u32 i = 1; i <= WORLD_CONTRACTS; i++) {
        (i % 2 != 0 ? throw_rv : throw_evm)(d, &w.code[i]);
        w.balance[i] = (u32)throw_below(d, 100);
        w.slot[i] = (u32)throw_below(d, 3);
    }
    static const u8 designator[3] = {0xEF, 0x01, 0x00};
    address target = throw_address(d);
    buf_put(&w.code[WORLD_DESIGNATOR], designator, 3);
    buf_put(&w.code[WORLD_DESIGNATOR], target.b, 20);
    return w;
}

static inline void world_fini(struct world *w)
{
    for (u32 i = 0; i < COUNT_OF(w->code); i++) {
        buf_fini(&w->code[i]);
    }
}

static inline struct state *state_of_world(const struct world *w)
{
    struct state *s = state_new(NULL);
    state_begin_transaction(s);
    for (u32 i = 1; i <= WORLD_DESIGNATOR; i++) {
        address at = world_address(i);
        struct account *a = state_account(s, &at);
        u256 balance = u256_from_u64(w->balance[i]);
        state_set_balance(s, a, &balance);
        state_set_nonce(s, a, 1);
        state_set_code(s, a, buf_bytes(&w->code[i]));
        for (u64 k = 0; k < 3; k++) {
            u256 key = u256_from_u64(k);
            u256 value = u256_from_u64((w->slot[i] + k) % 3);
            state_sstore(s, a, &key, &value);
        }
    }
    u256 rich = u256_from_u64(1000000);
    state_set_balance(s, state_account(s, &WORLD_SENDER), &rich);
    state_end_transaction(s, false);
    return s;
}

// Input: a container of a random constructor with arguments, or a few bytes.
static inline void throw_input(struct dice *d, struct buf *b)
{
    u8 some[96];
    u64 n = throw_below(d, sizeof some);
    for (u64 i = 0; i < n; i++) {
        some[i] = (u8)throw64(d);
    }
    if (!throw_one_in(d, 2)) {
        buf_put(b, some, n);
        return;
    }
    struct buf image = {0};
    throw_rv(d, &image);
    rv_container(b, buf_bytes(&image), (bytes){some, n});
    buf_fini(&image);
}

static inline struct vm_message throw_message(struct dice *d, struct buf *input, u32 rate)
{
    struct vm_message m = {.from = WORLD_SENDER, .is_create = throw_one_in(d, 5)};
    if (m.is_create && throw_one_in(d, 2)) {
        throw_evm(d, input);
    } else {
        throw_input(d, input);
    }
    m.input = buf_bytes(input);
    m.to = world_address(1 + (u32)throw_below(d, WORLD_DESIGNATOR));
    m.value = u256_from_u64(throw_one_in(d, 3) ? throw_below(d, 100) : 0);
    u64 most = rate > 16 ? 100000 : 3000000;
    m.gas = throw_one_in(d, 20) ? throw_below(d, 3000) : 30000 + throw_below(d, most);
    return m;
}

static inline enum fault run_message(struct compared *c, const struct world *w,
                                     const struct vm_message *m, u32 side)
{
    struct compared_side *s = &c->side[side];
    struct vm_block block = {.number = u256_from_u64(1000),
                             .timestamp = u256_from_u64(1700000000),
                             .gas_limit = u256_from_u64(30000000),
                             .base_fee = u256_from_u64(7),
                             .blob_base_fee = u256_one(),
                             .chain_id = u256_one()};
    struct vm_transaction tx = {.origin = WORLD_SENDER, .gas_price = u256_from_u64(9)};
    struct inspector i = compared_inspector(s, w->steps, side == 1);
    buf_clear(&s->seen);
    vm_set_rules(s->vm, w->fork, &w->params);
    vm_set_inspector(s->vm, &i);
    vm_set_block(s->vm, &block);
    vm_set_transaction(s->vm, &tx);
    state_begin_transaction(s->s);
    enum fault f = vm_execute(s->vm, s->s, m, &s->r);
    state_end_transaction(s->s, w->fork >= FORK_SPURIOUS);
    return f;
}

// A difference in words, or NULL.
static inline const char *compare_world(struct compared *c, struct dice *d)
{
    struct world w = throw_world(d);
    const char *difference = NULL;
    for (u32 i = 0; i < 2; i++) {
        c->side[i].s = state_of_world(&w);
    }
    u64 messages = 1 + throw_below(d, 3);
    for (u64 n = 0; n < messages && difference == NULL; n++) {
        struct buf input = {0};
        struct vm_message m = throw_message(d, &input, w.params.cycles_per_gas);
        for (u32 i = 0; i < 2 && difference == NULL; i++) {
            enum fault f = run_message(c, &w, &m, i);
            if (f != FAULT_NONE && f != FAULT_UNSUPPORTED) {
                snprintf(c->text, sizeof c->text, "side %u: %s: %s", i, fault_text(f),
                         vm_fault_detail(c->side[i].vm));
                difference = c->text;
            }
        }
        difference = difference == NULL ? compare_results(c) : difference;
        if (difference == NULL && c->side[0].r.gas_left > m.gas) {
            difference = differ(c, "gas from nothing", m.gas, c->side[0].r.gas_left);
        }
        buf_fini(&input);
    }
    for (u32 i = 0; i < 2; i++) {
        state_free(c->side[i].s);
    }
    world_fini(&w);
    return difference;
}
