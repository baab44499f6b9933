// SPDX-License-Identifier: MIT
// Returns the word 42, whatever the calldata: the smallest useful contract.
#include "hybrid.h"

void contract_main(void)
{
    hybrid_return_u256(hybrid_u256_from(42));
}
