// SPDX-License-Identifier: MIT
// The Zbb extension. Tables and loops come from test/rv/vectors.c.
#include "case.h"

    begin
#include "zbb.inc"
    end
