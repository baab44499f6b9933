// SPDX-License-Identifier: MIT
// The Zba extension. Tables and loops come from test/rv/vectors.c.
#include "case.h"

    begin
#include "zba.inc"
    end
