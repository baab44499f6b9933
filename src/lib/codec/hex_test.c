// SPDX-License-Identifier: MIT
#include "lib/codec/hex.h"

#include <string.h>

#include "lib/base/bytes.h"
#include "lib/num/u256.h"
#include "test/test.h"

static void expect_refused(const char *text, const char *reason, usize at)
{
    struct buf b = {0};
    hex_error why;
    EXPECT(!hex_decode(&b, &why, text, strlen(text)));
    EXPECT_STR(why.text, reason);
    EXPECT_EQ(why.at, at);
    EXPECT_EQ(b.n, 0);
    buf_fini(&b);
}

TEST(hex, data_is_decoded_with_and_without_prefix)
{
    struct buf b = {0};
    hex_error why;
    EXPECT(hex_decode(&b, &why, "0x00fF", 6));
    EXPECT(hex_decode(&b, &why, "1a", 2));
    EXPECT(hex_decode(&b, &why, "0XaB", 4));
    EXPECT(hex_decode(&b, &why, "0x", 2));
    EXPECT(hex_decode(&b, &why, "", 0));
    EXPECT_EQ(b.n, 4);
    EXPECT_BYTES(b.p, "\x00\xff\x1a\xab", 4);
    buf_fini(&b);
}

TEST(hex, refusals_name_the_place)
{
    expect_refused("0x0", "the number of digits is odd", 3);
    expect_refused("0", "the number of digits is odd", 1);
    expect_refused("0x0g", "not a hexadecimal digit", 3);
    expect_refused("g0", "not a hexadecimal digit", 0);
    expect_refused("0x00 1", "not a hexadecimal digit", 4);
    expect_refused("0x0x00", "not a hexadecimal digit", 3);
    expect_refused("-1", "not a hexadecimal digit", 0);
    expect_refused("@`", "not a hexadecimal digit", 0);
    expect_refused("\xc1\xc2", "not a hexadecimal digit", 0);
}

TEST(hex, every_other_character_is_refused)
{
    for (u32 c = 0; c < 256; c++) {
        bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        char text[2] = {(char)c, '0'};
        u8 out;
        hex_error why;
        EXPECT_EQ(hex_decode_exact(&out, 1, &why, text, 2), digit);
    }
}

TEST(hex, exact_size_is_asked_for)
{
    u8 out[2];
    hex_error why;
    EXPECT(hex_decode_exact(out, 2, &why, "0x1234", 6));
    EXPECT_BYTES(out, "\x12\x34", 2);
    EXPECT(!hex_decode_exact(out, 2, &why, "0x123", 5));
    EXPECT_STR(why.text, "too few digits");
    EXPECT(!hex_decode_exact(out, 2, &why, "0x12345", 7));
    EXPECT_STR(why.text, "too many digits");
    EXPECT_EQ(why.at, 6);
}

TEST(hex, numbers)
{
    u256 v;
    u64 w;
    hex_error why;
    char text[80] = "0x";
    memset(text + 2, 'f', 64);
    EXPECT(hex_decode_u256(&v, &why, text, 66));
    EXPECT_U256(v, u256_max());
    memset(text + 2, '0', 70);
    text[71] = '7';
    EXPECT(hex_decode_u256(&v, &why, text, 72));
    EXPECT_U256(v, u256_from_u64(7));
    text[2 + 70 - 65] = '1';
    EXPECT(!hex_decode_u256(&v, &why, text, 72));
    EXPECT_STR(why.text, "the number is too large");
    EXPECT(hex_decode_u64(&w, &why, "0xffffffffffffffff", 18));
    EXPECT_EQ(w, ~(u64)0);
    EXPECT(!hex_decode_u64(&w, &why, "0x10000000000000000", 19));
    EXPECT(hex_decode_u64(&w, &why, "0x0", 3));
    EXPECT_EQ(w, 0);
    EXPECT(!hex_decode_u64(&w, &why, "0x", 2));
    EXPECT_STR(why.text, "no digits");
    EXPECT(!hex_decode_u64(&w, &why, "", 0));
    EXPECT(!hex_decode_u64(&w, &why, "0x1z", 4));
    EXPECT_EQ(why.at, 3);
}

static void expect_quantity(u256 v, const char *text)
{
    struct buf b = {0};
    hex_put_quantity(&b, v);
    buf_put_u8(&b, 0);
    EXPECT_STR((const char *)b.p, text);
    buf_fini(&b);
}

TEST(hex, encodes)
{
    struct buf b = {0};
    hex_put_data(&b, "\x00\x1f\xff", 3);
    hex_put_digits(&b, "\xab", 1);
    hex_put_data(&b, NULL, 0);
    EXPECT_EQ(b.n, 12);
    EXPECT_BYTES(b.p, "0x001fffab0x", 12);
    buf_fini(&b);
    expect_quantity(u256_zero(), "0x0");
    expect_quantity(u256_from_u64(0x1f0), "0x1f0");
    expect_quantity((u256){{0, 1, 0, 0}}, "0x10000000000000000");
}

TEST(hex, decoding_undoes_encoding)
{
    u64 state = test_seed();
    for (u32 i = 0; i < 1000; i++) {
        u256 v = u256_shr(u256_from_u64(test_random(&state) % 256),
                          (u256){{test_random(&state), test_random(&state), test_random(&state),
                                  test_random(&state)}});
        struct buf b = {0};
        hex_put_quantity(&b, v);
        u256 back;
        hex_error why;
        EXPECT(hex_decode_u256(&back, &why, (const char *)b.p, b.n));
        EXPECT_U256(back, v);
        buf_fini(&b);
    }
}
