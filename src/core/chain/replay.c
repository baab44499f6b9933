// SPDX-License-Identifier: MIT
// Replaying blocks; see replay.h.
#include "core/chain/replay.h"

#include "core/chain/block_run.h"
#include "lib/base/mem.h"

struct block_replay {
    struct block_run run;
    struct block_result result; // of no meaning
    bytes rest;
    usize next;
};

enum fault block_replay_new(struct block_replay **out, const struct block_context *c,
                            const struct block *b)
{
    struct block_replay *r = mem_zalloc(sizeof *r);
    block_run_init(&r->run, c, b, &r->result);
    r->rest = b->transactions;
    *out = r;
    return block_run_before(&r->run);
}

void block_replay_free(struct block_replay *r)
{
    if (r != NULL) {
        block_run_fini(&r->run);
        mem_free(r);
    }
}

bool block_replay_next(struct block_replay *r, struct replayed *out)
{
    *out = (struct replayed){.index = r->next};
    if (r->rest.n == 0 || !block_next_transaction(&out->raw, &r->rest)) {
        return false;
    }
    if (transaction_decode(&out->t, out->raw) != VERDICT_VALID ||
        block_run_sender(&r->run, out->index, &out->t, &out->sender) != VERDICT_VALID) {
        transaction_fini(&out->t);
        return false;
    }
    r->next++;
    return true;
}

const struct chain_block *block_replay_environment(const struct block_replay *r)
{
    return &r->run.env;
}

void block_replay_count(struct block_replay *r, const struct replayed *t,
                        const struct chain_receipt *receipt)
{
    r->run.env.gas_left -= receipt->gas_used;
    r->run.env.blob_gas_left -= t->t.blob_count * GAS_PER_BLOB;
}
