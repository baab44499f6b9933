// SPDX-License-Identifier: MIT
// The constructor of a contract that has none: it takes no value, as one that solc makes for such a
// contract.
#include "hybrid.h"

__attribute__((weak)) void contract_constructor(void)
{
    if (!hybrid_u256_is_zero(hybrid_callvalue())) {
        hybrid_revert(NULL, 0);
    }
}
