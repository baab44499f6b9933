// SPDX-License-Identifier: MIT
// Holds 32 MiB of zeroed data from its start: 8,192 pages, paid before the first instruction.
// Calldata: u64 little-endian n | 20 bytes address. With n > 0 it calls that address (0: itself)
// with n - 1, so that pages of live frames add up. Returns as a word how many frames were reached
// below it.
#include "hybrid.h"

uint8_t hoard[32 << 20];

void contract_main(void)
{
    struct {
        uint64_t n;
        hybrid_address peer;
    } o;
    memcpy(&o, hybrid_calldata().p, sizeof o);
    hoard[0] = 1;
    hoard[sizeof hoard - 1] = 1;
    hybrid_u256 below = hybrid_u256_from(0);
    if (o.n > 0) {
        o.n--;
        hybrid_address to = hybrid_address_is_zero(&o.peer) ? hybrid_self() : o.peer;
        hybrid_bytes input = {(const uint8_t *)&o, 28};
        if (hybrid_call(&to, 0, input) == HYBRID_SUCCESS && hybrid_returndatasize() == 32) {
            uint8_t word[32];
            hybrid_returndatacopy(word, 0, 32);
            hybrid_u256_add(&below, hybrid_u256_load(word), hybrid_u256_from(1));
        }
    }
    hybrid_return_u256(below);
}
