// SPDX-License-Identifier: MIT
// Hashes of libcrypto that precompiled contracts need. Stateless, safe in threads, no allocation.
#pragma once

#include "lib/base/types.h"

void crypto_sha256(b256 *out, const void *p, usize n);
void crypto_ripemd160(u8 out[20], const void *p, usize n);
