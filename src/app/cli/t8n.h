// SPDX-License-Identifier: MIT
// A state transition as geth's `evm t8n` makes it: transactions one by one on an allocation, those
// that are not valid rejected and told of; then rewards, withdrawals, requests. Results are JSON
// texts.
#pragma once

#include "app/cli/alloc.h"
#include "app/cli/t8n_env.h"
#include "core/vm/vm.h"

struct t8n_plan {
    struct schedule schedule;
    struct t8n_env env;
    struct alloc alloc;
    bool has_reward; // else the coinbase is not even touched
    u64 reward;
    enum vm_form form;
    const char *trace_folder; // a file of EIP-3155 lines a transaction; NULL: none
};

struct t8n_result { // JSON texts
    struct buf result, alloc, body;
};

struct t8n; // a transition under way

void t8n_result_fini(struct t8n_result *r);
// Begins: the block's header, system calls. NULL, with *status and a sentence in `why`, if that
// fails. The plan must stay as it is.
struct t8n *t8n_begin(struct t8n_plan *p, enum t8n_status *status, struct buf *why);
void t8n_free(struct t8n *t);
// One transaction: executed, or rejected and noted.
MUST_USE enum t8n_status t8n_apply(struct t8n *t, const struct transaction *tx, struct buf *why);
// The same for a coding that may not be one.
MUST_USE enum t8n_status t8n_apply_raw(struct t8n *t, bytes raw, struct buf *why);
MUST_USE enum t8n_status t8n_finish(struct t8n *t, struct t8n_result *out, struct buf *why);
