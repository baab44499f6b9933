// SPDX-License-Identifier: MIT
// Calls a peer and adds one to what it returns. Calldata: u64 little-endian n | 20 bytes address of
// the peer (0: this contract) | how: 0 call, 1 delegatecall. It calls with n - 1 and the same rest;
// at n = 0, or when the call does not succeed, the answer is 0. Returns the number as a word: the
// count of frames below.
#include "hybrid.h"

struct order {
    uint64_t n;
    hybrid_address peer;
    uint8_t how;
};

void contract_main(void)
{
    struct order o;
    memcpy(&o, hybrid_calldata().p, sizeof o);
    if (o.n == 0) {
        hybrid_return_u256(hybrid_u256_from(0));
    }
    o.n--;
    hybrid_address to = hybrid_address_is_zero(&o.peer) ? hybrid_self() : o.peer;
    hybrid_bytes input = {(const uint8_t *)&o, 29};
    enum hybrid_status status =
        o.how == 0 ? hybrid_call(&to, 0, input) : hybrid_delegatecall(&to, input);
    hybrid_u256 below = hybrid_u256_from(0);
    if (status == HYBRID_SUCCESS && hybrid_returndatasize() == 32) {
        uint8_t word[32];
        hybrid_returndatacopy(word, 0, 32);
        hybrid_u256_add(&below, hybrid_u256_load(word), hybrid_u256_from(1));
    }
    hybrid_return_u256(below);
}
