// SPDX-License-Identifier: MIT
// The precompile p256verify (EIP-7951). Input, of exactly 160 bytes: hash, r, s, x, y. Output is
// 1 as a word if the signature holds and nothing otherwise; the call never fails.
#include "lib/crypto/p256.h"
#include "core/precompile/priv.h"
#include "lib/base/bytes.h"

u64 p256verify_price(enum fork f, bytes input)
{
    (void)f;
    (void)input;
    return 6900;
}

bool p256verify_run(bytes input, struct buf *out)
{
    struct p256_claim c;
    b256 *const parts[] = {&c.hash, &c.r, &c.s, &c.x, &c.y};
    if (input.n != COUNT_OF(parts) * 32) {
        return true;
    }
    for (u32 i = 0; i < COUNT_OF(parts); i++) {
        copy_bytes(parts[i]->b, input.p + (usize)32 * i, 32);
    }
    if (crypto_p256_verify(&c)) {
        u8 *word = buf_extend(out, 32);
        zero_bytes(word, 31);
        word[31] = 1;
    }
    return true;
}
