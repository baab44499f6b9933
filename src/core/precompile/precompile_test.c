// SPDX-License-Identifier: MIT
// The official vectors of precompiles (fixtures/unit/precompiles): output and price of each, and
// that the ones that must fail do. Then what the vectors leave open: prices by fork, the bounds of
// modexp, sizes that no host could hold, input that is short or long.
#include "core/precompile/precompile.h"

#include <gmp.h>
#include <stdio.h>

#include "lib/base/bytes.h"
#include "lib/codec/json.h"
#include "lib/num/u256.h"
#include "lib/os/file.h"
#include "test/test.h"

#define FILE_MAX ((usize)64 << 20)
#define PRICE_MAX (~(u64)0)

static const struct precompile *find(enum fork f, u32 number)
{
    address a = {{0}};
    store_be16(a.b + 18, (u16)number);
    return precompile_find(f, &a);
}

// One call: whether it succeeded; the output is in *out.
static bool call(struct buf *out, u32 number, bytes input)
{
    buf_clear(out);
    const struct precompile *p = find(FORK_OSAKA, number);
    EXPECT(p != NULL && precompile_available(p));
    return precompile_run(p, input, out);
}

static u64 price(enum fork f, u32 number, bytes input)
{
    const struct precompile *p = find(f, number);
    EXPECT(p != NULL);
    return precompile_price(p, f, input);
}

struct vector {
    struct buf input, expected;
    u64 gas;
    const char *name;
    bool fails, has_gas;
};

static void read_vector(struct vector *v, const json_value *list, usize index)
{
    buf_clear(&v->input);
    buf_clear(&v->expected);
    json_value entry = json_element(list, index);
    json_value member;
    bool found;
    usize n;
    v->name = "?";
    EXPECT_EQ(json_member(&member, &entry, "Name"), FAULT_NONE);
    EXPECT_EQ(json_get_text(&v->name, &n, &member), FAULT_NONE);
    EXPECT_EQ(json_member(&member, &entry, "Input"), FAULT_NONE);
    EXPECT_EQ(json_get_data(&v->input, &member), FAULT_NONE);
    EXPECT_EQ(json_find(&member, &v->fails, &entry, "ExpectedError"), FAULT_NONE);
    if (!v->fails) {
        EXPECT_EQ(json_member(&member, &entry, "Expected"), FAULT_NONE);
        EXPECT_EQ(json_get_data(&v->expected, &member), FAULT_NONE);
    }
    EXPECT_EQ(json_find(&member, &found, &entry, "Gas"), FAULT_NONE);
    v->has_gas = found;
    if (found) {
        EXPECT_EQ(json_get_u64(&v->gas, &member), FAULT_NONE);
    }
}

static void check_vector(const struct precompile *p, enum fork f, const struct vector *v)
{
    struct buf out = {0};
    bytes input = buf_bytes(&v->input);
    bool ok = precompile_run(p, input, &out);
    if (ok == v->fails) {
        FAIL("%s: the call %s", v->name, ok ? "succeeds" : "fails");
    }
    if (ok && (out.n != v->expected.n || !equal_bytes(out.p, v->expected.p, out.n))) {
        FAIL("%s: wrong output", v->name);
    }
    u64 gas = precompile_price(p, f, input);
    if (v->has_gas && gas != v->gas) {
        FAIL("%s: price %lu, not %lu", v->name, gas, v->gas);
    }
    buf_fini(&out);
}

static void run_file(const char *file, u32 number, enum fork f)
{
    char path[512];
    (void)snprintf(path, sizeof path, "fixtures/unit/precompiles/%s.json", file);
    struct buf text = {0}, why = {0};
    const struct precompile *p = find(f, number);
    EXPECT(p != NULL);
    if (os_read_file(&text, &why, test_asset(path), FILE_MAX) != FAULT_NONE) {
        (void)printf("official vectors (%s) not found: not run\n", path);
    } else if (!precompile_available(p)) {
        (void)printf("precompile %s is not part of this build: %s not run\n", p->name, path);
    } else {
        struct json j;
        EXPECT_EQ(json_parse(&j, buf_bytes(&text)), FAULT_NONE);
        json_value root = json_root(&j);
        struct vector v = {0};
        EXPECT(json_count(&root) > 0);
        for (usize i = 0; i < json_count(&root); i++) {
            read_vector(&v, &root, i);
            check_vector(p, f, &v);
        }
        buf_fini(&v.input);
        buf_fini(&v.expected);
        json_fini(&j);
    }
    buf_fini(&text);
    buf_fini(&why);
}

#define VECTORS(sentence, file, number, FORK)                                                      \
    TEST(precompile, official_##sentence)                                                          \
    {                                                                                              \
        run_file(file, number, FORK_##FORK);                                                       \
    }
VECTORS(ecrecover, "ecRecover", 0x01, FRONTIER)
VECTORS(modexp, "modexp", 0x05, BYZANTIUM)
VECTORS(modexp_eip2565, "modexp_eip2565", 0x05, BERLIN)
VECTORS(modexp_eip7883, "modexp_eip7883", 0x05, OSAKA)
VECTORS(bn254_add, "bn256Add", 0x06, ISTANBUL)
VECTORS(bn254_mul, "bn256ScalarMul", 0x07, ISTANBUL)
VECTORS(bn254_pairing, "bn256Pairing", 0x08, ISTANBUL)
VECTORS(blake2f, "blake2F", 0x09, ISTANBUL)
VECTORS(blake2f_failures, "fail-blake2f", 0x09, ISTANBUL)
VECTORS(kzg_point, "pointEvaluation", 0x0a, CANCUN)
VECTORS(bls12_g1add, "blsG1Add", 0x0b, PRAGUE)
VECTORS(bls12_g1mul, "blsG1Mul", 0x0c, PRAGUE)
VECTORS(bls12_g1msm, "blsG1MultiExp", 0x0c, PRAGUE)
VECTORS(bls12_g2add, "blsG2Add", 0x0d, PRAGUE)
VECTORS(bls12_g2mul, "blsG2Mul", 0x0e, PRAGUE)
VECTORS(bls12_g2msm, "blsG2MultiExp", 0x0e, PRAGUE)
VECTORS(bls12_pairing, "blsPairing", 0x0f, PRAGUE)
VECTORS(bls12_map_g1, "blsMapG1", 0x10, PRAGUE)
VECTORS(bls12_map_g2, "blsMapG2", 0x11, PRAGUE)
VECTORS(bls12_g1add_failures, "fail-blsG1Add", 0x0b, PRAGUE)
VECTORS(bls12_g1mul_failures, "fail-blsG1Mul", 0x0c, PRAGUE)
VECTORS(bls12_g1msm_failures, "fail-blsG1MultiExp", 0x0c, PRAGUE)
VECTORS(bls12_g2add_failures, "fail-blsG2Add", 0x0d, PRAGUE)
VECTORS(bls12_g2mul_failures, "fail-blsG2Mul", 0x0e, PRAGUE)
VECTORS(bls12_g2msm_failures, "fail-blsG2MultiExp", 0x0e, PRAGUE)
VECTORS(bls12_pairing_failures, "fail-blsPairing", 0x0f, PRAGUE)
VECTORS(bls12_map_g1_failures, "fail-blsMapG1", 0x10, PRAGUE)
VECTORS(bls12_map_g2_failures, "fail-blsMapG2", 0x11, PRAGUE)
VECTORS(p256verify, "p256Verify", 0x100, OSAKA)

TEST(precompile, prices_follow_the_fork)
{
    u8 pairs[192 * 3] = {0};
    EXPECT_EQ(price(FORK_BYZANTIUM, 0x06, BYTES_NONE), 500);
    EXPECT_EQ(price(FORK_ISTANBUL, 0x06, BYTES_NONE), 150);
    EXPECT_EQ(price(FORK_PETERSBURG, 0x07, BYTES_NONE), 40000);
    EXPECT_EQ(price(FORK_OSAKA, 0x07, BYTES_NONE), 6000);
    EXPECT_EQ(price(FORK_BYZANTIUM, 0x08, BYTES_NONE), 100000);
    EXPECT_EQ(price(FORK_BYZANTIUM, 0x08, (bytes){pairs, sizeof pairs}), 100000 + 3 * 80000);
    EXPECT_EQ(price(FORK_ISTANBUL, 0x08, (bytes){pairs, sizeof pairs}), 45000 + 3 * 34000);
    EXPECT_EQ(price(FORK_OSAKA, 0x100, BYTES_NONE), 6900);
    EXPECT(find(FORK_PRAGUE, 0x100) == NULL);
    EXPECT(find(FORK_PETERSBURG, 0x09) == NULL);
    EXPECT(find(FORK_SPURIOUS, 0x05) == NULL);
}

// ---- modexp

struct modexp_input {
    u8 b[96 + 4096];
    usize n;
};

static void put_sizes(struct modexp_input *in, u256 base, u256 exponent, u256 modulus)
{
    u256_to_be_bytes(in->b, base);
    u256_to_be_bytes(in->b + 32, exponent);
    u256_to_be_bytes(in->b + 64, modulus);
    in->n = 96;
}

static bytes input_of(const struct modexp_input *in)
{
    return (bytes){in->b, in->n};
}

static u64 modexp_price_of(enum fork f, u256 base, u256 exponent, u256 modulus)
{
    struct modexp_input in;
    put_sizes(&in, base, exponent, modulus);
    return price(f, 0x05, input_of(&in));
}

static u256 N(u64 v)
{
    return u256_from_u64(v);
}

TEST(modexp, sizes_beyond_all_hosts_have_a_price)
{
    u256 most = u256_max();
    const enum fork forks[] = {FORK_BYZANTIUM, FORK_BERLIN};
    for (u32 i = 0; i < COUNT_OF(forks); i++) {
        EXPECT_EQ(modexp_price_of(forks[i], most, N(0), N(0)), PRICE_MAX);
        EXPECT_EQ(modexp_price_of(forks[i], N(0), N(0), most), PRICE_MAX);
        EXPECT_EQ(modexp_price_of(forks[i], N(1), most, N(1)), PRICE_MAX);
        EXPECT_EQ(modexp_price_of(forks[i], most, most, most), PRICE_MAX);
    }
    // Without base and modulus the exponent costs nothing, of whatever size it is.
    EXPECT_EQ(modexp_price_of(FORK_BYZANTIUM, N(0), most, N(0)), 0);
    EXPECT_EQ(modexp_price_of(FORK_BERLIN, N(0), most, N(0)), 200);
    struct modexp_input in;
    struct buf out = {0};
    put_sizes(&in, N(0), most, N(0));
    EXPECT(call(&out, 0x05, input_of(&in)) && out.n == 0);
    // EIP-198 with x = 1: 8 * (length - 32) / 20, exactly.
    EXPECT_EQ(modexp_price_of(FORK_BYZANTIUM, N(1), N((u64)1 << 62), N(1)),
              (u64)(((u128)8 * (((u64)1 << 62) - 32)) / 20));
    buf_fini(&out);
}

TEST(modexp, osaka_bounds_the_sizes)
{
    EXPECT_EQ(modexp_price_of(FORK_OSAKA, N(1024), N(0), N(1024)), 2 * 128 * 128);
    EXPECT_EQ(modexp_price_of(FORK_OSAKA, N(0), N(1024), N(0)), 16 * 16 * (1024 - 32));
    EXPECT_EQ(modexp_price_of(FORK_OSAKA, N(1025), N(0), N(0)), PRICE_MAX);
    EXPECT_EQ(modexp_price_of(FORK_OSAKA, N(0), N(1025), N(0)), PRICE_MAX);
    EXPECT_EQ(modexp_price_of(FORK_OSAKA, N(0), N(0), N(1025)), PRICE_MAX);
    EXPECT_EQ(modexp_price_of(FORK_OSAKA, N(0), u256_max(), N(0)), PRICE_MAX);
    EXPECT_EQ(modexp_price_of(FORK_PRAGUE, N(1025), N(0), N(0)), 129 * 129 / 3);
}

TEST(modexp, zero_and_one_as_modulus_give_zero)
{
    struct buf out = {0};
    struct modexp_input in;
    static const u8 zeros[5] = {0};
    for (u8 modulus = 0; modulus < 2; modulus++) {
        put_sizes(&in, N(1), N(1), N(5));
        in.b[in.n++] = 7;
        in.b[in.n++] = 0; // x^0
        for (u32 i = 0; i < 5; i++) {
            in.b[in.n++] = i == 4 ? modulus : 0;
        }
        EXPECT(call(&out, 0x05, input_of(&in)) && out.n == 5);
        EXPECT_BYTES(out.p, zeros, 5);
    }
    put_sizes(&in, N(1), N(1), N(0));
    EXPECT(call(&out, 0x05, input_of(&in)) && out.n == 0);
    EXPECT(call(&out, 0x05, BYTES_NONE) && out.n == 0);
    buf_fini(&out);
}

// Sizes of up to 70 bytes, the input cut anywhere; all against mpz_powm on the padded text.
TEST(modexp, input_goes_on_in_zeros)
{
    u64 state = test_seed();
    struct buf out = {0};
    mpz_t base, exponent, modulus, want, got;
    mpz_inits(base, exponent, modulus, want, got, NULL);
    for (u32 round = 0; round < 2000; round++) {
        struct modexp_input in;
        u32 n[3];
        for (u32 i = 0; i < 3; i++) {
            n[i] = (u32)(test_random(&state) % 71);
        }
        put_sizes(&in, N(n[0]), N(n[1]), N(n[2]));
        usize whole = 96 + n[0] + n[1] + n[2];
        for (usize i = 96; i < whole; i++) {
            in.b[i] = (u8)test_random(&state);
        }
        usize cut = test_random(&state) % 4 == 0 ? 96 + test_random(&state) % (whole - 95) : whole;
        zero_bytes(in.b + cut, whole - cut);
        in.n = cut;
        mpz_import(base, n[0], 1, 1, 0, 0, in.b + 96);
        mpz_import(exponent, n[1], 1, 1, 0, 0, in.b + 96 + n[0]);
        mpz_import(modulus, n[2], 1, 1, 0, 0, in.b + 96 + n[0] + n[1]);
        mpz_set_ui(want, 0);
        if (mpz_sgn(modulus) != 0) {
            mpz_powm(want, base, exponent, modulus);
        }
        EXPECT(call(&out, 0x05, input_of(&in)));
        EXPECT_EQ(out.n, n[2]);
        mpz_import(got, out.n, 1, 1, 0, 0, out.p);
        EXPECT(mpz_cmp(got, want) == 0);
    }
    mpz_clears(base, exponent, modulus, want, got, NULL);
    buf_fini(&out);
}

// ---- p256verify, blake2f

TEST(p256verify, input_of_another_size_gives_nothing)
{
    struct buf out = {0};
    u8 input[161] = {0};
    for (usize n = 0; n <= sizeof input; n++) {
        EXPECT(call(&out, 0x100, (bytes){input, n}));
        EXPECT_EQ(out.n, 0);
    }
    buf_fini(&out);
}

TEST(blake2f, price_is_the_count_of_rounds)
{
    u8 input[214] = {0xff, 0xff, 0xff, 0xfe};
    EXPECT_EQ(price(FORK_ISTANBUL, 0x09, (bytes){input, 213}), 0xfffffffe);
    EXPECT_EQ(price(FORK_ISTANBUL, 0x09, (bytes){input, 212}), 0);
    EXPECT_EQ(price(FORK_ISTANBUL, 0x09, (bytes){input, 214}), 0);
    struct buf out = {0};
    EXPECT(!call(&out, 0x09, (bytes){input, 212}));
    EXPECT(!call(&out, 0x09, (bytes){input, 214}));
    buf_fini(&out);
}
