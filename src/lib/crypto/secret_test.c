// SPDX-License-Identifier: MIT
// Published vectors: RFC 7914 (scrypt), BIP-39 and BIP-32; the development mnemonic's keys.
#include "lib/crypto/secret.h"

#include <string.h>

#include "lib/codec/hex.h"
#include "test/test.h"

static bytes text(const char *t)
{
    return (bytes){(const u8 *)t, strlen(t)};
}

static void expect_hex(const u8 *got, const char *hex)
{
    u8 wanted[128];
    hex_error why;
    usize n = strlen(hex) / 2;
    EXPECT(hex_decode_exact(wanted, n, &why, hex, 2 * n));
    EXPECT_BYTES(got, wanted, n);
}

TEST(secret, scrypt_gives_the_vectors_of_its_rfc)
{
    u8 out[64];
    EXPECT(crypto_scrypt(out, 64, text(""), text(""), &(struct scrypt_cost){16, 1, 1, 1 << 20}));
    expect_hex(out, "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
                    "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906");
    EXPECT(crypto_scrypt(out, 64, text("password"), text("NaCl"),
                         &(struct scrypt_cost){1024, 8, 16, 1 << 25}));
    expect_hex(out, "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
                    "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640");
}

TEST(secret, scrypt_is_the_same_without_libcrypto)
{
    static const struct scrypt_cost costs[] = {
        {2, 1, 1, 1 << 25}, {16, 1, 1, 1 << 25}, {64, 3, 2, 1 << 25}, {256, 8, 1, 1 << 25}};
    for (usize i = 0; i < COUNT_OF(costs); i++) {
        u8 a[64];
        u8 b[64];
        EXPECT(crypto_scrypt(a, 64, text("pass"), text("salt"), &costs[i]));
        crypto_scrypt_loose(b, 64, text("pass"), text("salt"), &costs[i]);
        EXPECT_BYTES(a, b, 64);
    }
}

TEST(secret, scrypt_refuses_what_is_no_parameter_or_wants_too_much_memory)
{
    u8 out[32];
    EXPECT(!crypto_scrypt(out, 32, text("a"), text("b"), &(struct scrypt_cost){3, 8, 1, 1 << 25}));
    EXPECT(!crypto_scrypt(out, 32, text("a"), text("b"),
                          &(struct scrypt_cost){1 << 20, 8, 1, 1 << 20}));
}

// The first key of the mnemonic that all development tools know (spec/dev_accounts.def).
TEST(secret, derives_the_first_development_key_of_its_mnemonic)
{
    static const u32 path[] = {0x80000000u + 44, 0x80000000u + 60, 0x80000000u, 0, 0};
    struct derived_key k;
    u8 seed[64];
    crypto_pbkdf2_sha512(seed, 64,
                         text("test test test test test test test test test test test junk"),
                         text("mnemonic"), 2048);
    EXPECT(derived_key_root(&k, (bytes){seed, 64}));
    for (usize i = 0; i < COUNT_OF(path); i++) {
        EXPECT(derived_key_child(&k, &k, path[i]));
    }
    expect_hex(k.key.b, "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");
}

TEST(secret, derives_the_chain_of_test_vector_1_of_bip_32)
{
    struct derived_key k;
    u8 seed[16];
    for (u32 i = 0; i < sizeof seed; i++) {
        seed[i] = (u8)i;
    }
    EXPECT(derived_key_root(&k, (bytes){seed, sizeof seed}));
    expect_hex(k.key.b, "e8f32e723decf4051aefac8e2c93c9c5b214313817cdb01a1494b917c8436b35");
    expect_hex(k.chain.b, "873dff81c02f525623fd1fe5167eac3a55a049de3d314bb42ee227ffed37d508");
    EXPECT(derived_key_child(&k, &k, 0x80000000u));
    expect_hex(k.key.b, "edb2e14f9ee77d26dd93b4ecede8d16ed408ce149b6cd80b0715a2d911a0afea");
    EXPECT(derived_key_child(&k, &k, 1));
    expect_hex(k.key.b, "3c6cb8d0f6a264c91ea8b5030fadaa8e538b020f0a387421a12de9319dc93368");
}
