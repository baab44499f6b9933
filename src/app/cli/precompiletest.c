// SPDX-License-Identifier: MIT
// Runner of vectors of precompiles: lists of input, output and gas, whose file's name says which
// precompile, and those of KZG proofs, one a file in YAML.
#include "core/precompile/precompile.h"
#include "app/cli/unittest.h"
#include "lib/base/bytes.h"
#include "lib/codec/hex.h"
#include "lib/crypto/digest.h"
#include "lib/num/u256.h"

#include <string.h>

struct named_precompile {
    const char *file;
    u32 number;
    enum fork fork;
};

static const struct named_precompile PRECOMPILES[] = {
    {"ecRecover", 0x01, FORK_OSAKA},        {"modexp_eip2565", 0x05, FORK_BERLIN},
    {"modexp_eip7883", 0x05, FORK_OSAKA},   {"modexp", 0x05, FORK_BYZANTIUM},
    {"bn256Add", 0x06, FORK_ISTANBUL},      {"bn256ScalarMul", 0x07, FORK_ISTANBUL},
    {"bn256Pairing", 0x08, FORK_ISTANBUL},  {"lake2", 0x09, FORK_ISTANBUL},
    {"pointEvaluation", 0x0a, FORK_CANCUN}, {"blsG1Add", 0x0b, FORK_PRAGUE},
    {"blsG1M", 0x0c, FORK_PRAGUE},          {"blsG2Add", 0x0d, FORK_PRAGUE},
    {"blsG2M", 0x0e, FORK_PRAGUE},          {"blsPairing", 0x0f, FORK_PRAGUE},
    {"blsMapG1", 0x10, FORK_PRAGUE},        {"blsMapG2", 0x11, FORK_PRAGUE},
    {"p256Verify", 0x100, FORK_OSAKA},
};

static const struct named_precompile *precompile_of_path(const char *path)
{
    for (u32 i = 0; i < COUNT_OF(PRECOMPILES); i++) {
        if (strstr(path, PRECOMPILES[i].file) != NULL) {
            return &PRECOMPILES[i];
        }
    }
    return NULL;
}

struct vector {
    struct buf input, expected, got;
    u64 price;
    bool refuses;
};

static enum fault read_vector(struct vector *v, const json_value *test)
{
    json_value error;
    TRY(json_find_data(&v->input, test, "Input"));
    TRY(json_find_data(&v->expected, test, "Expected"));
    TRY(json_find_u64(&v->price, test, "Gas"));
    return json_find(&error, &v->refuses, test, "ExpectedError");
}

static void judge_vector(struct vector *v, const struct precompile *p, enum fork fork,
                         struct buf *why)
{
    bytes input = buf_bytes(&v->input);
    if (p == NULL || !precompile_available(p)) {
        buf_put_text(why, "not part of this build");
        return;
    }
    bool ok = precompile_run(p, input, &v->got);
    u64 asked = precompile_price(p, fork, input);
    if (ok == v->refuses) {
        buf_printf(why, "%s", ok ? "accepted, expected a refusal" : "refused, expected an output");
    } else if (ok &&
               (v->got.n != v->expected.n || !equal_bytes(v->got.p, v->expected.p, v->got.n))) {
        buf_put_text(why, "output ");
        hex_put_data(why, v->got.p, v->got.n);
        buf_put_text(why, ", expected ");
        hex_put_data(why, v->expected.p, v->expected.n);
    } else if (ok && asked != v->price) {
        buf_printf(why, "costs %llu, expected %llu", (unsigned long long)asked,
                   (unsigned long long)v->price);
    }
}

static enum fault run_precompile_test(const char *path, const json_value *test, struct buf *why)
{
    const struct named_precompile *named = precompile_of_path(path);
    if (named == NULL) {
        return json_refuse(test, "the file's name is not that of a precompile");
    }
    address a = {{0}};
    store_be16(a.b + 18, (u16)named->number);
    struct vector v = {.price = 0};
    enum fault f = read_vector(&v, test);
    if (f == FAULT_NONE) {
        judge_vector(&v, precompile_find(named->fork, &a), named->fork, why);
    }
    buf_fini(&v.input);
    buf_fini(&v.expected);
    buf_fini(&v.got);
    return f;
}

// ---- KZG proofs (consensus-specs, one test a file)

// Appends the bytes of the member `key: '0x…'`; false if it is not there or not so.
static bool yaml_bytes(struct buf *out, bytes text, const char *key)
{
    usize size = strlen(key);
    const u8 *at = memmem(text.p, text.n, key, size);
    if (at == NULL) {
        return false;
    }
    bytes rest =
        bytes_slice(text, (usize)(at - text.p) + size, text.n - size - (usize)(at - text.p));
    const u8 *from = memchr(rest.p, '\'', rest.n);
    const u8 *to =
        from != NULL ? memchr(from + 1, '\'', rest.n - (usize)(from + 1 - rest.p)) : NULL;
    hex_error why;
    return to != NULL && hex_decode(out, &why, (const char *)from + 1, (usize)(to - from - 1));
}

// The input of the precompile of EIP-4844: the commitment's versioned hash, z, y, commitment,
// proof.
static bool kzg_input(struct buf *out, bytes text)
{
    struct buf part[4] = {{0}, {0}, {0}, {0}};
    static const char *const KEYS[4] = {" z:", " y:", " commitment:", " proof:"};
    bool ok = true;
    for (u32 i = 0; i < COUNT_OF(KEYS); i++) {
        ok = ok && yaml_bytes(&part[i], text, KEYS[i]);
    }
    b256 hash;
    crypto_sha256(&hash, part[2].p, part[2].n);
    hash.b[0] = 1;
    buf_put(out, hash.b, sizeof hash.b);
    for (u32 i = 0; i < COUNT_OF(KEYS); i++) {
        buf_put(out, part[i].p, part[i].n);
        buf_fini(&part[i]);
    }
    return ok;
}

// `output` is true, false, or null for what is not a proof at all; the precompile refuses both.
static void run_kzg(bytes text, struct tally *tally)
{
    static const char OUTPUT[] = "output: ";
    address a = {{[19] = 0x0a}};
    const struct precompile *p = precompile_find(FORK_CANCUN, &a);
    struct buf input = {0};
    struct buf got = {0};
    struct tally_case c = {.test = "verify_kzg_proof"};
    const u8 *output = memmem(text.p, text.n, OUTPUT, sizeof OUTPUT - 1);
    bool known = output != NULL && kzg_input(&input, text) && p != NULL;
    if (!known) {
        static const char WHY[] =
            "is not a test of a KZG proof: input {commitment, z, y, proof}, output";
        tally_broken(tally, (bytes){(const u8 *)WHY, sizeof WHY - 1});
    } else if (tally_take(tally, c.test)) {
        bool valid =
            text.n - (usize)(output - text.p) > sizeof OUTPUT && output[sizeof OUTPUT - 1] == 't';
        bool ok = precompile_run(p, buf_bytes(&input), &got);
        if (ok != valid) {
            buf_printf(&c.why, "%s, expected %s", ok ? "valid" : "refused",
                       valid ? "valid" : "a refusal");
        }
        tally_tell(tally, &c);
    }
    tally_case_fini(&c);
    buf_fini(&input);
    buf_fini(&got);
}

void precompiletest_run(bytes text, struct tally *tally)
{
    usize n = strlen(tally->path);
    if (n > 5 && strcmp(tally->path + n - 5, ".yaml") == 0) {
        run_kzg(text, tally);
    } else {
        unittest_each(text, tally, run_precompile_test);
    }
}
