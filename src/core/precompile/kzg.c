// SPDX-License-Identifier: MIT
// The precompile for point evaluation (EIP-4844). Input, of exactly 192 bytes: versioned hash, z,
// y, commitment, proof. It fails unless the hash is that of the commitment and the proof shows that
// the committed polynomial is y at z; the output is a constant.
#include "lib/crypto/kzg/kzg.h"
#include "core/precompile/priv.h"
#include "lib/base/bytes.h"
#include "lib/crypto/digest.h"

#define VERSIONED_HASH_VERSION 0x01
#define INPUT_SIZE (3 * 32 + 2 * KZG_POINT_BYTES)

u64 kzg_point_price(enum fork f, bytes input)
{
    (void)f;
    (void)input;
    return 50000;
}

bool kzg_point_run(bytes input, struct buf *out)
{
    // FIELD_ELEMENTS_PER_BLOB and BLS_MODULUS as words.
    static const u8 answer[64] = {
        [30] = 0x10, [32] = 0x73, 0xed, 0xa7, 0x53, 0x29, 0x9d, 0x7d, 0x48, 0x33, 0x39, 0xd8, //
        0x08,        0x09,        0xa1, 0xd8, 0x05, 0x53, 0xbd, 0xa4, 0x02, 0xff, 0xfe,       //
        0x5b,        0xfe,        0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x01,
    };
    if (input.n != INPUT_SIZE) {
        return false;
    }
    const u8 *commitment = input.p + 96;
    b256 hash;
    crypto_sha256(&hash, commitment, KZG_POINT_BYTES);
    hash.b[0] = VERSIONED_HASH_VERSION;
    if (!equal_bytes(hash.b, input.p, 32)) {
        return false;
    }
    struct kzg_claim c;
    copy_bytes(c.z.b, input.p + 32, 32);
    copy_bytes(c.y.b, input.p + 64, 32);
    copy_bytes(c.commitment, commitment, KZG_POINT_BYTES);
    copy_bytes(c.proof, commitment + KZG_POINT_BYTES, KZG_POINT_BYTES);
    if (kzg_verify_proof(&c) != KZG_RIGHT) {
        return false;
    }
    buf_put(out, answer, sizeof answer);
    return true;
}
