// SPDX-License-Identifier: MIT
// Keccak-256 against published values (the Keccak team's ShortMsgKAT_256 and LongMsgKAT_256, the
// KECCAK permutation's intermediate values, and constants known from Ethereum), against itself in
// random pieces, and each kernel against the scalar one where the processor can run it.
#include "lib/crypto/hash/keccak.h"

#include <stdio.h>

#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/crypto/hash/keccak_kernel.h"
#include "lib/os/cpu.h"
#include "test/test.h"

static void hex_of(char *text, const u8 *p, usize n)
{
    static const char digits[] = "0123456789abcdef";
    for (usize i = 0; i < n; i++) {
        text[2 * i] = digits[p[i] >> 4];
        text[2 * i + 1] = digits[p[i] & 15];
    }
    text[2 * n] = 0;
}

static void expect_hash(const void *p, usize n, const char *expected)
{
    b256 hash;
    keccak256(&hash, p, n);
    char text[65];
    hex_of(text, hash.b, 32);
    EXPECT_STR(text, expected);
}

TEST(keccak, gives_published_hashes)
{
    expect_hash("", 0, "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
    expect_hash("\xcc", 1, "eead6dbfc7340a56caedc044696a168870549a6a7f6f56961e84a54bd9970b8a");
    expect_hash("\x41\xfb", 2, "a8eaceda4d47b3281a795ad9e1ea2122b407baf9aabcb9e18b5717b7873537d2");
    expect_hash("abc", 3, "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45");
    expect_hash("\x80", 1, "56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421");
    expect_hash("\xc0", 1, "1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347");
    expect_hash("Transfer(address,address,uint256)", 33,
                "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef");
}

TEST(keccak, permutes_zero_as_published)
{
    u64 lanes[25] = {0};
    keccak_f1600(lanes);
    EXPECT_EQ(lanes[0], 0xf1258f7940e1dde7u);
    EXPECT_EQ(lanes[1], 0x84d5ccf933c0478au);
    EXPECT_EQ(lanes[24], 0xeaf1ff7b5ceca249u);
    keccak_f1600(lanes);
    EXPECT_EQ(lanes[0], 0x2d5c954df96ecb3cu);
    EXPECT_EQ(lanes[24], 0x20d06cd26a8fbf5cu);
}

// Hashes of the first n bytes 00 01 02 … around the block length: the hash of all those hashes is
// what an independent implementation gives.
TEST(keccak, pads_every_length_around_a_block)
{
    u8 message[300];
    struct keccak chain;
    keccak_init(&chain);
    for (usize n = 0; n < sizeof message; n++) {
        message[n] = (u8)n;
        b256 hash;
        keccak256(&hash, message, n);
        keccak_update(&chain, hash.b, 32);
    }
    b256 all;
    keccak_final(&chain, &all);
    char text[65];
    hex_of(text, all.b, 32);
    EXPECT_STR(text, "a7556b99d532c6a2658e83e7bf12038ea9de15dc01506e586fd97bfd3c910e1f");
}

TEST(keccak, pieces_give_the_same_as_the_whole)
{
    u64 state = test_seed();
    u8 message[1200];
    for (usize i = 0; i < sizeof message; i++) {
        message[i] = (u8)test_random(&state);
    }
    for (u32 round = 0; round < 2000; round++) {
        usize n = test_random(&state) % sizeof message;
        b256 whole, pieces;
        keccak256(&whole, message, n);
        struct keccak k;
        keccak_init(&k);
        for (usize at = 0; at < n;) {
            usize piece = test_random(&state) % 300;
            piece = piece < n - at ? piece : n - at;
            keccak_update(&k, message + at, piece);
            at += piece;
        }
        keccak_final(&k, &pieces);
        EXPECT_BYTES(whole.b, pieces.b, 32);
    }
}

#if defined(__x86_64__) && defined(__linux__)
TEST(keccak, kernels_agree)
{
    for (usize i = 0; i < KECCAK_KERNEL_COUNT; i++) {
        const struct keccak_kernel *kernel = &keccak_kernels[i];
        if ((kernel->needs & ~cpu_features()) != 0) {
            printf("skipped: this processor cannot run the kernel %s\n", kernel->name);
            continue;
        }
        u64 state = test_seed();
        for (u32 round = 0; round < 1000; round++) {
            u64 a[25];
            u64 b[25];
            for (usize k = 0; k < 25; k++) {
                a[k] = b[k] = test_random(&state);
            }
            keccak_permute_scalar(a);
            kernel->permute(b);
            EXPECT_BYTES(a, b, sizeof a);
        }
    }
}
#endif
