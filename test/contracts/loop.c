// SPDX-License-Identifier: MIT
// Loops for ever without calldata, and else as many times as the u64 (little-endian) in it says,
// then returns that number as a word: ends by gas, and a measure of it.
#include "hybrid.h"

void contract_main(void)
{
    hybrid_bytes data = hybrid_calldata();
    uint64_t left = data.n == 0 ? UINT64_MAX : *(const uint64_t *)data.p;
    uint64_t done = 0;
    while (left != 0) {
        left -= data.n != 0;
        done++;
        __asm__ volatile("" : "+r"(left), "+r"(done));
    }
    hybrid_return_u256(hybrid_u256_from(done));
}
