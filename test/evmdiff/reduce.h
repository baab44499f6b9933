// SPDX-License-Identifier: MIT
// Makes a case smaller as long as a question about it (does it still differ?) is answered with yes.
#pragma once

#include "test/evmdiff/case.h"

struct reducer {
    void *ctx;
    bool (*differs)(void *ctx, struct test_case *c);
};

void reduce_case(const struct reducer *r, struct test_case *c);
