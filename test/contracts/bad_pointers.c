// SPDX-License-Identifier: MIT
// One access to an address. Calldata: u64 what | u64 address | u64 value, little-endian. What: 0
// load a byte, 1 load eight, 2 store a byte, 3 store eight, 4 jump, 5 amoadd.d, 6 lr.d, 7 sc.d
// (which never succeeds), 8 call with the return address kept, 9 flush and load (fence, fence.i,
// ld). Returns what was loaded as a word, or the value. The writable word at 0x80301000 is there
// for it.
#include "hybrid.h"

uint64_t cell[2] = {0x1122334455667788, 0x99AABBCCDDEEFF00};

void contract_main(void)
{
    const uint64_t *in = (const uint64_t *)hybrid_calldata().p;
    uint64_t at = in[1];
    uint64_t value = in[2];
    switch (in[0]) {
    case 0:
        __asm__ volatile("lbu %0, 0(%1)" : "=r"(value) : "r"(at) : "memory");
        break;
    case 1:
        __asm__ volatile("ld %0, 0(%1)" : "=r"(value) : "r"(at) : "memory");
        break;
    case 2:
        __asm__ volatile("sb %0, 0(%1)" : : "r"(value), "r"(at) : "memory");
        break;
    case 3:
        __asm__ volatile("sd %0, 0(%1)" : : "r"(value), "r"(at) : "memory");
        break;
    case 4:
        __asm__ volatile("jr %0" : : "r"(at));
        break;
    case 5:
        __asm__ volatile("amoadd.d %0, %0, (%1)" : "+r"(value) : "r"(at) : "memory");
        break;
    case 6:
        __asm__ volatile("lr.d %0, (%1)" : "=r"(value) : "r"(at) : "memory");
        break;
    case 7:
        __asm__ volatile("sc.d %0, %0, (%1)" : "+r"(value) : "r"(at) : "memory");
        break;
    case 8:
        __asm__ volatile("jalr %0" : : "r"(at) : "ra", "memory");
        break;
    case 9:
        __asm__ volatile("fence\n\tfence.i\n\tld %0, 0(%1)" : "=r"(value) : "r"(at) : "memory");
        break;
    default:
        hybrid_invalid();
    }
    __asm__ volatile("" : : "r"(cell) : "memory");
    hybrid_return_u256(hybrid_u256_from(value));
}
