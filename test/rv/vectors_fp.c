// SPDX-License-Identifier: MIT
// Vectors of the F and D extensions. The model computes every result exactly as a rational number
// (GMP) and rounds once, as IEEE 754 defines it: five modes, flags, tininess after rounding,
// canonical NaNs. It knows nothing of how the machine does it.
#include "vectors.h"

#include <gmp.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum mode { RNE, RTZ, RDN, RUP, RMM, MODE_COUNT };
static const char *const MODE_NAME[] = {"rne", "rtz", "rdn", "rup", "rmm"};

enum { NX = 1, UF = 2, OF = 4, DZ = 8, NV = 16 };

struct format {
    u32 bits, precision; // precision counts the hidden bit
    i32 exponent_max; // of the largest finite number, as a power of two; the least normal has 1 -
                      // this
};
static const struct format SINGLE = {32, 24, 127};
static const struct format DOUBLE = {64, 53, 1023};

enum kind { FINITE, INFINITE, QUIET, SIGNALING };

struct value {
    enum kind kind;
    bool minus;
    mpq_t size; // of a finite number: its magnitude
};

// ---- encodings ----

static u64 sign_bit(const struct format *f)
{
    return 1ull << (f->bits - 1);
}

static u64 infinity_bits(const struct format *f)
{
    return (u64)(2 * f->exponent_max + 1) << (f->precision - 1);
}

static u64 nan_bits(const struct format *f)
{
    return infinity_bits(f) | 1ull << (f->precision - 2);
}

static void scale(mpq_t q, i32 power) // q *= 2^power
{
    if (power >= 0) {
        mpq_mul_2exp(q, q, (mp_bitcnt_t)power);
    } else {
        mpq_div_2exp(q, q, (mp_bitcnt_t)-power);
    }
}

static void decode(struct value *v, u64 bits, const struct format *f)
{
    bits = f->bits == 32 ? bits & 0xffffffff : bits;
    const u64 fraction = bits & ((1ull << (f->precision - 1)) - 1);
    const i32 field = (i32)((bits & ~sign_bit(f)) >> (f->precision - 1));
    v->minus = (bits & sign_bit(f)) != 0;
    v->kind = FINITE;
    if (field == 2 * f->exponent_max + 1) {
        v->kind = fraction == 0                           ? INFINITE
                  : (fraction >> (f->precision - 2)) != 0 ? QUIET
                                                          : SIGNALING;
        return;
    }
    const u64 whole = field == 0 ? fraction : fraction | 1ull << (f->precision - 1);
    mpq_set_ui(v->size, whole, 1);
    scale(v->size, (field == 0 ? 1 : field) - f->exponent_max - (i32)(f->precision - 1));
}

// Rounds a number of units to a whole one; true if that lost something.
static bool round_units(mpz_t whole, const mpq_t units, bool minus, enum mode mode)
{
    mpq_t rest, half;
    mpq_inits(rest, half, NULL);
    mpq_set_ui(half, 1, 2);
    mpz_fdiv_q(whole, mpq_numref(units), mpq_denref(units));
    mpq_set_z(rest, whole);
    mpq_sub(rest, units, rest);
    const bool inexact = mpq_sgn(rest) != 0;
    const int beside = mpq_cmp(rest, half);
    const bool up = mode == RNE   ? beside > 0 || (beside == 0 && mpz_odd_p(whole))
                    : mode == RMM ? beside >= 0
                    : mode == RDN ? inexact && minus
                    : mode == RUP ? inexact && !minus
                                  : false;
    if (up) {
        mpz_add_ui(whole, whole, 1);
    }
    mpq_clears(rest, half, NULL);
    return inexact;
}

// Power of two of the leading bit of a number above 0.
static i32 leading_power(const mpq_t q)
{
    i32 e = (i32)mpz_sizeinbase(mpq_numref(q), 2) - (i32)mpz_sizeinbase(mpq_denref(q), 2);
    mpq_t one;
    mpq_init(one);
    mpq_set(one, q);
    scale(one, -e);
    e -= mpq_cmp_ui(one, 1, 1) < 0;
    mpq_clear(one);
    return e;
}

static u64 encode(const mpq_t size, bool minus, const struct format *f, enum mode mode, u32 *flags)
{
    const u64 sign = minus ? sign_bit(f) : 0;
    if (mpq_sgn(size) == 0) {
        return sign;
    }
    const i32 least = 1 - f->exponent_max;
    const i32 e = leading_power(size);
    const i32 last = (e < least ? least : e) - (i32)(f->precision - 1); // power of the last place
    mpq_t units;
    mpz_t whole, free_whole;
    mpq_init(units);
    mpz_inits(whole, free_whole, NULL);
    mpq_set(units, size);
    scale(units, -last);
    const bool inexact = round_units(whole, units, minus, mode);
    mpq_set(units, size); // once more as if there were no least exponent
    scale(units, -(e - (i32)(f->precision - 1)));
    (void)round_units(free_whole, units, minus, mode);
    const bool reaches = e == least - 1 && mpz_sizeinbase(free_whole, 2) > f->precision;
    const u64 n = mpz_get_ui(whole);
    const i32 power = last + (i32)mpz_sizeinbase(whole, 2) - 1; // of the result's leading bit
    u64 result;
    if (n != 0 && power > f->exponent_max) {
        const bool to_infinity = mode == RNE || mode == RMM || mode == (minus ? RDN : RUP);
        *flags |= OF | NX;
        result = infinity_bits(f) - (to_infinity ? 0 : 1);
    } else {
        *flags |= (inexact ? NX : 0u) | (inexact && e < least && !reaches ? UF : 0u);
        // In units of the least subnormal the encodings of one exponent are consecutive numbers.
        const u64 field = (u64)(last + (i32)(f->precision - 1) - least);
        result = (field << (f->precision - 1)) + n;
    }
    mpq_clear(units);
    mpz_clears(whole, free_whole, NULL);
    return sign | result;
}

// ---- operations ----

enum operation {
    ADD,
    SUB,
    MUL,
    DIV,
    SQRT,
    FMADD,
    FMSUB,
    FNMSUB,
    FNMADD,
    SGNJ,
    SGNJN,
    SGNJX,
    MIN,
    MAX,
    EQ,
    LT,
    LE,
    CLASS,
    TO_W,
    TO_WU,
    TO_L,
    TO_LU,
    FROM_W,
    FROM_WU,
    FROM_L,
    FROM_LU,
    CONVERT,
};

static bool is_nan(const struct value *v)
{
    return v->kind == QUIET || v->kind == SIGNALING;
}

static bool is_zero(const struct value *v)
{
    return v->kind == FINITE && mpq_sgn(v->size) == 0;
}

static void signed_size(mpq_t q, const struct value *v)
{
    if (v->minus) {
        mpq_neg(q, v->size);
    } else {
        mpq_set(q, v->size);
    }
}

// The sum of two values that are not NaNs; both may be exact intermediate results.
static u64 sum(const struct value *a, const struct value *b, const struct format *f, enum mode mode,
               u32 *flags)
{
    if (a->kind == INFINITE || b->kind == INFINITE) {
        if (a->kind == b->kind && a->minus != b->minus) {
            *flags |= NV;
            return nan_bits(f);
        }
        const bool minus = a->kind == INFINITE ? a->minus : b->minus;
        return infinity_bits(f) | (minus ? sign_bit(f) : 0);
    }
    mpq_t x, y;
    mpq_inits(x, y, NULL);
    signed_size(x, a);
    signed_size(y, b);
    mpq_add(x, x, y);
    bool minus = mpq_sgn(x) < 0;
    if (mpq_sgn(x) == 0) {
        minus = is_zero(a) && is_zero(b) && a->minus == b->minus ? a->minus : mode == RDN;
    }
    mpq_abs(x, x);
    const u64 r = encode(x, minus, f, mode, flags);
    mpq_clears(x, y, NULL);
    return r;
}

// The exact product of two values that are not NaNs; false if it is invalid.
static bool product(struct value *p, const struct value *a, const struct value *b)
{
    p->minus = a->minus != b->minus;
    p->kind = a->kind == INFINITE || b->kind == INFINITE ? INFINITE : FINITE;
    if (p->kind == INFINITE) {
        return !is_zero(a) && !is_zero(b);
    }
    mpq_mul(p->size, a->size, b->size);
    return true;
}

static u64 quotient(const struct value *a, const struct value *b, const struct format *f,
                    enum mode mode, u32 *flags)
{
    const u64 sign = a->minus != b->minus ? sign_bit(f) : 0;
    if ((a->kind == INFINITE && b->kind == INFINITE) || (is_zero(a) && is_zero(b))) {
        *flags |= NV;
        return nan_bits(f);
    }
    if (a->kind == INFINITE) {
        return sign | infinity_bits(f);
    }
    if (b->kind == INFINITE) {
        return sign;
    }
    if (is_zero(b)) {
        *flags |= DZ;
        return sign | infinity_bits(f);
    }
    mpq_t q;
    mpq_init(q);
    mpq_div(q, a->size, b->size);
    const u64 r = encode(q, sign != 0, f, mode, flags);
    mpq_clear(q);
    return r;
}

// A root that is not rational is replaced by a number between its 200-bit neighbours, which rounds
// alike.
static u64 square_root(const struct value *a, const struct format *f, enum mode mode, u32 *flags)
{
    if (is_zero(a)) {
        return a->minus ? sign_bit(f) : 0;
    }
    if (a->minus) {
        *flags |= NV;
        return nan_bits(f);
    }
    if (a->kind == INFINITE) {
        return infinity_bits(f);
    }
    mpq_t q;
    mpz_t n, rest;
    mpq_init(q);
    mpz_inits(n, rest, NULL);
    mpq_set(q, a->size);
    mpq_mul_2exp(q, q, 2400); // an even power; denominators are powers of two below 2^1080
    mpz_set(n, mpq_numref(q));
    mpz_sqrtrem(n, rest, n);
    mpz_mul_ui(n, n, 2);
    if (mpz_sgn(rest) != 0) {
        mpz_add_ui(n, n, 1);
    }
    mpq_set_z(q, n);
    mpq_div_2exp(q, q, 1201);
    const u64 r = encode(q, false, f, mode, flags);
    mpq_clear(q);
    mpz_clears(n, rest, NULL);
    return r;
}

static i32 compare(const struct value *a, const struct value *b) // of values that are not NaNs
{
    mpq_t x, y;
    mpq_inits(x, y, NULL);
    mpz_t huge;
    mpz_init(huge);
    mpz_ui_pow_ui(huge, 2, 2000);
    mpq_set_z(x, huge);
    mpq_set_z(y, huge);
    struct value big = {FINITE, a->minus, {*x}};
    signed_size(x, a->kind == INFINITE ? &big : a);
    struct value big2 = {FINITE, b->minus, {*y}};
    signed_size(y, b->kind == INFINITE ? &big2 : b);
    const int c = mpq_cmp(x, y);
    mpq_clears(x, y, NULL);
    mpz_clear(huge);
    return c < 0 ? -1 : c > 0;
}

static u64 least_or_greatest(u64 a_bits, u64 b_bits, const struct value *a, const struct value *b,
                             bool greatest)
{
    if (is_nan(a) || is_nan(b)) {
        return is_nan(a) ? b_bits : a_bits; // both: the caller puts the canonical one
    }
    const i32 c = compare(a, b);
    const bool a_is_less = c < 0 || (c == 0 && a->minus);
    return a_is_less != greatest ? a_bits : b_bits;
}

static u64 class_of(const struct value *v, const struct format *f)
{
    if (is_nan(v)) {
        return v->kind == SIGNALING ? 1 << 8 : 1 << 9;
    }
    const bool normal =
        v->kind == FINITE && !is_zero(v) && leading_power(v->size) >= 1 - f->exponent_max;
    const u32 n = v->kind == INFINITE ? 0 : normal ? 1 : is_zero(v) ? 3 : 2;
    return 1u << (v->minus ? n : 7 - n);
}

static u64 to_integer(const struct value *v, u32 bits, bool is_signed, enum mode mode, u32 *flags)
{
    const i128 most = ((i128)1 << (is_signed ? bits - 1 : bits)) - 1;
    const i128 least = is_signed ? -most - 1 : 0;
    i128 n =
        v->kind != FINITE && v->minus && !is_nan(v) ? least - 1 : most + 1; // NaN: the positive end
    bool inexact = false;
    if (v->kind == FINITE) {
        mpz_t whole;
        mpz_init(whole);
        inexact = round_units(whole, v->size, v->minus, mode);
        n = mpz_sizeinbase(whole, 2) > 64 ? most + 1 : (i128)mpz_get_ui(whole);
        n = v->minus ? (n > most ? least - (n - most) : -n) : n;
        n = v->minus && mpz_sizeinbase(whole, 2) <= 64 ? -(i128)mpz_get_ui(whole) : n;
        mpz_clear(whole);
    }
    if (n < least || n > most) {
        *flags |= NV;
        n = n < least ? least : most;
    } else if (inexact) {
        *flags |= NX;
    }
    return bits == 32 ? (u64)(i64)(i32)(u32)(u64)n : (u64)n;
}

static u64 from_integer(u64 v, u32 bits, bool is_signed, const struct format *f, enum mode mode,
                        u32 *flags)
{
    const u64 cut = bits == 32 ? v & 0xffffffff : v;
    const bool minus = is_signed && (cut >> (bits - 1)) != 0;
    mpq_t q;
    mpq_init(q);
    mpq_set_ui(q, minus ? (bits == 32 ? (1ull << 32) - cut : 0 - cut) : cut, 1);
    const u64 r = encode(q, minus, f, mode, flags);
    mpq_clear(q);
    return r;
}

struct row {
    const char *name;
    enum operation operation;
    u32 operand_count;
    bool has_mode;
};

// Of the operations on numbers: what a NaN operand makes of the result.
static bool is_arithmetic(enum operation o)
{
    return o <= FNMADD || o == CONVERT;
}

static u64 fused(struct value v[4], enum operation o, const struct format *f, enum mode mode,
                 u32 *flags)
{
    v[0].minus ^= o == FNMSUB || o == FNMADD;
    v[2].minus ^= o == FMSUB || o == FNMADD;
    const bool invalid_product =
        (v[0].kind == INFINITE && is_zero(&v[1])) || (is_zero(&v[0]) && v[1].kind == INFINITE);
    if (invalid_product) { // also with a quiet NaN as the addend
        *flags |= NV;
        return nan_bits(f);
    }
    if (is_nan(&v[0]) || is_nan(&v[1]) || is_nan(&v[2])) {
        return nan_bits(f);
    }
    (void)product(&v[3], &v[0], &v[1]);
    return sum(&v[3], &v[2], f, mode, flags);
}

static u64 arithmetic(struct value v[4], const struct row *r, const struct format *to,
                      enum mode mode, u32 *flags)
{
    for (u32 i = 0; i < r->operand_count; i++) {
        *flags |= v[i].kind == SIGNALING ? NV : 0u;
    }
    if (r->operand_count == 3) {
        return fused(v, r->operation, to, mode, flags);
    }
    if (is_nan(&v[0]) || (r->operand_count == 2 && is_nan(&v[1]))) {
        return nan_bits(to);
    }
    if (r->operation == DIV) {
        return quotient(&v[0], &v[1], to, mode, flags);
    }
    if (r->operation == SQRT) {
        return square_root(&v[0], to, mode, flags);
    }
    if (r->operation == CONVERT) {
        return v[0].kind == INFINITE ? infinity_bits(to) | (v[0].minus ? sign_bit(to) : 0)
                                     : encode(v[0].size, v[0].minus, to, mode, flags);
    }
    if (r->operation == MUL) {
        if (!product(&v[3], &v[0], &v[1])) {
            *flags |= NV;
            return nan_bits(to);
        }
        return v[3].kind == INFINITE ? infinity_bits(to) | (v[3].minus ? sign_bit(to) : 0)
                                     : encode(v[3].size, v[3].minus, to, mode, flags);
    }
    v[1].minus ^= r->operation == SUB;
    return sum(&v[0], &v[1], to, mode, flags);
}

static u64 with_sign(u64 a, u64 b, enum operation o, u64 s)
{
    const u64 sign = o == SGNJ ? b & s : o == SGNJN ? ~b & s : (a ^ b) & s;
    return (a & ~s) | sign;
}

static u64 model(const u64 in[3], const struct row *r, const struct format *from,
                 const struct format *to, enum mode mode, u32 *flags)
{
    struct value v[4];
    for (u32 i = 0; i < 4; i++) {
        mpq_init(v[i].size);
        decode(&v[i], i < 3 ? in[i] : 0, from);
    }
    const bool signals =
        v[0].kind == SIGNALING || (r->operand_count == 2 && v[1].kind == SIGNALING);
    const bool any_nan = is_nan(&v[0]) || (r->operand_count == 2 && is_nan(&v[1]));
    u64 result = 0;
    switch ((u32)r->operation) {
    case SGNJ:
    case SGNJN:
    case SGNJX:
        result = with_sign(in[0], in[1], r->operation, sign_bit(from));
        break;
    case MIN:
    case MAX:
        *flags |= signals ? NV : 0u;
        result = is_nan(&v[0]) && is_nan(&v[1])
                     ? nan_bits(from)
                     : least_or_greatest(in[0], in[1], &v[0], &v[1], r->operation == MAX);
        break;
    case EQ:
        *flags |= signals ? NV : 0u;
        result = !any_nan && compare(&v[0], &v[1]) == 0;
        break;
    case LT:
    case LE:
        *flags |= any_nan ? NV : 0u;
        result = !any_nan && compare(&v[0], &v[1]) < (r->operation == LE);
        break;
    case CLASS:
        result = class_of(&v[0], from);
        break;
    case TO_W:
        result = to_integer(&v[0], 32, true, mode, flags);
        break;
    case TO_WU:
        result = to_integer(&v[0], 32, false, mode, flags);
        break;
    case TO_L:
        result = to_integer(&v[0], 64, true, mode, flags);
        break;
    case TO_LU:
        result = to_integer(&v[0], 64, false, mode, flags);
        break;
    case FROM_W:
        result = from_integer(in[0], 32, true, to, mode, flags);
        break;
    case FROM_WU:
        result = from_integer(in[0], 32, false, to, mode, flags);
        break;
    case FROM_L:
        result = from_integer(in[0], 64, true, to, mode, flags);
        break;
    case FROM_LU:
        result = from_integer(in[0], 64, false, to, mode, flags);
        break;
    default:
        result = is_arithmetic(r->operation) ? arithmetic(v, r, to, mode, flags) : 0;
        break;
    }
    for (u32 i = 0; i < 4; i++) {
        mpq_clear(v[i].size);
    }
    return result;
}

// ---- operands ----

#define CORNER_COUNT 22
#define RANDOM_ROWS 120

static u64 corner(u32 i, const struct format *f)
{
    const u32 p = f->precision - 1;
    const u64 one = (u64)f->exponent_max << p;
    const u64 least_normal = 1ull << p;
    const u64 list[CORNER_COUNT] = {
        0,
        sign_bit(f),
        1,
        sign_bit(f) | 1,
        least_normal - 1,
        least_normal,
        sign_bit(f) | least_normal,
        least_normal + 1,
        one - 1,
        one,
        one | sign_bit(f),
        one + 1,
        one + (1ull << (p - 1)),
        one + ((u64)p << p),
        one + ((u64)p << p) + 1,
        infinity_bits(f) - 1,
        (infinity_bits(f) - 1) | sign_bit(f),
        infinity_bits(f),
        infinity_bits(f) | sign_bit(f),
        nan_bits(f),
        nan_bits(f) | sign_bit(f) | 5,
        infinity_bits(f) | 1,
    };
    return list[i];
}

// Random bits whose exponents often lie near one, so that sums meet and products neither vanish nor
// overflow.
static u64 random_operand(const struct format *f)
{
    const u32 p = f->precision - 1;
    u64 v = random_next();
    v = f->bits == 32 ? v & 0xffffffff : v;
    if (random_next() % 4 != 0) {
        const u64 exponent = (u64)f->exponent_max - 12 + random_next() % 24;
        v = (v & (sign_bit(f) | ((1ull << p) - 1))) | exponent << p;
    }
    return random_next() % 4 == 0 ? v & ~((1ull << p / 2) - 1) : v; // short fractions: ties
}

static const u64 INTEGERS[] = {
    0,
    1,
    ~0ull,
    2,
    0xffffff,
    0x1000000,
    0x1000001,
    0x1000003,
    0x7fffffff,
    0x80000000,
    0xffffffff,
    0x100000000,
    0x1fffffffffffff,
    0x20000000000001,
    0x20000000000003,
    0x7fffffffffffffff,
    0x8000000000000000,
    0xfffffffffffff800,
    0xfffffffffffffc00,
    0xffffffff80000000,
    0xfffffffffeffffff,
};

static bool is_from_integer(enum operation o)
{
    return o == FROM_W || o == FROM_WU || o == FROM_L || o == FROM_LU;
}

static bool is_to_integer(enum operation o)
{
    return o >= TO_W && o <= TO_LU;
}

// The i-th operands of an operation; false at the end.
static bool operands(u64 in[3], u32 i, const struct row *r, const struct format *f)
{
    if (is_from_integer(r->operation)) {
        in[0] = i < COUNT_OF(INTEGERS) ? INTEGERS[i] : random_next() >> random_next() % 64;
        return i < COUNT_OF(INTEGERS) + RANDOM_ROWS;
    }
    u32 corners = CORNER_COUNT;
    for (u32 n = 1; n < r->operand_count && n < 2; n++) {
        corners *= CORNER_COUNT;
    }
    in[0] = i < corners ? corner(i % CORNER_COUNT, f) : random_operand(f);
    in[1] = i < corners ? corner(i / CORNER_COUNT % CORNER_COUNT, f) : random_operand(f);
    in[2] = i < corners ? corner((u32)(random_next() % CORNER_COUNT), f) : random_operand(f);
    if (is_to_integer(r->operation) &&
        i >= corners) { // around the limits of the integers, with fractions
        const u64 exponent = (u64)f->exponent_max - 3 + random_next() % 70;
        in[0] = (in[0] & (sign_bit(f) | ((1ull << (f->precision - 1)) - 1))) |
                exponent << (f->precision - 1);
    }
    return i < corners + RANDOM_ROWS;
}

// ---- printing ----

static bool is_to_register(enum operation o)
{
    return (o >= EQ && o <= CLASS) || is_to_integer(o);
}

// `mode` is the text of a static rounding mode, or NULL for the dynamic one.
static void print_instruction(const struct row *r, const char *to, const char *mode)
{
    static const char *const source[] = {"ft0", "ft1", "ft2"};
    printf("    %s %s", r->name, to);
    for (u32 i = 0; i < r->operand_count; i++) {
        printf(", %s", is_from_integer(r->operation) ? "a0" : source[i]);
    }
    printf(r->has_mode && mode != NULL ? ", %s\n" : "\n", mode);
}

static void print_check(const struct row *r, const char *to, const struct format *f)
{
    if (!is_to_register(r->operation)) {
        printf("    fmv.x.%s a2, %s\n", f->bits == 32 ? "w" : "d", to);
    }
    check_equal("a2", "s2");
    if (!is_to_register(r->operation) && f->bits == 32) { // upper bits of a boxed value
        printf("    fmv.x.d a4, %s\n    srai a4, a4, 32\n", to);
        check_equal("a4", "s4");
    }
}

static void print_table(const struct row *r, const struct format *from, const struct format *to,
                        enum mode mode)
{
    const u32 n = r->operand_count;
    u64 v[3] = {0};
    table_begin();
    for (u32 i = 0; operands(v, i, r, from); i++) {
        u32 flags = 0;
        const u64 result = model(v, r, from, to, mode, &flags);
        const bool is_word = !is_to_register(r->operation) && to->bits == 32;
        u64 row[5] = {v[0], n > 1 ? v[1] : 0, n > 2 ? v[2] : 0};
        row[n] = is_word ? (u64)(i64)(i32)(u32)result : result;
        row[n + 1] = flags;
        table_row(row, n + 2);
    }
    loop_begin();
    for (u32 i = 0; i < n; i++) {
        if (is_from_integer(r->operation)) {
            printf("    ld a0, %u(s0)\n", 8 * i);
        } else {
            printf("    fl%s ft%u, %u(s0)\n", from->bits == 32 ? "w" : "d", i, 8 * i);
        }
    }
    printf("    ld s2, %u(s0)\n    ld s3, %u(s0)\n    li s4, -1\n", 8 * n, 8 * n + 8);
    const char *result = is_to_register(r->operation) ? "a2" : "ft3";
    const char *shared = is_to_register(r->operation) ? "a2" : "ft0";
    printf("    csrwi fflags, 0\n");
    print_instruction(r, result, MODE_NAME[mode]);
    printf("    csrr a3, fflags\n");
    print_check(r, result, to);
    check_equal("a3", "s3");
    // Dynamic rounding, into the first operand's register; flags stay what they were, OR-ed.
    printf("    csrwi frm, %d\n    csrwi fflags, 0x%x\n", mode, 31);
    print_instruction(r, shared, NULL);
    printf("    csrr a3, fflags\n    li s3, 31\n");
    print_check(r, shared, to);
    check_equal("a3", "s3");
    loop_end(n + 2);
}

static const struct row ROWS_S[] = {
    {"fadd.s", ADD, 2, true},      {"fsub.s", SUB, 2, true},        {"fmul.s", MUL, 2, true},
    {"fdiv.s", DIV, 2, true},      {"fsqrt.s", SQRT, 1, true},      {"fmadd.s", FMADD, 3, true},
    {"fmsub.s", FMSUB, 3, true},   {"fnmsub.s", FNMSUB, 3, true},   {"fnmadd.s", FNMADD, 3, true},
    {"fsgnj.s", SGNJ, 2, false},   {"fsgnjn.s", SGNJN, 2, false},   {"fsgnjx.s", SGNJX, 2, false},
    {"fmin.s", MIN, 2, false},     {"fmax.s", MAX, 2, false},       {"feq.s", EQ, 2, false},
    {"flt.s", LT, 2, false},       {"fle.s", LE, 2, false},         {"fclass.s", CLASS, 1, false},
    {"fcvt.w.s", TO_W, 1, true},   {"fcvt.wu.s", TO_WU, 1, true},   {"fcvt.l.s", TO_L, 1, true},
    {"fcvt.lu.s", TO_LU, 1, true}, {"fcvt.s.w", FROM_W, 1, true},   {"fcvt.s.wu", FROM_WU, 1, true},
    {"fcvt.s.l", FROM_L, 1, true}, {"fcvt.s.lu", FROM_LU, 1, true},
};
static const struct row ROWS_D[] = {
    {"fadd.d", ADD, 2, true},
    {"fsub.d", SUB, 2, true},
    {"fmul.d", MUL, 2, true},
    {"fdiv.d", DIV, 2, true},
    {"fsqrt.d", SQRT, 1, true},
    {"fmadd.d", FMADD, 3, true},
    {"fmsub.d", FMSUB, 3, true},
    {"fnmsub.d", FNMSUB, 3, true},
    {"fnmadd.d", FNMADD, 3, true},
    {"fsgnj.d", SGNJ, 2, false},
    {"fsgnjn.d", SGNJN, 2, false},
    {"fsgnjx.d", SGNJX, 2, false},
    {"fmin.d", MIN, 2, false},
    {"fmax.d", MAX, 2, false},
    {"feq.d", EQ, 2, false},
    {"flt.d", LT, 2, false},
    {"fle.d", LE, 2, false},
    {"fclass.d", CLASS, 1, false},
    {"fcvt.w.d", TO_W, 1, true},
    {"fcvt.wu.d", TO_WU, 1, true},
    {"fcvt.l.d", TO_L, 1, true},
    {"fcvt.lu.d", TO_LU, 1, true},
    {"fcvt.d.l", FROM_L, 1, true},
    {"fcvt.d.lu", FROM_LU, 1, true},
    // Exact, so the assembler takes no rounding mode.
    {"fcvt.d.w", FROM_W, 1, false},
    {"fcvt.d.wu", FROM_WU, 1, false},
};
static const struct row NARROW = {"fcvt.s.d", CONVERT, 1, true};
static const struct row WIDEN = {"fcvt.d.s", CONVERT, 1, false};

static void print_row(const struct row *r, const struct format *from, const struct format *to)
{
    printf("// ---- %s\n", r->name);
    for (u32 m = 0; m < (r->has_mode ? MODE_COUNT : 1); m++) {
        print_table(r, from, to, (enum mode)m);
    }
}

bool fp_group(const char *group)
{
    if (strcmp(group, "f") == 0) {
        for (u32 i = 0; i < COUNT_OF(ROWS_S); i++) {
            print_row(&ROWS_S[i], &SINGLE, &SINGLE);
        }
        return true;
    }
    if (strcmp(group, "d") == 0) {
        for (u32 i = 0; i < COUNT_OF(ROWS_D); i++) {
            print_row(&ROWS_D[i], &DOUBLE, &DOUBLE);
        }
        print_row(&NARROW, &DOUBLE, &SINGLE);
        print_row(&WIDEN, &SINGLE, &DOUBLE);
        return true;
    }
    return false;
}
