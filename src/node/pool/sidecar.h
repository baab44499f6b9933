// SPDX-License-Identifier: MIT
// Blobs with what proves them (EIP-4844, 7594): they travel with a transaction, but are not part of
// what is hashed.
#pragma once

#include "core/eth/transaction.h"

#define SIDECAR_BLOB_SIZE 131072u
#define SIDECAR_POINT_SIZE 48u
#define SIDECAR_CELLS 128u // of an extended blob (EIP-7594)
#define SIDECAR_BLOBS_MAX 64u

struct sidecar {
    u32 version;     // 0: a proof a blob; 1: SIDECAR_CELLS proofs a blob
    u32 count;       // of blobs
    struct buf data; // blobs, then commitments, then proofs
    b256 *hashes;    // versioned hashes of the commitments
};

bytes sidecar_blob(const struct sidecar *s, u32 i);
bytes sidecar_commitment(const struct sidecar *s, u32 i);
bytes sidecar_proofs(const struct sidecar *s, u32 i); // of one blob
void sidecar_free(struct sidecar *s);

enum sidecar_answer {
    SIDECAR_GOOD,
    SIDECAR_NONE,      // blobs are named, but not there
    SIDECAR_MALFORMED, // not the form of EIP-4844 or 7594
    SIDECAR_HASHES,    // the transaction names other blobs
    SIDECAR_PROOF,     // a proof does not hold
};
const char *sidecar_text(enum sidecar_answer a);

// Takes a transaction as it travels apart: its coding as it is hashed is appended to *raw, *out is
// the caller's, NULL if there is none (then `wire` is that coding, or nothing that can be read).
enum sidecar_answer sidecar_split(struct buf *raw, struct sidecar **out, bytes wire);
// Whether these are the blobs that the transaction names, and the proofs hold.
enum sidecar_answer sidecar_check(const struct sidecar *s, const struct transaction *t);
