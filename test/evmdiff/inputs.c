// SPDX-License-Identifier: MIT
// Inputs of precompiled contracts: made of points on the curves, signatures, lengths that fit;
// then, sometimes, one thing in them is spoilt.
#include <string.h>

#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/codec/hex.h"
#include "lib/crypto/sign.h"
#include "test/evmdiff/program.h"

// Points as the precompiles read them. The second of two is the first times two, or its opposite.
static const char *const BN254_G1[] = {
    "0000000000000000000000000000000000000000000000000000000000000001"
    "0000000000000000000000000000000000000000000000000000000000000002",
    "030644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd3"
    "15ed738c0e0a7c92e7845f96b2ae9c0a68a6a449e3538fc7ff3ebf7a5a18a2c4",
    "0000000000000000000000000000000000000000000000000000000000000001"
    "30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd45",
    "0000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000",
};
static const char *const BN254_G2[] = {
    "198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2"
    "1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed"
    "090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b"
    "12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa",
    "0000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000",
};
#define BLS12_ZERO                                                                                 \
    "0000000000000000000000000000000000000000000000000000000000000000"                             \
    "0000000000000000000000000000000000000000000000000000000000000000"
#define BLS12_G1_X                                                                                 \
    "0000000000000000000000000000000017f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171b" \
    "ac586c55e83ff97a1aeffb3af00adb22c6bb"
static const char *const BLS12_G1[] = {
    BLS12_G1_X "0000000000000000000000000000000008b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af6"
               "00db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1",
    BLS12_G1_X "00000000000000000000000000000000114d1d6855d545a8aa7d76c8cf2e21f267816aef1db507c9"
               "6655b9d5caac42364e6f38ba0ecb751bad54dcd6b939c2ca",
    BLS12_ZERO BLS12_ZERO,
};
static const char *const BLS12_G2[] = {
    "00000000000000000000000000000000024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3"
    "d1770bac0326a805bbefd48056c8c121bdb80000000000000000000000000000000013e02b6052719f607dacd3a0"
    "88274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e00000000000000000000"
    "0000000000000ce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695160d12c923ac9cc3baca289"
    "e193548608b82801000000000000000000000000000000000606c4a02ea734cc32acd2b02bc28b99cb3e287e85a7"
    "63af267492ab572e99ab3f370d275cec1da1aaa9075ff05f79be",
    BLS12_ZERO BLS12_ZERO BLS12_ZERO BLS12_ZERO,
};
// A signature over P-256, as an example of RIP-7212.
static const char P256_EXAMPLE[] =
    "4cee90eb86eaa050036147a12d49004b6b9c72bd725d39d4785011fe190f0b4da73bd4903f0ce3b639bbbf6e8e80"
    "d16931ff4bcf5993d58468e8fb19086e8cac36dbcd03009df8c59286b162af3bd7fcc0450c9aa81be5d10d312af6"
    "c66b1d604aebd3099c618202fcfe16ae7770b0c49ab5eadf74b754204a3bb6060e44eff37618b065f9832de4ca6c"
    "a971a7a1adc826d0f7c00181a5fb2ddf79ae00b4e10e";
// The polynomial 0 has infinity as commitment and proof, and the value 0 everywhere.
static const char KZG_HASH[] = "010657f37554c781402a22917dee2f75def7ab966d7b770905398eba3c444014";

static void put_hex(struct buf *out, const char *digits)
{
    hex_error why;
    bool good = hex_decode(out, &why, digits, __builtin_strlen(digits));
    CHECK(good);
}

static void put_random(struct buf *out, struct random *r, usize n)
{
    random_bytes(r, buf_extend(out, n), n);
}

static void put_word(struct buf *out, u256 v)
{
    b256 b = u256_to_b256(v);
    buf_put(out, b.b, sizeof b.b);
}

static void put_number(struct buf *out, u64 v)
{
    put_word(out, u256_from_u64(v));
}

static void put_scalar(struct buf *out, struct random *r)
{
    put_word(out, random_word(r));
}

static void put_one_of(struct buf *out, struct random *r, const char *const *list, u32 count)
{
    put_hex(out, list[random_below(r, count)]);
}

// ---- one function for each kind of precompile --------------------------------------------------

static void recovery(struct buf *out, struct random *r)
{
    b256 hash, key;
    signature s;
    random_bytes(r, hash.b, sizeof hash.b);
    random_bytes(r, key.b, sizeof key.b);
    key.b[0] = 0;
    bool good = crypto_sign(&s, &hash, &key);
    CHECK(good);
    buf_put(out, hash.b, 32);
    put_number(out, 27 + s.recovery_id + (random_chance(r, 8) ? 1 : 0));
    buf_put(out, s.r.b, 32);
    buf_put(out, s.s.b, 32);
}

static void any_bytes(struct buf *out, struct random *r)
{
    put_random(out, r, random_below(r, random_chance(r, 6) ? 600 : 140));
}

static void power(struct buf *out, struct random *r)
{
    u64 size[3];
    for (u32 i = 0; i < 3; i++) {
        size[i] = random_below(r, random_chance(r, 4) ? 100 : 34);
        if (random_chance(r, 60)) {
            put_word(out, random_word(r));
        } else {
            put_number(out, size[i]);
        }
    }
    for (u32 i = 0; i < 3; i++) {
        if (random_chance(r, 5)) {
            memset(buf_extend(out, size[i]), random_chance(r, 2) ? 0 : 0xFF, size[i]);
        } else {
            put_random(out, r, size[i]);
        }
    }
}

static void bn254_add(struct buf *out, struct random *r)
{
    put_one_of(out, r, BN254_G1, COUNT_OF(BN254_G1));
    put_one_of(out, r, BN254_G1, COUNT_OF(BN254_G1));
}

static void bn254_mul(struct buf *out, struct random *r)
{
    put_one_of(out, r, BN254_G1, COUNT_OF(BN254_G1));
    put_scalar(out, r);
}

static void bn254_pairs(struct buf *out, struct random *r)
{
    for (u32 n = random_below(r, 4); n > 0; n--) {
        put_one_of(out, r, BN254_G1, COUNT_OF(BN254_G1));
        put_one_of(out, r, BN254_G2, COUNT_OF(BN254_G2));
    }
}

static void blake2f(struct buf *out, struct random *r)
{
    u8 rounds[4] = {0, 0, random_chance(r, 8) ? 1 : 0, (u8)random_below(r, 30)};
    buf_put(out, rounds, sizeof rounds);
    put_random(out, r, 64 + 128 + 16);
    buf_put_u8(out, (u8)random_below(r, random_chance(r, 10) ? 256 : 2));
}

static void kzg_point(struct buf *out, struct random *r)
{
    u8 infinity[48] = {0xC0};
    put_hex(out, KZG_HASH);
    put_number(out, random_u64(r));
    put_number(out, random_chance(r, 8) ? 1 : 0);
    buf_put(out, infinity, sizeof infinity);
    buf_put(out, infinity, sizeof infinity);
}

static void bls12_g1_add(struct buf *out, struct random *r)
{
    put_one_of(out, r, BLS12_G1, COUNT_OF(BLS12_G1));
    put_one_of(out, r, BLS12_G1, COUNT_OF(BLS12_G1));
}

static void bls12_g1_sum(struct buf *out, struct random *r)
{
    for (u32 n = random_below(r, 4); n > 0; n--) {
        put_one_of(out, r, BLS12_G1, COUNT_OF(BLS12_G1));
        put_scalar(out, r);
    }
}

static void bls12_g2_add(struct buf *out, struct random *r)
{
    put_one_of(out, r, BLS12_G2, COUNT_OF(BLS12_G2));
    put_one_of(out, r, BLS12_G2, COUNT_OF(BLS12_G2));
}

static void bls12_g2_sum(struct buf *out, struct random *r)
{
    for (u32 n = random_below(r, 3); n > 0; n--) {
        put_one_of(out, r, BLS12_G2, COUNT_OF(BLS12_G2));
        put_scalar(out, r);
    }
}

static void bls12_pairs(struct buf *out, struct random *r)
{
    for (u32 n = random_below(r, 3); n > 0; n--) {
        put_one_of(out, r, BLS12_G1, COUNT_OF(BLS12_G1));
        put_one_of(out, r, BLS12_G2, COUNT_OF(BLS12_G2));
    }
}

static void field_elements(struct buf *out, struct random *r, u32 count)
{
    for (u32 i = 0; i < count; i++) {
        memset(buf_extend(out, 16), 0, 16);
        buf_put_u8(out, (u8)random_below(r, random_chance(r, 4) ? 30 : 26)); // the prime has 26
        put_random(out, r, 47);
    }
}

static void bls12_field(struct buf *out, struct random *r)
{
    field_elements(out, r, 1);
}

static void bls12_field_2(struct buf *out, struct random *r)
{
    field_elements(out, r, 2);
}

static void p256(struct buf *out, struct random *r)
{
    (void)r;
    put_hex(out, P256_EXAMPLE);
}

// ---- and what goes wrong -----------------------------------------------------------------------

static void spoil(struct buf *out, struct random *r)
{
    if (out->n == 0) {
        return;
    }
    switch (random_below(r, 3)) {
    case 0:
        out->p[random_below(r, (u32)out->n)] ^= (u8)(1u << random_below(r, 8));
        break;
    case 1:
        out->n -= 1 + random_below(r, (u32)out->n);
        break;
    default:
        put_random(out, r, 1 + random_below(r, 40));
        break;
    }
}

void input_of_precompile(struct buf *out, struct random *r, u32 number)
{
    static void (*const KINDS[])(struct buf * out, struct random * r) = {
        any_bytes,    recovery,     any_bytes,    any_bytes,   any_bytes,   power,
        bn254_add,    bn254_mul,    bn254_pairs,  blake2f,     kzg_point,   bls12_g1_add,
        bls12_g1_sum, bls12_g2_add, bls12_g2_sum, bls12_pairs, bls12_field, bls12_field_2,
    };
    (number < COUNT_OF(KINDS) ? KINDS[number] : p256)(out, r);
    if (random_chance(r, 6)) {
        spoil(out, r);
    }
}
