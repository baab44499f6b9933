// SPDX-License-Identifier: MIT
// A counter in slot 0. Calldata: empty returns it; anything else adds 1 and returns the new count.
// The constructor's argument, a word if there is one, is the first count.
#include "hybrid.h"

void contract_constructor(void)
{
    if (hybrid_calldata().n > 0) {
        hybrid_sstore(hybrid_u256_from(0), hybrid_arg_u256(hybrid_calldata(), 0));
    }
}

void contract_main(void)
{
    hybrid_u256 count = hybrid_sload(hybrid_u256_from(0));
    if (hybrid_calldata().n > 0) {
        hybrid_u256_add(&count, count, hybrid_u256_from(1));
        hybrid_sstore(hybrid_u256_from(0), count);
    }
    hybrid_return_u256(count);
}
