// SPDX-License-Identifier: MIT
// Returns its calldata, from where the machine put it.
#include "hybrid.h"

void contract_main(void)
{
    hybrid_bytes data = hybrid_calldata();
    hybrid_return(data.p, data.n);
}
