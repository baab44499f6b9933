// SPDX-License-Identifier: MIT
// The moduli as constants, and what the processor can do for them.
#include "lib/num/mont.h"

#if MONT_X86
#include "lib/os/cpu.h"
#endif

#define MONT_FIELD(name, limbs, modulus, n0_, one_, r2_)                                           \
    const struct mont##limbs mont_##name = {.p = modulus, .n0 = n0_, .one = one_, .r2 = r2_};
#include "lib/num/mont_fields.def"

bool mont_has_x86(void)
{
#if MONT_X86
    u32 needs = CPU_BMI2 | CPU_ADX;
    return (cpu_features() & needs) == needs;
#else
    return false;
#endif
}
