// SPDX-License-Identifier: MIT
// Reading and checking sidecars.
#include "node/pool/sidecar.h"

#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"
#include "lib/codec/rlp.h"
#include "lib/crypto/digest.h"
#include "lib/crypto/kzg/kzg.h"

static usize proofs_size(const struct sidecar *s)
{
    return SIDECAR_POINT_SIZE * (s->version == 0 ? 1u : SIDECAR_CELLS);
}

bytes sidecar_blob(const struct sidecar *s, u32 i)
{
    CHECK(i < s->count);
    return bytes_slice(buf_bytes(&s->data), (usize)i * SIDECAR_BLOB_SIZE, SIDECAR_BLOB_SIZE);
}

bytes sidecar_commitment(const struct sidecar *s, u32 i)
{
    CHECK(i < s->count);
    usize start = (usize)s->count * SIDECAR_BLOB_SIZE;
    return bytes_slice(buf_bytes(&s->data), start + (usize)i * SIDECAR_POINT_SIZE,
                       SIDECAR_POINT_SIZE);
}

bytes sidecar_proofs(const struct sidecar *s, u32 i)
{
    CHECK(i < s->count);
    usize start = (usize)s->count * (SIDECAR_BLOB_SIZE + SIDECAR_POINT_SIZE);
    return bytes_slice(buf_bytes(&s->data), start + i * proofs_size(s), proofs_size(s));
}

void sidecar_free(struct sidecar *s)
{
    if (s != NULL) {
        buf_fini(&s->data);
        mem_free(s->hashes);
        mem_free(s);
    }
}

const char *sidecar_text(enum sidecar_answer a)
{
    static const char *const TEXTS[] = {
        [SIDECAR_GOOD] = "",
        [SIDECAR_NONE] = "missing sidecar in blob transaction: send it in the network form",
        [SIDECAR_MALFORMED] = "the sidecar is not of the form of EIP-4844 or EIP-7594",
        [SIDECAR_HASHES] = "the commitments are not those whose hashes the transaction names",
        [SIDECAR_PROOF] = "a proof of a blob does not hold",
    };
    return TEXTS[a];
}

// ---- the network form: type byte, list of body, [version,] blobs, commitments, proofs

static bool take_items(struct buf *out, u32 *count, bytes *rest, usize size)
{
    bytes list;
    *count = 0;
    if (!rlp_next_list(&list, rest)) {
        return false;
    }
    while (list.n > 0) {
        bytes item;
        if (!rlp_next_bytes(&item, &list) || item.n != size ||
            *count >= SIDECAR_BLOBS_MAX * SIDECAR_CELLS) {
            return false;
        }
        buf_put(out, item.p, item.n);
        ++*count;
    }
    return true;
}

static void set_hashes(struct sidecar *s)
{
    s->hashes = mem_alloc(s->count * sizeof *s->hashes);
    for (u32 i = 0; i < s->count; i++) {
        bytes c = sidecar_commitment(s, i);
        crypto_sha256(&s->hashes[i], c.p, c.n);
        s->hashes[i].b[0] = 1;
    }
}

static bool read_sidecar(struct sidecar *s, bytes rest)
{
    bytes ahead = rest;
    rlp_item first;
    u32 commitments;
    u32 proofs;
    if (!rlp_next(&first, &ahead)) {
        return false;
    }
    if (!first.is_list) {
        s->version = 1;
        if (first.payload.n != 1 || first.payload.p[0] != 1) {
            return false;
        }
        rest = ahead;
    }
    bool ok = take_items(&s->data, &s->count, &rest, SIDECAR_BLOB_SIZE) &&
              take_items(&s->data, &commitments, &rest, SIDECAR_POINT_SIZE) &&
              take_items(&s->data, &proofs, &rest, SIDECAR_POINT_SIZE) && rest.n == 0;
    ok = ok && s->count > 0 && s->count <= SIDECAR_BLOBS_MAX && commitments == s->count &&
         proofs == s->count * proofs_size(s) / SIDECAR_POINT_SIZE;
    if (ok) {
        set_hashes(s);
    }
    return ok;
}

enum sidecar_answer sidecar_split(struct buf *raw, struct sidecar **out, bytes wire)
{
    bytes rest = wire.n > 0 ? bytes_slice(wire, 1, wire.n - 1) : wire;
    bytes list;
    bytes body;
    *out = NULL;
    bool is_wrapped = wire.n > 1 && wire.p[0] == TX_BLOB && rlp_next_list(&list, &rest) &&
                      rest.n == 0 && list.n > 0 && list.p[0] >= 0xc0;
    if (!is_wrapped) {
        buf_put(raw, wire.p, wire.n);
        return SIDECAR_NONE;
    }
    bytes whole = list;
    struct sidecar *s = mem_zalloc(sizeof *s);
    if (!rlp_next_list(&body, &list) || !read_sidecar(s, list)) {
        sidecar_free(s);
        return SIDECAR_MALFORMED;
    }
    buf_put_u8(raw, TX_BLOB);
    buf_put(raw, whole.p, whole.n - list.n);
    *out = s;
    return SIDECAR_GOOD;
}

enum sidecar_answer sidecar_check(const struct sidecar *s, const struct transaction *t)
{
    if (s->count != t->blob_count ||
        !equal_bytes(s->hashes, t->blob_hashes, s->count * sizeof *s->hashes)) {
        return SIDECAR_HASHES;
    }
    if (s->version == 1) {
        bool ok = kzg_verify_cells(sidecar_blob(s, 0).p, sidecar_commitment(s, 0).p,
                                   sidecar_proofs(s, 0).p, s->count);
        return ok ? SIDECAR_GOOD : SIDECAR_PROOF;
    }
    for (u32 i = 0; i < s->count; i++) {
        if (!kzg_verify_blob(sidecar_blob(s, i).p, sidecar_commitment(s, i).p,
                             sidecar_proofs(s, i).p)) {
            return SIDECAR_PROOF;
        }
    }
    return SIDECAR_GOOD;
}
