// SPDX-License-Identifier: MIT
// Montgomery fields against GMP: every function of the template, on every modulus, with both
// families of kernels, on random numbers and on corners (0, 1, p - 1, limbs of all ones). The rows
// of mont_fields.def are checked first; a wrong one is printed as it should be.
#include "lib/num/mont.h"

#include <gmp.h>
#include <stdio.h>

#include "test/test.h"

#define ROUNDS 2000
#define LIMBS_MAX 6

static void load(mpz_t r, const u64 *a, u32 n)
{
    mpz_import(r, n, -1, 8, 0, 0, a);
}

static void print_limbs(const char *name, const mpz_t v, u32 n)
{
    u64 w[LIMBS_MAX] = {0};
    mpz_export(w, NULL, -1, 8, 0, 0, v);
    printf("%s LIMBS(", name);
    for (u32 i = 0; i < n; i++) {
        printf("%s0x%016lx", i == 0 ? "" : ", ", w[i]);
    }
    printf(")\n");
}

struct row {
    const char *name;
    const u64 *p, *one, *r2;
    u64 n0;
    u32 n;
};

static void check_row(const struct row *f)
{
    mpz_t p, r, given, word, n0;
    mpz_inits(p, r, given, word, n0, NULL);
    load(p, f->p, f->n);
    EXPECT(mpz_probab_prime_p(p, 20) != 0);
    EXPECT(mpz_sizeinbase(p, 2) < 64 * f->n);
    bool ok = true;
    mpz_setbit(word, 64);
    mpz_neg(n0, p);
    mpz_invert(n0, n0, word);
    load(given, &f->n0, 1);
    ok = ok && mpz_cmp(given, n0) == 0;
    mpz_setbit(r, 64 * f->n);
    mpz_mod(r, r, p);
    load(given, f->one, f->n);
    ok = ok && mpz_cmp(given, r) == 0;
    if (!ok) {
        printf("right for %s: 0x%016lx\n", f->name, mpz_get_ui(n0));
        print_limbs("R", r, f->n);
    }
    mpz_mul(r, r, r);
    mpz_mod(r, r, p);
    load(given, f->r2, f->n);
    if (!ok || mpz_cmp(given, r) != 0) {
        print_limbs("R^2", r, f->n);
        FAIL("row %s of mont_fields.def is wrong", f->name);
    }
    mpz_clears(p, r, given, word, n0, NULL);
}

TEST(mont, every_row_of_the_table_is_right)
{
    const struct row rows[] = {
#define MONT_FIELD(name, limbs, ...)                                                               \
    {#name, mont_##name.p, mont_##name.one, mont_##name.r2, mont_##name.n0, limbs},
#include "lib/num/mont_fields.def"
    };
    for (u32 i = 0; i < COUNT_OF(rows); i++) {
        check_row(&rows[i]);
    }
}

// Below p: a third of them at a corner.
static void random_number(u64 *w, const u64 *p, u32 n, u64 *state)
{
    mpz_t v, m;
    mpz_inits(v, m, NULL);
    load(m, p, n);
    u64 kind = test_random(state) % 12;
    for (u32 i = 0; i < n; i++) {
        u64 limb = test_random(state);
        w[i] = kind > 3 ? limb : limb % 3 == 0 ? 0 : limb % 3 == 1 ? ~(u64)0 : limb;
    }
    load(v, w, n);
    if (kind == 0) {
        mpz_sub_ui(v, m, 1 + test_random(state) % 2);
    } else if (kind == 1) {
        mpz_set_ui(v, test_random(state) % 3);
    } else {
        mpz_mod(v, v, m);
    }
    for (u32 i = 0; i < n; i++) {
        w[i] = 0;
    }
    mpz_export(w, NULL, -1, 8, 0, 0, v);
    mpz_clears(v, m, NULL);
}

struct numbers {
    mpz_t p, a, b, want, got;
};

static void numbers_init(struct numbers *z, const u64 *p, u32 n)
{
    mpz_inits(z->p, z->a, z->b, z->want, z->got, NULL);
    load(z->p, p, n);
}

static void numbers_fini(struct numbers *z)
{
    mpz_clears(z->p, z->a, z->b, z->want, z->got, NULL);
}

static void expect_same(struct numbers *z, const char *what)
{
    mpz_mod(z->want, z->want, z->p);
    if (mpz_cmp(z->want, z->got) != 0 || mpz_cmp(z->got, z->p) >= 0) {
        FAIL("%s is wrong", what);
    }
}

// The functions of one type `T` over row ROW; `z->a` and `z->b` are the plain operands.
#define DEFINE_FIELD_TEST(T, ROW, N)                                                               \
    static void T##_expect(struct numbers *z, const T *x, const char *what)                        \
    {                                                                                              \
        u64 w[N];                                                                                  \
        T##_to_limbs(w, x);                                                                        \
        load(z->got, w, N);                                                                        \
        expect_same(z, what);                                                                      \
    }                                                                                              \
    static void T##_check(struct numbers *z, const u64 *wa, const u64 *wb)                         \
    {                                                                                              \
        T a, b, r;                                                                                 \
        EXPECT(T##_from_limbs(&a, wa) && T##_from_limbs(&b, wb));                                  \
        mpz_set(z->want, z->a);                                                                    \
        T##_expect(z, &a, #T " conversion");                                                       \
        T##_add(&r, &a, &b);                                                                       \
        mpz_add(z->want, z->a, z->b);                                                              \
        T##_expect(z, &r, #T " sum");                                                              \
        T##_sub(&r, &a, &b);                                                                       \
        mpz_sub(z->want, z->a, z->b);                                                              \
        T##_expect(z, &r, #T " difference");                                                       \
        T##_neg(&r, &a);                                                                           \
        mpz_neg(z->want, z->a);                                                                    \
        T##_expect(z, &r, #T " negative");                                                         \
        T##_double(&r, &a);                                                                        \
        EXPECT(T##_equal(&r, &a) == T##_is_zero(&a));                                              \
        T##_half(&r, &r);                                                                          \
        EXPECT(T##_equal(&r, &a));                                                                 \
        T##_mul(&r, &a, &b);                                                                       \
        mpz_mul(z->want, z->a, z->b);                                                              \
        T##_expect(z, &r, #T " product");                                                          \
        r = a;                                                                                     \
        T##_mul(&r, &r, &r);                                                                       \
        mpz_mul(z->want, z->a, z->a);                                                              \
        T##_expect(z, &r, #T " product in place");                                                 \
        T##_sqr(&r, &a);                                                                           \
        T##_expect(z, &r, #T " square");                                                           \
        T##_inv(&r, &a);                                                                           \
        if (mpz_invert(z->want, z->a, z->p) == 0) {                                                \
            mpz_set_ui(z->want, 0);                                                                \
        }                                                                                          \
        T##_expect(z, &r, #T " inverse");                                                          \
        T##_pow(&r, &a, wb, 2);                                                                    \
        mpz_fdiv_r_2exp(z->got, z->b, 128);                                                        \
        mpz_powm(z->want, z->a, z->got, z->p);                                                     \
        T##_expect(z, &r, #T " power");                                                            \
        u8 text[8 * (N)];                                                                          \
        T##_to_be(text, &a);                                                                       \
        EXPECT(T##_from_be(&r, text) && T##_equal(&r, &a));                                        \
        mpz_import(z->got, 1, 1, sizeof text, 1, 0, text);                                         \
        mpz_set(z->want, z->a);                                                                    \
        expect_same(z, #T " as bytes");                                                            \
    }                                                                                              \
    static void T##_check_all(void)                                                                \
    {                                                                                              \
        u64 state = test_seed();                                                                   \
        const u64 *p = mont_##ROW.p;                                                               \
        struct numbers z;                                                                          \
        numbers_init(&z, p, N);                                                                    \
        for (u32 i = 0; i < ROUNDS; i++) {                                                         \
            u64 a[N], b[N];                                                                        \
            random_number(a, p, N, &state);                                                        \
            random_number(b, p, N, &state);                                                        \
            load(z.a, a, N);                                                                       \
            load(z.b, b, N);                                                                       \
            T##_check(&z, a, b);                                                                   \
        }                                                                                          \
        T r = T##_one();                                                                           \
        T one = T##_from_u64(1);                                                                   \
        T zero = T##_zero();                                                                       \
        EXPECT(T##_equal(&r, &one) && T##_is_zero(&zero));                                         \
        EXPECT(!T##_from_limbs(&r, p));                                                            \
        u64 above[N];                                                                              \
        copy_bytes(above, p, sizeof above);                                                        \
        above[N - 1]++;                                                                            \
        EXPECT(!T##_from_limbs(&r, above) && T##_equal(&r, &one));                                 \
        numbers_fini(&z);                                                                          \
    }

#define MONT_TYPE scalar_bn_fp
#define MONT_ROW bn254_fp
#define MONT_LIMBS 4
#define MONT_KERNEL scalar
#include "lib/num/mont_field.inc"

#define MONT_TYPE scalar_bn_fr
#define MONT_ROW bn254_fr
#define MONT_LIMBS 4
#define MONT_KERNEL scalar
#include "lib/num/mont_field.inc"

#define MONT_TYPE scalar_bls_fp
#define MONT_ROW bls12_381_fp
#define MONT_LIMBS 6
#define MONT_KERNEL scalar
#include "lib/num/mont_field.inc"

#define MONT_TYPE scalar_bls_fr
#define MONT_ROW bls12_381_fr
#define MONT_LIMBS 4
#define MONT_KERNEL scalar
#include "lib/num/mont_field.inc"

DEFINE_FIELD_TEST(scalar_bn_fp, bn254_fp, 4)
DEFINE_FIELD_TEST(scalar_bn_fr, bn254_fr, 4)
DEFINE_FIELD_TEST(scalar_bls_fp, bls12_381_fp, 6)
DEFINE_FIELD_TEST(scalar_bls_fr, bls12_381_fr, 4)

TEST(mont, the_portable_kernels_agree_with_gmp)
{
    scalar_bn_fp_check_all();
    scalar_bn_fr_check_all();
    scalar_bls_fp_check_all();
    scalar_bls_fr_check_all();
}

#if MONT_X86
#define MONT_TYPE x86_bn_fp
#define MONT_ROW bn254_fp
#define MONT_LIMBS 4
#define MONT_KERNEL x86
#include "lib/num/mont_field.inc"

#define MONT_TYPE x86_bn_fr
#define MONT_ROW bn254_fr
#define MONT_LIMBS 4
#define MONT_KERNEL x86
#include "lib/num/mont_field.inc"

#define MONT_TYPE x86_bls_fp
#define MONT_ROW bls12_381_fp
#define MONT_LIMBS 6
#define MONT_KERNEL x86
#include "lib/num/mont_field.inc"

#define MONT_TYPE x86_bls_fr
#define MONT_ROW bls12_381_fr
#define MONT_LIMBS 4
#define MONT_KERNEL x86
#include "lib/num/mont_field.inc"

DEFINE_FIELD_TEST(x86_bn_fp, bn254_fp, 4)
DEFINE_FIELD_TEST(x86_bn_fr, bn254_fr, 4)
DEFINE_FIELD_TEST(x86_bls_fp, bls12_381_fp, 6)
DEFINE_FIELD_TEST(x86_bls_fr, bls12_381_fr, 4)

TEST(mont, the_x86_kernels_agree_with_gmp)
{
    if (!mont_has_x86()) {
        printf("this processor has no mulx and adx: the x86 kernels are not tested\n");
        return;
    }
    x86_bn_fp_check_all();
    x86_bn_fr_check_all();
    x86_bls_fp_check_all();
    x86_bls_fr_check_all();
}
#endif

#define MONT_FP2 scalar_bn_fp2
#define MONT_BASE scalar_bn_fp
#include "lib/num/mont_fp2.inc"

#define MONT_FP2 scalar_bls_fp2
#define MONT_BASE scalar_bls_fp
#include "lib/num/mont_fp2.inc"

#if MONT_X86
#define MONT_FP2 x86_bn_fp2
#define MONT_BASE x86_bn_fp
#include "lib/num/mont_fp2.inc"

#define MONT_FP2 x86_bls_fp2
#define MONT_BASE x86_bls_fp
#include "lib/num/mont_fp2.inc"
#endif

// Products by their definition on the base field, then the laws that follow from them.
#define DEFINE_FP2_TEST(T, B, ROW, N)                                                              \
    static T T##_random(u64 *state)                                                                \
    {                                                                                              \
        T x;                                                                                       \
        random_number(x.c[0].w, mont_##ROW.p, N, state);                                           \
        random_number(x.c[1].w, mont_##ROW.p, N, state);                                           \
        return x;                                                                                  \
    }                                                                                              \
    static void T##_check(u64 *state)                                                              \
    {                                                                                              \
        T a = T##_random(state), b = T##_random(state), r, s;                                      \
        B x, y;                                                                                    \
        T##_mul(&r, &a, &b);                                                                       \
        B##_mul(&x, &a.c[0], &b.c[0]);                                                             \
        B##_mul(&y, &a.c[1], &b.c[1]);                                                             \
        B##_sub(&x, &x, &y);                                                                       \
        EXPECT(B##_equal(&r.c[0], &x));                                                            \
        B##_mul(&x, &a.c[0], &b.c[1]);                                                             \
        B##_mul(&y, &a.c[1], &b.c[0]);                                                             \
        B##_add(&x, &x, &y);                                                                       \
        EXPECT(B##_equal(&r.c[1], &x));                                                            \
        s = a;                                                                                     \
        T##_mul(&s, &s, &b);                                                                       \
        EXPECT(T##_equal(&s, &r));                                                                 \
        s = b;                                                                                     \
        T##_mul(&s, &a, &s);                                                                       \
        EXPECT(T##_equal(&s, &r));                                                                 \
        T##_sqr(&r, &a);                                                                           \
        T##_mul(&s, &a, &a);                                                                       \
        EXPECT(T##_equal(&s, &r));                                                                 \
        T##_inv(&r, &a);                                                                           \
        T##_mul(&r, &r, &a);                                                                       \
        s = T##_is_zero(&a) ? T##_zero() : T##_one();                                              \
        EXPECT(T##_equal(&r, &s));                                                                 \
        T##_sub(&r, &a, &b);                                                                       \
        T##_neg(&s, &b);                                                                           \
        T##_add(&s, &a, &s);                                                                       \
        EXPECT(T##_equal(&r, &s));                                                                 \
        T##_double(&r, &a);                                                                        \
        T##_half(&r, &r);                                                                          \
        EXPECT(T##_equal(&r, &a));                                                                 \
    }                                                                                              \
    static void T##_check_all(void)                                                                \
    {                                                                                              \
        u64 state = test_seed();                                                                   \
        for (u32 i = 0; i < ROUNDS; i++) {                                                         \
            T##_check(&state);                                                                     \
        }                                                                                          \
        T a = T##_random(&state), r, s;                                                            \
        T##_pow(&r, &a, mont_##ROW.p, N);                                                          \
        T##_conjugate(&s, &a);                                                                     \
        EXPECT(T##_equal(&r, &s));                                                                 \
    }

DEFINE_FP2_TEST(scalar_bn_fp2, scalar_bn_fp, bn254_fp, 4)
DEFINE_FP2_TEST(scalar_bls_fp2, scalar_bls_fp, bls12_381_fp, 6)
#if MONT_X86
DEFINE_FP2_TEST(x86_bn_fp2, x86_bn_fp, bn254_fp, 4)
DEFINE_FP2_TEST(x86_bls_fp2, x86_bls_fp, bls12_381_fp, 6)
#endif

TEST(mont, the_quadratic_extension_keeps_its_laws)
{
    scalar_bn_fp2_check_all();
    scalar_bls_fp2_check_all();
#if MONT_X86
    if (mont_has_x86()) {
        x86_bn_fp2_check_all();
        x86_bls_fp2_check_all();
    }
#endif
}
