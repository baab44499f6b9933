// SPDX-License-Identifier: MIT
#include "core/eth/checksum.h"

#include "lib/codec/hex.h"
#include "lib/crypto/hash/keccak.h"

void address_put_checksum(struct buf *out, const address *a)
{
    b256 hash;
    hex_put_data(out, a->b, sizeof a->b);
    u8 *digits = out->p + out->n - 2 * sizeof a->b;
    keccak256(&hash, digits, 2 * sizeof a->b);
    for (usize i = 0; i < 2 * sizeof a->b; i++) {
        u32 nibble = i % 2 == 0 ? hash.b[i / 2] >> 4u : hash.b[i / 2] & 15u;
        if (digits[i] >= 'a' && nibble >= 8) {
            digits[i] = (u8)(digits[i] - 'a' + 'A');
        }
    }
}
