// SPDX-License-Identifier: MIT
// The M extension. Tables and loops come from test/rv/vectors.c.
#include "case.h"

    begin
#include "m.inc"
    end
