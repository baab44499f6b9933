// SPDX-License-Identifier: MIT
// The Solidity contract ABI, as much as play files need: signatures of functions, events and errors
// with the types uintN, intN, address, bool, bytesN, bytes, string; encoding, and decoding to text.
#pragma once

#include "lib/base/buf.h"
#include "lib/base/cc.h"
#include "lib/base/types.h"

#define ABI_TYPES_MAX 16
#define ABI_NAME_SIZE 64
#define ABI_TYPE_NAME_SIZE 16

enum abi_kind {
    ABI_UINT,
    ABI_INT,
    ABI_ADDRESS,
    ABI_BOOL,
    ABI_BYTES_N,
    ABI_BYTES,
    ABI_STRING,
};

struct abi_type {
    enum abi_kind kind;
    u32 size; // bits of uintN and intN, bytes of bytesN
    bool indexed;
};

struct abi_signature { // name may be empty: then there is no selector
    char name[ABI_NAME_SIZE];
    struct abi_type type[ABI_TYPES_MAX];
    u32 count;
    b256 hash; // keccak256 of the text without `indexed`
};

struct abi_value {
    u256 word;  // of static types, as it is encoded
    bytes data; // of bytes and string
};

// "transfer(address,uint256)", "Transfer(address indexed,uint256)". NULL, or why it was refused: a
// phrase.
MUST_USE const char *abi_parse(struct abi_signature *s, const char *text, usize n);
void abi_put_type(struct buf *out, const struct abi_type *t); // its name

static inline bool abi_is_dynamic(const struct abi_type *t)
{
    return t->kind == ABI_BYTES || t->kind == ABI_STRING;
}

// Appends values as arguments are encoded: heads, then the dynamic ones.
void abi_encode(struct buf *out, const struct abi_type *type, const struct abi_value *value,
                u32 count);
// Reads encoded arguments; the values borrow from data. False: they are not so encoded.
MUST_USE bool abi_decode(struct abi_value *value, const struct abi_type *type, u32 count,
                         bytes data);
// One value as text; addresses by `name` where it knows them (may be NULL).
void abi_put_value(struct buf *out, const struct abi_type *t, const struct abi_value *v,
                   const char *(*name)(void *ctx, const address *a), void *ctx);
