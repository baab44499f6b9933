// SPDX-License-Identifier: MIT
// Block building over the parts of block_run.h.
#include "core/chain/build.h"

#include "core/chain/block_run.h"
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"
#include "lib/codec/rlp.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/num/u256.h"

struct block_builder {
    struct block_run run;
    struct block block;
    struct block_result result;
    struct buf transactions; // payload of their list
};

void header_begin(struct header *h, const struct block_rules *r, const struct header *parent,
                  const struct block_attributes *a)
{
    CHECK(r->fork >= FORK_PARIS && a->extra.n <= HEADER_EXTRA_MAX);
    *h = (struct header){
        .parent_hash = parent->hash,
        .uncles_hash = UNCLES_NONE_HASH,
        .coinbase = a->coinbase,
        .number = parent->number + 1,
        .gas_limit = a->gas_limit,
        .timestamp = a->timestamp,
        .extra_size = (u32)a->extra.n,
        .mix_hash = a->prev_randao,
        .tail = header_tail_of(r->fork),
        .base_fee = header_base_fee(parent),
        .beacon_root = a->beacon_root,
    };
    copy_bytes(h->extra, a->extra.p, a->extra.n);
    if (r->fork >= FORK_CANCUN) {
        h->excess_blob_gas = header_excess_blob_gas(r, parent);
    }
}

struct block_builder *block_builder_new(const struct block_context *c, const struct header *h,
                                        bytes withdrawals)
{
    struct block_builder *b = mem_zalloc(sizeof *b);
    b->block.header = *h;
    b->block.withdrawals = withdrawals;
    b->block.has_withdrawals = c->rules->fork >= FORK_SHANGHAI;
    block_run_init(&b->run, c, &b->block, &b->result);
    return b;
}

void block_builder_free(struct block_builder *b)
{
    if (b == NULL) {
        return;
    }
    block_run_fini(&b->run);
    buf_fini(&b->transactions);
    mem_free(b);
}

enum fault block_builder_begin(struct block_builder *b)
{
    return block_run_before(&b->run);
}

enum fault block_builder_add(struct block_builder *b, const struct transaction *t,
                             const address *sender, bytes raw, enum verdict *verdict,
                             struct chain_receipt *receipt)
{
    TRY(block_run_apply(&b->run, t, sender, verdict, receipt));
    if (*verdict == VERDICT_VALID && t->type == TX_LEGACY) {
        buf_put(&b->transactions, raw.p, raw.n);
    } else if (*verdict == VERDICT_VALID) {
        rlp_put_bytes(&b->transactions, raw.p, raw.n);
    }
    return FAULT_NONE;
}

struct chain_block *block_builder_env(struct block_builder *b)
{
    return &b->run.env;
}

void block_builder_allow_any_sender(struct block_builder *b, bool on)
{
    b->run.env.any_sender = on;
}

bytes block_builder_requests(const struct block_builder *b, u32 type)
{
    CHECK(type < REQUEST_TYPES);
    return buf_bytes(&b->run.requests[type]);
}

u64 block_builder_gas_used(const struct block_builder *b)
{
    return b->result.gas_used;
}

static void put_list(struct buf *out, bytes payload)
{
    usize list = rlp_begin_list(out);
    buf_put(out, payload.p, payload.n);
    rlp_end_list(out, list);
}

void block_encode(struct buf *out, const struct header *h, bytes transactions, bytes withdrawals)
{
    usize list = rlp_begin_list(out);
    header_encode(out, h);
    put_list(out, transactions);
    put_list(out, BYTES_NONE);
    if (h->tail >= TAIL_WITHDRAWALS_ROOT) {
        put_list(out, withdrawals);
    }
    rlp_end_list(out, list);
}

void header_set_hash(struct header *h)
{
    struct buf coded = {0};
    header_encode(&coded, h);
    keccak256(&h->hash, coded.p, coded.n);
    buf_fini(&coded);
}

static void seal(struct block_builder *b)
{
    struct header *h = &b->block.header;
    const struct block_result *o = &b->result;
    h->gas_used = o->gas_used;
    h->blob_gas_used = o->blob_gas_used;
    h->receipts_root = o->receipts_root;
    h->state_root = o->state_root;
    h->requests_hash = o->requests_hash;
    copy_bytes(h->bloom, o->bloom, sizeof h->bloom);
    header_set_hash(h);
}

enum fault block_builder_finish(struct block_builder *b, struct header *h, struct buf *wire,
                                enum block_verdict *verdict)
{
    *verdict = b->run.bad_deposit ? BLOCK_DEPOSIT_LAYOUT : BLOCK_VALID;
    if (*verdict != BLOCK_VALID) {
        return FAULT_NONE;
    }
    TRY(block_run_after(&b->run, verdict));
    TRY(state_take_fault(b->run.s));
    if (*verdict != BLOCK_VALID) {
        return FAULT_NONE;
    }
    b->block.transactions = buf_bytes(&b->transactions);
    bool ok = block_transactions_root(&b->block.header.transactions_root, &b->block) &&
              (!b->block.has_withdrawals ||
               block_withdrawals_root(&b->block.header.withdrawals_root, &b->block));
    CHECK(ok); // the codings were made here or decoded before
    b->result.receipts_root = block_run_receipts_root(&b->run);
    commitment_root(&b->result.state_root, b->run.commitment, b->run.s);
    seal(b);
    *h = b->block.header;
    block_encode(wire, h, b->block.transactions, b->block.withdrawals);
    return FAULT_NONE;
}
