// SPDX-License-Identifier: MIT
// Outcomes and states as JSON members and as text for people. Numbers that fit 2^53 are JSON
// numbers, all else is 0x-hex: larger numbers without leading zeros, data with all its digits.
#pragma once

#include "app/cli/execute.h"
#include "lib/base/buf.h"

struct timing { // of one execution, over all repetitions
    u64 min, median, max;
};

struct timing timing_of(u64 *ns, u32 count); // sorts them

// The members status … created, without braces.
void report_outcome_json(struct buf *b, const struct outcome *o);
// ,"storage":…,"balances":…,"nonces":…
void report_state_json(struct buf *b, struct state *s);
// ,"time_ns":…,"cycles":…,"instructions":…,"pages":…
void report_figures_json(struct buf *b, const struct outcome *o, const struct timing *t);

void report_outcome_text(struct buf *b, const struct outcome *o, const struct timing *t);
void report_state_text(struct buf *b, struct state *s); // slots that are not zero
