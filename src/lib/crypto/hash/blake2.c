// SPDX-License-Identifier: MIT
// BLAKE2b's compression. The ten permutations of the message are written out as arguments, so that
// every index is constant and the sixteen words of state stay in registers as far as they reach.
#include "lib/crypto/hash/blake2.h"

#include "lib/base/cc.h"

static const u64 INITIAL[8] = {
    0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
    0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
};

static ALWAYS_INLINE u64 rotate_right(u64 x, u32 n)
{
    return x >> n | x << (64 - n);
}

#define MIX(a, b, c, d, x, y)                                                                      \
    do {                                                                                           \
        v[a] += v[b] + (x);                                                                        \
        v[d] = rotate_right(v[d] ^ v[a], 32);                                                      \
        v[c] += v[d];                                                                              \
        v[b] = rotate_right(v[b] ^ v[c], 24);                                                      \
        v[a] += v[b] + (y);                                                                        \
        v[d] = rotate_right(v[d] ^ v[a], 16);                                                      \
        v[c] += v[d];                                                                              \
        v[b] = rotate_right(v[b] ^ v[c], 63);                                                      \
    } while (0)

#define ROUND(s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12, s13, s14, s15)                \
    do {                                                                                           \
        if (left-- == 0) {                                                                         \
            goto done;                                                                             \
        }                                                                                          \
        MIX(0, 4, 8, 12, m[s0], m[s1]);                                                            \
        MIX(1, 5, 9, 13, m[s2], m[s3]);                                                            \
        MIX(2, 6, 10, 14, m[s4], m[s5]);                                                           \
        MIX(3, 7, 11, 15, m[s6], m[s7]);                                                           \
        MIX(0, 5, 10, 15, m[s8], m[s9]);                                                           \
        MIX(1, 6, 11, 12, m[s10], m[s11]);                                                         \
        MIX(2, 7, 8, 13, m[s12], m[s13]);                                                          \
        MIX(3, 4, 9, 14, m[s14], m[s15]);                                                          \
    } while (0)

void blake2b_compress(u64 h[8], const u64 m[16], const u64 t[2], bool last, u32 rounds)
{
    u64 v[16];
    for (u32 i = 0; i < 8; i++) {
        v[i] = h[i];
        v[8 + i] = INITIAL[i];
    }
    v[12] ^= t[0];
    v[13] ^= t[1];
    v[14] ^= last ? ~(u64)0 : 0;
    u32 left = rounds;
    while (true) {
        ROUND(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        ROUND(14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3);
        ROUND(11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4);
        ROUND(7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8);
        ROUND(9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13);
        ROUND(2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9);
        ROUND(12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11);
        ROUND(13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10);
        ROUND(6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5);
        ROUND(10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0);
    }
done:
    for (u32 i = 0; i < 8; i++) {
        h[i] ^= v[i] ^ v[8 + i];
    }
}
