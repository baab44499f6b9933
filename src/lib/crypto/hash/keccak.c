// SPDX-License-Identifier: MIT
// The Keccak-256 sponge and the choice of its permutation. Input is xored into the lanes whole
// words at a time; the lanes are little-endian, as the hosts and guests are.
#include "lib/crypto/hash/keccak.h"

#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/crypto/hash/keccak_kernel.h"

#define LANE_SIZE 8
#define RATE_LANES (KECCAK_RATE / LANE_SIZE)

#if defined(__x86_64__) && defined(__linux__)
#include "lib/os/cpu.h"

// A kernel of one state in AVX-512 registers was slower than both on a processor that has them (262
// ns a permutation, 195 and 233 here), for want of permutations across its lanes, and is not kept.
const struct keccak_kernel keccak_kernels[KECCAK_KERNEL_COUNT] = {
    {"bmi", CPU_BMI1 | CPU_BMI2, keccak_permute_bmi},
    {"scalar", 0, keccak_permute_scalar},
};

static keccak_kernel_function *best_kernel(void)
{
    u32 features = cpu_features();
    const struct keccak_kernel *k = keccak_kernels;
    while ((k->needs & ~features) != 0) {
        k++; // ends at the scalar one, which needs nothing
    }
    return k->permute;
}
#else
static keccak_kernel_function *best_kernel(void)
{
    return keccak_permute_scalar;
}
#endif

void keccak_f1600(u64 lanes[25])
{
    best_kernel()(lanes);
}

static void absorb_block(u64 lanes[25], const u8 *p)
{
    for (usize i = 0; i < RATE_LANES; i++) {
        lanes[i] ^= load_le64(p + i * LANE_SIZE);
    }
}

// Xors n bytes into the block from byte `at` on; at + n <= KECCAK_RATE.
static void absorb_part(u64 lanes[25], usize at, const u8 *p, usize n)
{
    for (usize i = 0; i < n; i++, at++) {
        lanes[at / LANE_SIZE] ^= (u64)p[i] << (at % LANE_SIZE * 8);
    }
}

// The same from byte 0 on, by words.
static void absorb_tail(u64 lanes[25], const u8 *p, usize n)
{
    usize words = n / LANE_SIZE;
    for (usize i = 0; i < words; i++) {
        lanes[i] ^= load_le64(p + i * LANE_SIZE);
    }
    absorb_part(lanes, words * LANE_SIZE, p + words * LANE_SIZE, n % LANE_SIZE);
}

static void pad(u64 lanes[25], usize at)
{
    lanes[at / LANE_SIZE] ^= (u64)0x01 << (at % LANE_SIZE * 8);
    lanes[RATE_LANES - 1] ^= (u64)0x80 << 56;
}

static void squeeze(b256 *out, const u64 lanes[25])
{
    for (usize i = 0; i < 4; i++) {
        store_le64(out->b + i * LANE_SIZE, lanes[i]);
    }
}

void keccak256(b256 *out, const void *p, usize n)
{
    keccak_kernel_function *permute = best_kernel();
    u64 lanes[25] = {0};
    const u8 *from = p;
    while (n >= KECCAK_RATE) {
        absorb_block(lanes, from);
        permute(lanes);
        from += KECCAK_RATE;
        n -= KECCAK_RATE;
    }
    if (n > 0) {
        absorb_tail(lanes, from, n);
    }
    pad(lanes, n);
    permute(lanes);
    squeeze(out, lanes);
}

void keccak_init(struct keccak *k)
{
    *k = (struct keccak){0};
}

void keccak_update(struct keccak *k, const void *p, usize n)
{
    DCHECK(k->absorbed < KECCAK_RATE);
    keccak_kernel_function *permute = best_kernel();
    const u8 *from = p;
    while (n > 0) {
        usize room = KECCAK_RATE - k->absorbed;
        usize part = n < room ? n : room;
        if (part == KECCAK_RATE) {
            absorb_block(k->lanes, from);
        } else {
            absorb_part(k->lanes, k->absorbed, from, part);
        }
        from += part;
        n -= part;
        k->absorbed += part;
        if (k->absorbed == KECCAK_RATE) {
            permute(k->lanes);
            k->absorbed = 0;
        }
    }
}

void keccak_final(struct keccak *k, b256 *out)
{
    pad(k->lanes, k->absorbed);
    keccak_f1600(k->lanes);
    squeeze(out, k->lanes);
}

void keccak256_with_zeros(b256 *out, bytes data, u64 zeros)
{
    static const u8 nothing[4096];
    if (zeros == 0) {
        keccak256(out, data.p, data.n);
        return;
    }
    struct keccak k;
    keccak_init(&k);
    keccak_update(&k, data.p, data.n);
    for (u64 n = 0; zeros > 0; zeros -= n) {
        n = zeros < sizeof nothing ? zeros : sizeof nothing;
        keccak_update(&k, nothing, n);
    }
    keccak_final(&k, out);
}
