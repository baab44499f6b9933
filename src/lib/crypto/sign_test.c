// SPDX-License-Identifier: MIT
// Published values for the wrappers of libsecp256k1 and libcrypto (the example of EIP-155,
// addresses of well-known development keys, FIPS 180-4, the RIPEMD-160 paper), the laws of signing
// and recovery, and refusals of numbers out of range.
#include "lib/crypto/sign.h"

#include "lib/base/bytes.h"
#include "lib/crypto/digest.h"
#include "test/test.h"

static void from_hex(u8 *p, usize n, const char *text)
{
    for (usize i = 0; i < 2 * n; i++) {
        char c = text[i];
        u8 digit = (u8)(c <= '9' ? c - '0' : c - 'a' + 10);
        p[i / 2] = (u8)(p[i / 2] << 4 | digit);
    }
    EXPECT_EQ(text[2 * n], 0);
}

static b256 word(const char *text)
{
    b256 v = {{0}};
    from_hex(v.b, 32, text);
    return v;
}

static void expect_address(const address *a, const char *text)
{
    address expected = {{0}};
    from_hex(expected.b, 20, text);
    EXPECT_BYTES(a->b, expected.b, 20);
}

#define ORDER "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"
#define ZERO "0000000000000000000000000000000000000000000000000000000000000000"
#define HASH "18c547e4f7b0f325ad1e56f57e26c745b09a3e503d86e00e5255ff7f715d3d1c"
#define R "73b1693892219d736caba55bdb67216e485557ea6b6af75f37096c9aa6a5a75f"
#define S "eeb940b1d03b21e36b0e47e79769f095fe2ab855bd91e3a38756b7d75a9c4549"

static bool recover(address *out, const char *hash, const char *r, const char *s, u8 recovery_id)
{
    b256 h = word(hash);
    b256 rw = word(r);
    b256 sw = word(s);
    return crypto_ecrecover(out, &h, &rw, &sw, recovery_id);
}

TEST(sign, recovers_published_signers)
{
    address a;
    EXPECT(recover(&a, HASH, R, S, 1));
    expect_address(&a, "a94f5374fce5edbc8e2a8697c15331677e6ebf0b");
    EXPECT(recover(&a, "daf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53",
                   "28ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276",
                   "67cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83", 0));
    expect_address(&a, "9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f");
}

TEST(sign, recovery_refuses_numbers_out_of_range)
{
    address a = {{7}};
    EXPECT(!recover(&a, HASH, ZERO, S, 1));
    EXPECT(!recover(&a, HASH, R, ZERO, 1));
    EXPECT(!recover(&a, HASH, ORDER, S, 1));
    EXPECT(!recover(&a, HASH, R, ORDER, 1));
    EXPECT(!recover(&a, HASH, R, S, 4));
    EXPECT(!recover(&a, HASH, R, S, 2)); // r + order is above the field's prime
    // 5 is not the x of a point: 5^3 + 7 = 132 is no square
    EXPECT(!recover(&a, HASH, "0000000000000000000000000000000000000000000000000000000000000005", S,
                    0));
    EXPECT_EQ(a.b[0], 7);
}

TEST(sign, keys_have_published_addresses)
{
    static const struct {
        const char *key;
        const char *address;
    } rows[] = {
        {"0000000000000000000000000000000000000000000000000000000000000001",
         "7e5f4552091a69125d5dfcb7b8c2659029395bdf"},
        {"ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
         "f39fd6e51aad88f6f4ce6ab8827279cfffb92266"},
        {"4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318",
         "2c7536e3605d9c16a7a3d7b1898e529396a65c23"},
    };
    for (usize i = 0; i < COUNT_OF(rows); i++) {
        b256 key = word(rows[i].key);
        address a;
        EXPECT(crypto_address_of_key(&a, &key));
        expect_address(&a, rows[i].address);
    }
}

TEST(sign, signs_the_example_of_eip_155)
{
    b256 hash = word("daf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53");
    b256 key = word("4646464646464646464646464646464646464646464646464646464646464646");
    signature made;
    EXPECT(crypto_sign(&made, &hash, &key));
    b256 r = word("28ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276");
    b256 s = word("67cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83");
    EXPECT_BYTES(made.r.b, r.b, 32);
    EXPECT_BYTES(made.s.b, s.b, 32);
    EXPECT_EQ(made.recovery_id, 0);
}

TEST(sign, signer_is_recovered_also_from_high_s)
{
    u64 state = test_seed();
    for (u32 i = 0; i < 50; i++) {
        b256 key;
        b256 hash;
        for (u32 k = 0; k < 32; k += 8) {
            store_le64(key.b + k, test_random(&state) >> 1);
            store_le64(hash.b + k, test_random(&state));
        }
        key.b[0] = 1; // below the order
        address signer;
        address found;
        signature made;
        EXPECT(crypto_address_of_key(&signer, &key));
        EXPECT(crypto_sign(&made, &hash, &key));
        EXPECT(made.s.b[0] < 0x80);
        EXPECT(crypto_ecrecover(&found, &hash, &made.r, &made.s, made.recovery_id));
        EXPECT_BYTES(signer.b, found.b, 20);
        b256 order = word(ORDER);
        b256 high;
        u32 borrow = 0;
        for (u32 k = 32; k-- > 0;) {
            u32 d = 256u + order.b[k] - made.s.b[k] - borrow;
            high.b[k] = (u8)d;
            borrow = d < 256;
        }
        EXPECT(crypto_ecrecover(&found, &hash, &made.r, &high, made.recovery_id ^ 1));
        EXPECT_BYTES(signer.b, found.b, 20);
    }
}

TEST(sign, keys_out_of_range_are_refused)
{
    b256 zero = word(ZERO);
    b256 order = word(ORDER);
    address a;
    signature made;
    EXPECT(!crypto_address_of_key(&a, &zero));
    EXPECT(!crypto_address_of_key(&a, &order));
    EXPECT(!crypto_sign(&made, &zero, &zero));
    EXPECT(!crypto_sign(&made, &zero, &order));
}

TEST(digest, sha256_of_published_messages)
{
    b256 out;
    b256 expected = word("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    crypto_sha256(&out, "", 0);
    EXPECT_BYTES(out.b, expected.b, 32);
    expected = word("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    crypto_sha256(&out, "abc", 3);
    EXPECT_BYTES(out.b, expected.b, 32);
    expected = word("248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    crypto_sha256(&out, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56);
    EXPECT_BYTES(out.b, expected.b, 32);
}

TEST(digest, ripemd160_of_published_messages)
{
    u8 out[20];
    u8 expected[20] = {0};
    crypto_ripemd160(out, "", 0);
    from_hex(expected, 20, "9c1185a5c5e9fc54612808977ee8f548b2258d31");
    EXPECT_BYTES(out, expected, 20);
    crypto_ripemd160(out, "abc", 3);
    from_hex(expected, 20, "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc");
    EXPECT_BYTES(out, expected, 20);
    crypto_ripemd160(out, "message digest", 14);
    from_hex(expected, 20, "5d0689ef49d2fae572b881b123a85ffa21595f36");
    EXPECT_BYTES(out, expected, 20);
}
