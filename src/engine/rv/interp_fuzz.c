// SPDX-License-Identifier: MIT
// Random bytes as code, run in the three ways of test_ways.h.
#include "engine/rv/test_ways.h"

int LLVMFuzzerTestOneInput(const u8 *data, usize n);

int LLVMFuzzerTestOneInput(const u8 *data, usize n)
{
    (void)ways_agree(data, n);
    return 0;
}
