// SPDX-License-Identifier: MIT
// The soft floating point against published corner values and, on random and corner operands,
// against the host's own unit (SSE under each of its four rounding modes, results and flags). The
// fifth mode, ties away from zero, is checked by comparing the exact result with its two neighbours
// in a wider host type.
#include <fenv.h>
#include <math.h>

#include "engine/rv/fp.h"
#include "lib/base/bytes.h"
#include "test/test.h"

#define ROUNDS 60000

static float to_float(u32 a)
{
    float f;
    copy_bytes(&f, &a, sizeof f);
    return f;
}

static u32 of_float(float f)
{
    u32 a;
    copy_bytes(&a, &f, sizeof a);
    return (a & ~FP32_SIGN) > 0x7f800000u ? FP32_NAN : a;
}

static double to_double(u64 a)
{
    double d;
    copy_bytes(&d, &a, sizeof d);
    return d;
}

static u64 of_double(double d)
{
    u64 a;
    copy_bytes(&a, &d, sizeof a);
    return (a & ~FP64_SIGN) > 0x7ff0000000000000u ? FP64_NAN : a;
}

static void host_begin(enum fp_round rm)
{
    static const int modes[] = {FE_TONEAREST, FE_TOWARDZERO, FE_DOWNWARD, FE_UPWARD};
    fesetround(modes[rm]);
    feclearexcept(FE_ALL_EXCEPT);
}

static u32 host_end(void)
{
    int e = fetestexcept(FE_ALL_EXCEPT);
    fesetround(FE_TONEAREST);
    return ((e & FE_INEXACT) ? FP_NX : 0u) | ((e & FE_UNDERFLOW) ? FP_UF : 0u) |
           ((e & FE_OVERFLOW) ? FP_OF : 0u) | ((e & FE_DIVBYZERO) ? FP_DZ : 0u) |
           ((e & FE_INVALID) ? FP_NV : 0u);
}

// Operands that meet corners often: special exponents, long runs of equal fraction bits, near
// neighbours.
static u64 pick(u64 *state, u32 fraction_bits, u32 exponent_bits)
{
    u64 r = test_random(state);
    u64 exponent_max = (1ull << exponent_bits) - 1;
    u64 fraction = test_random(state) & ((1ull << fraction_bits) - 1);
    u64 exponent = test_random(state) & exponent_max;
    switch (r & 7) {
    case 0:
        exponent = (r >> 8 & 1) != 0 ? exponent_max : 0;
        break;
    case 1:
        exponent = (r >> 8 & 1) != 0 ? exponent_max - 1 : 1 + (r >> 9 & 1);
        break;
    case 2:
    case 3:
    case 4:
        exponent = exponent_max / 2 + (r >> 8 & 31) - 16; // near one: additions that meet
        break;
    default:
        break;
    }
    switch (r >> 16 & 7) {
    case 0:
        fraction = 0;
        break;
    case 1:
        fraction = (1ull << fraction_bits) - 1;
        break;
    case 2:
        fraction = 1ull << (r >> 24) % fraction_bits;
        break;
    case 3:
        fraction = ((1ull << fraction_bits) - 1) - (1ull << (r >> 24) % fraction_bits);
        break;
    case 4:
        fraction &= 0 - (1ull << (r >> 24) % fraction_bits);
        break;
    case 5:
        fraction &= (1ull << (r >> 24) % fraction_bits) - 1;
        break;
    default:
        break;
    }
    return (r >> 63) << (fraction_bits + exponent_bits) | exponent << fraction_bits | fraction;
}

static u32 pick32(u64 *state)
{
    return (u32)pick(state, 23, 8);
}

static u64 pick64(u64 *state)
{
    return pick(state, 52, 11);
}

// One operation on both sides; operands and results pass through volatile so that nothing is
// folded.
#define COMPARE(width, real, soft, hard)                                                           \
    do {                                                                                           \
        u32 flags = 0;                                                                             \
        u64 got = (soft);                                                                          \
        host_begin(rm);                                                                            \
        volatile real result = (hard);                                                             \
        u32 host_flags = host_end();                                                               \
        EXPECT_EQ(got, (u64)of_##real(result));                                                    \
        EXPECT_EQ(flags, host_flags);                                                              \
    } while (0)

#define COMPARE_ARITHMETIC(width, real, root, fused)                                               \
    do {                                                                                           \
        u64 state = test_seed();                                                                   \
        for (u32 i = 0; i < ROUNDS; i++) {                                                         \
            enum fp_round rm = (enum fp_round)(i & 3);                                             \
            u##width a = pick##width(&state);                                                      \
            u##width b = (i & 60) == 0 ? a ^ (u##width)(i & 512) : pick##width(&state);            \
            u##width c = (i & 60) == 4 ? a ^ FP##width##_SIGN : pick##width(&state);               \
            volatile real x = to_##real(a), y = to_##real(b), z = to_##real(c);                    \
            COMPARE(width, real, fp##width##_add(a, b, rm, &flags), x + y);                        \
            COMPARE(width, real, fp##width##_sub(a, b, rm, &flags), x - y);                        \
            COMPARE(width, real, fp##width##_mul(a, b, rm, &flags), x *y);                         \
            COMPARE(width, real, fp##width##_div(a, b, rm, &flags), x / y);                        \
            COMPARE(width, real, fp##width##_sqrt(a, rm, &flags), root(x));                        \
            bool zero_times_infinity = (isinf(x) && y == 0) || (x == 0 && isinf(y));               \
            if (!(zero_times_infinity && isnan(z))) { /* implementation-defined in IEEE 754 */     \
                COMPARE(width, real, fp##width##_fma(a, b, c, rm, &flags), fused(x, y, z));        \
            }                                                                                      \
        }                                                                                          \
    } while (0)

TEST(fp, arithmetic_of_binary32_equals_the_host)
{
    COMPARE_ARITHMETIC(32, float, sqrtf, fmaf);
}

TEST(fp, arithmetic_of_binary64_equals_the_host)
{
    COMPARE_ARITHMETIC(64, double, sqrt, fma);
}

// The product of near operands and an addend that nearly cancels it: the hard cases of the fused
// form.
TEST(fp, fused_cancellation_equals_the_host)
{
    u64 state = test_seed();
    for (u32 i = 0; i < ROUNDS; i++) {
        enum fp_round rm = (enum fp_round)(i & 3);
        u64 a = pick64(&state);
        u64 b = pick64(&state);
        u32 ignored = 0;
        u64 c = fp64_mul(a, b, FP_RNE, &ignored) ^ FP64_SIGN;
        c += (i >> 2 & 7) - 3;
        volatile double x = to_double(a), y = to_double(b), z = to_double(c);
        if (!isnan(x) && !isnan(y) && !isnan(z)) {
            COMPARE(64, double, fp64_fma(a, b, c, rm, &flags), fma(x, y, z));
        }
        u32 d = pick32(&state);
        u32 e = pick32(&state);
        u32 f = (fp32_mul(d, e, FP_RNE, &ignored) ^ FP32_SIGN) + (i >> 2 & 7) - 3;
        volatile float u = to_float(d), v = to_float(e), w = to_float(f);
        if (!isnan(u) && !isnan(v) && !isnan(w)) {
            COMPARE(32, float, fp32_fma(d, e, f, rm, &flags), fmaf(u, v, w));
        }
    }
}

TEST(fp, conversion_between_widths_equals_the_host)
{
    u64 state = test_seed();
    for (u32 i = 0; i < ROUNDS; i++) {
        enum fp_round rm = (enum fp_round)(i & 3);
        u64 a = pick64(&state);
        if ((i & 12) == 0) { // in and around the range of binary32 and its subnormals
            a = (a & ~(0x7ffull << 52)) | (u64)(1023 - 152 + test_random(&state) % 300) << 52;
        }
        u32 b = pick32(&state);
        volatile double x = to_double(a);
        volatile float y = to_float(b);
        COMPARE(32, float, fp32_from_fp64(a, rm, &flags), (float)x);
        COMPARE(64, double, fp64_from_fp32(b, &flags), (double)y);
    }
}

TEST(fp, conversion_from_integers_equals_the_host)
{
    u64 state = test_seed();
    for (u32 i = 0; i < ROUNDS; i++) {
        enum fp_round rm = (enum fp_round)(i & 3);
        volatile u64 v = test_random(&state) >> (test_random(&state) & 63);
        if ((i & 4) != 0) {
            v = ~v;
        }
        volatile i64 s = (i64)v;
        volatile u32 w = (u32)v;
        volatile i32 t = (i32)(u32)v;
        COMPARE(32, float, fp32_from_u32(w, rm, &flags), (float)w);
        COMPARE(32, float, fp32_from_i32(t, rm, &flags), (float)t);
        COMPARE(32, float, fp32_from_i64(s, rm, &flags), (float)s);
        COMPARE(64, double, fp64_from_u32(w, rm, &flags), (double)w);
        COMPARE(64, double, fp64_from_i32(t, rm, &flags), (double)t);
        COMPARE(64, double, fp64_from_i64(s, rm, &flags), (double)s);
        // Compilers convert u64 in two roundings; the x87 format holds all 64 bits.
        volatile long double exact = (long double)v;
        COMPARE(32, float, fp32_from_u64(v, rm, &flags), (float)exact);
        COMPARE(64, double, fp64_from_u64(v, rm, &flags), (double)exact);
    }
}

// x rounded by the host to an integer in the x87 format, which holds every binary64 and 64-bit
// integer.
static void check_integer(u64 got, u32 flags, long double x, long double rounded, i32 bits)
{
    long double least = bits < 0 ? -ldexpl(1, -bits - 1) : 0;
    long double most = bits < 0 ? ldexpl(1, -bits - 1) - 1 : ldexpl(1, bits) - 1;
    u64 want;
    u32 want_flags = rounded != x ? FP_NX : 0;
    if (isnan(x) || rounded < least || rounded > most) {
        rounded = isnan(x) || rounded > 0 ? most : least;
        want_flags = FP_NV;
    }
    want = rounded < 0 ? (u64)(i64)rounded : (u64)rounded;
    if (bits == 32) {
        want = (u64)(i32)(u32)want;
    }
    EXPECT_EQ(got, want);
    EXPECT_EQ(flags, want_flags);
}

#define CHECK_INTEGER(function, a, bits)                                                           \
    do {                                                                                           \
        u32 flags = 0;                                                                             \
        u64 got = function(a, rm, &flags);                                                         \
        check_integer(got, flags, x, rounded, bits);                                               \
    } while (0)

static long double round_host(long double x, enum fp_round rm)
{
    if (rm == FP_RMM) {
        return roundl(x);
    }
    volatile long double v = x;
    host_begin(rm);
    volatile long double rounded = rintl(v);
    (void)host_end();
    return rounded;
}

TEST(fp, conversion_to_integers_rounds_and_saturates)
{
    u64 state = test_seed();
    for (u32 i = 0; i < 3 * ROUNDS; i++) {
        enum fp_round rm = (enum fp_round)(i % 5);
        u64 a = pick64(&state);
        u32 b = pick32(&state);
        if ((i & 7) != 0) { // exponents of 2^-3 to 2^68
            a = (a & ~(0x7ffull << 52)) | (u64)(1020 + test_random(&state) % 72) << 52;
            b = (b & ~(0xffu << 23)) | (u32)(124 + test_random(&state) % 72) << 23;
        }
        long double x = to_double(a);
        long double rounded = round_host(x, rm);
        CHECK_INTEGER(fp64_to_i32, a, -32);
        CHECK_INTEGER(fp64_to_u32, a, 32);
        CHECK_INTEGER(fp64_to_i64, a, -64);
        CHECK_INTEGER(fp64_to_u64, a, 64);
        x = to_float(b);
        rounded = round_host(x, rm);
        CHECK_INTEGER(fp32_to_i32, b, -32);
        CHECK_INTEGER(fp32_to_u32, b, 32);
        CHECK_INTEGER(fp32_to_i64, b, -64);
        CHECK_INTEGER(fp32_to_u64, b, 64);
    }
}

// The nearer of the two neighbours of an exact value; at a tie the one farther from zero.
#define NEAREST_AWAY(exact, below, above, wide)                                                    \
    ((exact) - (wide)(below) < (wide)(above) - (exact)   ? (below)                                 \
     : (exact) - (wide)(below) > (wide)(above) - (exact) ? (above)                                 \
     : (exact) > 0                                       ? (above)                                 \
                                                         : (below))

TEST(fp, ties_away_from_zero_is_the_nearer_neighbour)
{
    u64 state = test_seed();
    for (u32 i = 0; i < ROUNDS; i++) {
        u32 flags = 0;
        u32 few = ~0u << test_random(&state) % 13; // few fraction bits: exact ties occur
        u32 a = (pick32(&state) & 0x807fffff & few) | (u32)(100 + test_random(&state) % 50) << 23;
        u32 b = (pick32(&state) & 0x807fffff & few) | (u32)(100 + test_random(&state) % 25) << 23;
        u32 below = fp32_mul(a, b, FP_RDN, &flags);
        u32 above = fp32_mul(a, b, FP_RUP, &flags);
        double exact = (double)to_float(a) * to_float(b);
        u32 got = fp32_mul(a, b, FP_RMM, &flags);
        EXPECT_EQ(got, of_float(NEAREST_AWAY(exact, to_float(below), to_float(above), double)));
        u64 mask = ~0ull << test_random(&state) % 30;
        u64 c = (pick64(&state) & 0x800fffffffffffff & mask) | (u64)(1000 + i % 40) << 52;
        u64 d = (pick64(&state) & 0x800fffffffffffff & mask) | (u64)(1000 + i % 33) << 52;
        u64 low = fp64_add(c, d, FP_RDN, &flags);
        u64 high = fp64_add(c, d, FP_RUP, &flags);
        __float128 sum = (__float128)to_double(c) + to_double(d);
        u64 away = fp64_add(c, d, FP_RMM, &flags);
        EXPECT_EQ(away & ~FP64_SIGN, // the sign of an exact zero differs when rounding down
                  of_double(NEAREST_AWAY(sum, to_double(low), to_double(high), __float128)) &
                      ~FP64_SIGN);
        low = fp64_mul(c, d, FP_RDN, &flags);
        high = fp64_mul(c, d, FP_RUP, &flags);
        __float128 product = (__float128)to_double(c) * to_double(d);
        away = fp64_mul(c, d, FP_RMM, &flags);
        EXPECT_EQ(away,
                  of_double(NEAREST_AWAY(product, to_double(low), to_double(high), __float128)));
    }
}

TEST(fp, ties_away_from_zero_at_the_corners)
{
    u32 flags = 0;
    EXPECT_EQ(fp32_add(0x3f800000, 0x33800000, FP_RMM, &flags), 0x3f800001u); // 1 + 2^-24
    EXPECT_EQ(fp32_add(0x3f800000, 0x33800000, FP_RNE, &flags), 0x3f800000u);
    EXPECT_EQ(fp32_add(0xbf800000, 0xb3800000, FP_RMM, &flags), 0xbf800001u);
    EXPECT_EQ(flags, (u32)FP_NX);
    flags = 0;
    EXPECT_EQ(fp32_mul(0x00000001, 0x3f000000, FP_RMM, &flags), 1u); // half the least subnormal
    EXPECT_EQ(flags, (u32)(FP_UF | FP_NX));
    flags = 0;
    EXPECT_EQ(fp32_add(0x7f7fffff, 0x73000000, FP_RMM, &flags), 0x7f800000u); // max + half ulp
    EXPECT_EQ(flags, (u32)(FP_OF | FP_NX));
    flags = 0;
    EXPECT_EQ(fp64_mul(0x7fe0000000000000, 0x4010000000000000, FP_RMM, &flags),
              0x7ff0000000000000u);
    EXPECT_EQ(flags, (u32)(FP_OF | FP_NX));
}

// Tininess after rounding: just below the least normal, rounded up to it, is not tiny only if it
// would also reach it with unbounded exponent range.
TEST(fp, tininess_is_detected_after_rounding)
{
    u32 flags = 0;
    EXPECT_EQ(fp32_mul(0x3f7fffff, 0x00800001, FP_RNE, &flags), 0x00800000u);
    EXPECT_EQ(flags, (u32)FP_NX);
    flags = 0;
    EXPECT_EQ(fp32_mul(0x3f7fffff, 0x00800000, FP_RNE, &flags), 0x00800000u);
    EXPECT_EQ(flags, (u32)(FP_UF | FP_NX));
}

TEST(fp, comparisons_follow_the_quiet_and_signaling_rules)
{
    const u32 numbers[] = {0xff800000, 0xff7fffff, 0xbf800000, 0x80000001, 0x80000000,
                           0x00000000, 0x00000001, 0x3f800000, 0x7f7fffff, 0x7f800000};
    for (u32 i = 0; i < COUNT_OF(numbers); i++) {
        for (u32 j = 0; j < COUNT_OF(numbers); j++) {
            u32 a = numbers[i], b = numbers[j], flags = 0;
            EXPECT_EQ(fp32_lt(a, b, &flags), (u64)(to_float(a) < to_float(b)));
            EXPECT_EQ(fp32_le(a, b, &flags), (u64)(to_float(a) <= to_float(b)));
            EXPECT_EQ(fp32_eq(a, b, &flags), (u64)(to_float(a) == to_float(b)));
            EXPECT_EQ(fp32_min(a, b, &flags), i < j ? a : b);
            EXPECT_EQ(fp32_max(a, b, &flags), i < j ? b : a);
            u64 c = fp64_from_fp32(a, &flags), d = fp64_from_fp32(b, &flags);
            EXPECT_EQ(fp64_lt(c, d, &flags), (u64)(to_float(a) < to_float(b)));
            EXPECT_EQ(fp64_le(c, d, &flags), (u64)(to_float(a) <= to_float(b)));
            EXPECT_EQ(fp64_eq(c, d, &flags), (u64)(to_float(a) == to_float(b)));
            EXPECT_EQ(fp64_min(c, d, &flags), i < j ? c : d);
            EXPECT_EQ(fp64_max(c, d, &flags), i < j ? d : c);
            EXPECT_EQ(flags, 0u);
        }
    }
    const u32 quiet = 0xffc00001, signaling = 0x7f800001, one = 0x3f800000;
    static const struct {
        u32 a, b, eq_flags, less_flags, min;
    } rows[] = {
        {quiet, one, 0, FP_NV, one},         {one, quiet, 0, FP_NV, one},
        {signaling, one, FP_NV, FP_NV, one}, {one, signaling, FP_NV, FP_NV, one},
        {quiet, quiet, 0, FP_NV, FP32_NAN},  {quiet, signaling, FP_NV, FP_NV, FP32_NAN},
    };
    for (u32 i = 0; i < COUNT_OF(rows); i++) {
        u32 flags = 0;
        EXPECT_EQ(fp32_eq(rows[i].a, rows[i].b, &flags), 0u);
        EXPECT_EQ(flags, rows[i].eq_flags);
        flags = 0;
        EXPECT_EQ(fp32_lt(rows[i].a, rows[i].b, &flags), 0u);
        EXPECT_EQ(fp32_le(rows[i].a, rows[i].b, &flags), 0u);
        EXPECT_EQ(flags, rows[i].less_flags);
        flags = 0;
        EXPECT_EQ(fp32_min(rows[i].a, rows[i].b, &flags), rows[i].min);
        EXPECT_EQ(fp32_max(rows[i].a, rows[i].b, &flags), rows[i].min);
        EXPECT_EQ(flags, rows[i].eq_flags);
    }
}

TEST(fp, classes_are_the_ten_of_the_manual)
{
    const u32 singles[] = {0xff800000, 0xff7fffff, 0x807fffff, 0x80000000, 0x00000000,
                           0x00000001, 0x00800000, 0x7f800000, 0x7fbfffff, 0xffc00000};
    const u64 doubles[] = {0xfff0000000000000, 0xffefffffffffffff, 0x800fffffffffffff,
                           0x8000000000000000, 0x0000000000000000, 0x0000000000000001,
                           0x0010000000000000, 0x7ff0000000000000, 0xfff7ffffffffffff,
                           0x7ff8000000000000};
    for (u32 i = 0; i < 10; i++) {
        EXPECT_EQ(fp32_class(singles[i]), 1ull << i);
        EXPECT_EQ(fp64_class(doubles[i]), 1ull << i);
    }
}

TEST(fp, invalid_operations_give_the_canonical_nan)
{
    const u32 infinite = 0x7f800000;
    u32 flags = 0;
    EXPECT_EQ(fp32_fma(infinite, 0, 0x7fc00001, FP_RNE, &flags), FP32_NAN);
    EXPECT_EQ(flags, (u32)FP_NV); // although the addend is a quiet NaN
    flags = 0;
    EXPECT_EQ(fp64_fma(0, 0xfff0000000000000, FP64_NAN, FP_RNE, &flags), FP64_NAN);
    EXPECT_EQ(flags, (u32)FP_NV);
    flags = 0;
    EXPECT_EQ(fp32_fma(0x3f800000, infinite, 0xff800000, FP_RNE, &flags), FP32_NAN);
    EXPECT_EQ(flags, (u32)FP_NV);
    flags = 0;
    EXPECT_EQ(fp32_add(0xffc12345, 0x3f800000, FP_RNE, &flags), FP32_NAN);
    EXPECT_EQ(flags, 0u);
    EXPECT_EQ(fp32_div(0, 0x80000000, FP_RNE, &flags), FP32_NAN);
    EXPECT_EQ(flags, (u32)FP_NV);
    flags = 0;
    EXPECT_EQ(fp32_div(0xbf800000, 0, FP_RNE, &flags), 0xff800000u);
    EXPECT_EQ(flags, (u32)FP_DZ);
}

TEST(fp, boxes_and_signs)
{
    EXPECT_EQ(fp_box(0x3f800000), 0xffffffff3f800000u);
    EXPECT_EQ(fp_unbox(0xffffffff3f800000), 0x3f800000u);
    EXPECT_EQ(fp_unbox(0xfffffffe3f800000), FP32_NAN);
    EXPECT_EQ(fp_unbox(0), FP32_NAN);
    EXPECT_EQ(fp32_sgnj(0x3f800000, 0x80000000), 0xbf800000u);
    EXPECT_EQ(fp32_sgnjn(0x7f800001, 0x80000000), 0x7f800001u); // a NaN passes unchanged
    EXPECT_EQ(fp32_sgnjx(0xbf800000, 0x80000000), 0x3f800000u);
    EXPECT_EQ(fp64_sgnj(0x3ff0000000000000, FP64_SIGN), 0xbff0000000000000u);
    EXPECT_EQ(fp64_sgnjn(0x3ff0000000000000, 0), 0xbff0000000000000u);
    EXPECT_EQ(fp64_sgnjx(0x3ff0000000000000, FP64_SIGN), 0xbff0000000000000u);
}
