// SPDX-License-Identifier: MIT
// Sets slot 0 to 1, logs, then ends by the first byte of the calldata: 0 revert with the rest of
// the calldata, 1 revert with Error("reason"), 2 the service invalid, 3 ebreak, 4 an unknown
// service, 5 an undecodable instruction, 6 running off the executable bytes, 7 success with the
// rest of the calldata.
#include "hybrid.h"

void contract_main(void)
{
    hybrid_bytes data = hybrid_calldata();
    hybrid_bytes rest = {data.p + 1, data.n - (data.n > 0)};
    hybrid_sstore(hybrid_u256_from(0), hybrid_u256_from(1));
    hybrid_log(rest.p, rest.n, NULL, 0);
    switch (data.p[0]) {
    case 0:
        hybrid_revert(rest.p, rest.n);
    case 1:
        hybrid_revert_reason("reason");
    case 2:
        hybrid_invalid();
    case 3:
        __asm__ volatile("ebreak");
        break;
    case 4:
        hybrid_end_words(0x99, 0, 0);
    case 5:
        __asm__ volatile(".half 0");
        break;
    case 6:
        __asm__ volatile("la t1, __text_end\n\tjr t1" ::: "t1");
        break;
    default:
        break;
    }
    hybrid_return(rest.p, rest.n);
}
