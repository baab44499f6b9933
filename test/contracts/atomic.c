// SPDX-License-Identifier: MIT
// Atomics on one cell. Calldata: u64 operation | u64 start | u64 operand, little-endian. The cell
// holds `start`. Operation: 0 amoadd.d, 1 amoswap.d, 2 amoand.w, 3 amomaxu.d, 4 lr.d and sc.d, 5
// lr.d, a service, sc.d (fails), 6 lr.w and sc.d (fails), 7 sc.d alone (fails), 8 two sc.d after
// one lr.d (the second fails). Returns two words: what the (last) instruction put into its
// register, and the cell.
#include "hybrid.h"

void contract_main(void)
{
    const uint64_t *in = (const uint64_t *)hybrid_calldata().p;
    uint64_t cell = in[1];
    uint64_t *at = &cell;
    uint64_t value = in[2];
    uint64_t out = 0;
    switch (in[0]) {
    case 0:
        __asm__ volatile("amoadd.d %0, %1, (%2)" : "=&r"(out) : "r"(value), "r"(at) : "memory");
        break;
    case 1:
        __asm__ volatile("amoswap.d %0, %1, (%2)" : "=&r"(out) : "r"(value), "r"(at) : "memory");
        break;
    case 2:
        __asm__ volatile("amoand.w %0, %1, (%2)" : "=&r"(out) : "r"(value), "r"(at) : "memory");
        break;
    case 3:
        __asm__ volatile("amomaxu.d %0, %1, (%2)" : "=&r"(out) : "r"(value), "r"(at) : "memory");
        break;
    case 4:
        __asm__ volatile("lr.d %0, (%2)\n\tsc.d %0, %1, (%2)"
                         : "=&r"(out)
                         : "r"(value), "r"(at)
                         : "memory");
        break;
    case 5:
        __asm__ volatile("lr.d %0, (%2)\n\tli t0, 5\n\tecall\n\tsc.d %0, %1, (%2)"
                         : "=&r"(out)
                         : "r"(value), "r"(at)
                         : "t0", "a0", "memory");
        break;
    case 6:
        __asm__ volatile("lr.w %0, (%2)\n\tsc.d %0, %1, (%2)"
                         : "=&r"(out)
                         : "r"(value), "r"(at)
                         : "memory");
        break;
    case 7:
        __asm__ volatile("sc.d %0, %1, (%2)" : "=&r"(out) : "r"(value), "r"(at) : "memory");
        break;
    case 8:
        __asm__ volatile("lr.d %0, (%2)\n\tsc.d %0, %1, (%2)\n\tsc.d %0, zero, (%2)"
                         : "=&r"(out)
                         : "r"(value), "r"(at)
                         : "memory");
        break;
    default:
        hybrid_invalid();
    }
    uint8_t words[64];
    hybrid_u256_store(words, hybrid_u256_from(out));
    hybrid_u256_store(words + 32, hybrid_u256_from(cell));
    hybrid_return(words, sizeof words);
}
