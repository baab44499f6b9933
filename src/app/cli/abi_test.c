// SPDX-License-Identifier: MIT
// The contract ABI: signatures, encoding against the examples of its specification, decoding of bad
// data.
#include "app/cli/abi.h"

#include <string.h>

#include "lib/codec/hex.h"
#include "lib/num/u256.h"
#include "test/test.h"

static const char *parse(struct abi_signature *s, const char *text)
{
    return abi_parse(s, text, strlen(text));
}

TEST(abi, signatures_hash_without_indexed)
{
    struct abi_signature s;
    EXPECT(parse(&s, "transfer(address,uint256)") == NULL);
    EXPECT_EQ(s.count, 2);
    EXPECT_BYTES(s.hash.b, "\xa9\x05\x9c\xbb", 4);
    EXPECT(parse(&s, "Transfer(address indexed,address indexed,uint256)") == NULL);
    EXPECT_BYTES(s.hash.b, "\xdd\xf2\x52\xad", 4);
    EXPECT(s.type[0].indexed && s.type[1].indexed && !s.type[2].indexed);
    EXPECT(parse(&s, "()") == NULL);
    EXPECT_EQ(s.count, 0);
}

TEST(abi, texts_that_are_no_signatures_are_refused)
{
    static const char *const bad[] = {
        "",
        "f",
        "f(",
        "f)",
        "f(uint256",
        "f(uint)",
        "f(uint7)",
        "f(uint264)",
        "f(uint08)",
        "f(bytes33)",
        "f(bytes0)",
        "f(uint256[])",
        "f(uint256,)",
        "f(,uint256)",
        "f g(uint8)",
        "f(address payable)",
        "f(bool,bool,bool,bool,bool,bool,bool,bool,bool,bool,bool,bool,bool,bool,bool,bool,bool)",
        "f(string1)",
        "f(addresses)",
    };
    for (usize i = 0; i < COUNT_OF(bad); i++) {
        struct abi_signature s;
        EXPECT(parse(&s, bad[i]) != NULL);
    }
}

TEST(abi, static_and_dynamic_values_are_encoded_and_decoded)
{
    struct abi_signature s;
    EXPECT(parse(&s, "f(uint256,bytes,bool,string)") == NULL);
    struct abi_value in[4] = {
        {.word = u256_from_u64(7)},
        {.data = {(const u8 *)"abc", 3}},
        {.word = u256_one()},
        {.data = {(const u8 *)"", 0}},
    };
    struct buf data = {0};
    abi_encode(&data, s.type, in, s.count);
    struct buf hex = {0};
    hex_put_digits(&hex, data.p, data.n);
    buf_put_u8(&hex, 0);
    EXPECT_STR((const char *)hex.p,
               "0000000000000000000000000000000000000000000000000000000000000007"
               "0000000000000000000000000000000000000000000000000000000000000080"
               "0000000000000000000000000000000000000000000000000000000000000001"
               "00000000000000000000000000000000000000000000000000000000000000c0"
               "0000000000000000000000000000000000000000000000000000000000000003"
               "6162630000000000000000000000000000000000000000000000000000000000"
               "0000000000000000000000000000000000000000000000000000000000000000");
    struct abi_value out[ABI_TYPES_MAX];
    EXPECT(abi_decode(out, s.type, s.count, buf_bytes(&data)));
    EXPECT_EQ(out[1].data.n, 3);
    EXPECT_BYTES(out[1].data.p, "abc", 3);
    for (usize n = 0; n < 128; n++) { // cut heads
        EXPECT(!abi_decode(out, s.type, s.count, (bytes){data.p, n}));
    }
    for (usize i = 0; i < data.n;
         i++) { // wild offsets, lengths and padding: refused or read inside
        u8 before = data.p[i];
        data.p[i] = 0xff;
        if (abi_decode(out, s.type, s.count, buf_bytes(&data))) {
            EXPECT(out[1].data.p >= data.p && out[1].data.p + out[1].data.n <= data.p + data.n);
        }
        data.p[i] = before;
    }
    buf_fini(&data);
    buf_fini(&hex);
}

static void expect_value(const char *signature, struct abi_value v, const char *wanted)
{
    struct abi_signature s;
    EXPECT(parse(&s, signature) == NULL);
    struct buf out = {0};
    abi_put_value(&out, &s.type[0], &v, NULL, NULL);
    buf_put_u8(&out, 0);
    EXPECT_STR((const char *)out.p, wanted);
    buf_fini(&out);
}

TEST(abi, values_are_shown_by_their_type)
{
    expect_value("f(uint256)", (struct abi_value){.word = u256_max()},
                 "115792089237316195423570985008687907853269984665640564039457584007913129639935");
    expect_value("f(int8)", (struct abi_value){.word = u256_neg(u256_from_u64(128))}, "-128");
    expect_value("f(bool)", (struct abi_value){.word = u256_one()}, "true");
    expect_value("f(address)", (struct abi_value){.word = u256_from_u64(0xb0)},
                 "0x00000000000000000000000000000000000000b0");
    expect_value("f(bytes2)",
                 (struct abi_value){.word = u256_shl(u256_from_u64(240), u256_from_u64(0xbeef))},
                 "0xbeef");
    expect_value("f(string)", (struct abi_value){.data = {(const u8 *)"a\nb", 3}}, "\"a\\x0ab\"");
}

TEST(abi, words_that_do_not_fit_their_type_are_not_decoded)
{
    static const struct {
        const char *signature;
        u256 word;
    } cases[] = {
        {"f(uint8)", {{256, 0, 0, 0}}}, {"f(int8)", {{128, 0, 0, 0}}},
        {"f(bool)", {{2, 0, 0, 0}}},    {"f(address)", {{0, 0, 1ull << 32, 0}}},
        {"f(bytes4)", {{1, 0, 0, 0}}},
    };
    for (usize i = 0; i < COUNT_OF(cases); i++) {
        struct abi_signature s;
        EXPECT(parse(&s, cases[i].signature) == NULL);
        u8 data[32];
        u256_to_be_bytes(data, cases[i].word);
        struct abi_value v[ABI_TYPES_MAX];
        EXPECT(!abi_decode(v, s.type, 1, (bytes){data, 32}));
    }
}
