// SPDX-License-Identifier: MIT
// The precompile blake2f (EIP-152). Input, of exactly 213 bytes: rounds (big-endian), state of 8
// words, message of 16 words, count of 2 words (all little-endian), flag of the last block. Gas 1
// for each round.
#include "core/precompile/priv.h"
#include "lib/base/bytes.h"
#include "lib/crypto/hash/blake2.h"

enum {
    AT_STATE = 4,
    AT_MESSAGE = AT_STATE + 8 * 8,
    AT_COUNT = AT_MESSAGE + 16 * 8,
    AT_FLAG = AT_COUNT + 2 * 8,
    INPUT_SIZE = AT_FLAG + 1,
};

u64 blake2f_price(enum fork f, bytes input)
{
    (void)f;
    return input.n == INPUT_SIZE ? load_be32(input.p) : 0;
}

static void load_words(u64 *words, const u8 *from, u32 n)
{
    for (u32 i = 0; i < n; i++) {
        words[i] = load_le64(from + 8 * i);
    }
}

bool blake2f_run(bytes input, struct buf *out)
{
    if (input.n != INPUT_SIZE || input.p[AT_FLAG] > 1) {
        return false;
    }
    u64 state[8], message[16], count[2];
    load_words(state, input.p + AT_STATE, 8);
    load_words(message, input.p + AT_MESSAGE, 16);
    load_words(count, input.p + AT_COUNT, 2);
    blake2b_compress(state, message, count, input.p[AT_FLAG] == 1, load_be32(input.p));
    u8 *p = buf_extend(out, sizeof state);
    for (u32 i = 0; i < 8; i++) {
        store_le64(p + 8 * i, state[i]);
    }
    return true;
}
