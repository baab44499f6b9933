// SPDX-License-Identifier: MIT
// Private keys in files encrypted by a password (Web3 Secret Storage, version 3), as geth and
// others keep them: AES-128 in counter mode, the key by scrypt or PBKDF2, a keccak-256 of both as
// check. What a file asks for is bounded before it is done.
#pragma once

#include "lib/base/buf.h"
#include "lib/base/cc.h"
#include "lib/base/halt.h"
#include "lib/base/types.h"
#include "lib/codec/json.h"

#define KEYSTORE_SIZE_MAX 65536u           // bytes of a file
#define KEYSTORE_MEMORY_MAX ((u64)1 << 30) // bytes that scrypt may take
#define KEYSTORE_ROUNDS_MAX 10000000u      // of PBKDF2

struct keystore {
    bool is_scrypt;
    u64 cost; // scrypt's N
    u32 block, parallel, rounds;
    struct buf salt, cipher_text;
    u8 iv[16];
    b256 mac;
    bool has_address;
    address at; // as the file says; not checked
};

// The file's contents. FAULT_BAD_INPUT: the document says what is wrong, and where.
MUST_USE enum fault keystore_read(struct keystore *k, const json_value *root);
void keystore_fini(struct keystore *k);
// False: the password is another one (or the file was changed).
MUST_USE bool keystore_open(b256 *key, const struct keystore *k, bytes password);
// Appends a file's contents for the key, by scrypt with `cost` (262,144 is usual; less only for
// tests).
void keystore_write(struct buf *out, const b256 *key, bytes password, u64 cost);
