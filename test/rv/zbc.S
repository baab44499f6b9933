// SPDX-License-Identifier: MIT
// The Zbc extension. Tables and loops come from test/rv/vectors.c.
#include "case.h"

    begin
#include "zbc.inc"
    end
