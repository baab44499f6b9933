// SPDX-License-Identifier: MIT
// The choice between the two builds of bn254 (body.inc), by what the processor can do.
#include "lib/crypto/bn254/bn254.h"

#include "lib/base/check.h"
#include "lib/crypto/bn254/kernel.h"

static const struct bn254_kernel *best_kernel(void)
{
#if MONT_X86
    if (mont_has_x86()) {
        return &bn254_kernel_x86;
    }
#endif
    return &bn254_kernel_scalar;
}

bool bn254_add(u8 out[BN254_G1_SIZE], const u8 points[2 * BN254_G1_SIZE])
{
    return best_kernel()->add(out, points);
}

bool bn254_mul(u8 out[BN254_G1_SIZE], const u8 point[BN254_G1_SIZE], const u8 scalar[32])
{
    return best_kernel()->mul(out, point, scalar);
}

bool bn254_pairing_check(bool *is_one, bytes pairs)
{
    CHECK(pairs.n % BN254_PAIR_SIZE == 0);
    return best_kernel()->pairing_check(is_one, pairs);
}
