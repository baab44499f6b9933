// SPDX-License-Identifier: MIT
// The Zbs extension. Tables and loops come from test/rv/vectors.c.
#include "case.h"

    begin
#include "zbs.inc"
    end
