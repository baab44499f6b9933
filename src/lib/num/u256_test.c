// SPDX-License-Identifier: MIT
// u256 against GMP: every operation on random and edge operands, then exhaustively on all pairs of
// 8-bit numbers whose four 2-bit digits choose a limb among 0, 1, 2^63 and 2^64 - 1 (the corners of
// carries, of normalisation and of quotient estimates), then the laws that need no oracle.
#include "lib/num/u256.h"

#include <gmp.h>

#include "test/test.h"

#define RANDOM_ROUNDS 40000

typedef struct {
    u256 a, b, m;
} operands;

typedef struct {
    mpz_t a, b, m; // as unsigned numbers
    mpz_t sa, sb;  // as two's complement
    mpz_t modulus; // 2^256
} oracle;

static void oracle_init(oracle *o)
{
    mpz_inits(o->a, o->b, o->m, o->sa, o->sb, o->modulus, NULL);
    mpz_ui_pow_ui(o->modulus, 2, 256);
}

static void oracle_fini(oracle *o)
{
    mpz_clears(o->a, o->b, o->m, o->sa, o->sb, o->modulus, NULL);
}

static void to_mpz(mpz_t r, u256 v)
{
    mpz_import(r, 4, -1, 8, 0, 0, v.w);
}

static u256 from_mpz(const mpz_t v)
{
    u256 r = {{0}};
    mpz_export(r.w, NULL, -1, 8, 0, 0, v);
    return r;
}

static void oracle_load(oracle *o, const operands *in)
{
    to_mpz(o->a, in->a);
    to_mpz(o->b, in->b);
    to_mpz(o->m, in->m);
    mpz_set(o->sa, o->a);
    mpz_set(o->sb, o->b);
    if (mpz_tstbit(o->a, 255) != 0) {
        mpz_sub(o->sa, o->a, o->modulus);
    }
    if (mpz_tstbit(o->b, 255) != 0) {
        mpz_sub(o->sb, o->b, o->modulus);
    }
}

// r = the expected result, reduced modulo 2^256 by the caller
typedef void expect_function(mpz_t r, const oracle *o);
typedef u256 actual_function(const operands *in);

#define BINARY(name, mpz_body)                                                                     \
    static u256 actual_##name(const operands *in)                                                  \
    {                                                                                              \
        return u256_##name(in->a, in->b);                                                          \
    }                                                                                              \
    static void expect_##name(mpz_t r, const oracle *o)                                            \
    {                                                                                              \
        mpz_body                                                                                   \
    }

#define UNLESS_ZERO(divisor, operation)                                                            \
    if (mpz_sgn(divisor) == 0) {                                                                   \
        mpz_set_ui(r, 0);                                                                          \
    } else {                                                                                       \
        operation;                                                                                 \
    }

// Shift counts of any size count as at most 300.
static u64 small_count(const mpz_t v)
{
    return mpz_cmp_ui(v, 300) > 0 ? 300 : mpz_get_ui(v);
}

BINARY(add, mpz_add(r, o->a, o->b);)
BINARY(sub, mpz_sub(r, o->a, o->b);)
BINARY(mul, mpz_mul(r, o->a, o->b);)
BINARY(div, UNLESS_ZERO(o->b, mpz_tdiv_q(r, o->a, o->b)))
BINARY(mod, UNLESS_ZERO(o->b, mpz_tdiv_r(r, o->a, o->b)))
BINARY(sdiv, UNLESS_ZERO(o->sb, mpz_tdiv_q(r, o->sa, o->sb)))
BINARY(smod, UNLESS_ZERO(o->sb, mpz_tdiv_r(r, o->sa, o->sb)))
BINARY(exp, mpz_powm(r, o->a, o->b, o->modulus);)
BINARY(and, mpz_and(r, o->a, o->b);)
BINARY(or, mpz_ior(r, o->a, o->b);)
BINARY(xor, mpz_xor(r, o->a, o->b);)
BINARY(shl, mpz_mul_2exp(r, o->b, small_count(o->a));)
BINARY(shr, mpz_fdiv_q_2exp(r, o->b, small_count(o->a));)
BINARY(sar, mpz_fdiv_q_2exp(r, o->sb, small_count(o->a));)

BINARY(byte, {
    u64 index = small_count(o->a);
    if (index >= 32) {
        mpz_set_ui(r, 0);
    } else {
        mpz_fdiv_q_2exp(r, o->b, (31 - index) * 8);
        mpz_fdiv_r_2exp(r, r, 8);
    }
})

BINARY(signextend, {
    u64 index = small_count(o->a);
    mpz_set(r, o->b);
    if (index < 31) {
        mpz_fdiv_r_2exp(r, o->b, (index + 1) * 8);
        if (mpz_tstbit(r, index * 8 + 7) != 0) {
            mpz_t unit;
            mpz_init(unit);
            mpz_ui_pow_ui(unit, 2, (index + 1) * 8);
            mpz_sub(r, r, unit);
            mpz_clear(unit);
        }
    }
})

static u256 actual_addmod(const operands *in)
{
    return u256_addmod(in->a, in->b, in->m);
}

static void expect_addmod(mpz_t r, const oracle *o)
{
    mpz_add(r, o->a, o->b);
    UNLESS_ZERO(o->m, mpz_mod(r, r, o->m))
}

static u256 actual_mulmod(const operands *in)
{
    return u256_mulmod(in->a, in->b, in->m);
}

static void expect_mulmod(mpz_t r, const oracle *o)
{
    mpz_mul(r, o->a, o->b);
    UNLESS_ZERO(o->m, mpz_mod(r, r, o->m))
}

static const struct operation {
    const char *name;
    actual_function *actual;
    expect_function *expect;
} operations[] = {
#define ROW(name)                                                                                  \
    {                                                                                              \
#name, actual_##name, expect_##name                                                        \
    }
    ROW(add),  ROW(sub), ROW(mul),  ROW(div),        ROW(mod),    ROW(sdiv),
    ROW(smod), ROW(exp), ROW(and),  ROW(or),         ROW(xor),    ROW(shl),
    ROW(shr),  ROW(sar), ROW(byte), ROW(signextend), ROW(addmod), ROW(mulmod),
#undef ROW
};

static void show(const char *name, u256 v)
{
    gmp_printf("  %s = 0x%016lx%016lx%016lx%016lx\n", name, v.w[3], v.w[2], v.w[1], v.w[0]);
}

static void check_operation(const struct operation *op, const operands *in, oracle *o)
{
    mpz_t r;
    mpz_init(r);
    op->expect(r, o);
    mpz_mod(r, r, o->modulus);
    u256 expected = from_mpz(r);
    mpz_clear(r);
    u256 actual = op->actual(in);
    if (!u256_eq(actual, expected)) {
        show("a", in->a);
        show("b", in->b);
        show("m", in->m);
        show("expected", expected);
        show("actual", actual);
        FAIL("%s differs", op->name);
    }
}

static void check_relations(const operands *in, const oracle *o)
{
    i32 order = mpz_cmp(o->a, o->b);
    EXPECT_EQ(u256_cmp(in->a, in->b), order < 0 ? -1 : order > 0);
    EXPECT_EQ(u256_eq(in->a, in->b), order == 0);
    EXPECT_EQ(u256_lt(in->a, in->b), order < 0);
    EXPECT_EQ(u256_gt(in->a, in->b), order > 0);
    EXPECT_EQ(u256_slt(in->a, in->b), mpz_cmp(o->sa, o->sb) < 0);
    EXPECT_EQ(u256_sgt(in->a, in->b), mpz_cmp(o->sa, o->sb) > 0);
    EXPECT_EQ(u256_is_zero(in->a), mpz_sgn(o->a) == 0);
    usize bits = mpz_sgn(o->a) == 0 ? 0 : mpz_sizeinbase(o->a, 2);
    EXPECT_EQ(u256_bit_length(in->a), bits);
    EXPECT_EQ(u256_byte_length(in->a), (bits + 7) / 8);
    EXPECT_EQ(u256_clz(in->a), 256 - bits);
    EXPECT_EQ(u256_fits_u64(in->a), bits <= 64);
}

static void check_all(const operands *in, oracle *o)
{
    oracle_load(o, in);
    for (usize i = 0; i < COUNT_OF(operations); i++) {
        check_operation(&operations[i], in, o);
    }
    check_relations(in, o);
}

// Limbs that are random, small, or at the ends of the range; lengths from 0 to 4 limbs.
static u256 random_value(u64 *state)
{
    u64 limbs = test_random(state) % 5;
    u256 v = u256_zero();
    for (u64 i = 0; i < limbs; i++) {
        u64 kind = test_random(state);
        u64 random = test_random(state);
        switch (kind % 8) {
        case 0:
            v.w[i] = 0;
            break;
        case 1:
            v.w[i] = ~(u64)0;
            break;
        case 2:
            v.w[i] = (u64)1 << 63;
            break;
        case 3:
            v.w[i] = random % 3;
            break;
        case 4:
            v.w[i] = random >> (kind >> 8) % 64;
            break;
        default:
            v.w[i] = random;
        }
    }
    return v;
}

TEST(u256, agrees_with_gmp_on_random_operands)
{
    oracle o;
    oracle_init(&o);
    u64 state = test_seed();
    for (u32 i = 0; i < RANDOM_ROUNDS; i++) {
        operands in = {random_value(&state), random_value(&state), random_value(&state)};
        check_all(&in, &o);
        in.a = u256_from_u64(test_random(&state) % 260); // counts and indices in range
        check_all(&in, &o);
    }
    oracle_fini(&o);
}

// Dividends just around a multiple of the divisor: the quotient estimates that need correction.
TEST(u256, divides_next_to_multiples)
{
    oracle o;
    oracle_init(&o);
    u64 state = test_seed() ^ 1;
    for (u32 i = 0; i < RANDOM_ROUNDS; i++) {
        u256 b = random_value(&state);
        u256 product = u256_mul(b, random_value(&state));
        u64 offset = test_random(&state) % 5;
        operands in = {u256_sub(u256_add(product, u256_from_u64(offset)), u256_from_u64(2)), b, b};
        oracle_load(&o, &in);
        for (usize k = 0; k < COUNT_OF(operations); k++) {
            if (operations[k].actual != actual_exp) {
                check_operation(&operations[k], &in, &o);
            }
        }
    }
    oracle_fini(&o);
}

static u256 spread(u32 digits)
{
    static const u64 corner[4] = {0, 1, (u64)1 << 63, ~(u64)0};
    u256 v;
    for (u32 i = 0; i < 4; i++) {
        v.w[i] = corner[digits >> (2 * i) & 3];
    }
    return v;
}

TEST(u256, agrees_with_gmp_on_all_pairs_of_limb_corners)
{
    oracle o;
    oracle_init(&o);
    for (u32 pair = 0; pair < 0x10000; pair++) {
        u32 third = (pair * 0x9e37u + 0x79b9u) >> 8 & 0xff;
        operands in = {spread(pair & 0xff), spread(pair >> 8), spread(third)};
        oracle_load(&o, &in);
        for (usize k = 0; k < COUNT_OF(operations); k++) {
            if (operations[k].actual != actual_exp) {
                check_operation(&operations[k], &in, &o);
            }
        }
        check_relations(&in, &o);
    }
    oracle_fini(&o);
}

TEST(u256, shifts_by_every_count)
{
    oracle o;
    oracle_init(&o);
    u64 state = test_seed() ^ 2;
    for (u64 count = 0; count < 260; count++) {
        operands in = {u256_from_u64(count), random_value(&state), u256_one()};
        in.b.w[3] |= test_random(&state) << 63;
        check_all(&in, &o);
    }
    oracle_fini(&o);
}

TEST(u256, whole_product_has_both_halves)
{
    mpz_t r, e;
    oracle o;
    oracle_init(&o);
    mpz_inits(r, e, NULL);
    u64 state = test_seed() ^ 3;
    for (u32 i = 0; i < 1000; i++) {
        operands in = {random_value(&state), random_value(&state), u256_zero()};
        u64 product[8];
        u256_mul_full(product, in.a, in.b);
        oracle_load(&o, &in);
        mpz_mul(e, o.a, o.b);
        mpz_import(r, 8, -1, 8, 0, 0, product);
        EXPECT(mpz_cmp(r, e) == 0);
    }
    mpz_clears(r, e, NULL);
    oracle_fini(&o);
}

TEST(u256, carry_and_borrow_are_the_lost_bit)
{
    bool lost;
    EXPECT(u256_is_zero(u256_add_carry(&lost, u256_max(), u256_one())));
    EXPECT(lost);
    EXPECT(u256_eq(u256_add_carry(&lost, u256_max(), u256_zero()), u256_max()));
    EXPECT(!lost);
    EXPECT(u256_eq(u256_sub_borrow(&lost, u256_zero(), u256_one()), u256_max()));
    EXPECT(lost);
    EXPECT(u256_is_zero(u256_sub_borrow(&lost, u256_max(), u256_max())));
    EXPECT(!lost);
}

TEST(u256, edges_of_the_evm)
{
    u256 least = {{0, 0, 0, (u64)1 << 63}};
    EXPECT_U256(u256_sdiv(least, u256_max()), least);
    EXPECT_U256(u256_smod(least, u256_max()), u256_zero());
    EXPECT_U256(u256_exp(u256_zero(), u256_zero()), u256_one());
    EXPECT_U256(u256_exp(u256_from_u64(2), u256_from_u64(256)), u256_zero());
    EXPECT_EQ(u256_clz(u256_zero()), 256);
    EXPECT_EQ(u256_clz(u256_one()), 255);
    EXPECT_EQ(u256_clz(u256_max()), 0);
    EXPECT_EQ(u256_to_u64_saturated((u256){{5, 1, 0, 0}}), ~(u64)0);
    EXPECT_EQ(u256_to_u64_saturated(u256_from_u64(5)), 5);
    EXPECT_U256(u256_not(u256_zero()), u256_max());
    EXPECT_U256(u256_neg(u256_one()), u256_max());
}

TEST(u256, bytes_are_big_endian)
{
    u8 p[32];
    for (u32 i = 0; i < 32; i++) {
        p[i] = (u8)(i + 1);
    }
    u256 v = u256_from_be_bytes(p);
    EXPECT_EQ(v.w[3], 0x0102030405060708u);
    EXPECT_EQ(v.w[0], 0x191a1b1c1d1e1f20u);
    u8 back[32];
    u256_to_be_bytes(back, v);
    EXPECT_BYTES(back, p, 32);
    b256 word = u256_to_b256(v);
    EXPECT_BYTES(word.b, p, 32);
    EXPECT_U256(u256_from_b256(word), v);
    address a = u256_to_address(v);
    EXPECT_BYTES(a.b, p + 12, 20);
    u256 low = v;
    low.w[3] = 0;
    low.w[2] &= 0xffffffffu;
    EXPECT_U256(u256_from_address(a), low);
    for (u32 n = 0; n <= 32; n++) {
        u8 padded[32] = {0};
        copy_bytes(padded + 32 - n, p, n);
        EXPECT_U256(u256_from_be_partial(p, n), u256_from_be_bytes(padded));
    }
}
