// SPDX-License-Identifier: MIT
// The table of precompiles and the four of Frontier, which need nothing but hashes and secp256k1
// (yellow paper, appendix E). A precompile is one row in spec/precompiles.def and one pair of
// functions named in BODIES.
#include "core/precompile/precompile.h"

#include "core/precompile/priv.h"
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/crypto/digest.h"
#include "lib/crypto/sign.h"

static u64 words(bytes input)
{
    return (input.n + 31) / 32;
}

static u64 ecrecover_price(enum fork f, bytes input)
{
    (void)f;
    (void)input;
    return 3000;
}

// Input: hash, v, r, s as words, short input padded with zeros. Anything wrong gives empty output.
static bool ecrecover_run(bytes input, struct buf *out)
{
    u8 word[4][32] = {{0}};
    copy_bytes(word, input.p, input.n < sizeof word ? input.n : sizeof word);
    for (u32 i = 0; i < 31; i++) {
        if (word[1][i] != 0) {
            return true;
        }
    }
    u8 v = word[1][31];
    if (v != 27 && v != 28) {
        return true;
    }
    b256 hash;
    b256 r;
    b256 s;
    copy_bytes(hash.b, word[0], 32);
    copy_bytes(r.b, word[2], 32);
    copy_bytes(s.b, word[3], 32);
    address signer;
    if (crypto_ecrecover(&signer, &hash, &r, &s, (u8)(v - 27))) {
        u8 *p = buf_extend(out, 32);
        zero_bytes(p, 12);
        copy_bytes(p + 12, signer.b, 20);
    }
    return true;
}

static u64 sha256_price(enum fork f, bytes input)
{
    (void)f;
    return 60 + 12 * words(input);
}

static bool sha256_run(bytes input, struct buf *out)
{
    b256 hash;
    crypto_sha256(&hash, input.p, input.n);
    buf_put(out, hash.b, 32);
    return true;
}

static u64 ripemd160_price(enum fork f, bytes input)
{
    (void)f;
    return 600 + 120 * words(input);
}

static bool ripemd160_run(bytes input, struct buf *out)
{
    u8 *p = buf_extend(out, 32);
    zero_bytes(p, 12);
    crypto_ripemd160(p + 12, input.p, input.n);
    return true;
}

static u64 identity_price(enum fork f, bytes input)
{
    (void)f;
    return 15 + 3 * words(input);
}

static bool identity_run(bytes input, struct buf *out)
{
    buf_put(out, input.p, input.n);
    return true;
}

enum precompile_id {
#define PRECOMPILE(address, NAME, name, FORK) ID_##NAME,
#include "spec/precompiles.def"
    ID_COUNT
};

struct body {
    u64 (*price)(enum fork f, bytes input);
    bool (*run)(bytes input, struct buf *out);
};

static const struct body BODIES[ID_COUNT] = {
    [ID_ECRECOVER] = {ecrecover_price, ecrecover_run},
    [ID_SHA256] = {sha256_price, sha256_run},
    [ID_RIPEMD160] = {ripemd160_price, ripemd160_run},
    [ID_IDENTITY] = {identity_price, identity_run},
    [ID_MODEXP] = {modexp_price, modexp_run},
    [ID_BN254_ADD] = {bn254_add_price, bn254_add_run},
    [ID_BN254_MUL] = {bn254_mul_price, bn254_mul_run},
    [ID_BN254_PAIRING] = {bn254_pairing_price, bn254_pairing_run},
    [ID_BLAKE2F] = {blake2f_price, blake2f_run},
    [ID_KZG_POINT] = {kzg_point_price, kzg_point_run},
    [ID_BLS12_G1ADD] = {bls12_g1add_price, bls12_g1add_run},
    [ID_BLS12_G1MSM] = {bls12_g1msm_price, bls12_g1msm_run},
    [ID_BLS12_G2ADD] = {bls12_g2add_price, bls12_g2add_run},
    [ID_BLS12_G2MSM] = {bls12_g2msm_price, bls12_g2msm_run},
    [ID_BLS12_PAIRING] = {bls12_pairing_price, bls12_pairing_run},
    [ID_BLS12_MAP_FP_G1] = {bls12_map_g1_price, bls12_map_g1_run},
    [ID_BLS12_MAP_FP2_G2] = {bls12_map_g2_price, bls12_map_g2_run},
    [ID_P256VERIFY] = {p256verify_price, p256verify_run},
};

static const struct precompile ROWS[ID_COUNT] = {
#define PRECOMPILE(address, NAME, name, FORK) {(address), FORK_##FORK, (name)},
#include "spec/precompiles.def"
};

const struct precompile *precompile_find(enum fork f, const address *a)
{
    for (u32 i = 0; i < 18; i++) {
        if (a->b[i] != 0) {
            return NULL;
        }
    }
    u32 number = load_be16(a->b + 18);
    for (u32 i = 0; i < ID_COUNT; i++) {
        if (ROWS[i].number == number && ROWS[i].since <= f) {
            return &ROWS[i];
        }
    }
    return NULL;
}

u32 precompile_count(enum fork f)
{
    u32 n = 0;
    while (n < ID_COUNT && ROWS[n].since <= f) {
        n++; // rows are in order of forks
    }
    return n;
}

address precompile_address(enum fork f, u32 index)
{
    CHECK(index < precompile_count(f));
    address a = {{0}};
    store_be16(a.b + 18, (u16)ROWS[index].number);
    return a;
}

bool precompile_available(const struct precompile *p)
{
    return BODIES[p - ROWS].run != NULL;
}

u64 precompile_price(const struct precompile *p, enum fork f, bytes input)
{
    return BODIES[p - ROWS].price(f, input);
}

bool precompile_run(const struct precompile *p, bytes input, struct buf *out)
{
    return BODIES[p - ROWS].run(input, out);
}
