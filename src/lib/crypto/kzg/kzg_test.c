// SPDX-License-Identifier: MIT
// The official vectors of verify_kzg_proof (fixtures/unit/kzg_verify_proof), one YAML file each: a
// line "name: 'hex'" for each field, then "output:" true, false or null, for what is malformed.
// Proofs of cells by the vectors of test/kzg_cells_vectors.mjs, and what is changed in them.
#include "lib/crypto/kzg/kzg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/bytes.h"
#include "lib/codec/hex.h"
#include "lib/crypto/bls12_381/bls12_381.h"
#include "lib/crypto/digest.h"
#include "lib/os/file.h"
#include "test/test.h"

#define FOLDER "fixtures/unit/kzg_verify_proof"
#define FILE_MAX 65536

// The field's bytes, or false if there are more or fewer than n of them.
static bool read_field(u8 *to, usize n, const char *text, const char *name)
{
    char key[32];
    (void)snprintf(key, sizeof key, " %s: '", name);
    const char *p = strstr(text, key);
    EXPECT(p != NULL);
    p += strlen(key);
    const char *end = strchr(p, '\'');
    EXPECT(end != NULL);
    hex_error why;
    return hex_decode_exact(to, n, &why, p, (usize)(end - p));
}

static void check_file(const char *name)
{
    char path[512];
    (void)snprintf(path, sizeof path, "%s/%s", FOLDER, name);
    usize n;
    char *text = test_read(test_asset(path), &n);
    EXPECT(text != NULL);
    struct kzg_claim c;
    bool whole = read_field(c.z.b, sizeof c.z.b, text, "z") &&
                 read_field(c.y.b, sizeof c.y.b, text, "y") &&
                 read_field(c.commitment, sizeof c.commitment, text, "commitment") &&
                 read_field(c.proof, sizeof c.proof, text, "proof");
    enum kzg_answer answer = whole ? kzg_verify_proof(&c) : KZG_MALFORMED;
    const char *output = strstr(text, "output: ");
    EXPECT(output != NULL);
    output += strlen("output: ");
    enum kzg_answer want = KZG_MALFORMED;
    if (strncmp(output, "true", 4) == 0) {
        want = KZG_RIGHT;
    } else if (strncmp(output, "false", 5) == 0) {
        want = KZG_WRONG;
    }
    if (answer != want) {
        FAIL("%s: %u, not %u", name, (u32)answer, (u32)want);
    }
    free(text);
}

TEST(kzg, official_proofs)
{
    struct os_names names = {0};
    struct buf why = {0};
    if (os_list_folder(&names, &why, test_asset(FOLDER)) != FAULT_NONE) {
        (void)printf("official vectors (%s) not found: not run\n", FOLDER);
    }
    for (usize i = 0; i < names.count; i++) {
        check_file(names.name[i]);
    }
    os_names_fini(&names);
    buf_fini(&why);
}

// ---- cells

#include "lib/crypto/kzg/setup.inc"
#include "lib/crypto/kzg/setup_cells.inc"

// e(s^(i+1) G1, G2) = e(s^i G1, s G2), and e(G1, s^64 G2) = e(s^63 G1, s G2).
TEST(kzg, powers_of_the_ceremony_follow_each_other)
{
    const struct bls12_381 *bls = bls12_381();
    bls_g1 left[2];
    bls_g2 right[2];
    right[0] = SECRET_G2;
    EXPECT_BYTES(&POWERS_G1[0], bls->g1_generator, sizeof(bls_g1));
    bls->g2_neg(&right[1], bls->g2_generator);
    for (u32 i = 0; i < 63; i++) {
        left[0] = POWERS_G1[i];
        left[1] = POWERS_G1[i + 1];
        EXPECT(bls->pairing_is_one(left, right, 2));
    }
    left[0] = POWERS_G1[63];
    bls->g1_neg(&left[1], bls->g1_generator);
    right[1] = POWER_64_G2;
    EXPECT(bls->pairing_is_one(left, right, 2));
}

#define VECTORS 3u

struct cells { // of VECTORS blobs
    u8 *blobs;
    u8 commitments[VECTORS * KZG_POINT_BYTES];
    u8 proofs[VECTORS * KZG_CELLS * KZG_POINT_BYTES];
};

// As test/kzg_cells_vectors.mjs makes them.
static void make_blob(u8 *out, const char *name, usize length)
{
    zero_bytes(out, KZG_BLOB_BYTES);
    for (usize i = 0; i < length; i++) {
        u8 text[64];
        b256 hash;
        usize n = strlen(name);
        copy_bytes(text, name, n);
        store_be32(text + n, (u32)i);
        crypto_sha256(&hash, text, n + 4);
        copy_bytes(out + 32 * i + 1, hash.b + 1, 31);
    }
}

static const char *take_points(u8 *out, const char *p, usize count)
{
    hex_error why;
    for (usize i = 0; i < count; i++) {
        EXPECT(*p == ' ');
        EXPECT(hex_decode_exact(out + i * KZG_POINT_BYTES, KZG_POINT_BYTES, &why, p + 1,
                                2 * (usize)KZG_POINT_BYTES));
        p += 1 + 2 * KZG_POINT_BYTES;
    }
    return p;
}

static void read_cells(struct cells *c)
{
    usize n;
    char *text = test_read(test_asset("test/vectors/kzg_cells.txt"), &n);
    const char *p = text;
    EXPECT(text != NULL);
    c->blobs = malloc(VECTORS * (usize)KZG_BLOB_BYTES);
    for (u32 i = 0; i < VECTORS; i++) {
        char name[32];
        char *end = NULL;
        usize size = strcspn(p, " ");
        EXPECT(size < sizeof name);
        copy_bytes(name, p, size);
        name[size] = 0;
        usize length = strtoul(p + size + 1, &end, 10);
        make_blob(c->blobs + i * (usize)KZG_BLOB_BYTES, name, length);
        p = take_points(c->commitments + i * KZG_POINT_BYTES, end, 1);
        p = take_points(c->proofs + i * KZG_POINT_BYTES * KZG_CELLS, p, KZG_CELLS);
        EXPECT(*p++ == '\n');
    }
    free(text);
}

static bool verify(const struct cells *c, u32 first, u32 count)
{
    return kzg_verify_cells(c->blobs + first * (usize)KZG_BLOB_BYTES,
                            c->commitments + first * KZG_POINT_BYTES,
                            c->proofs + first * KZG_POINT_BYTES * KZG_CELLS, count);
}

TEST(kzg, proofs_of_cells_hold_for_their_blobs)
{
    struct cells c;
    read_cells(&c);
    for (u32 i = 0; i < VECTORS; i++) {
        EXPECT(verify(&c, i, 1));
        EXPECT(verify(&c, 0, i + 1));
    }
    free(c.blobs);
}

TEST(kzg, proofs_of_cells_do_not_hold_for_anything_else)
{
    struct cells c;
    read_cells(&c);
    u64 random = test_seed();
    u8 *second = c.proofs + KZG_POINT_BYTES * KZG_CELLS;
    for (u32 i = 0; i < 4; i++) { // a value of a blob
        usize at = test_random(&random) % (2 * KZG_BLOB_BYTES);
        at += at % 32 == 0;
        c.blobs[at] ^= 1;
        EXPECT(!verify(&c, 0, 2));
        c.blobs[at] ^= 1;
    }
    for (u32 i = 0; i < 4; i++) { // a proof is that of another cell, or of another blob
        u8 kept[KZG_POINT_BYTES];
        u32 to = (u32)(test_random(&random) % KZG_CELLS);
        u32 from = i < 2 ? (to + 1) % KZG_CELLS : to;
        copy_bytes(kept, c.proofs + to * KZG_POINT_BYTES, sizeof kept);
        copy_bytes(c.proofs + to * KZG_POINT_BYTES,
                   (i < 2 ? c.proofs : second) + from * KZG_POINT_BYTES, sizeof kept);
        EXPECT(!verify(&c, 0, 1));
        EXPECT(!verify(&c, 0, 3));
        copy_bytes(c.proofs + to * KZG_POINT_BYTES, kept, sizeof kept);
    }
    u8 point[KZG_POINT_BYTES]; // commitments of two blobs the other way round
    copy_bytes(point, c.commitments, sizeof point);
    copy_bytes(c.commitments, c.commitments + KZG_POINT_BYTES, sizeof point);
    copy_bytes(c.commitments + KZG_POINT_BYTES, point, sizeof point);
    EXPECT(!verify(&c, 0, 2));
    copy_bytes(c.commitments + KZG_POINT_BYTES, c.commitments, sizeof point);
    copy_bytes(c.commitments, point, sizeof point);
    EXPECT(verify(&c, 0, 2));
    zero_bytes(c.commitments, sizeof point); // no point; then a value that is not below the order
    EXPECT(!verify(&c, 0, 1));
    copy_bytes(c.commitments, point, sizeof point);
    c.blobs[64] = 0xff;
    EXPECT(!verify(&c, 0, 1));
    free(c.blobs);
}
