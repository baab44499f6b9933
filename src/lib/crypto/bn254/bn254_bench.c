// SPDX-License-Identifier: MIT
// Time of the functions of bn254.h with each family of field kernels: minimum of several runs. The
// pairs are (k G, H) and (-k G, H) in turn, so that their product is 1 if their count is even.
#include "lib/crypto/bn254/bn254.h"

#include <stdio.h>

#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/crypto/bn254/kernel.h"
#include "lib/os/time.h"

#define RUNS 9u
#define PAIRS_MAX 16

// n - 1, the generators.
static const char MINUS_ONE[] = "30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000000";
static const char G2[] = "198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2"
                         "1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed"
                         "090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b"
                         "12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa";

struct operands {
    u8 points[2 * BN254_G1_SIZE];
    u8 scalar[32];
    u8 pairs[PAIRS_MAX * BN254_PAIR_SIZE];
};

static u8 digit(char c)
{
    return (u8)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static void from_hex(u8 *to, const char *text, usize n)
{
    for (usize i = 0; i < n; i++) {
        to[i] = (u8)(digit(text[2 * i]) << 4 | digit(text[2 * i + 1]));
    }
}

static void make_operands(struct operands *o)
{
    u8 generator[BN254_G1_SIZE] = {[31] = 1, [63] = 2};
    u8 minus_one[32];
    from_hex(minus_one, MINUS_ONE, 32);
    for (u32 i = 0; i < 32; i++) {
        o->scalar[i] = (u8)(i * 37 + 11);
    }
    CHECK(bn254_mul(o->points, generator, o->scalar));
    CHECK(bn254_mul(o->points + BN254_G1_SIZE, o->points, o->scalar));
    for (u32 i = 0; i < PAIRS_MAX; i++) {
        u8 *pair = o->pairs + (usize)i * BN254_PAIR_SIZE;
        copy_bytes(pair, o->points, BN254_G1_SIZE);
        if (i % 2 != 0) {
            CHECK(bn254_mul(pair, pair, minus_one));
        }
        from_hex(pair + BN254_G1_SIZE, G2, BN254_G2_SIZE);
    }
}

static void run(const struct bn254_kernel *k, u32 what, struct operands *o)
{
    if (what == 0) {
        CHECK(k->add(o->points, o->points));
    } else if (what == 1) {
        CHECK(k->mul(o->points, o->points, o->scalar));
    } else {
        bool is_one;
        CHECK(k->pairing_check(&is_one, (bytes){o->pairs, (usize)what / 2 * BN254_PAIR_SIZE}));
        CHECK(is_one);
    }
}

static void bench(const char *family, const struct bn254_kernel *k)
{
    struct operands o;
    make_operands(&o);
    static const struct {
        const char *name;
        u32 what, rounds; // 0 add, 1 mul, else twice the number of pairs
    } rows[] = {{"add", 0, 1000},
                {"mul", 1, 100},
                {"2 pairs", 4, 10},
                {"4 pairs", 8, 5},
                {"16 pairs", 32, 2}};
    for (u32 i = 0; i < COUNT_OF(rows); i++) {
        u64 best = ~(u64)0;
        for (u32 r = 0; r < RUNS; r++) {
            u64 start = os_cpu_ns();
            for (u32 j = 0; j < rows[i].rounds; j++) {
                run(k, rows[i].what, &o);
            }
            u64 taken = os_cpu_ns() - start;
            best = taken < best ? taken : best;
        }
        printf("bn254 %-6s %-8s %8.2f us\n", family, rows[i].name,
               (double)best / 1000 / rows[i].rounds);
    }
}

int main(void)
{
    bench("scalar", &bn254_kernel_scalar);
#if MONT_X86
    if (mont_has_x86()) {
        bench("x86", &bn254_kernel_x86);
    }
#endif
    return 0;
}
