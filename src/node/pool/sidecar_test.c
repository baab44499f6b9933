// SPDX-License-Identifier: MIT
// Sidecars of the blob of zeros, whose commitment and proofs are the point at infinity: in both
// forms they are taken, and a proof that is another point is not.
#include "node/pool/sidecar.h"

#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/codec/rlp.h"
#include "lib/crypto/digest.h"
#include "test/test.h"

// The generator of the group, as a proof of what it does not prove.
static const u8 OTHER[SIDECAR_POINT_SIZE] = {
    0x97, 0xf1, 0xd3, 0xa7, 0x31, 0x97, 0xd7, 0x94, 0x26, 0x95, 0x63, 0x8c, 0x4f, 0xa9, 0xac, 0x0f,
    0xc3, 0x68, 0x8c, 0x4f, 0x97, 0x74, 0xb9, 0x05, 0xa1, 0x4e, 0x3a, 0x3f, 0x17, 0x1b, 0xac, 0x58,
    0x6c, 0x55, 0xe8, 0x3f, 0xf9, 0x7a, 0x1a, 0xef, 0xfb, 0x3a, 0xf0, 0x0a, 0xdb, 0x22, 0xc6, 0xbb};
static const u8 INFINITY[SIDECAR_POINT_SIZE] = {0xc0};

static void put_points(struct buf *out, usize count, usize wrong)
{
    usize list = rlp_begin_list(out);
    for (usize i = 0; i < count; i++) {
        rlp_put_bytes(out, i == wrong ? OTHER : INFINITY, SIDECAR_POINT_SIZE);
    }
    rlp_end_list(out, list);
}

struct form {
    u32 version;
    usize blobs, proofs, wrong; // wrong: index of a proof that is another point; ~0: none
};

// Type byte, list of a body, [version,] blobs, commitments, proofs; the body is not looked into.
static enum sidecar_answer judge(const struct form *f)
{
    struct buf wire = {0};
    struct buf raw = {0};
    struct sidecar *s = NULL;
    u8 *blob = mem_zalloc(SIDECAR_BLOB_SIZE);
    buf_put_u8(&wire, TX_BLOB);
    usize whole = rlp_begin_list(&wire);
    usize body = rlp_begin_list(&wire);
    rlp_end_list(&wire, body);
    if (f->version == 1) {
        rlp_put_u64(&wire, 1);
    }
    usize list = rlp_begin_list(&wire);
    for (usize i = 0; i < f->blobs; i++) {
        rlp_put_bytes(&wire, blob, SIDECAR_BLOB_SIZE);
    }
    rlp_end_list(&wire, list);
    put_points(&wire, f->blobs, ~(usize)0);
    put_points(&wire, f->proofs, f->wrong);
    rlp_end_list(&wire, whole);
    enum sidecar_answer a = sidecar_split(&raw, &s, buf_bytes(&wire));
    if (a == SIDECAR_GOOD) {
        b256 hashes[2];
        crypto_sha256(&hashes[0], INFINITY, sizeof INFINITY);
        hashes[0].b[0] = 1;
        hashes[1] = hashes[0];
        struct transaction t = {.blob_hashes = hashes, .blob_count = (u32)f->blobs};
        a = sidecar_check(s, &t);
        hashes[0].b[5] ^= 1;
        EXPECT_EQ(sidecar_check(s, &t), SIDECAR_HASHES);
    }
    sidecar_free(s);
    buf_fini(&wire);
    buf_fini(&raw);
    mem_free(blob);
    return a;
}

TEST(sidecar, proofs_of_blobs_and_of_cells_are_verified)
{
    const usize none = ~(usize)0;
    EXPECT_EQ(judge(&(struct form){0, 1, 1, none}), SIDECAR_GOOD);
    EXPECT_EQ(judge(&(struct form){0, 2, 2, none}), SIDECAR_GOOD);
    EXPECT_EQ(judge(&(struct form){0, 2, 2, 1}), SIDECAR_PROOF);
    EXPECT_EQ(judge(&(struct form){1, 1, SIDECAR_CELLS, none}), SIDECAR_GOOD);
    EXPECT_EQ(judge(&(struct form){1, 2, 2 * SIDECAR_CELLS, none}), SIDECAR_GOOD);
    EXPECT_EQ(judge(&(struct form){1, 1, SIDECAR_CELLS, 0}), SIDECAR_PROOF);
    EXPECT_EQ(judge(&(struct form){1, 1, SIDECAR_CELLS, 127}), SIDECAR_PROOF);
    EXPECT_EQ(judge(&(struct form){1, 2, 2 * SIDECAR_CELLS, 200}), SIDECAR_PROOF);
    EXPECT_EQ(judge(&(struct form){1, 1, 1, none}), SIDECAR_MALFORMED);
    EXPECT_EQ(judge(&(struct form){0, 1, SIDECAR_CELLS, none}), SIDECAR_MALFORMED);
    EXPECT_EQ(judge(&(struct form){1, 0, 0, none}), SIDECAR_MALFORMED);
}
