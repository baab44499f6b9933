// SPDX-License-Identifier: MIT
// A transaction of any type as a value, its wire coding, hash and signer (yellow paper, 4.2;
// EIP-155, 2718, 2930, 1559, 4844, 7702). Decoding checks form only; rules of forks and state are
// core/chain's.
#pragma once

#include "lib/base/buf.h"
#include "lib/base/cc.h"
#include "lib/base/types.h"

enum transaction_type {
    TX_LEGACY,
    TX_ACCESS_LIST,   // EIP-2930
    TX_FEE_MARKET,    // EIP-1559
    TX_BLOB,          // EIP-4844
    TX_AUTHORIZATION, // EIP-7702
    TX_TYPE_COUNT
};

struct access_entry {
    address at;
    usize first_key, key_count; // in the transaction's keys
};

struct authorization {
    u256 chain_id;
    address target;
    u64 nonce;
    u8 y_parity; // 0 or 1; else the authorization is skipped
    u256 r, s;
};

// Owned arrays are freed by transaction_fini.
struct transaction {
    enum transaction_type type;
    bool has_chain_id; // a legacy transaction before EIP-155 has none
    u256 chain_id;
    u64 nonce;
    u256 max_fee;      // a gas; gasPrice of legacy and EIP-2930
    u256 max_priority; // equal to max_fee for these
    u64 gas_limit;
    bool is_create;
    address to;
    u256 value;
    struct buf data;
    struct access_entry *access;
    usize access_count;
    b256 *keys;
    usize key_count;
    u256 max_blob_fee;
    b256 *blob_hashes;
    usize blob_count;
    struct authorization *authorizations;
    usize authorization_count;
    u8 y_parity;
    u256 r, s;
};

enum verdict {
    VERDICT_VALID = 0,
#define VERDICT(NAME, test_name, text) VERDICT_##NAME,
#include "spec/verdicts.def"
    VERDICT_COUNT
};

const char *verdict_name(enum verdict v); // as the official tests name it; "" for valid
const char *verdict_text(enum verdict v);

void transaction_fini(struct transaction *t);
// From the bytes that are signed and hashed: RLP list, or type byte and RLP list. *t must be zero.
MUST_USE enum verdict transaction_decode(struct transaction *t, bytes wire);
void transaction_encode(struct buf *out, const struct transaction *t);
void transaction_hash(b256 *out, const struct transaction *t);
// The address that signed it; VERDICT_SIGNATURE_INVALID if there is none or (`low_s`: since
// Homestead, EIP-2) its s is above half the order.
MUST_USE enum verdict transaction_signer(address *out, const struct transaction *t, bool low_s);
// Signs it with a private key; false if that is none.
MUST_USE bool transaction_sign(struct transaction *t, const b256 *key);
// The address that signed an authorization; false if it is to be skipped.
MUST_USE bool authorization_signer(address *out, const struct authorization *a);

// Appenders for those who fill a transaction by hand.
void transaction_add_access(struct transaction *t, const address *at);
void transaction_add_key(struct transaction *t, const b256 *key); // of the last access entry
void transaction_add_blob(struct transaction *t, const b256 *hash);
void transaction_add_authorization(struct transaction *t, const struct authorization *a);
