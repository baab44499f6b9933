// SPDX-License-Identifier: MIT
// bn254: its constants computed anew, laws of the tower of fields and of the groups, the pairing's
// bilinearity, the subgroup check against multiplication by the order, refusals, and the two
// families of kernels against each other. The body is compiled in here once more, so that its parts
// can be tried.
#include <gmp.h>
#include <stdio.h>

#include "lib/base/check.h"
#define MONT_KERNEL_FAMILY scalar
#include "lib/crypto/bn254/body.inc"
#include "test/test.h"

static const struct bn254_kernel BODY = BN254_KERNEL;

#define X 4965661367192848881u

// ---- numbers

static u256 from_mpz(const mpz_t v)
{
    u256 r = {{0}};
    CHECK(mpz_sizeinbase(v, 2) <= 256);
    mpz_export(r.w, NULL, -1, 8, 0, 0, v);
    return r;
}

static void to_mpz(mpz_t r, u256 v)
{
    mpz_import(r, 4, -1, 8, 0, 0, v.w);
}

static u256 prime(void)
{
    const u64 *p = mont_bn254_fp.p;
    return (u256){{p[0], p[1], p[2], p[3]}};
}

static u256 random_u256(u64 *state)
{
    return (u256){{test_random(state), test_random(state), test_random(state), test_random(state)}};
}

static fp random_fp(u64 *state)
{
    fp r;
    u256 v = u256_mod(random_u256(state), prime());
    EXPECT(fp_from_limbs(&r, v.w));
    return r;
}

static fp2 random_fp2(u64 *state)
{
    return (fp2){{random_fp(state), random_fp(state)}};
}

static fp12 random_fp12(u64 *state)
{
    fp12 r;
    for (u32 i = 0; i < 6; i++) {
        r.c[i % 2].c[i / 2] = random_fp2(state);
    }
    return r;
}

// a^e, e >= 0
static void fp12_power(fp12 *r, const fp12 *a, const mpz_t e)
{
    fp12 x = fp12_one();
    for (usize i = mpz_sizeinbase(e, 2); i-- > 0;) {
        fp12_sqr(&x, &x);
        if (mpz_tstbit(e, i) != 0) {
            fp12_mul(&x, &x, a);
        }
    }
    *r = x;
}

#define EXPECT_FP12(a, b) EXPECT(fp12_equal(a, b))

// ---- constants

TEST(bn254, the_frobenius_constants_are_right)
{
    fp2 xi = {{fp_from_u64(9), fp_one()}};
    u256 sixth = u256_div(u256_sub(prime(), u256_one()), u256_from_u64(6));
    fp2 root, power = fp2_one();
    fp2_pow(&root, &xi, sixth.w, 4);
    for (u32 i = 0; i < 6; i++) {
        EXPECT(fp2_equal(&FROBENIUS[i], &power));
        fp2 norm;
        fp2_conjugate(&norm, &power);
        fp2_mul(&norm, &norm, &power);
        EXPECT(fp_equal(&FROBENIUS_TWICE[i], &norm.c[0]) && fp_is_zero(&norm.c[1]));
        fp2_mul(&power, &power, &root);
    }
    fp2 three;
    fp2_mul(&three, &TWIST_B, &xi);
    fp2_mul_xi(&xi, &TWIST_B);
    EXPECT(fp2_equal(&xi, &three));
    EXPECT(fp_is_zero(&three.c[1]));
    fp plain = fp_from_u64(3);
    EXPECT(fp_equal(&three.c[0], &plain));
}

TEST(bn254, prime_and_order_come_from_the_parameter)
{
    u256 x = u256_from_u64(X);
    u256 x2 = u256_mul(x, x);
    u256 p = u256_mul(u256_from_u64(36), u256_mul(x2, x2));
    p = u256_add(p, u256_mul(u256_from_u64(36), u256_mul(x2, x)));
    p = u256_add(p, u256_mul(u256_from_u64(24), x2));
    p = u256_add(p, u256_add(u256_mul(u256_from_u64(6), x), u256_one()));
    EXPECT_U256(p, prime());
    EXPECT_U256(u256_sub(p, u256_mul(u256_from_u64(6), x2)), ORDER);
    for (u32 q = 0; q < COUNT_OF(MINUS_MULTIPLES); q++) {
        u256 product = u256_mul(u256_from_u64(q), p);
        EXPECT_BYTES(MINUS_MULTIPLES[q], u256_neg(product).w, 32);
    }
    u128 ate = 1;
    for (u32 i = 0; i < COUNT_OF(ATE_DIGITS); i++) {
        ate = 2 * ate + (u128)(i128)ATE_DIGITS[i];
    }
    EXPECT(ate == (u128)6 * X + 2);
    u64 digits = 1;
    for (u32 i = 0; i < COUNT_OF(X_DIGITS); i++) {
        digits = 2 * digits + (u64)(i64)X_DIGITS[i];
    }
    EXPECT_EQ(digits, X);
}

// The norm of 6x + 2 + F - F^2 + F^3 in Z[F], F^2 = t F - p, is n times what is prime to the order
// n (2p - n) of the twist: so the subgroup check of pairing.inc lets nothing else through.
TEST(bn254, the_norm_behind_the_subgroup_check_is_right)
{
    mpz_t p, n, t, c0, c1, norm, part, order;
    mpz_inits(p, n, t, c0, c1, norm, part, order, NULL);
    to_mpz(p, prime());
    to_mpz(n, ORDER);
    mpz_sub(t, p, n);
    mpz_add_ui(t, t, 1);
    mpz_mul(c1, t, t); // F^3 = (t^2 - p) F - t p
    mpz_sub(c1, c1, p);
    mpz_sub(c1, c1, t);
    mpz_add_ui(c1, c1, 1);
    mpz_mul(c0, t, p);
    mpz_sub(c0, p, c0);
    mpz_set_ui(part, X);
    mpz_addmul_ui(c0, part, 6);
    mpz_add_ui(c0, c0, 2);
    mpz_mul(norm, c0, c0); // c0^2 + c0 c1 t + c1^2 p
    mpz_mul(part, c0, c1);
    mpz_addmul(norm, part, t);
    mpz_mul(part, c1, c1);
    mpz_addmul(norm, part, p);
    mpz_mul_2exp(order, p, 1);
    mpz_sub(order, order, n);
    mpz_mul(order, order, n);
    mpz_gcd(part, norm, order);
    EXPECT(mpz_cmp(part, n) == 0);
    mpz_clears(p, n, t, c0, c1, norm, part, order, NULL);
}

// ---- fields

TEST(bn254, nine_times_is_right_at_all_corners)
{
    u64 state = test_seed();
    fp corners[5] = {fp_zero(), fp_one()};
    fp_neg(&corners[2], &corners[1]);
    u256 least = {{1, 0, 0, 0}}; // as stored, not in Montgomery form
    copy_bytes(corners[3].w, least.w, 32);
    least = u256_sub(prime(), u256_one());
    copy_bytes(corners[4].w, least.w, 32);
    fp2 xi = {{fp_from_u64(9), fp_one()}};
    for (u32 i = 0; i < 20000; i++) {
        fp2 a = random_fp2(&state), r, want;
        for (u32 k = 0; k < 2; k++) {
            u64 kind = test_random(&state) % 10;
            if (kind < COUNT_OF(corners)) {
                a.c[k] = corners[kind];
            } else if (kind == 5) { // near a multiple of p / 9
                u256 v = u256_div(u256_mul(prime(), u256_one()), u256_from_u64(9));
                v = u256_mul(v, u256_from_u64(test_random(&state) % 9));
                v = u256_add(v, u256_from_u64(test_random(&state) % 20));
                copy_bytes(a.c[k].w, v.w, 32);
            }
        }
        fp2_mul_xi(&r, &a);
        fp2_mul(&want, &a, &xi);
        EXPECT(fp2_equal(&r, &want));
        fp2_mul_xi(&a, &a);
        EXPECT(fp2_equal(&a, &want));
    }
}

TEST(bn254, the_tower_keeps_its_laws)
{
    u64 state = test_seed();
    mpz_t p;
    mpz_init(p);
    to_mpz(p, prime());
    for (u32 i = 0; i < 20; i++) {
        fp12 a = random_fp12(&state), b = random_fp12(&state), c = random_fp12(&state), l, r;
        fp12_mul(&l, &a, &b);
        fp12_mul(&l, &l, &c);
        fp12_mul(&r, &b, &c);
        fp12_mul(&r, &a, &r);
        EXPECT_FP12(&l, &r);
        fp12_sqr(&l, &a);
        fp12_mul(&r, &a, &a);
        EXPECT_FP12(&l, &r);
        fp12_inv(&l, &a);
        fp12_mul(&l, &l, &a);
        r = fp12_one();
        EXPECT_FP12(&l, &r);
        fp12_power(&l, &a, p);
        fp12_frobenius(&r, &a);
        EXPECT_FP12(&l, &r);
        fp12_frobenius(&r, &r);
        fp12_frobenius_twice(&l, &a);
        EXPECT_FP12(&l, &r);
        line x = {{random_fp2(&state), random_fp2(&state), random_fp2(&state)}};
        line y = {{random_fp2(&state), random_fp2(&state), random_fp2(&state)}};
        l = r = a;
        multiply_line(&l, &x);
        multiply_line(&l, &y);
        multiply_two_lines(&r, &x, &y);
        EXPECT_FP12(&l, &r);
        fp12 sparse = {0};
        sparse.c[0].c[0] = x.c[0];
        sparse.c[1].c[0] = x.c[1];
        sparse.c[1].c[1] = x.c[2];
        l = r = a;
        multiply_line(&l, &x);
        fp12_mul(&r, &r, &sparse);
        EXPECT_FP12(&l, &r);
    }
    mpz_clear(p);
}

// Against the power computed plainly. The multiple is 2x (6x^2 + 3x + 1).
TEST(bn254, the_final_exponentiation_is_a_power)
{
    u64 state = test_seed();
    mpz_t p, n, e, p2, m;
    mpz_inits(p, n, e, p2, m, NULL);
    to_mpz(p, prime());
    to_mpz(n, ORDER);
    mpz_pow_ui(e, p, 12);
    mpz_sub_ui(e, e, 1);
    mpz_divexact(e, e, n);
    mpz_set_ui(m, X);
    mpz_mul_ui(m, m, 6);
    mpz_add_ui(m, m, 3);
    mpz_set_ui(p2, X);
    mpz_mul(m, m, p2);
    mpz_add_ui(m, m, 1);
    mpz_mul(m, m, p2);
    mpz_mul_ui(m, m, 2);
    mpz_mul(e, e, m);
    fp12 a = random_fp12(&state), l, r;
    final_exponentiation(&l, &a);
    fp12_power(&r, &a, e);
    EXPECT_FP12(&l, &r);
    fp12_cyclotomic_sqr(&l, &r);
    fp12_sqr(&a, &r);
    EXPECT_FP12(&l, &a);
    power_minus_x(&l, &r);
    mpz_set_ui(m, X);
    fp12_power(&a, &r, m);
    fp12_mul(&l, &l, &a);
    a = fp12_one();
    EXPECT_FP12(&l, &a);
    mpz_clears(p, n, e, p2, m, NULL);
}

// ---- the first group

typedef struct {
    u8 b[BN254_G1_SIZE];
} point;

static const point GENERATOR = {{[31] = 1, [63] = 2}};

static point times(const point *a, u256 k)
{
    u8 scalar[32];
    u256_to_be_bytes(scalar, k);
    point r;
    EXPECT(bn254_mul(r.b, a->b, scalar));
    return r;
}

static point plus(const point *a, const point *b)
{
    u8 both[2 * BN254_G1_SIZE];
    copy_bytes(both, a->b, BN254_G1_SIZE);
    copy_bytes(both + BN254_G1_SIZE, b->b, BN254_G1_SIZE);
    point r;
    EXPECT(bn254_add(r.b, both));
    return r;
}

static point negative(const point *a)
{
    point r = *a;
    u256 y = u256_from_be_bytes(a->b + 32);
    if (!u256_is_zero(y)) {
        u256_to_be_bytes(r.b + 32, u256_sub(prime(), y));
    }
    return r;
}

static bool same(const point *a, const point *b)
{
    return equal_bytes(a, b, sizeof *a);
}

// By doublings and additions of the affine formulas.
static point times_plainly(const point *a, u256 k)
{
    point r = {{0}};
    for (u32 i = 256; i-- > 0;) {
        r = plus(&r, &r);
        if ((k.w[i / 64] >> (i % 64) & 1) != 0) {
            r = plus(&r, a);
        }
    }
    return r;
}

TEST(bn254, points_form_a_group_of_the_order)
{
    u64 state = test_seed();
    point zero = {{0}};
    point at_order = times(&GENERATOR, ORDER);
    EXPECT(same(&at_order, &zero));
    for (u32 i = 0; i < 50; i++) {
        u256 a = u256_mod(random_u256(&state), ORDER), b = u256_mod(random_u256(&state), ORDER);
        point p = times(&GENERATOR, a), q = times(&GENERATOR, b);
        point l = plus(&p, &q), r = plus(&q, &p);
        EXPECT(same(&l, &r));
        r = times(&GENERATOR, u256_addmod(a, b, ORDER));
        EXPECT(same(&l, &r));
        l = times(&p, b);
        r = times(&GENERATOR, u256_mulmod(a, b, ORDER));
        EXPECT(same(&l, &r));
        r = negative(&p);
        l = plus(&p, &r);
        EXPECT(same(&l, &zero));
        l = plus(&p, &zero);
        EXPECT(same(&l, &p));
        l = plus(&zero, &p);
        EXPECT(same(&l, &p));
    }
}

TEST(bn254, multiplication_is_repeated_addition)
{
    u64 state = test_seed();
    mpz_t lambda;
    mpz_init_set_str(lambda, "b3c4d79d41a917585bfc41088d8daaa78b17ea66b99c90dd", 16);
    u256 l = from_mpz(lambda);
    mpz_clear(lambda);
    u256 factors[] = {u256_zero(),
                      u256_one(),
                      u256_from_u64(2),
                      u256_from_u64(31),
                      u256_max(),
                      u256_sub(ORDER, u256_one()),
                      ORDER,
                      u256_add(ORDER, u256_one()),
                      l,
                      u256_neg(l),
                      u256_add(l, u256_one()),
                      A1,
                      B1,
                      A2,
                      u256_sub(ORDER, A2)};
    point p = times(&GENERATOR, random_u256(&state));
    for (u32 i = 0; i < COUNT_OF(factors) + 40; i++) {
        u256 k = i < COUNT_OF(factors) ? factors[i] : random_u256(&state);
        if (i % 3 == 2) {
            k = u256_shr(u256_from_u64(test_random(&state) % 256), k);
        }
        point a = times(&p, k), b = times_plainly(&p, k);
        EXPECT(same(&a, &b));
    }
}

TEST(bn254, factors_split_into_short_ones)
{
    u64 state = test_seed();
    mpz_t lambda;
    mpz_init_set_str(lambda, "b3c4d79d41a917585bfc41088d8daaa78b17ea66b99c90dd", 16);
    u256 l = from_mpz(lambda);
    mpz_clear(lambda);
    for (u32 i = 0; i < 20000; i++) {
        u256 k = u256_mod(random_u256(&state), ORDER), k1, k2;
        if (i % 8 == 0) {
            k = u256_shr(u256_from_u64(test_random(&state) % 256), k);
        } else if (i % 8 == 1) {
            k = u256_sub(ORDER, u256_from_u64(1 + test_random(&state) % 1000));
        }
        split_factor(&k1, &k2, k);
        bool minus1 = u256_is_negative(k1), minus2 = u256_is_negative(k2);
        k1 = minus1 ? u256_neg(k1) : k1;
        k2 = minus2 ? u256_neg(k2) : k2;
        EXPECT(u256_bit_length(k1) <= 127 && u256_bit_length(k2) <= 127);
        u256 first = minus1 ? u256_sub(ORDER, k1) : k1;
        u256 second = u256_mulmod(minus2 ? u256_sub(ORDER, k2) : k2, l, ORDER);
        EXPECT_U256(u256_addmod(first, second, ORDER), k);
    }
}

static bool is_accepted(const point *a)
{
    u8 both[2 * BN254_G1_SIZE];
    copy_bytes(both, a->b, BN254_G1_SIZE);
    copy_bytes(both + BN254_G1_SIZE, GENERATOR.b, BN254_G1_SIZE);
    point r;
    u8 scalar[32] = {[31] = 7};
    bool added = bn254_add(r.b, both);
    bool multiplied = bn254_mul(r.b, a->b, scalar);
    EXPECT_EQ(added, multiplied);
    return added;
}

TEST(bn254, what_is_not_a_point_is_refused)
{
    point a = {{0}};
    EXPECT(is_accepted(&a));
    u256_to_be_bytes(a.b, prime()); // (p, 0) and (0, p) are not the point at infinity
    EXPECT(!is_accepted(&a));
    a = (point){{0}};
    u256_to_be_bytes(a.b + 32, prime());
    EXPECT(!is_accepted(&a));
    a = GENERATOR;
    u256_to_be_bytes(a.b, u256_add(prime(), u256_one()));
    EXPECT(!is_accepted(&a));
    a = GENERATOR;
    u256_to_be_bytes(a.b + 32, u256_add(prime(), u256_from_u64(2)));
    EXPECT(!is_accepted(&a));
    a = GENERATOR;
    a.b[63] ^= 1;
    EXPECT(!is_accepted(&a));
    for (u32 i = 0; i < sizeof a; i++) {
        a.b[i] = 0xff;
    }
    EXPECT(!is_accepted(&a));
    a = (point){{[31] = 1}};
    EXPECT(!is_accepted(&a));
}

// ---- the second group, by affine formulas of its own

static void twist_add(g2_affine *r, const g2_affine *a, const g2_affine *b)
{
    if (g2_is_infinity(a) || g2_is_infinity(b)) {
        *r = g2_is_infinity(a) ? *b : *a;
        return;
    }
    fp2 above, below, slope, x, y;
    if (!fp2_equal(&a->x, &b->x)) {
        fp2_sub(&above, &b->y, &a->y);
        fp2_sub(&below, &b->x, &a->x);
    } else if (fp2_equal(&a->y, &b->y)) {
        fp2_sqr(&above, &a->x);
        fp2_triple(&above, &above);
        fp2_double(&below, &a->y);
    } else {
        *r = (g2_affine){fp2_zero(), fp2_zero()};
        return;
    }
    fp2_inv(&below, &below);
    fp2_mul(&slope, &above, &below);
    fp2_sqr(&x, &slope);
    fp2_sub(&x, &x, &a->x);
    fp2_sub(&x, &x, &b->x);
    fp2_sub(&y, &a->x, &x);
    fp2_mul(&y, &y, &slope);
    fp2_sub(&r->y, &y, &a->y);
    r->x = x;
}

static void twist_mul(g2_affine *r, const g2_affine *a, const mpz_t k)
{
    g2_affine sum = {fp2_zero(), fp2_zero()};
    for (usize i = mpz_sizeinbase(k, 2); i-- > 0;) {
        twist_add(&sum, &sum, &sum);
        if (mpz_tstbit(k, i) != 0) {
            twist_add(&sum, &sum, a);
        }
    }
    *r = sum;
}

// A square root by a^((p^2 + 7) / 16), up to an eighth root of 1 (p^2 = 9 mod 16); false if there
// is none.
static bool fp2_root(fp2 *r, const fp2 *a)
{
    mpz_t e;
    mpz_init(e);
    to_mpz(e, prime());
    mpz_mul(e, e, e);
    mpz_fdiv_q_2exp(e, e, 4);
    mpz_add_ui(e, e, 1);
    mpz_fdiv_q_2exp(e, e, 1);
    u64 exponent[8] = {0};
    mpz_export(exponent, NULL, -1, 8, 0, 0, e);
    fp2 candidate, square, zeta, xi = {{fp_from_u64(9), fp_one()}};
    fp2_pow(&candidate, a, exponent, 8);
    to_mpz(e, prime());
    mpz_mul(e, e, e);
    mpz_fdiv_q_2exp(e, e, 4);
    mpz_export(exponent, NULL, -1, 8, 0, 0, e);
    fp2_pow(&zeta, &xi, exponent, 8); // XI is no square: a primitive 16th root of 1
    mpz_clear(e);
    for (u32 i = 0; i < 16; i++) {
        fp2_sqr(&square, &candidate);
        if (fp2_equal(&square, a)) {
            *r = candidate;
            return true;
        }
        fp2_mul(&candidate, &candidate, &zeta);
    }
    return false;
}

static g2_affine random_on_twist(u64 *state)
{
    g2_affine r;
    fp2 right;
    do {
        r.x = random_fp2(state);
        fp2_sqr(&right, &r.x);
        fp2_mul(&right, &right, &r.x);
        fp2_add(&right, &right, &TWIST_B);
    } while (!fp2_root(&r.y, &right));
    return r;
}

static void put_g2(u8 *to, const g2_affine *a)
{
    fp_to_be(to, &a->x.c[1]);
    fp_to_be(to + 32, &a->x.c[0]);
    fp_to_be(to + 64, &a->y.c[1]);
    fp_to_be(to + 96, &a->y.c[0]);
}

struct orders {
    mpz_t n, cofactor, k;
};

static void orders_init(struct orders *o)
{
    mpz_inits(o->n, o->cofactor, o->k, NULL);
    to_mpz(o->n, ORDER);
    to_mpz(o->cofactor, prime());
    mpz_mul_2exp(o->cofactor, o->cofactor, 1);
    mpz_sub(o->cofactor, o->cofactor, o->n);
}

static void orders_fini(struct orders *o)
{
    mpz_clears(o->n, o->cofactor, o->k, NULL);
}

static g2_affine random_g2(u64 *state, const struct orders *o)
{
    g2_affine r = random_on_twist(state);
    twist_mul(&r, &r, o->cofactor);
    return r;
}

// The check of one pair, with the first point at infinity or not: whether it was not refused.
static bool is_g2(const g2_affine *q)
{
    u8 pair[BN254_PAIR_SIZE] = {0};
    put_g2(pair + BN254_G1_SIZE, q);
    bool is_one = false;
    bool ok = bn254_pairing_check(&is_one, (bytes){pair, sizeof pair});
    EXPECT_EQ(ok, is_one);
    copy_bytes(pair, GENERATOR.b, BN254_G1_SIZE);
    EXPECT_EQ(bn254_pairing_check(&is_one, (bytes){pair, sizeof pair}), ok);
    EXPECT(!ok || is_one == g2_is_infinity(q));
    return ok;
}

TEST(bn254, the_subgroup_check_agrees_with_the_order)
{
    u64 state = test_seed();
    struct orders o;
    orders_init(&o);
    static const unsigned long small[] = {10069, 5864401}; // primes of the cofactor
    for (u32 i = 0; i < 6; i++) {
        g2_affine q = random_on_twist(&state), r;
        EXPECT(!is_g2(&q)); // but for a chance of 2^-254
        twist_mul(&r, &q, o.n);
        EXPECT(!g2_is_infinity(&r) && !is_g2(&r));
        for (u32 k = 0; k < COUNT_OF(small); k++) {
            EXPECT(mpz_divisible_ui_p(o.cofactor, small[k]) != 0);
            mpz_divexact_ui(o.k, o.cofactor, small[k]);
            g2_affine s;
            twist_mul(&s, &r, o.k);
            EXPECT(g2_is_infinity(&s) || !is_g2(&s));
        }
        twist_mul(&r, &q, o.cofactor);
        EXPECT(!g2_is_infinity(&r) && is_g2(&r));
        twist_mul(&q, &r, o.n);
        EXPECT(g2_is_infinity(&q) && is_g2(&q));
    }
    orders_fini(&o);
}

TEST(bn254, what_is_not_a_point_of_the_twist_is_refused)
{
    u64 state = test_seed();
    struct orders o;
    orders_init(&o);
    g2_affine q = random_g2(&state, &o);
    orders_fini(&o);
    u8 pair[BN254_PAIR_SIZE];
    copy_bytes(pair, GENERATOR.b, BN254_G1_SIZE);
    put_g2(pair + BN254_G1_SIZE, &q);
    bytes input = {pair, sizeof pair};
    bool is_one;
    EXPECT(bn254_pairing_check(&is_one, input) && !is_one);
    for (u32 at = 0; at < BN254_PAIR_SIZE; at += 32) {
        u256 v = u256_from_be_bytes(pair + at);
        bool overflow;
        u256 above = u256_add_carry(&overflow, v, prime());
        if (!overflow) {
            u256_to_be_bytes(pair + at, above);
            EXPECT(!bn254_pairing_check(&is_one, input));
        }
        u256_to_be_bytes(pair + at, u256_xor(v, u256_one()));
        EXPECT(!bn254_pairing_check(&is_one, input));
        u256_to_be_bytes(pair + at, v);
    }
}

// ---- the pairing

#define PAIRS_MAX 40

struct pairs {
    u8 b[PAIRS_MAX * BN254_PAIR_SIZE];
    usize n;
};

static void add_pair(struct pairs *s, const point *p, const g2_affine *q)
{
    u8 *to = s->b + s->n * BN254_PAIR_SIZE;
    copy_bytes(to, p->b, BN254_G1_SIZE);
    put_g2(to + BN254_G1_SIZE, q);
    s->n++;
}

static bool product_is_one(const struct pairs *s)
{
    bool is_one;
    EXPECT(bn254_pairing_check(&is_one, (bytes){s->b, s->n * BN254_PAIR_SIZE}));
    return is_one;
}

TEST(bn254, the_pairing_is_bilinear)
{
    u64 state = test_seed();
    struct orders o;
    orders_init(&o);
    for (u32 i = 0; i < 4; i++) {
        g2_affine q = random_g2(&state, &o), qb;
        u256 a = random_u256(&state), b = u256_shr(u256_from_u64(3), random_u256(&state));
        to_mpz(o.k, b);
        twist_mul(&qb, &q, o.k);
        point pa = times(&GENERATOR, a), pab = times(&pa, b);
        point minus = negative(&pab);
        struct pairs s = {.n = 0}; // e(aP, bQ) e(-abP, Q)
        add_pair(&s, &pa, &qb);
        EXPECT(!product_is_one(&s));
        add_pair(&s, &minus, &q);
        EXPECT(product_is_one(&s));
        add_pair(&s, &GENERATOR, &q);
        EXPECT(!product_is_one(&s));
    }
    orders_fini(&o);
}

// e(a1 P, Q) e(a2 P, Q) ... e(-(a1 + a2 + ...) P, Q), with pairs at infinity strewn in.
TEST(bn254, products_of_any_length_are_right)
{
    u64 state = test_seed();
    struct orders o;
    orders_init(&o);
    g2_affine q = random_g2(&state, &o), none = {fp2_zero(), fp2_zero()};
    orders_fini(&o);
    point zero = {{0}};
    for (u32 n = 0; n < PAIRS_MAX; n += n < 5 ? 1 : 7) {
        struct pairs s = {.n = 0};
        point sum = zero;
        for (u32 i = 0; i < n; i++) {
            u64 kind = test_random(&state) % 6;
            point p = times(&GENERATOR, random_u256(&state));
            add_pair(&s, kind == 0 ? &zero : &p, kind == 1 ? &none : &q);
            if (kind > 1) {
                sum = plus(&sum, &p);
            }
        }
        EXPECT_EQ(product_is_one(&s), same(&sum, &zero));
        sum = negative(&sum);
        add_pair(&s, &sum, &q);
        EXPECT(product_is_one(&s));
    }
}

TEST(bn254, both_families_of_kernels_agree)
{
    u64 state = test_seed();
    struct orders o;
    orders_init(&o);
    g2_affine q[2] = {random_g2(&state, &o), random_g2(&state, &o)};
    orders_fini(&o);
    const struct bn254_kernel *other = &bn254_kernel_scalar;
#if MONT_X86
    if (mont_has_x86()) {
        other = &bn254_kernel_x86;
    } else {
        printf("this processor has no mulx and adx: the portable kernels meet themselves\n");
    }
#endif
    for (u32 i = 0; i < 30; i++) {
        point p[2] = {times(&GENERATOR, random_u256(&state)),
                      times(&GENERATOR, random_u256(&state))};
        u8 both[2 * BN254_G1_SIZE];
        copy_bytes(both, p, sizeof both);
        point l, r;
        u8 scalar[32];
        u256_to_be_bytes(scalar, random_u256(&state));
        EXPECT(BODY.add(l.b, both) && other->add(r.b, both) && same(&l, &r));
        EXPECT(BODY.mul(l.b, p[0].b, scalar) && other->mul(r.b, p[0].b, scalar) && same(&l, &r));
        struct pairs s = {.n = 0};
        add_pair(&s, &p[0], &q[i % 2]);
        l = negative(&p[0]);
        add_pair(&s, i % 3 == 0 ? &p[1] : &l, &q[i % 2]);
        s.b[test_random(&state) % (2 * BN254_PAIR_SIZE)] ^= i % 5 == 0;
        bytes input = {s.b, s.n * BN254_PAIR_SIZE};
        bool one = false, one_other = false;
        EXPECT_EQ(BODY.pairing_check(&one, input), other->pairing_check(&one_other, input));
        EXPECT_EQ(one, one_other);
    }
}
