// SPDX-License-Identifier: MIT
// Decimal digits of 256-bit numbers, against GMP.
#include "lib/codec/decimal.h"

#include <gmp.h>
#include <string.h>

#include "lib/num/u256.h"
#include "test/test.h"

static void expect_digits(u256 v)
{
    char wanted[80];
    mpz_t z;
    struct buf got = {0};
    mpz_init(z);
    mpz_import(z, 4, -1, sizeof v.w[0], 0, 0, v.w);
    mpz_get_str(wanted, 10, z);
    decimal_put(&got, v);
    buf_put_u8(&got, 0);
    EXPECT_STR((const char *)got.p, wanted);
    buf_fini(&got);
    mpz_clear(z);
}

TEST(decimal, digits_are_those_of_gmp)
{
    u64 random = test_seed();
    expect_digits(u256_zero());
    expect_digits((u256){{~0ull, ~0ull, ~0ull, ~0ull}});
    for (u32 i = 0; i < 1000; i++) {
        u256 v = {{0}};
        for (u32 w = 0; w <= i % 4; w++) {
            v.w[w] = test_random(&random) >> (test_random(&random) & 63);
        }
        expect_digits(v);
    }
}
