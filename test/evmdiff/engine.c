// SPDX-License-Identifier: MIT
// See engine.h.
#include "test/evmdiff/engine.h"

#include <string.h>

#include "core/trie/state_root.h"
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"
#include "lib/codec/hex.h"
#include "lib/codec/json_write.h"
#include "lib/num/u256.h"

#define FRAMES 1025u

struct engine {
    struct vm *vm[2]; // by enum vm_form
    bool riscv_seen;
    bool is_creation[FRAMES]; // of the frame at a depth
    struct coverage *coverage;
    u32 precompile; // of the frame entered last; 0: none
};

// ---- who looks on: for code that begins with FF, and for what cases reach ----------------------

static void look_at_frame(void *ctx, const struct inspect_frame *f)
{
    struct engine *e = ctx;
    bool is_creation = f->op == 0xF0 || f->op == 0xF5;
    CHECK(f->depth < FRAMES);
    e->is_creation[f->depth] = is_creation;
    e->riscv_seen |= is_creation && f->input.n > 0 && f->input.p[0] == 0xFF;
    e->precompile = f->kind == INSPECT_PRECOMPILE ? load_be32(f->code.b + 16) : 0;
    if (e->coverage != NULL) {
        e->coverage->frames++;
        e->coverage->creations += is_creation;
    }
}

static void look_at_end(void *ctx, const struct inspect_end *end)
{
    struct engine *e = ctx;
    bool begins_with_ff = end->output.n > 0 && end->output.p[0] == 0xFF;
    e->riscv_seen |= e->is_creation[end->depth] && begins_with_ff;
    if (e->coverage != NULL) {
        e->coverage->halt[end->status == EVM_HALT ? end->halt : HALT_NONE]++;
        if (e->precompile != 0 && e->precompile < COUNT_OF(e->coverage->precompile)) {
            e->coverage->precompile[e->precompile][end->status == EVM_SUCCESS]++;
        }
    }
    e->precompile = 0;
}

static void count_step(void *ctx, const struct inspect_step *s)
{
    struct engine *e = ctx;
    e->coverage->op[s->op]++;
}

struct engine *engine_new(struct coverage *c)
{
    struct engine *e = mem_zalloc(sizeof *e);
    e->coverage = c;
    const struct inspector i = {
        .ctx = e,
        .frame_enter = look_at_frame,
        .frame_leave = look_at_end,
        .evm_step = c == NULL ? NULL : count_step,
    };
    for (u32 form = 0; form < 2; form++) {
        e->vm[form] = vm_new((enum vm_form)form);
        vm_set_inspector(e->vm[form], &i);
    }
    return e;
}

void engine_free(struct engine *e)
{
    vm_free(e->vm[0]);
    vm_free(e->vm[1]);
    mem_free(e);
}

// ---- what came of it, as text ------------------------------------------------------------------

static void put_logs(struct json_writer *w, const struct state *s)
{
    json_begin_list(w, "logs");
    for (usize i = 0; i < state_log_count(s); i++) {
        const struct state_log *l = state_log_at(s, i);
        bytes data = state_log_data(s, l);
        json_begin_list(w, NULL);
        json_put_address(w, NULL, &l->emitter);
        for (u32 k = 0; k < l->topic_count; k++) {
            json_put_b256(w, NULL, &l->topic[k]);
        }
        json_put_data(w, NULL, data.p, data.n);
        json_end(w);
    }
    json_end(w);
}

static void put_outcome(struct buf *out, const struct world *world, const struct state *s,
                        const struct chain_receipt *r)
{
    struct json_writer w;
    json_write_init(&w, out, 0);
    json_begin_object(&w, NULL);
    json_put_quantity_u64(&w, "status", r->status == EVM_SUCCESS);
    json_put_quantity_u64(&w, "gasUsed", r->gas_used);
    if (r->has_created) {
        json_put_address(&w, "created", &r->created);
    } else {
        json_put_null(&w, "created");
    }
    put_logs(&w, s);
    if (world->peer->has_output) {
        json_put_data(&w, "output", r->output.p, r->output.n);
    }
    json_end(&w);
}

struct account_list {
    struct json_writer w;
    bool open;
};

static void put_name(struct buf *name, const void *p, usize n)
{
    buf_clear(name);
    hex_put_data(name, p, n);
    buf_put_u8(name, 0);
}

static void close_account(struct account_list *l)
{
    if (l->open) {
        json_end(&l->w);
        json_end(&l->w);
    }
}

static void put_account(void *ctx, const struct account *a, bytes code)
{
    struct account_list *l = ctx;
    struct buf name = {0};
    close_account(l);
    put_name(&name, account_address(a)->b, sizeof(address));
    json_begin_object(&l->w, (const char *)name.p);
    json_put_quantity(&l->w, "balance", *account_balance(a));
    json_put_quantity_u64(&l->w, "nonce", account_nonce(a));
    json_put_data(&l->w, "code", code.p, code.n);
    json_begin_object(&l->w, "storage");
    l->open = true;
    buf_fini(&name);
}

static void put_slot(void *ctx, const u256 *key, const u256 *value)
{
    struct account_list *l = ctx;
    struct buf name = {0};
    b256 k = u256_to_b256(*key);
    put_name(&name, k.b, sizeof k.b);
    json_put_quantity(&l->w, (const char *)name.p, *value);
    buf_fini(&name);
}

static void put_accounts(struct buf *out, struct state *s)
{
    struct account_list l = {.open = false};
    json_write_init(&l.w, out, 0);
    json_begin_object(&l.w, NULL);
    state_visit(s, &(struct state_visitor){&l, put_account, put_slot});
    close_account(&l);
    json_end(&l.w);
}

// ---- running -----------------------------------------------------------------------------------

static enum fault hash_of_block(void *ctx, u64 number, b256 *out)
{
    const struct environment *env = ctx;
    *out = number < env->hash_count ? env->hash[number] : (b256){{0}};
    return FAULT_NONE;
}

static struct chain_block make_block(const struct world *w, struct engine_mode mode)
{
    const struct environment *env = &w->env;
    enum fork fork = w->cases[0]->fork;
    struct chain_block b = {
        .fork = fork,
        .params = vm_params_default(),
        .gas_left = env->gas_limit,
        .excess_blob_gas = env->excess_blob_gas,
        .blobs = blob_schedule_of(fork),
        .vm =
            {
                .number = u256_from_u64(env->number),
                .timestamp = u256_from_u64(env->timestamp),
                .gas_limit = u256_from_u64(env->gas_limit),
                .base_fee = env->base_fee,
                .difficulty_or_prevrandao = fork >= FORK_PARIS ? env->random : env->difficulty,
                .chain_id = u256_from_u64(CHAIN_ID),
                .coinbase = env->coinbase,
                .ctx = (void *)(uintptr_t)env,
                .block_hash = hash_of_block,
            },
    };
    b.params.riscv = mode.riscv;
    b.blob_gas_left = b.blobs.max * 131072;
    return b;
}

static const char *run_all(struct engine *e, struct world_result *out, const struct world *w,
                           struct state *s, struct engine_mode mode)
{
    struct chain_block b = make_block(w, mode);
    for (u32 i = 0; i < w->count; i++) {
        const struct test_case *c = w->cases[w->order[i]];
        struct buf *text = &out->text[w->order[i]];
        enum verdict v = VERDICT_VALID;
        struct chain_receipt r;
        enum fault f = chain_transact(e->vm[mode.form], s, &b, &c->tx, &c->sender, &v, &r);
        if (f != FAULT_NONE) {
            return fault_text(f);
        }
        if (v == VERDICT_VALID) {
            b.gas_left -= r.gas_used;
            put_outcome(text, w, s, &r);
        } else {
            buf_put_text(text, "null");
            if (e->coverage != NULL) {
                e->coverage->refusals++;
            }
        }
    }
    return NULL;
}

static void pay_reward(struct state *s, const struct world *w)
{
    if (!u256_is_zero(w->env.reward)) {
        state_begin_transaction(s);
        state_add_balance(s, state_account(s, &w->env.coinbase), &w->env.reward);
        state_end_transaction(s, true);
    }
}

void engine_run(struct engine *e, struct world_result *out, const struct world *w,
                struct engine_mode mode)
{
    *out = (struct world_result){.count = w->count};
    out->text = mem_zalloc((w->count + 1) * sizeof *out->text);
    struct state *s = state_new(NULL);
    alloc_give(&w->before, s);
    for (u32 i = 0; i < w->count; i++) {
        alloc_give(&w->cases[i]->alloc, s);
    }
    e->riscv_seen = false;
    out->fault = run_all(e, out, w, s, mode);
    out->has_riscv = e->riscv_seen;
    pay_reward(s, w);
    state_root(&out->root, s);
    if (!w->peer->has_root) {
        put_accounts(&out->accounts, s);
    }
    state_free(s);
}

bool world_is_refused(const struct world_result *r)
{
    return r->text[0].n == strlen("null");
}

void world_result_fini(struct world_result *r)
{
    for (u32 i = 0; i < r->count; i++) {
        buf_fini(&r->text[i]);
    }
    mem_free(r->text);
    buf_fini(&r->accounts);
}
