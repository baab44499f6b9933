// SPDX-License-Identifier: MIT
// Gas tables by fork: Frontier's values, then every difference up to the fork asked for.
// Free-standing.
#include "lib/base/fork.h"

#include "lib/base/cc.h"

void gas_table_init(struct gas_table *t, enum fork f)
{
#define GAS(NAME, value, source) t->NAME = (value);
#define GAS_CHANGE(FORK, NAME, value, source)                                                      \
    if (f >= FORK_##FORK) {                                                                        \
        t->NAME = (value);                                                                         \
    }
#include "spec/gas.def"
}

static bool same_name(const char *a, const char *b)
{
    for (; *a != 0 && *b != 0; a++, b++) {
        u8 x = (u8)*a;
        u8 y = (u8)*b;
        x = x >= 'A' && x <= 'Z' ? (u8)(x + 32) : x;
        y = y >= 'A' && y <= 'Z' ? (u8)(y + 32) : y;
        if (x != y) {
            return false;
        }
    }
    return *a == *b;
}

const char *fork_name(enum fork f)
{
    static const char *const NAMES[] = {
#define FORK(NAME, test_name, cli_name) cli_name,
#include "spec/forks.def"
    };
    return f < FORK_COUNT ? NAMES[f] : "unknown";
}

bool fork_from_name(enum fork *out, const char *name)
{
    static const struct {
        const char *name;
        enum fork fork;
    } NAMES[] = {
#define FORK(NAME, test_name, cli_name) {test_name, FORK_##NAME}, {cli_name, FORK_##NAME},
#define FORK_ALIAS(NAME, name) {name, FORK_##NAME},
#include "spec/forks.def"
    };
    for (u32 i = 0; i < COUNT_OF(NAMES); i++) {
        if (same_name(name, NAMES[i].name)) {
            *out = NAMES[i].fork;
            return true;
        }
    }
    return false;
}
