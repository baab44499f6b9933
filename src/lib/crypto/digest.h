// SPDX-License-Identifier: MIT
// Hashes of libcrypto that precompiled contracts and protocols need. Stateless, safe in threads, no
// allocation.
#pragma once

#include "lib/base/types.h"

void crypto_sha256(b256 *out, const void *p, usize n);
void crypto_sha1(u8 out[20], const void *p, usize n); // for protocols that fix it; not secure
void crypto_hmac_sha256(b256 *out, bytes key, bytes message);
void crypto_ripemd160(u8 out[20], const void *p, usize n);
