// SPDX-License-Identifier: MIT
// Compare and swap (the unprivileged manual's chapter on Zacas): the only instructions that the
// bare machine executes and spec/rv64.def does not have. Contracts have no use for them, but the
// official rv64ua tests look at them. What neither knows ends here as illegal.
#include "engine/rv/bare/priv.h"
#include "engine/rv/semantics.h"
#include "lib/base/bytes.h"

#define AMOCAS_MASK 0xf800007fu // without aq and rl: one hart sees its accesses in order
#define AMOCAS_MATCH 0x2800002fu
#define PAIR 16 // bytes of amocas.q; its operands are an even register and the next

// A register or pair as it lies in memory; the pair that begins with x0 is zero.
static void put_operand(u8 to[PAIR], const struct bare_hart *hart, u32 r, u32 size)
{
    store_le64(to, hart->x[r]);
    store_le64(to + 8, size == PAIR && r != 0 ? hart->x[r + 1] : 0);
}

static void set_result(struct bare_hart *hart, u32 rd, const u8 old[PAIR], u32 size)
{
    hart->x[rd] = size == 4 ? rv_sext32(load_le32(old)) : load_le64(old);
    if (size == PAIR && rd != 0) {
        hart->x[rd + 1] = load_le64(old + 8);
    }
}

bool bare_compare_and_swap(struct bare_hart *hart, u32 bits)
{
    const u32 rd = bits >> 7 & 31;
    const u32 rs2 = bits >> 20 & 31;
    const u32 size = 1u << (bits >> 12 & 7);
    const bool is_odd = size == PAIR && ((rd | rs2) & 1) != 0;
    if ((bits & AMOCAS_MASK) != AMOCAS_MATCH || size < 4 || size > PAIR || is_odd) {
        return bare_raise(hart, CAUSE_ILLEGAL, bits);
    }
    u64 pa;
    u8 *at = bare_atomic(hart, &pa, hart->x[bits >> 15 & 31], size, BARE_WRITE);
    if (at == NULL) {
        return false;
    }
    u8 expected[PAIR], desired[PAIR];
    u8 old[PAIR] = {0};
    put_operand(expected, hart, rd, size);
    put_operand(desired, hart, rs2, size);
    copy_bytes(old, at, size);
    if (equal_bytes(old, expected, size)) {
        copy_bytes(at, desired, size);
        bare_stored(hart, pa, size);
    }
    set_result(hart, rd, old, size);
    return true;
}
