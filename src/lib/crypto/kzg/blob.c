// SPDX-License-Identifier: MIT
// Blobs against their commitments. The values of a blob stand in bit-reversed order over the 4,096
// roots of unity, which is the order in which an inverse transform by halves takes them; with the
// coefficients the value at any point is Horner's rule.
#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/crypto/digest.h"
#include "lib/crypto/kzg/kzg.h"
#include "lib/crypto/kzg/priv.h"
#include "lib/num/mont.h"

#define GENERATOR 7u // of the multiplicative group
#define LOG2_DEGREE 12u

fr fr_mul(const fr *a, const fr *b)
{
    fr r;
    mont4_mul_scalar(r.w, a->w, b->w, &mont_bls12_381_fr);
    return r;
}

// a - p if that is not negative, which a + b may need; the order is below half of 2^256.
static fr reduce(const u64 a[4])
{
    fr r;
    u64 borrow = 0;
    for (u32 i = 0; i < 4; i++) {
        u128 d = (u128)a[i] - mont_bls12_381_fr.p[i] - borrow;
        r.w[i] = (u64)d;
        borrow = (u64)(d >> 64) & 1;
    }
    return borrow != 0 ? (fr){{a[0], a[1], a[2], a[3]}} : r;
}

fr fr_add(const fr *a, const fr *b)
{
    u64 sum[4];
    u128 carry = 0;
    for (u32 i = 0; i < 4; i++) {
        carry += (u128)a->w[i] + b->w[i];
        sum[i] = (u64)carry;
        carry >>= 64;
    }
    return reduce(sum);
}

fr fr_sub(const fr *a, const fr *b)
{
    fr negative;
    u64 borrow = 0;
    for (u32 i = 0; i < 4; i++) {
        u128 d = (u128)mont_bls12_381_fr.p[i] - b->w[i] - borrow;
        negative.w[i] = (u64)d;
        borrow = (u64)(d >> 64) & 1;
    }
    return fr_add(a, &negative); // p - 0 = p, which the sum's reduction takes off
}

fr fr_one(void)
{
    fr r;
    copy_bytes(r.w, mont_bls12_381_fr.one, sizeof r.w);
    return r;
}

fr fr_power(fr base, u64 exponent)
{
    fr r = fr_one();
    for (; exponent != 0; exponent >>= 1) {
        if ((exponent & 1) != 0) {
            r = fr_mul(&r, &base);
        }
        base = fr_mul(&base, &base);
    }
    return r;
}

fr fr_from_number(u256 a)
{
    fr r = {{a.w[0], a.w[1], a.w[2], a.w[3]}};
    fr r2;
    copy_bytes(r2.w, mont_bls12_381_fr.r2, sizeof r2.w);
    return fr_mul(&r, &r2);
}

static u256 load(const u8 *p)
{
    return (u256){{load_be64(p + 24), load_be64(p + 16), load_be64(p + 8), load_be64(p)}};
}

static bool is_below(const u256 *a)
{
    for (u32 i = 4; i > 0; i--) {
        if (a->w[i - 1] != mont_bls12_381_fr.p[i - 1]) {
            return a->w[i - 1] < mont_bls12_381_fr.p[i - 1];
        }
    }
    return false;
}

fr fr_from_hash(const b256 *hash)
{
    u256 a = load(hash->b);
    while (!is_below(&a)) { // at most twice
        fr less = reduce(a.w);
        copy_bytes(a.w, less.w, sizeof a.w);
    }
    return fr_from_number(a);
}

bool fr_from_be(fr *out, const u8 text[32])
{
    u256 a = load(text);
    *out = fr_from_number(a);
    return is_below(&a);
}

u256 fr_to_number(const fr *a)
{
    static const fr ONE = {{1, 0, 0, 0}};
    fr r = fr_mul(a, &ONE);
    return (u256){{r.w[0], r.w[1], r.w[2], r.w[3]}};
}

fr fr_root_of_unity(u32 log2_order)
{
    // GENERATOR to the power (p - 1) / 2^32 has order 2^32: p - 1 is an odd number times that.
    const u64 *p = mont_bls12_381_fr.p;
    fr base = fr_from_number((u256){{GENERATOR, 0, 0, 0}});
    fr r = fr_one();
    for (u32 i = 256; i > 32; i--) {
        r = fr_mul(&r, &r);
        u32 bit = i - 1;
        if ((p[bit / 64] >> (bit % 64) & 1) != 0) {
            r = fr_mul(&r, &base);
        }
    }
    for (u32 i = log2_order; i < 32; i++) {
        r = fr_mul(&r, &r);
    }
    return r;
}

static void transform(fr *a, fr root)
{
    fr step[LOG2_DEGREE];
    step[LOG2_DEGREE - 1] = root;
    for (u32 i = LOG2_DEGREE - 1; i > 0; i--) {
        step[i - 1] = fr_mul(&step[i], &step[i]);
    }
    for (u32 level = 0; level < LOG2_DEGREE; level++) {
        u32 half = 1u << level;
        for (u32 start = 0; start < KZG_DEGREE; start += 2 * half) {
            fr w = fr_one();
            for (u32 k = start; k < start + half; k++) {
                fr t = fr_mul(&w, &a[k + half]);
                a[k + half] = fr_sub(&a[k], &t);
                a[k] = fr_add(&a[k], &t);
                w = fr_mul(&w, &step[level]);
            }
        }
    }
}

bool kzg_coefficients(fr *out, const u8 *blob)
{
    for (u32 i = 0; i < KZG_DEGREE; i++) {
        if (!fr_from_be(&out[i], blob + 32 * (usize)i)) {
            return false;
        }
    }
    fr root = fr_root_of_unity(LOG2_DEGREE);
    fr n = fr_from_number((u256){{KZG_DEGREE, 0, 0, 0}});
    u64 plain[4];
    u256 number = fr_to_number(&n);
    mont4_inverse(plain, number.w, &mont_bls12_381_fr);
    fr scale = fr_from_number((u256){{plain[0], plain[1], plain[2], plain[3]}});
    transform(out, fr_power(root, KZG_DEGREE - 1)); // the inverse of the root
    for (u32 i = 0; i < KZG_DEGREE; i++) {
        out[i] = fr_mul(&out[i], &scale);
    }
    return true;
}

// compute_challenge of the document.
static fr challenge(const u8 *blob, const u8 *commitment)
{
    static const u8 HEAD[32] = "FSBLOBVERIFY_V1_";
    usize n = sizeof HEAD + KZG_BLOB_BYTES + KZG_POINT_BYTES;
    u8 *text = mem_alloc(n);
    b256 hash;
    copy_bytes(text, HEAD, sizeof HEAD);
    store_be64(text + 24, KZG_DEGREE);
    copy_bytes(text + sizeof HEAD, blob, KZG_BLOB_BYTES);
    copy_bytes(text + sizeof HEAD + KZG_BLOB_BYTES, commitment, KZG_POINT_BYTES);
    crypto_sha256(&hash, text, n);
    mem_free(text);
    return fr_from_hash(&hash);
}

static void store(b256 *out, const fr *a)
{
    u256 n = fr_to_number(a);
    for (u32 i = 0; i < 4; i++) {
        store_be64(out->b + 8 * (3 - i), n.w[i]);
    }
}

bool kzg_verify_blob(const u8 *blob, const u8 *commitment, const u8 *proof)
{
    struct kzg_claim claim;
    fr *a = mem_alloc(KZG_DEGREE * sizeof *a);
    bool ok = kzg_coefficients(a, blob);
    if (ok) {
        fr z = challenge(blob, commitment);
        fr y = {{0}};
        for (u32 i = KZG_DEGREE; i > 0; i--) {
            y = fr_mul(&y, &z);
            y = fr_add(&y, &a[i - 1]);
        }
        store(&claim.z, &z);
        store(&claim.y, &y);
        copy_bytes(claim.commitment, commitment, KZG_POINT_BYTES);
        copy_bytes(claim.proof, proof, KZG_POINT_BYTES);
        ok = kzg_verify_proof(&claim) == KZG_RIGHT;
    }
    mem_free(a);
    return ok;
}
