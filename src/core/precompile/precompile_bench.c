// SPDX-License-Identifier: MIT
// Time of one call of precompiles whose cost depends on their input: modexp over sizes with a full
// exponent and with 65537, blake2f, p256verify, the hashes. Minimum of several runs, output freed
// each time. The curves have benches of their own.
#include "core/precompile/precompile.h"

#include <stdio.h>

#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/codec/hex.h"
#include "lib/os/time.h"

#define RUNS 9u
#define RUN_NS 20000000u // of one run, about

static void measure(const char *name, u32 number, bytes input)
{
    address a = {{0}};
    store_be16(a.b + 18, (u16)number);
    const struct precompile *p = precompile_find(FORK_OSAKA, &a);
    CHECK(p != NULL && precompile_available(p));
    struct buf out = {0};
    u64 best = ~(u64)0;
    u32 rounds = 1;
    for (u32 run = 0; run < RUNS; run++) {
        u64 start = os_cpu_ns();
        for (u32 i = 0; i < rounds; i++) {
            buf_clear(&out);
            CHECK(precompile_run(p, input, &out));
        }
        u64 taken = os_cpu_ns() - start;
        u64 each = taken / rounds + 1;
        best = each < best ? each : best;
        rounds = (u32)(RUN_NS / each) + 1;
    }
    u64 price = precompile_price(p, FORK_OSAKA, input);
    printf("precompile %-28s %10.2f us %10lu gas\n", name, (double)best / 1000, price);
    buf_fini(&out);
}

static void put_size(u8 *word, u32 size)
{
    zero_bytes(word, 32);
    store_be32(word + 28, size);
}

static void measure_modexp(u32 size, u32 exponent_size)
{
    static u8 input[96 + 3 * 1024];
    put_size(input, size);
    put_size(input + 32, exponent_size);
    put_size(input + 64, size);
    u32 n = 96 + 2 * size + exponent_size;
    for (u32 i = 96; i < n; i++) {
        input[i] = (u8)(i * 151 + 7);
    }
    if (exponent_size == 3) { // 65537
        copy_bytes(input + 96 + size, "\x01\x00\x01", 3);
    }
    input[n - 1] |= 1;
    char name[64];
    (void)snprintf(name, sizeof name, "modexp %u bytes%s", size,
                   exponent_size == 3 ? " ^65537" : "");
    measure(name, 0x05, (bytes){input, n});
}

// A signature that holds, so that no check ends early: hash, r, s, x, y.
static void measure_p256(void)
{
    static const char text[] = "4cee90eb86eaa050036147a12d49004b6b9c72bd725d39d4785011fe190f0b4d"
                               "a73bd4903f0ce3b639bbbf6e8e80d16931ff4bcf5993d58468e8fb19086e8cac"
                               "36dbcd03009df8c59286b162af3bd7fcc0450c9aa81be5d10d312af6c66b1d60"
                               "4aebd3099c618202fcfe16ae7770b0c49ab5eadf74b754204a3bb6060e44eff3"
                               "7618b065f9832de4ca6ca971a7a1adc826d0f7c00181a5fb2ddf79ae00b4e10e";
    struct buf input = {0};
    hex_error why;
    CHECK(hex_decode(&input, &why, text, sizeof text - 1));
    measure("p256verify", 0x100, buf_bytes(&input));
    buf_fini(&input);
}

int main(void)
{
    static const u32 sizes[] = {32, 64, 128, 256, 1024};
    for (u32 i = 0; i < COUNT_OF(sizes); i++) {
        measure_modexp(sizes[i], 3);
        measure_modexp(sizes[i], sizes[i]);
    }
    static u8 zeros[1024];
    u8 blake[213] = {0, 0, 0, 12};
    measure("blake2f 12 rounds", 0x09, (bytes){blake, sizeof blake});
    blake[2] = 0x27;
    blake[3] = 0x10;
    measure("blake2f 10,000 rounds", 0x09, (bytes){blake, sizeof blake});
    measure("sha256 64 bytes", 0x02, (bytes){zeros, 64});
    measure("sha256 1 KiB", 0x02, (bytes){zeros, sizeof zeros});
    measure("ripemd160 64 bytes", 0x03, (bytes){zeros, 64});
    measure_p256();
    return 0;
}
