// SPDX-License-Identifier: MIT
// The Keccak permutation compiled for BMI1 and BMI2: andn does half of chi, rorx rotates into
// another register, which saves the copies of a two-operand machine.
#include "lib/crypto/hash/keccak_kernel.h"

#if defined(__x86_64__) && defined(__linux__)
#include "lib/crypto/hash/keccak_round.h"

__attribute__((target("bmi,bmi2"))) void keccak_permute_bmi(u64 lanes[25])
{
    KECCAK_PERMUTE_BODY(keccak_round_constants)
}
#endif
