// SPDX-License-Identifier: MIT
// Double precision arithmetic. Calldata: u64 operation | u64 a | u64 b | u64 c | u64 rounding mode,
// little-endian, numbers as their bits. Operation: 0 a+b, 1 a-b, 2 a*b, 3 a/b, 4 sqrt a, 5 a*b+c, 6
// to single and back, 7 to i64, 8 from i64, 9 a < b. Returns two words: the result's bits and
// fflags. The rounding mode is written to frm.
#include "hybrid.h"

void contract_main(void)
{
    const uint64_t *in = (const uint64_t *)hybrid_calldata().p;
    double a, b, c;
    float single;
    uint64_t bits = 0;
    uint64_t flags;
    __asm__ volatile("fmv.d.x %0, %1" : "=f"(a) : "r"(in[1]));
    __asm__ volatile("fmv.d.x %0, %1" : "=f"(b) : "r"(in[2]));
    __asm__ volatile("fmv.d.x %0, %1" : "=f"(c) : "r"(in[3]));
    __asm__ volatile("csrw frm, %0\n\tcsrw fflags, zero" : : "r"(in[4]));
    switch (in[0]) {
    case 0:
        __asm__ volatile("fadd.d %0, %0, %1" : "+f"(a) : "f"(b));
        break;
    case 1:
        __asm__ volatile("fsub.d %0, %0, %1" : "+f"(a) : "f"(b));
        break;
    case 2:
        __asm__ volatile("fmul.d %0, %0, %1" : "+f"(a) : "f"(b));
        break;
    case 3:
        __asm__ volatile("fdiv.d %0, %0, %1" : "+f"(a) : "f"(b));
        break;
    case 4:
        __asm__ volatile("fsqrt.d %0, %0" : "+f"(a));
        break;
    case 5:
        __asm__ volatile("fmadd.d %0, %0, %1, %2" : "+f"(a) : "f"(b), "f"(c));
        break;
    case 6:
        __asm__ volatile("fcvt.s.d %0, %1" : "=f"(single) : "f"(a));
        __asm__ volatile("fcvt.d.s %0, %1" : "=f"(a) : "f"(single));
        break;
    case 7:
        __asm__ volatile("fcvt.l.d %0, %1, dyn" : "=r"(bits) : "f"(a));
        break;
    case 8:
        __asm__ volatile("fcvt.d.l %0, %1" : "=f"(a) : "r"(in[1]));
        break;
    case 9:
        __asm__ volatile("flt.d %0, %1, %2" : "=r"(bits) : "f"(a), "f"(b));
        break;
    default:
        hybrid_invalid();
    }
    if (in[0] != 7 && in[0] != 9) {
        __asm__ volatile("fmv.x.d %0, %1" : "=r"(bits) : "f"(a));
    }
    __asm__ volatile("csrr %0, fflags" : "=r"(flags));
    uint8_t out[64];
    hybrid_u256_store(out, hybrid_u256_from(bits));
    hybrid_u256_store(out + 32, hybrid_u256_from(flags));
    hybrid_return(out, sizeof out);
}
