// SPDX-License-Identifier: MIT
// The precompiles bn254_add, bn254_mul (EIP-196) and bn254_pairing (EIP-197), with the prices of
// Byzantium and, from Istanbul on, of EIP-1108. Input of the first two is cut or padded with zeros
// to its size; that of the pairing must be whole pairs.
#include "lib/crypto/bn254/bn254.h"
#include "core/precompile/priv.h"
#include "lib/base/bytes.h"

#define SCALAR_SIZE 32

static u64 by_fork(enum fork f, u64 byzantium, u64 istanbul)
{
    return f < FORK_ISTANBUL ? byzantium : istanbul;
}

static void pad(u8 *to, usize n, bytes input)
{
    zero_bytes(to, n);
    copy_bytes(to, input.p, input.n < n ? input.n : n);
}

// Appends the point if there is one.
static bool put_point(struct buf *out, bool ok, const u8 point[BN254_G1_SIZE])
{
    if (ok) {
        buf_put(out, point, BN254_G1_SIZE);
    }
    return ok;
}

u64 bn254_add_price(enum fork f, bytes input)
{
    (void)input;
    return by_fork(f, 500, 150);
}

bool bn254_add_run(bytes input, struct buf *out)
{
    u8 points[2 * BN254_G1_SIZE], sum[BN254_G1_SIZE];
    pad(points, sizeof points, input);
    return put_point(out, bn254_add(sum, points), sum);
}

u64 bn254_mul_price(enum fork f, bytes input)
{
    (void)input;
    return by_fork(f, 40000, 6000);
}

bool bn254_mul_run(bytes input, struct buf *out)
{
    u8 operands[BN254_G1_SIZE + SCALAR_SIZE], product[BN254_G1_SIZE];
    pad(operands, sizeof operands, input);
    return put_point(out, bn254_mul(product, operands, operands + BN254_G1_SIZE), product);
}

u64 bn254_pairing_price(enum fork f, bytes input)
{
    u64 pairs = input.n / BN254_PAIR_SIZE;
    return by_fork(f, 100000, 45000) + by_fork(f, 80000, 34000) * pairs;
}

bool bn254_pairing_run(bytes input, struct buf *out)
{
    bool is_one;
    if (input.n % BN254_PAIR_SIZE != 0 || !bn254_pairing_check(&is_one, input)) {
        return false;
    }
    u8 *word = buf_extend(out, 32);
    zero_bytes(word, 32);
    word[31] = is_one;
    return true;
}
