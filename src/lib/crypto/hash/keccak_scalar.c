// SPDX-License-Identifier: MIT
// The plain Keccak permutation, which every machine can run and the other kernels are tested
// against.
#include "lib/crypto/hash/keccak_kernel.h"
#include "lib/crypto/hash/keccak_round.h"

// The Keccak reference, 3.0, section 1.2: bits of a linear feedback shift register at places 2^j
// - 1.
const u64 keccak_round_constants[24] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
    0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
    0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
    0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
    0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
};

void keccak_permute_scalar(u64 lanes[25])
{
    KECCAK_PERMUTE_BODY(keccak_round_constants)
}
