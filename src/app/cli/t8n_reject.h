// SPDX-License-Identifier: MIT
// Why a transaction is rejected, in the words of geth's `evm t8n`: test fillers tell verdicts apart
// by them.
#pragma once

#include "core/chain/transact.h"

struct t8n_rejected {
    const struct transaction *t;
    const address *sender;
    struct state *state;
    const struct chain_block *block;
};

void t8n_reject_text(struct buf *out, enum verdict v, const struct t8n_rejected *r);
