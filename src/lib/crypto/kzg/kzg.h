// SPDX-License-Identifier: MIT
// Proofs that a committed polynomial has a value at a point (EIP-4844,
// consensus-specs/deneb/polynomial-commitments.md, verify_kzg_proof), over BLS12-381 with the
// powers of the public ceremony of 2023, of which only a few points are needed.
#pragma once

#include "lib/base/cc.h"
#include "lib/base/types.h"

#define KZG_POINT_BYTES 48

struct kzg_claim {
    b256 z, y;                                              // big-endian
    u8 commitment[KZG_POINT_BYTES], proof[KZG_POINT_BYTES]; // points of G1 in compressed form
};

enum kzg_answer {
    KZG_MALFORMED, // numbers not below the order, or bytes that are no point of the group
    KZG_WRONG,
    KZG_RIGHT,
};

enum kzg_answer kzg_verify_proof(const struct kzg_claim *c);

// A blob is the values of a polynomial of degree below 4,096 (EIP-4844).
#define KZG_BLOB_BYTES 131072
// Whether the commitment is to the blob, by its proof (verify_blob_kzg_proof of the same document).
MUST_USE bool kzg_verify_blob(const u8 *blob, const u8 *commitment, const u8 *proof);
// Whether `count` commitments are to the blobs, by KZG_CELLS proofs of cells each (EIP-7594,
// consensus-specs/fulu/polynomial-commitments-sampling.md: verify_cell_kzg_proof_batch of all cells
// of the blobs). All lie one behind the other. About 17 ms a blob.
#define KZG_CELLS 128u
MUST_USE bool kzg_verify_cells(const u8 *blobs, const u8 *commitments, const u8 *proofs, u32 count);
