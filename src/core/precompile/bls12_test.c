// SPDX-License-Identifier: MIT
// The precompiles of BLS12-381 against vectors made with another implementation
// (test/bls12_381_vectors.mjs), and their prices and lengths. Official vectors: precompile_test.c.
#include "core/precompile/precompile.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/bytes.h"
#include "lib/codec/hex.h"
#include "test/test.h"

static const struct precompile *find(u32 number)
{
    address a = {{0}};
    store_be16(a.b + 18, (u16)number);
    const struct precompile *p = precompile_find(FORK_PRAGUE, &a);
    EXPECT(p != NULL && precompile_available(p));
    return p;
}

static void decode(struct buf *out, const char *text)
{
    hex_error why;
    buf_clear(out);
    EXPECT(hex_decode(out, &why, text, strlen(text)));
}

TEST(bls12, vectors_of_another_implementation)
{
    usize n;
    char *text = test_read(test_asset("test/vectors/bls12_381.txt"), &n);
    EXPECT(text != NULL);
    struct buf input = {0}, expected = {0}, out = {0};
    u32 lines = 0;
    char *rest;
    for (char *line = strtok_r(text, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        char *word;
        const char *number = strtok_r(line, " ", &word);
        const char *given = strtok_r(NULL, " ", &word);
        const char *want = strtok_r(NULL, " ", &word);
        EXPECT(number != NULL && given != NULL && want != NULL);
        lines++;
        decode(&input, given);
        buf_clear(&out);
        const struct precompile *p = find((u32)strtoul(number, NULL, 16));
        bool ok = precompile_run(p, buf_bytes(&input), &out);
        if (strcmp(want, "fail") == 0) {
            if (ok) {
                FAIL("line %u: succeeds", lines);
            }
            EXPECT_EQ(out.n, 0);
            continue;
        }
        decode(&expected, want);
        if (!ok || out.n != expected.n || !equal_bytes(out.p, expected.p, out.n)) {
            FAIL("line %u: %s", lines, ok ? "wrong output" : "fails");
        }
    }
    EXPECT(lines > 50);
    buf_fini(&input);
    buf_fini(&expected);
    buf_fini(&out);
    free(text);
}

TEST(bls12, prices_follow_eip_2537)
{
    static u8 zeros[288 * 200];
    struct {
        u32 number, size;
        u64 price;
    } rows[] = {
        {0x0a, 192, 50000},
        {0x0b, 256, 375},
        {0x0d, 512, 600},
        {0x0c, 160, 12000},
        {0x0c, 160 * 2, 22776}, // 2 * 12000 * 0.949
        {0x0c, 160 * 128, 797184},
        {0x0c, 160 * 129, 803412},
        {0x0e, 288, 22500},
        {0x0e, 288 * 2, 45000},
        {0x0e, 288 * 128, 1509120},
        {0x0e, 288 * 200, 2358000},
        {0x0f, 384 * 3, 135500},
        {0x10, 64, 5500},
        {0x11, 128, 23800},
        {0x0c, 0, 0},
        {0x0c, 159, 0},
        {0x0f, 0, 37700},
    };
    for (u32 i = 0; i < COUNT_OF(rows); i++) {
        u64 price =
            precompile_price(find(rows[i].number), FORK_OSAKA, (bytes){zeros, rows[i].size});
        EXPECT_EQ(price, rows[i].price);
    }
}

TEST(bls12, input_has_one_length)
{
    static const u8 zeros[385] = {0};
    static const struct {
        u32 number, size;
    } rows[] = {{0x0b, 256}, {0x0c, 160}, {0x0d, 512}, {0x0e, 288},
                {0x0f, 384}, {0x10, 64},  {0x11, 128}};
    struct buf out = {0};
    for (u32 i = 0; i < COUNT_OF(rows); i++) {
        const struct precompile *p = find(rows[i].number);
        EXPECT(!precompile_run(p, BYTES_NONE, &out));
        if (rows[i].size < sizeof zeros) {
            EXPECT(!precompile_run(p, (bytes){zeros, rows[i].size + 1}, &out));
            EXPECT(!precompile_run(p, (bytes){zeros, rows[i].size - 1}, &out));
            EXPECT_EQ(out.n, 0);
            EXPECT(precompile_run(p, (bytes){zeros, rows[i].size}, &out));
        }
        buf_clear(&out);
    }
    buf_fini(&out);
}
