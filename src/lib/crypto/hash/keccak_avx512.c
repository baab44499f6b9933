// SPDX-License-Identifier: MIT
// The Keccak permutation with AVX-512: one register holds the five lanes of a row, lanes 5 to 7 are
// not used. Theta and rho work on rows; pi is a permutation inside each row which leaves the state
// transposed, so that chi is one three-operand instruction per register; then the state is
// transposed back. keccak_avx512_test.c runs this very text on any machine by defining the
// intrinsics itself.
#include "lib/crypto/hash/keccak_kernel.h"

#if defined(__x86_64__) && defined(__linux__)
#include <immintrin.h>

#ifndef KECCAK_AVX512_TARGET
#define KECCAK_AVX512_TARGET __attribute__((target("avx512f,avx512vl")))
#endif

#define ROW_MASK 0x1f  // lanes 0 to 4
#define LAST_MASK 0x10 // lane 4
#define XOR3 0x96      // vpternlogq: a ^ b ^ c
#define CHI 0xd2       // vpternlogq: a ^ (~b & c)

#define TABLE_ROW(...)                                                                             \
    {                                                                                              \
        __VA_ARGS__, 0, 0, 0                                                                       \
    }

// Rotation counts by row y and lane x (The Keccak reference, 3.0, table 2.3).
static const u64 rho_counts[5][8] = {
    TABLE_ROW(0, 1, 62, 28, 27),  TABLE_ROW(36, 44, 6, 55, 20), TABLE_ROW(3, 10, 43, 25, 39),
    TABLE_ROW(41, 45, 15, 21, 8), TABLE_ROW(18, 2, 61, 56, 14),
};

// pi takes lane x of row y to lane y of row 2x + 3y. Lane j of the permuted row y is the one that
// belongs into row j: x = y + 3j modulo 5.
static const u64 pi_lanes[5][8] = {
    TABLE_ROW(0, 3, 1, 4, 2), TABLE_ROW(1, 4, 2, 0, 3), TABLE_ROW(2, 0, 3, 1, 4),
    TABLE_ROW(3, 1, 4, 2, 0), TABLE_ROW(4, 2, 0, 3, 1),
};

static const u64 lane_before[8] = TABLE_ROW(4, 0, 1, 2, 3);
static const u64 lane_after[8] = TABLE_ROW(1, 2, 3, 4, 0);

// Lanes j and j + 1 of the first source (even lanes after unpacking) and of the second one (8 and
// up).
static const u64 join_lanes[3][8] = {
    TABLE_ROW(0, 1, 8, 9, 0),
    TABLE_ROW(2, 3, 10, 11, 0),
    TABLE_ROW(4, 5, 12, 13, 0),
};

#define LOAD_TABLE(row) _mm512_loadu_si512(row)
#define ROTATE_ROW(a, c, y)                                                                        \
    _mm512_permutexvar_epi64(                                                                      \
        LOAD_TABLE(pi_lanes[y]),                                                                   \
        _mm512_rolv_epi64(_mm512_ternarylogic_epi64(a, before, after, XOR3), LOAD_TABLE(c[y])))
#define JOIN(low, index, up, last, y)                                                              \
    _mm512_mask_permutexvar_epi64(                                                                 \
        _mm512_permutex2var_epi64(low, LOAD_TABLE(join_lanes[index]), up), LAST_MASK,              \
        _mm512_set1_epi64(y), last)

KECCAK_AVX512_TARGET void keccak_permute_avx512(u64 lanes[25])
{
    __m512i a0 = _mm512_maskz_loadu_epi64(ROW_MASK, lanes);
    __m512i a1 = _mm512_maskz_loadu_epi64(ROW_MASK, lanes + 5);
    __m512i a2 = _mm512_maskz_loadu_epi64(ROW_MASK, lanes + 10);
    __m512i a3 = _mm512_maskz_loadu_epi64(ROW_MASK, lanes + 15);
    __m512i a4 = _mm512_maskz_loadu_epi64(ROW_MASK, lanes + 20);
    for (usize round = 0; round < 24; round++) {
        __m512i parity =
            _mm512_ternarylogic_epi64(_mm512_ternarylogic_epi64(a0, a1, a2, XOR3), a3, a4, XOR3);
        __m512i before = _mm512_permutexvar_epi64(LOAD_TABLE(lane_before), parity);
        __m512i after =
            _mm512_rol_epi64(_mm512_permutexvar_epi64(LOAD_TABLE(lane_after), parity), 1);
        __m512i b0 = ROTATE_ROW(a0, rho_counts, 0);
        __m512i b1 = ROTATE_ROW(a1, rho_counts, 1);
        __m512i b2 = ROTATE_ROW(a2, rho_counts, 2);
        __m512i b3 = ROTATE_ROW(a3, rho_counts, 3);
        __m512i b4 = ROTATE_ROW(a4, rho_counts, 4);
        // register x now has column x: lane y is in row y
        __m512i c0 = _mm512_ternarylogic_epi64(b0, b1, b2, CHI);
        __m512i c1 = _mm512_ternarylogic_epi64(b1, b2, b3, CHI);
        __m512i c2 = _mm512_ternarylogic_epi64(b2, b3, b4, CHI);
        __m512i c3 = _mm512_ternarylogic_epi64(b3, b4, b0, CHI);
        __m512i c4 = _mm512_ternarylogic_epi64(b4, b0, b1, CHI);
        __m512i even01 = _mm512_unpacklo_epi64(c0, c1);
        __m512i odd01 = _mm512_unpackhi_epi64(c0, c1);
        __m512i even23 = _mm512_unpacklo_epi64(c2, c3);
        __m512i odd23 = _mm512_unpackhi_epi64(c2, c3);
        a0 = JOIN(even01, 0, even23, c4, 0);
        a1 = JOIN(odd01, 0, odd23, c4, 1);
        a2 = JOIN(even01, 1, even23, c4, 2);
        a3 = JOIN(odd01, 1, odd23, c4, 3);
        a4 = JOIN(even01, 2, even23, c4, 4);
        a0 = _mm512_xor_si512(a0, _mm512_maskz_loadu_epi64(1, keccak_round_constants + round));
    }
    _mm512_mask_storeu_epi64(lanes, ROW_MASK, a0);
    _mm512_mask_storeu_epi64(lanes + 5, ROW_MASK, a1);
    _mm512_mask_storeu_epi64(lanes + 10, ROW_MASK, a2);
    _mm512_mask_storeu_epi64(lanes + 15, ROW_MASK, a3);
    _mm512_mask_storeu_epi64(lanes + 20, ROW_MASK, a4);
}
#endif
