// SPDX-License-Identifier: MIT
#include "node/rpc/sim_logs.h"

#include "core/state/state.h"
#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/num/u256.h"

void sim_logs_fini(struct sim_logs *l)
{
    mem_free(l->of);
    buf_fini(&l->data);
}

static struct sim_log *add(struct sim_logs *l, const address *emitter, bytes data)
{
    if (l->count == l->cap) {
        l->cap = l->cap == 0 ? 8 : l->cap * 2;
        l->of = mem_realloc(l->of, l->cap * sizeof *l->of);
    }
    struct sim_log *one = &l->of[l->count++];
    *one = (struct sim_log){
        .emitter = *emitter, .index = l->indices++, .data_at = l->data.n, .data_size = data.n};
    buf_put(&l->data, data.p, data.n);
    return one;
}

static void add_transfer(struct sim_logs *l, const address *from, const address *to,
                         const u256 *amount)
{
    static const char EVENT[] = "Transfer(address,address,uint256)";
    address token;
    __builtin_memset(token.b, 0xee, sizeof token.b);
    b256 value = u256_to_b256(*amount);
    struct sim_log *one = add(l, &token, (bytes){value.b, sizeof value});
    one->topic_count = 3;
    keccak256(&one->topic[0], EVENT, sizeof EVENT - 1);
    copy_bytes(one->topic[1].b + 12, from->b, sizeof *from);
    copy_bytes(one->topic[2].b + 12, to->b, sizeof *to);
}

static void on_enter(void *ctx, const struct inspect_frame *f)
{
    struct sim_logs *l = ctx;
    if (l->depth < SIM_DEPTH_MAX) {
        l->at_enter[l->depth] = l->count;
        l->self[l->depth] = f->to;
    }
    l->depth++;
    bool moves = f->op != 0xF4 && f->op != 0xF2; // not DELEGATECALL, not CALLCODE
    if (l->traces_transfers && moves && !u256_is_zero(f->value)) {
        add_transfer(l, &f->from, &f->to, &f->value);
    }
}

static void on_leave(void *ctx, const struct inspect_end *e)
{
    struct sim_logs *l = ctx;
    l->depth--;
    if (e->status != 0 && l->depth < SIM_DEPTH_MAX) {
        l->count = l->at_enter[l->depth];
    }
}

// SELFDESTRUCT moves the balance without a frame.
static void on_step(void *ctx, const struct inspect_step *s)
{
    struct sim_logs *l = ctx;
    if (s->op != 0xFF || s->stack_height == 0 || l->depth == 0 || l->depth > SIM_DEPTH_MAX) {
        return;
    }
    const address *self = &l->self[l->depth - 1];
    b256 word = u256_to_b256(s->stack[s->stack_height - 1]);
    address heir;
    copy_bytes(heir.b, word.b + 12, sizeof heir.b);
    u256 balance = *account_balance(state_account(l->state, self));
    if (!u256_is_zero(balance)) {
        add_transfer(l, self, &heir, &balance);
    }
}

static void on_log(void *ctx, u32 depth, const struct state_log *log, bytes data)
{
    (void)depth;
    struct sim_log *one = add(ctx, &log->emitter, data);
    one->topic_count = log->topic_count;
    copy_bytes(one->topic, log->topic, sizeof one->topic);
}

struct inspector sim_logs_inspector(struct sim_logs *l)
{
    l->depth = 0;
    return (struct inspector){.ctx = l,
                              .evm_step = l->traces_transfers ? on_step : NULL,
                              .frame_enter = on_enter,
                              .frame_leave = on_leave,
                              .log = on_log};
}

void sim_logs_put(struct json_writer *w, const struct sim_logs *l, u32 i,
                  const struct sim_log_place *at)
{
    const struct sim_log *one = &l->of[i];
    bytes data = bytes_slice(buf_bytes(&l->data), one->data_at, one->data_size);
    json_begin_object(w, NULL);
    json_put_address(w, "address", &one->emitter);
    json_begin_list(w, "topics");
    for (u32 k = 0; k < one->topic_count; k++) {
        json_put_b256(w, NULL, &one->topic[k]);
    }
    json_end(w);
    json_put_data(w, "data", data.p, data.n);
    json_put_quantity_u64(w, "blockNumber", at->block->number);
    json_put_b256(w, "transactionHash", at->transaction);
    json_put_quantity_u64(w, "transactionIndex", at->transaction_index);
    json_put_b256(w, "blockHash", &at->block->hash);
    json_put_quantity_u64(w, "blockTimestamp", at->block->timestamp);
    json_put_quantity_u64(w, "logIndex", one->index);
    json_put_bool(w, "removed", false);
    json_end(w);
}
