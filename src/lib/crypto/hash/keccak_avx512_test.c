// SPDX-License-Identifier: MIT
// Runs the text of keccak_avx512.c on machines without AVX-512: the intrinsics it uses are defined
// here, by the operation sections of the Intel intrinsics guide, on an ordinary struct of eight
// lanes, and the kernel is included under another name. So its tables and order of operations are
// tested everywhere.
#include "lib/crypto/hash/keccak_kernel.h"

#include "lib/base/bytes.h"
#include "test/test.h"

#if defined(__x86_64__) && defined(__linux__)
#include <immintrin.h> // before the names below are taken over

struct lanes8 {
    u64 w[8];
};

typedef struct lanes8 lanes8;

static lanes8 maskz_load(u32 mask, const u64 *p)
{
    lanes8 r = {{0}};
    for (u32 i = 0; i < 8; i++) {
        if ((mask >> i & 1) != 0) {
            r.w[i] = p[i];
        }
    }
    return r;
}

static void mask_store(u64 *p, u32 mask, lanes8 a)
{
    for (u32 i = 0; i < 8; i++) {
        if ((mask >> i & 1) != 0) {
            p[i] = a.w[i];
        }
    }
}

static lanes8 set1(u64 v)
{
    return (lanes8){{v, v, v, v, v, v, v, v}};
}

static lanes8 ternary_logic(lanes8 a, lanes8 b, lanes8 c, u32 table)
{
    lanes8 r = {{0}};
    for (u32 bit = 0; bit < 512; bit++) {
        u32 i = bit / 64;
        u32 at = bit % 64;
        u64 index = (a.w[i] >> at & 1) << 2 | (b.w[i] >> at & 1) << 1 | (c.w[i] >> at & 1);
        r.w[i] |= (u64)(table >> index & 1) << at;
    }
    return r;
}

static lanes8 xor_lanes(lanes8 a, lanes8 b)
{
    for (u32 i = 0; i < 8; i++) {
        a.w[i] ^= b.w[i];
    }
    return a;
}

static lanes8 rotate_by(lanes8 a, lanes8 counts)
{
    for (u32 i = 0; i < 8; i++) {
        u64 n = counts.w[i] % 64;
        a.w[i] = a.w[i] << n | a.w[i] >> (64 - n) % 64;
    }
    return a;
}

static lanes8 permute(lanes8 index, lanes8 a)
{
    lanes8 r;
    for (u32 i = 0; i < 8; i++) {
        r.w[i] = a.w[index.w[i] & 7];
    }
    return r;
}

static lanes8 mask_permute(lanes8 source, u32 mask, lanes8 index, lanes8 a)
{
    for (u32 i = 0; i < 8; i++) {
        if ((mask >> i & 1) != 0) {
            source.w[i] = a.w[index.w[i] & 7];
        }
    }
    return source;
}

static lanes8 permute_two(lanes8 a, lanes8 index, lanes8 b)
{
    lanes8 r;
    for (u32 i = 0; i < 8; i++) {
        const lanes8 *from = (index.w[i] & 8) != 0 ? &b : &a;
        r.w[i] = from->w[index.w[i] & 7];
    }
    return r;
}

static lanes8 unpack(lanes8 a, lanes8 b, u32 odd)
{
    lanes8 r;
    for (u32 i = 0; i < 8; i += 2) {
        r.w[i] = a.w[i + odd];
        r.w[i + 1] = b.w[i + odd];
    }
    return r;
}

#define __m512i lanes8
#define _mm512_loadu_si512(p) maskz_load(0xff, p)
#define _mm512_maskz_loadu_epi64 maskz_load
#define _mm512_mask_storeu_epi64 mask_store
#define _mm512_set1_epi64 set1
#undef _mm512_ternarylogic_epi64 // compilers may define those with immediate operands as macros
#define _mm512_ternarylogic_epi64 ternary_logic
#define _mm512_xor_si512 xor_lanes
#define _mm512_rolv_epi64 rotate_by
#undef _mm512_rol_epi64
#define _mm512_rol_epi64(a, n) rotate_by(a, set1(n))
#define _mm512_permutexvar_epi64 permute
#define _mm512_mask_permutexvar_epi64 mask_permute
#define _mm512_permutex2var_epi64 permute_two
#define _mm512_unpacklo_epi64(a, b) unpack(a, b, 0)
#define _mm512_unpackhi_epi64(a, b) unpack(a, b, 1)
#define KECCAK_AVX512_TARGET static
#define keccak_permute_avx512 emulated_permutation
#include "lib/crypto/hash/keccak_avx512.c" // NOLINT(bugprone-suspicious-include): see above

TEST(keccak, avx512_kernel_is_right_on_emulated_instructions)
{
    u64 state = test_seed();
    for (u32 round = 0; round < 50; round++) {
        u64 a[25];
        u64 b[25];
        for (usize i = 0; i < 25; i++) {
            a[i] = b[i] = test_random(&state);
        }
        keccak_permute_scalar(a);
        emulated_permutation(b);
        EXPECT_BYTES(a, b, sizeof a);
    }
}
#endif
