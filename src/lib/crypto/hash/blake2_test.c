// SPDX-License-Identifier: MIT
// BLAKE2b's compression, by the hash made of it, against libcrypto's; then what the hash does not
// ask for: other counts of rounds.
#include "lib/crypto/hash/blake2.h"

#include <openssl/evp.h>

#include "lib/base/bytes.h"
#include "test/test.h"

#define BLOCK 128

// BLAKE2b-512 without a key (RFC 7693, section 3.3).
static void hash(u8 out[64], const u8 *p, usize n)
{
    u64 h[8] = {
        0x6a09e667f2bdc948, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
        0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
    };
    usize at = 0;
    bool last;
    do {
        last = n - at <= BLOCK;
        u8 block[BLOCK] = {0};
        copy_bytes(block, p + at, last ? n - at : BLOCK);
        at += last ? n - at : BLOCK;
        u64 m[16], t[2] = {at, 0};
        for (u32 i = 0; i < 16; i++) {
            m[i] = load_le64(block + 8 * i);
        }
        blake2b_compress(h, m, t, last, 12);
    } while (!last);
    for (u32 i = 0; i < 8; i++) {
        store_le64(out + 8 * i, h[i]);
    }
}

TEST(blake2, the_hash_agrees_with_libcrypto)
{
    u64 state = test_seed();
    u8 message[5 * BLOCK];
    for (usize n = 0; n <= sizeof message; n++) {
        for (usize i = 0; i < n; i++) {
            message[i] = (u8)test_random(&state);
        }
        u8 ours[64], theirs[64];
        hash(ours, message, n);
        EXPECT(EVP_Digest(message, n, theirs, NULL, EVP_blake2b512(), NULL) == 1);
        EXPECT_BYTES(ours, theirs, 64);
    }
}

// No round: v is the start, so h ^= h ^ initial ^ (count, flag).
TEST(blake2, no_rounds_leave_the_start)
{
    u64 h[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    const u64 m[16] = {9}, t[2] = {0x10, 0x20};
    blake2b_compress(h, m, t, true, 0);
    EXPECT_EQ(h[0], 0x6a09e667f3bcc908u);
    EXPECT_EQ(h[4], 0x510e527fade682d1u ^ 0x10);
    EXPECT_EQ(h[5], 0x9b05688c2b3e6c1fu ^ 0x20);
    EXPECT_EQ(h[6], ~(u64)0x1f83d9abfb41bd6b);
}

// The permutations of the message come back after ten rounds; all counts differ.
TEST(blake2, every_count_of_rounds_gives_another_state)
{
    const u64 m[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}, t[2] = {3, 4};
    u64 first[25];
    for (u32 rounds = 0; rounds < COUNT_OF(first); rounds++) {
        u64 h[8] = {1, 2, 3, 4, 5, 6, 7, 8};
        blake2b_compress(h, m, t, false, rounds);
        first[rounds] = h[0];
        for (u32 i = 0; i < rounds; i++) {
            EXPECT_NE(first[i], first[rounds]);
        }
    }
}
