// SPDX-License-Identifier: MIT
// The bodies of precompiles, a pair of functions each, for the table in precompile.c only. A price
// is exact, or the largest number where it would not fit 64 bits; it reads lengths that the input
// declares but never takes memory for them. `run` is called after the price was paid, appends the
// output and returns false if the call fails. It may rely on a fork's rules only as far as the
// price sees to it.
#pragma once

#include "lib/base/buf.h"
#include "lib/base/fork.h"
#include "lib/base/types.h"

#define PRICE_UNPAYABLE (~(u64)0)

u64 modexp_price(enum fork f, bytes input);
bool modexp_run(bytes input, struct buf *out);

u64 bn254_add_price(enum fork f, bytes input);
bool bn254_add_run(bytes input, struct buf *out);
u64 bn254_mul_price(enum fork f, bytes input);
bool bn254_mul_run(bytes input, struct buf *out);
u64 bn254_pairing_price(enum fork f, bytes input);
bool bn254_pairing_run(bytes input, struct buf *out);

u64 blake2f_price(enum fork f, bytes input);
bool blake2f_run(bytes input, struct buf *out);

u64 kzg_point_price(enum fork f, bytes input);
bool kzg_point_run(bytes input, struct buf *out);

u64 bls12_g1add_price(enum fork f, bytes input);
bool bls12_g1add_run(bytes input, struct buf *out);
u64 bls12_g1msm_price(enum fork f, bytes input);
bool bls12_g1msm_run(bytes input, struct buf *out);
u64 bls12_g2add_price(enum fork f, bytes input);
bool bls12_g2add_run(bytes input, struct buf *out);
u64 bls12_g2msm_price(enum fork f, bytes input);
bool bls12_g2msm_run(bytes input, struct buf *out);
u64 bls12_pairing_price(enum fork f, bytes input);
bool bls12_pairing_run(bytes input, struct buf *out);
u64 bls12_map_g1_price(enum fork f, bytes input);
bool bls12_map_g1_run(bytes input, struct buf *out);
u64 bls12_map_g2_price(enum fork f, bytes input);
bool bls12_map_g2_run(bytes input, struct buf *out);

u64 p256verify_price(enum fork f, bytes input);
bool p256verify_run(bytes input, struct buf *out);
