// SPDX-License-Identifier: MIT
// Several inspectors as one: each event goes to all that want it, in the order given. Functions
// that no inspector has stay NULL, so that nothing is reported (and paid for) that nobody looks at.
#pragma once

#include "core/vm/inspect.h"

#define TEE_MAX 4

struct tee {
    struct inspector part[TEE_MAX];
    u32 count;
};

void tee_add(struct tee *t, const struct inspector *i); // copied; at most TEE_MAX
struct inspector tee_inspector(struct tee *t);          // refers to *t, which must stay where it is
