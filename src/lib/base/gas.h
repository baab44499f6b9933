// SPDX-License-Identifier: MIT
// Gas of a running frame, as a type of its own so that no arithmetic happens to it by accident.
// Today it is one number; a fork that splits gas into kinds adds members here and in these
// functions only. All costs are below 2^63; what is left never goes below zero.
#pragma once

#include "lib/base/cc.h"
#include "lib/base/types.h"

typedef struct {
    i64 left; // gas that may still be spent, 0 or more
} gas;

// Takes `cost`; false, and nothing left, if there is not that much.
static inline MUST_USE bool gas_charge(gas *g, u64 cost)
{
    if (UNLIKELY((u64)g->left < cost)) {
        g->left = 0;
        return false;
    }
    g->left -= (i64)cost;
    return true;
}

static inline void gas_give(gas *g, u64 amount)
{
    g->left += (i64)amount;
}

static inline gas gas_of(u64 amount)
{
    return (gas){(i64)amount};
}

static inline u64 gas_left(gas g)
{
    return (u64)g.left;
}
