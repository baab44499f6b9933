// SPDX-License-Identifier: MIT
// The precompile modexp (EIP-198). Input: three words, the sizes of base, exponent and modulus,
// then these, big-endian, as if zeros without end followed. A size may be any 256-bit number; the
// price is exact for all (or unpayable), and what it lets through has sizes that fit the host.
// Prices are of EIP-198, from Berlin on of EIP-2565, from Osaka on of EIP-7883, with the bound on
// sizes of EIP-7823, beyond which the call fails whatever gas it has: here it cannot pay.
#include "lib/crypto/modexp.h"
#include "core/precompile/priv.h"
#include "lib/base/bytes.h"
#include "lib/num/u256.h"

#define HEAD_SIZE 96     // the three sizes
#define EXPONENT_HEAD 32 // bytes of the exponent that the price reads
#define SIZE_BOUND_OSAKA 1024

// Beyond it a size of base or modulus costs more than 2^64 at every fork.
#define SIZE_PAYABLE ((u64)1 << 40)

typedef struct {
    u256 base, exponent, modulus;
} sizes;

// Copies n bytes of the input from `at` on, zeros where it has ended.
static void read_padded(u8 *to, u32 n, bytes input, u256 at)
{
    zero_bytes(to, n);
    if (u256_fits_u64(at) && at.w[0] < input.n) {
        usize rest = input.n - at.w[0];
        copy_bytes(to, input.p + at.w[0], rest < n ? rest : n);
    }
}

static sizes read_sizes(bytes input)
{
    u8 head[HEAD_SIZE];
    read_padded(head, HEAD_SIZE, input, u256_zero());
    return (sizes){u256_from_be_bytes(head), u256_from_be_bytes(head + 32),
                   u256_from_be_bytes(head + 64)};
}

static u128 multiply_saturated(u128 a, u128 b)
{
    u128 r;
    return __builtin_mul_overflow(a, b, &r) ? ~(u128)0 : r;
}

// About the number of squarings: the place of the exponent's highest bit, where bytes behind the
// first 32 count `per_byte` each and the first 32 are all that is looked at.
static u128 iteration_count(bytes input, const sizes *s, u32 per_byte)
{
    u8 head[EXPONENT_HEAD] = {0};
    bool is_long = !u256_fits_u64(s->exponent) || s->exponent.w[0] > EXPONENT_HEAD;
    u32 n = is_long ? EXPONENT_HEAD : (u32)s->exponent.w[0];
    bool wraps;
    u256 at = u256_add_carry(&wraps, s->base, u256_from_u64(HEAD_SIZE));
    if (!wraps) {
        read_padded(head + EXPONENT_HEAD - n, n, input, at);
    }
    u32 bits = u256_bit_length(u256_from_be_bytes(head));
    u128 count = bits > 0 ? bits - 1 : 0;
    if (is_long) {
        u256 rest = u256_sub(s->exponent, u256_from_u64(EXPONENT_HEAD));
        // 2^100 bytes are beyond any gas, and leave room for the sum.
        bool huge = (rest.w[3] | rest.w[2]) != 0 || rest.w[1] >> 36 != 0;
        u128 bytes_counted = huge ? (u128)1 << 100 : (u128)rest.w[1] << 64 | rest.w[0];
        count += bytes_counted * per_byte;
    }
    return count > 0 ? count : 1;
}

static u128 complexity_byzantium(u128 x)
{
    if (x <= 64) {
        return x * x;
    }
    if (x <= 1024) {
        return x * x / 4 + 96 * x - 3072;
    }
    return x * x / 16 + 480 * x - 199680;
}

static u128 complexity_berlin(u128 x)
{
    u128 words = (x + 7) / 8;
    return words * words;
}

static u128 complexity_osaka(u128 x)
{
    return x <= 32 ? 16 : 2 * complexity_berlin(x);
}

struct schedule {
    enum fork since;
    u128 (*complexity)(u128 size_max);
    u32 per_byte; // iterations for a byte of the exponent behind the first 32
    u32 divisor;
    u32 floor;
    u32 size_bound; // 0: none
};

static const struct schedule SCHEDULES[] = {
    {FORK_OSAKA, complexity_osaka, 16, 1, 500, SIZE_BOUND_OSAKA},
    {FORK_BERLIN, complexity_berlin, 8, 3, 200, 0},
    {FORK_FRONTIER, complexity_byzantium, 8, 20, 0, 0},
};

static bool is_within(const sizes *s, u32 bound)
{
    u256 most = u256_from_u64(bound);
    return !u256_gt(s->base, most) && !u256_gt(s->exponent, most) && !u256_gt(s->modulus, most);
}

u64 modexp_price(enum fork f, bytes input)
{
    const struct schedule *schedule = SCHEDULES;
    while (f < schedule->since) {
        schedule++;
    }
    sizes s = read_sizes(input);
    if (schedule->size_bound != 0 && !is_within(&s, schedule->size_bound)) {
        return PRICE_UNPAYABLE;
    }
    u64 size_max = u256_to_u64_saturated(u256_gt(s.base, s.modulus) ? s.base : s.modulus);
    if (size_max > SIZE_PAYABLE) {
        return PRICE_UNPAYABLE;
    }
    u128 price = multiply_saturated(schedule->complexity(size_max),
                                    iteration_count(input, &s, schedule->per_byte)) /
                 schedule->divisor;
    if (price >> 64 != 0) {
        return PRICE_UNPAYABLE;
    }
    return (u64)price > schedule->floor ? (u64)price : schedule->floor;
}

// The next `size` bytes of the input, and the zeros behind its end; moves `at` on.
static struct modexp_number take(bytes input, usize *at, u64 size)
{
    usize rest = input.n - *at;
    usize given = size < rest ? (usize)size : rest;
    struct modexp_number r = {bytes_slice(input, *at, given), size - given};
    *at += given;
    return r;
}

bool modexp_run(bytes input, struct buf *out)
{
    sizes s = read_sizes(input);
    if (u256_is_zero(s.modulus)) {
        return true;
    }
    usize at = input.n < HEAD_SIZE ? input.n : HEAD_SIZE;
    struct modexp_number base = take(input, &at, s.base.w[0]);
    struct modexp_number exponent = take(input, &at, u256_to_u64_saturated(s.exponent));
    struct modexp_number modulus = take(input, &at, s.modulus.w[0]);
    usize n = (usize)s.modulus.w[0];
    crypto_modexp(buf_extend(out, n), n, &base, &exponent, &modulus);
    return true;
}
