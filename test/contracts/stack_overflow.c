// SPDX-License-Identifier: MIT
// Recurses with 512 bytes of stack a level, as deep as the u64 (little-endian) of the calldata
// says; returns the depth that it reached. 16 KiB of stack are enough for about 25 levels; beyond
// them is the guard.
#include "hybrid.h"

__attribute__((noinline)) static uint64_t descend(uint64_t left)
{
    volatile uint8_t frame[512];
    frame[0] = (uint8_t)left;
    frame[511] = frame[0];
    return left == 0 ? 0 : 1 + descend(left - 1) + (frame[511] != frame[0]);
}

void contract_main(void)
{
    hybrid_return_u256(hybrid_u256_from(descend(*(const uint64_t *)hybrid_calldata().p)));
}
