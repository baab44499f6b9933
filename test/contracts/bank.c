// SPDX-License-Identifier: MIT
// Takes and gives ether. Calldata: empty keeps what comes with the call; else 20 bytes address | 32
// bytes amount, big-endian: sends that much with invoke and its stipend alone (gas limit 0), and
// returns the status as a word.
#include "hybrid.h"

void contract_constructor(void)
{
}

void contract_main(void)
{
    hybrid_bytes data = hybrid_calldata();
    if (data.n < 52) {
        return;
    }
    struct hybrid_record r = {.op = HYBRID_OP_CALL};
    memcpy(r.address.b, data.p, sizeof r.address.b);
    memcpy(r.value, data.p + 20, sizeof r.value);
    hybrid_return_u256(hybrid_u256_from(hybrid_invoke(&r).status));
}
